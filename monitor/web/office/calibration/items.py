"""What shoppers made of a case, item by item, in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from branches import calibration
from branches.calibration import CaseAnswers, ReferenceCase
from branches.language import message
from branches.questions import Question
from branches.scoring import NA, ItemType
from monitor.web import gate, told
from reports import calibrated, wording
from reports.calibrated import CLEAR, FEWEST, FEWEST_UNITS, Marked, Together, Verdict
from reports.figures import Interval

_VERDICTS = {
    Verdict.AMBIGUOUS: (message("reword it"), "short"),
    Verdict.CLEAR: (message("marked alike"), "norm"),
    Verdict.UNSURE: (message("not sure yet"), "few"),
    Verdict.TOO_FEW: (message("too few answers to say"), "few"),
}


@dataclass(frozen=True)
class ItemLine:
    """One item as the shoppers marked it."""

    text: str
    language: str
    chosen: str
    """Such as "yes (7 shoppers) · no (6 shoppers)"."""
    right: str
    pairs: str
    """How often two of them marked it alike."""
    gwet: str
    """Empty where too few have answered."""
    verdict: str
    tone: str
    is_ambiguous: bool
    is_known: bool
    """Whether anything may be said."""


def lines(case: ReferenceCase, answers: Sequence[CaseAnswers]) -> list[ItemLine]:
    """In the order of the standard."""
    right, asked = calibration.right(case), calibration.asked(case).by_code
    given = {code: [one.marks.get(code, "") for one in answers] for code in asked}
    return [_line(one, calibrated.item(one.rule, given[code]), right.get(code, "")) for code, one in asked.items()]


def _line(question: Question, found: Marked, right: str) -> ItemLine:
    tongue, (verdict, tone) = gate.tongue(), _VERDICTS[found.verdict]
    text, language = told.item_words(question.item, tongue)
    return ItemLine(
        text=text,
        language=language,
        chosen=" · ".join(_chosen(question, mark, n) for mark, n in found.chosen),
        right=told.mark_words(question, right),
        pairs=_share(found.pairs) if found.pairs is not None else tongue.say("too few answers to say"),
        gwet=_two(found.gwet) if found.gwet is not None else "",
        verdict=tongue.say(verdict),
        tone=tone,
        is_ambiguous=found.verdict is Verdict.AMBIGUOUS,
        is_known=found.verdict in (Verdict.AMBIGUOUS, Verdict.CLEAR),
    )


def _chosen(question: Question, mark: str, n: int) -> str:
    """A step of a rating stands without its scale here: the others stand beside it."""
    is_step = question.rule.type is ItemType.RATING and mark != NA
    words = gate.tongue().whole(int(mark)) if is_step else told.mark_words(question, mark)
    return gate.tongue().count("{mark} ({n} shopper)", "{mark} ({n} shoppers)", n, mark=words)


def verdict(found: Sequence[ItemLine]) -> list[str]:
    """What all of that comes to, a sentence each."""
    unclear, unknown = sum(one.is_ambiguous for one in found), sum(not one.is_known for one in found)
    return [_unclear(unclear), *([_unknown(unknown)] if unknown else [])]


def _unclear(n: int) -> str:
    if not n:
        return gate.tongue().say("Of no item is it sure that shoppers mark it differently.")
    return gate.tongue().count(
        "{n} item does not say the same to everybody: reword it.",
        "{n} items do not say the same to everybody: reword them.",
        n,
    )


def _unknown(n: int) -> str:
    return gate.tongue().count(
        "Of {n} item it cannot be told yet; more answers would tell.",
        "Of {n} items it cannot be told yet; more answers would tell.",
        n,
    )


def rule() -> str:
    """By which numbers that is judged."""
    return gate.tongue().say(
        "An item is to be reworded where even the upper end of the likely range lies below {share}: so many of all pairs of shoppers should mark it alike. Below {fewest} answers nothing is said of an item.",
        share=gate.tongue().percent(CLEAR),
        fewest=FEWEST,
    )


def together(case: ReferenceCase) -> list[tuple[str, str]]:
    """All items of a kind, over every case by the same version that was opened: kind, and how alike they are marked."""
    cases = [
        (
            [question.rule for question in calibration.asked(one).by_code.values()],
            [answers.marks for answers in calibration.all_answers(gate.session(), one)],
        )
        for one in calibration.alike(gate.session(), case)
    ]
    return [(_kind(one), _coefficients(one)) for one in calibrated.together(cases)]


def _kind(one: Together) -> str:
    tongue = gate.tongue()
    if one.type is ItemType.YES_NO:
        return tongue.count("{n} yes/no item", "{n} yes/no items", one.items)
    return tongue.count(
        "{n} rating from {low} to {high}",
        "{n} ratings from {low} to {high}",
        one.items,
        low=one.scale[0],
        high=one.scale[-1],
    )


def _coefficients(one: Together) -> str:
    say = gate.tongue().say
    if one.gwet is None:
        return say("too few to say: {n} items that {fewest} shoppers marked are needed", n=FEWEST_UNITS, fewest=FEWEST)
    if one.alpha is None:
        return say("Gwet {gwet}; Krippendorff cannot be told where all marks are the same", gwet=_two(one.gwet))
    return say(
        "Gwet {gwet}; Krippendorff {alpha} (likely {low} to {high})",
        gwet=_two(one.gwet),
        alpha=_two(one.alpha.value),
        low=_two(one.alpha.low),
        high=_two(one.alpha.high),
    )


def _share(found: Interval) -> str:
    percent = gate.tongue().percent
    return gate.tongue().say(
        "{share} (likely {low} to {high})", share=percent(found.value), low=percent(found.low), high=percent(found.high)
    )


def _two(value: float | None) -> str:
    """A coefficient, as such are written."""
    return gate.tongue().number(value, 2) if value is not None else wording.NOTHING
