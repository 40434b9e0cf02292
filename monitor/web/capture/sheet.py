"""The form of one audit as its pages show it: sections of questions with what is filled in, and what is wrong so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from flask import url_for
from sqlmodel import Session

from branches import audits, clocks, drafts, photos, questions, review, rules, standards
from branches.audits import Audit
from branches.drafts import VISITED, Filled, Typed
from branches.questions import Question, Questions
from branches.scoring import NA, NO, YES, ItemType, rating_steps
from branches.standards import Section
from monitor.web import gate
from monitor.web.capture.room import BOTH, moment_words, step, wording


@dataclass(frozen=True)
class Picture:
    """One photo as the form shows it."""

    id: str
    small: str
    large: str


@dataclass(frozen=True)
class Line:
    """One question as the form shows it."""

    code: str
    kind: str
    text: str
    language: str
    hint: str
    options: list[tuple[str, str]]
    value: str
    not_applicable: bool
    """Whether that has been marked."""
    may_not_apply: bool
    optional: bool
    longest: int
    comment: str
    pictures: list[Picture]
    error: str
    to_correct: bool
    """Whether the audit came back because of it."""
    asked: bool
    """If not, only a script shows it, which sees at once when it comes to be asked."""


@dataclass(frozen=True)
class Part:
    """One section of the form."""

    code: str
    title: str
    lines: list[Line]
    unasked: int
    """Questions that are not asked because of other answers."""


@dataclass(frozen=True)
class Sheet:
    """What is asked and what has been filled in."""

    audit: Audit
    questions: Questions
    filled: Filled
    photos: list[audits.Photo]
    errors: Mapping[str, str] = field(default_factory=dict)
    """A sentence by control."""
    to_correct: frozenset[str] = frozenset()
    """Items that the audit was returned for."""

    @classmethod
    def of(cls, session: Session, audit: Audit) -> Self:
        asked = questions.of(audit.standard, audit.channel)
        held, pictures = drafts.read(session, audit), photos.of_audit(session, audit)
        return cls(audit, asked, held, pictures, to_correct=review.to_correct(session, audit))

    def with_typed(self, typed: Mapping[str, Typed], errors: Mapping[str, str]) -> "Sheet":
        """As it would be with what a page sent that could not be kept."""
        entries = {**self.filled.entries}
        for code, one in typed.items():
            entries[code] = replace(entries.get(code, drafts.Entry()), now=one)
        return replace(self, filled=replace(self.filled, entries=entries), errors=errors)

    @property
    def by_code(self) -> dict[str, Question]:
        return dict(self.questions.by_code)

    @cached_property
    def asked(self) -> frozenset[str]:
        return frozenset(question.rule.code for question in self.questions.asked(self.filled.marks))

    @cached_property
    def sections(self) -> list[Section]:
        """Those of which this channel asks something."""
        here = self.questions.by_code
        return [s for s in self.audit.standard.sections if any(item.code in here for item in s.items)]

    @property
    def titles(self) -> dict[str, str]:
        return standards.titles(self.audit.standard, gate.tongue().code)

    def address(self, name: str) -> str:
        """The page and the control of that name, where something is to be put right."""
        code = name.removeprefix("m-").removeprefix("c-")
        places = [n for n, section in enumerate(self.sections, 1) if any(item.code == code for item in section.items)]
        number = places[0] if places else 1
        return url_for("capture.section", public_id=self.audit.public_id, step=step(number), _anchor=name)

    def onward(self) -> str:
        """Where one goes on: with the first thing that head office asks to be corrected, else from the beginning."""
        first = next((code for code in self.questions.by_code if code in self.to_correct & self.asked), "")
        if first:
            return self.address(f"m-{first}")
        return url_for("capture.section", public_id=self.audit.public_id, step=step(1))

    def part(self, section: Section) -> Part:
        items = [item for item in section.items if item.code in self.questions.by_code]
        lines = [self.line(self.questions.by_code[item.code]) for item in items]
        return Part(section.code, self.titles[section.code], lines, self.unasked(item.code for item in items))

    def unasked(self, codes: Iterable[str]) -> int:
        """How many of these are not asked because of what was answered; before that nobody can tell."""
        return len([code for code in codes if code not in self.asked and self._ruled_out(code)])

    def _ruled_out(self, code: str) -> bool:
        others = rules.items(self.questions.conditions[code])
        unasked = others & self.questions.by_code.keys() - self.asked
        return any(self.filled.typed(other).mark.strip() for other in others) or any(map(self._ruled_out, unasked))

    def answered(self, section: Section | None = None) -> tuple[int, int]:
        """How many of the questions that are asked have an answer."""
        codes = {item.code for item in section.items} & self.asked if section is not None else self.asked
        return len([code for code in codes if self._has_answer(code)]), len(codes)

    def progress(self, section: Section | None = None) -> str:
        done, total = self.answered(section)
        return gate.tongue().count(
            "{done} of {n} question answered", "{done} of {n} questions answered", total, done=done
        )

    def progress_form(self) -> str:
        """The same of all of it, its numbers left out: for where they are counted on the phone."""
        _, total = self.answered()
        return gate.tongue().plural("{done} of {n} question answered", "{done} of {n} questions answered", total)

    def kept_words(self) -> str:
        """Since when head office has it as it is; empty where nothing was given yet."""
        moment = self.kept_at()
        return gate.tongue().say("With head office: {moment}.", moment=moment) if moment else ""

    def kept_at(self) -> str:
        """The moment of the last answer or photo, by the branch's clock."""
        moments = [photo.kept_at for photo in self.photos] + [self.filled.saved_at]
        last = max((moment for moment in moments if moment is not None), default=None)
        return moment_words(last, self.audit.branch.timezone) if last is not None else ""

    def pictures(self, item_id: int | None) -> list[Picture]:
        found = [photo.public_id for photo in self.photos if photo.item_id == item_id]
        audit = self.audit.public_id
        return [
            Picture(
                one,
                url_for("capture.photo", public_id=audit, photo=one, size="small"),
                url_for("capture.photo", public_id=audit, photo=one, size="large"),
            )
            for one in found
        ]

    def _has_answer(self, code: str) -> bool:
        question = self.questions.by_code[code]
        if question.rule.type is ItemType.PHOTO and any(photo.item_id == question.item.id for photo in self.photos):
            return True
        return questions.is_answered(question, self.filled.typed(code).mark)

    def asks(self, code: str) -> str:
        """A question in the shopper's language."""
        if code == VISITED:
            return gate.tongue().say("The time of the visit")
        return str(wording(self.questions.by_code[code].item, gate.tongue())[0]["text"])

    def spoken(self, code: str, typed: Typed) -> str:
        """What was typed for a question, in words."""
        if not typed.mark.strip() and not typed.comment.strip():
            return gate.tongue().say("No answer")
        if code == VISITED:
            return typed.mark.replace("T", ", ")
        question = self.questions.by_code[code]
        return _in_words(question, wording(question.item, gate.tongue())[0], typed)

    def line(self, question: Question) -> Line:
        item, rule = question.item, question.rule
        words, language = wording(item, gate.tongue())
        entry = self.filled.entries.get(item.code, drafts.Entry())
        value, not_applicable = parted(rule.type, entry.now.mark)
        return Line(
            code=item.code,
            kind=item.type,
            text=str(words["text"]),
            language=language,
            hint=str(words.get("hint", "")),
            options=_options(question, words),
            value=value,
            not_applicable=not_applicable,
            may_not_apply=item.na,
            optional=not item.required,
            longest=questions.LONGEST_MARK,
            comment=entry.now.comment,
            pictures=self.pictures(item.id),
            error=self.errors.get(f"m-{item.code}", ""),
            to_correct=item.code in self.to_correct,
            asked=item.code in self.asked,
        )


def parted(kind: ItemType, mark: str) -> tuple[str, bool]:
    """A mark as its control and its box show it."""
    if kind in (ItemType.YES_NO, ItemType.RATING, ItemType.CHOICE):
        return mark, False
    if mark == NA:
        return "", True
    return (mark.removesuffix(BOTH), True) if mark.endswith(BOTH) else (mark, False)


def joined(value: str, *, not_applicable: bool) -> str:
    """The other way round."""
    if not not_applicable:
        return value
    return value + BOTH if value.strip() else NA


def _options(question: Question, words: Mapping[str, object]) -> list[tuple[str, str]]:
    say, rule = gate.tongue().say, question.rule
    match rule.type:
        case ItemType.YES_NO:
            found = [(YES, say("Yes")), (NO, say("No"))]
        case ItemType.RATING:
            found = [(str(step), gate.tongue().whole(step)) for step in sorted(rating_steps(rule))]
        case ItemType.CHOICE:
            named = words.get("options")
            found = [(one, str((named if isinstance(named, dict) else {}).get(one, one))) for one in rule.options]
        case _:
            return []
    return [*found, (NA, say("Does not apply"))] if rule.na else found


def _in_words(question: Question, words: Mapping[str, object], typed: Typed) -> str:
    named = {**dict(_options(question, words)), NA: gate.tongue().say("Does not apply")}
    shown = named.get(typed.mark, typed.mark)
    return " · ".join(filter(None, (shown, typed.comment)))


def visit_zone(audit: Audit) -> str:
    """The clock that counts, by its place."""
    return clocks.city(gate.tongue(), audit.branch.timezone)
