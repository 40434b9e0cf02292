"""Questions: what one audit asks, when an item counts as answered, and everything that is wrong with what was given."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from branches import rules, scoring, stamps, standards
from branches.errors import Refused
from branches.language import message
from branches.rules import Expression
from branches.scoring import DECIMAL, MEASURED, NA, ItemRule, ItemType
from branches.stamps import Span
from branches.standards import Item, Standard

LONGEST_MARK = 2000
LONGEST_COMMENT = 4000
MOST_SECONDS = 86_400
MOST = 1_000_000_000
"""Of a number: what counts or measures more has been mistyped."""


@dataclass(frozen=True)
class Mark:
    """An answer as it comes in."""

    mark: str
    comment: str = ""


@dataclass(frozen=True)
class Question:
    """One item as an audit asks it."""

    item: Item
    rule: ItemRule


@dataclass(frozen=True)
class Questions:
    """What an audit of one channel may ask, in the order of the standard."""

    by_code: Mapping[str, Question]
    conditions: Mapping[str, Expression]
    elsewhere: frozenset[str]
    """Items of the standard that other channels ask."""

    def asked(self, marks: Mapping[str, str]) -> list[Question]:
        """What is asked, given what has been marked so far."""
        known = {code: read(q.rule, marks.get(code, "")) for code, q in self.by_code.items()}
        skipped = rules.skipped(self.conditions, known)
        return [question for code, question in self.by_code.items() if code not in skipped]


@dataclass(frozen=True)
class ItemFault:
    """One thing to put right: at an item, or at the visit's time where `item` is empty."""

    item: str
    refused: Refused


class AnswersRefused(Refused):
    """The answers cannot be taken; `faults` says all that is wrong, each with its item."""

    def __init__(self, faults: list[ItemFault]) -> None:
        super().__init__("The audit cannot be sent yet. Still to be put right: {n}.", n=len(faults))
        self.faults = faults

    def __str__(self) -> str:
        return " ".join([super().__str__(), *(str(fault.refused) for fault in self.faults)])


def of(standard: Standard, channel: str) -> Questions:
    """What that version of the standard asks on that channel."""
    found = {rule.code: rule for rule in standards.scoring_rules(standard).items}
    items = [item for section in standard.sections for item in section.items]
    here = [item for item in items if not item.channels or channel in item.channels]
    by_code = {item.code: Question(item, found[item.code]) for item in here}
    conditions = {code: rule for code, rule in standards.conditions(standard).items() if code in by_code}
    return Questions(by_code, conditions, frozenset(item.code for item in items) - by_code.keys())


def spans(questions: Questions) -> dict[str, Span]:
    """From which stamp to which items are timed, by their code."""
    found = {code: stamps.span(question.item.timed) for code, question in questions.by_code.items()}
    return {code: span for code, span in found.items() if span is not None}


def packed(questions: Questions) -> dict[str, dict[str, object]]:
    """By item code what decides whether it is asked and which marks it takes, for the phone to go by."""
    return {code: _packed(question, questions.conditions.get(code)) for code, question in questions.by_code.items()}


def _packed(question: Question, condition: Expression | None) -> dict[str, object]:
    rule, found = question.rule, dict[str, object](type=question.rule.type.value)
    if rule.na:
        found["na"] = True
    if question.item.required:
        found["required"] = True
    if rule.type is ItemType.RATING:
        found["steps"] = sorted((int(rule.worst), int(rule.best)))
    if rule.type is ItemType.NUMBER and _has_no_negatives(rule):
        found["least"] = 0
    if rule.type is ItemType.CHOICE:
        found["options"] = list(rule.options)
    if (span := stamps.span(question.item.timed)) is not None:
        found["timed"] = list(span)
    if condition is not None:
        found["when"] = rules.packed(condition)
    return found


def read(rule: ItemRule, typed: str) -> str:
    """What was typed as it is stored: 12,5 is 12.5, and 1:30 is 90 seconds."""
    if rule.type not in MEASURED:
        return typed if rule.type is ItemType.TEXT else typed.strip()
    bare = "".join(typed.split())[:LONGEST_MARK].replace(",", ".")
    digits = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in bare)
    minutes, colon, seconds = digits.partition(":")
    whole = minutes.isascii() and seconds.isascii() and minutes.isdecimal() and seconds.isdecimal()
    if rule.type is ItemType.SECONDS and colon and whole and len(minutes) <= 4 and len(seconds) == 2:  # noqa: PLR2004 - m:ss
        return str(60 * int(minutes) + int(seconds))
    return digits if DECIMAL.fullmatch(digits) else typed.strip()


def check(
    questions: Questions, given: Mapping[str, Mark], photos: Mapping[str, int]
) -> tuple[dict[str, Mark], list[ItemFault]]:
    """The marks that count, those of items that are not asked left out, and all that is wrong with them.

    `photos` says how many there are of an item; for an item that asks for photos that is its mark.
    """
    faults = [ItemFault(code, _stray(code, questions)) for code in given if code not in questions.by_code]
    kept = {}
    for question in questions.asked({code: mark.mark for code, mark in given.items()}):
        code, rule = question.rule.code, question.rule
        entry = given.get(code)
        mark = read(rule, entry.mark if entry else "")
        if rule.type is ItemType.PHOTO and photos.get(code):
            mark = str(photos[code])
        try:
            _check(question, mark, entry.comment if entry else "")
        except Refused as refused:
            faults.append(ItemFault(code, refused))
        if entry is not None or mark:
            kept[code] = Mark(mark, entry.comment if entry else "")
    return kept, faults


def _stray(code: str, questions: Questions) -> Refused:
    if code in questions.elsewhere:
        return Refused("{item} is not asked on this channel.", item=code)
    return Refused("The standard has no item {item}.", item=code[:60])


def is_answered(question: Question, typed: str) -> bool:
    """Whether what was typed is an answer that the item takes."""
    mark = read(question.rule, typed)
    try:
        check_mark(question, mark)
    except Refused:
        return False
    return bool(mark.strip())


def check_mark(question: Question, mark: str) -> None:
    """Refuses a mark that the item does not take."""
    rule = question.rule
    if len(mark) > LONGEST_MARK:
        raise Refused("{item} is longer than {most} characters.", item=rule.code, most=LONGEST_MARK)
    scoring.check(rule, mark)
    if mark not in ("", NA) and rule.type in (ItemType.NUMBER, ItemType.SECONDS):
        _check_range(rule, mark)


def _check(question: Question, mark: str, comment: str) -> None:
    rule = question.rule
    if question.item.required and not mark:
        missing = (
            message("{item} needs a photo.") if rule.type is ItemType.PHOTO else message("{item} is not answered yet.")
        )
        raise Refused(missing, item=rule.code)
    if len(comment) > LONGEST_COMMENT:
        raise Refused("The comment on {item} is longer than {most} characters.", item=rule.code, most=LONGEST_COMMENT)
    check_mark(question, mark)


def _has_no_negatives(rule: ItemRule) -> bool:
    """A count, or minutes."""
    return min(rule.worst, rule.best) >= 0


def _check_range(rule: ItemRule, mark: str) -> None:
    assert DECIMAL.fullmatch(mark)  # scoring.check has let it pass
    number = Decimal(mark)
    if rule.type is ItemType.SECONDS and not 0 <= number <= MOST_SECONDS:
        raise Refused("{item} takes from 0 to {most} seconds.", item=rule.code, most=MOST_SECONDS)
    if rule.type is ItemType.NUMBER and number < 0 and _has_no_negatives(rule):
        raise Refused("{item} takes no number below 0.", item=rule.code)
    if abs(number) > MOST:
        raise Refused("{item} takes no number as large as that.", item=rule.code)
