"""A released audit as the people it concerns are told of it: its week, its answers with what they earned, never when or who."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from branches import access, clearing, held, photos, questions, standards
from branches.access import Reach, Right
from branches.audits import Answer, Audit, Outcome, Photo, ScoreRow
from branches.clearing import Reader
from branches.held import Look
from branches.language import ORIGINAL, Language
from branches.places import Branch
from branches.questions import Question
from branches.scoring import NA, NO, YES, ItemType
from branches.standards import Item, Section
from branches.weeks import Week
from monitor.web import cleared, gate
from reports import wording

FULL = 1000
"""Thousandths of an item's points, and of a point of the score."""
CRITICAL, FAILED, PARTLY = "critical", "short", "partly"
"""How an answer that did not earn all its points is shown."""
Address = Callable[[str, str], str]
"""From a photo's public id and a size to where it is."""


@dataclass(frozen=True)
class Answered:
    """One item as it was answered."""

    place: str
    """Its number among the audit's items: what its page is called."""
    code: str
    text: str
    language: str
    mark: str
    earned: str
    tone: str
    """How it is shown where it did not earn all its points; nothing where it did."""
    critical: bool
    comment: str
    pictures: list[tuple[str, str]]
    cleared: list[str]
    """What others are shown instead, for whoever reads all of it."""


@dataclass(frozen=True)
class Chapter:
    """One section of the audit."""

    title: str
    score: str
    answers: list[Answered]


@dataclass(frozen=True)
class AuditLine:
    """One released audit in a list."""

    public_id: str
    week: str
    score: str
    failed: int
    """Items that earned nothing."""
    partly: int
    """Items that earned a part of their points."""
    critical: bool


def results(*where: object) -> list[Audit]:
    """The released audits this reader may know the results of, by week; within a week their order tells nothing."""
    known = gate.site().managers_know_shoppers
    query = access.visible_results(gate.person(), look(), managers_know_shoppers=known).where(*where)  # type: ignore[arg-type]
    return sorted(gate.session().exec(query), key=lambda audit: (-week_of(audit).toordinal(), audit.public_id))


def look() -> Look:
    """What the chain has decided about what staff see, at this moment."""
    return Look(gate.site().privacy, gate.site().clock())


def knows_shoppers() -> bool:
    """Whether this reader is told who audited."""
    return access.knows_shoppers(gate.person(), managers_know_shoppers=gate.site().managers_know_shoppers)


def reader(branch: Branch) -> Reader:
    """How much of what shoppers wrote and photographed at a branch this reader is shown."""
    if knows_shoppers():
        return Reader(originals=True)
    waits = access.reach(gate.person(), Right.READ_RESULTS) is Reach.BRANCH
    return Reader(held=waits and held.comments(gate.session(), branch, look()) is not None)


def week_of(audit: Audit) -> date:
    """The Monday of the visit's week: all that is told of when it was."""
    assert audit.visited_on is not None
    return Week.of(audit.visited_on).monday


def lines(audits: Sequence[Audit]) -> list[AuditLine]:
    numbers = [audit.id for audit in audits]
    lacking = select(Answer.audit_id, Answer.points).where(col(Answer.audit_id).in_(numbers), col(Answer.points) < FULL)
    count = Counter((number, points == 0) for number, points in gate.session().exec(lacking))
    return [
        AuditLine(
            audit.public_id,
            gate.tongue().week(week_of(audit)),
            score_words(audit.score),
            count[audit.id, True],
            count[audit.id, False],
            audit.outcome == Outcome.CRITICAL_FAIL.value,
        )
        for audit in audits
    ]


def score_words(thousandths: int | None) -> str:
    return gate.tongue().number(thousandths / FULL) if thousandths is not None else wording.NOTHING


def chapters(audit: Audit, address: Address, shown: Reader) -> list[Chapter]:
    """The audit's answers in the order of the standard; items that were not asked are not among them."""
    session, asked = gate.session(), questions.of(audit.standard, audit.channel).by_code
    answers = {one.item_id: one for one in session.exec(select(Answer).where(Answer.audit_id == audit.id))}
    titles = standards.titles(audit.standard, gate.tongue().code)
    scores = {row.section_id: row.score for row in session.exec(select(ScoreRow).where(ScoreRow.audit_id == audit.id))}
    pictures = photos.of_audit(session, audit)
    places = {item.id: str(place) for place, item in enumerate(items_of(audit), start=1)}
    found = []
    for section in audit.standard.sections:
        told = [
            answered(places[item.id], asked[item.code], answers[item.id], pictures, address, shown=shown)
            for item in section.items
            if item.id in answers and item.code in asked
        ]
        if told:
            found.append(Chapter(titles[section.code], _section_score(scores, section), told))
    return found


def items_of(audit: Audit) -> list[Item]:
    """The items of the audit's standard in their order."""
    return [item for section in audit.standard.sections for item in section.items]


def _section_score(scores: Mapping[int, int], section: Section) -> str:
    return score_words(scores[section.id]) if section.id in scores else ""


def answered(
    place: str,
    question: Question,
    answer: Answer,
    pictures: Sequence[Photo],
    address: Address,
    *,
    shown: Reader,
) -> Answered:
    """One answer, with the photos that belong to it, as far as they are shown."""
    text, language = item_words(question.item, gate.tongue())
    own = [one for one in pictures if one.item_id == answer.item_id]
    return Answered(
        place=place,
        code=question.item.code,
        text=text,
        language=language,
        mark=given_words(question, answer, shown),
        earned=_earned(question, answer.points),
        tone=_tone(question.item, answer.points),
        critical=question.item.critical,
        comment=shown.comment(answer),
        pictures=addresses(shown.photos(own), address),
        cleared=cleared.sentences(answer, own) if shown.originals else [],
    )


def addresses(pictures: Sequence[Photo], address: Address) -> list[tuple[str, str]]:
    """Where each photo is, small and large; their order is not that in which they were taken."""
    names = sorted(one.public_id for one in pictures)
    return [(address(name, "small"), address(name, "large")) for name in names]


def item_words(item: Item, tongue: Language) -> tuple[str, str]:
    """An item's text, and the language it is in: the reader's, else English, else the code."""
    for code in (tongue.code, ORIGINAL, *item.wording):
        text = item.wording.get(code, {}).get("text")
        if text:
            return str(text), code
    return item.code, ORIGINAL


def given_words(question: Question, answer: Answer, shown: Reader) -> str:
    """What was marked, as far as it is shown: a text are the shopper's own words."""
    if clearing.is_text(question.item, answer):
        return shown.text(answer) or gate.tongue().say("not shown")
    return mark_words(question, answer.mark)


def mark_words(question: Question, mark: str) -> str:
    """A mark in words."""
    tongue, rule = gate.tongue(), question.rule
    if mark in ("", NA):
        return tongue.say("does not apply") if mark else tongue.say("not answered")
    match rule.type:
        case ItemType.YES_NO:
            return {YES: tongue.say("yes"), NO: tongue.say("no")}.get(mark, mark)
        case ItemType.SECONDS:
            return tongue.say("{mark} seconds", mark=mark)
        case ItemType.RATING:
            low, high = sorted((int(rule.worst), int(rule.best)))
            return tongue.say("{mark} on a scale from {low} to {high}", mark=mark, low=low, high=high)
        case ItemType.CHOICE:
            words = question.item.wording.get(tongue.code) or question.item.wording.get(ORIGINAL) or {}
            named = words.get("options")
            return str((named if isinstance(named, dict) else {}).get(mark, mark))
        case _:
            return mark


def _earned(question: Question, points: int | None) -> str:
    """Such as "0 of 2 points"; nothing where it does not count."""
    if points is None or not question.rule.scored:
        return ""
    tongue, most = gate.tongue(), float(question.rule.weight)
    earned, whole = wording.short_number(tongue, most * points / FULL), wording.short_number(tongue, most)
    return tongue.say("{earned} of {most} points", earned=earned, most=whole)


def _tone(item: Item, points: int | None) -> str:
    if points is None or points == FULL:
        return ""
    if points:
        return PARTLY
    return CRITICAL if item.critical else FAILED
