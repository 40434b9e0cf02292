"""An audit beside the standard: each item with its mark, what it earned, comment and photos."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import url_for
from sqlmodel import select

from branches import audits, questions, scoring, standards
from branches import photos as kept
from branches.audits import Answer, Audit, Photo, ScoreRow
from branches.language import ORIGINAL, Language
from branches.questions import Question
from branches.scoring import NA, NO, YES, ItemType
from branches.standards import Item, Section
from monitor.web import cleared, gate

FULL = 1000
"""Thousandths of an item's points."""
CUT = 70
"""Letters of a question that are repeated where it is spoken about."""


@dataclass(frozen=True)
class Line:
    """One item as it was answered."""

    code: str
    text: str
    language: str
    mark: str
    earned: str
    tone: str
    """How the mark stands out: critical, short or nothing."""
    remarks: list[str]
    """That it is critical, a judgement, or was marked otherwise before it was returned."""
    comment: str
    pictures: list[tuple[str, str]]
    """Addresses of small and large."""
    cleared: list[str]
    """What others read or see instead."""


@dataclass(frozen=True)
class Chapter:
    """One section: its title, its score, its items."""

    code: str
    title: str
    score: str
    lines: list[Line]


def chapters(audit: Audit) -> list[Chapter]:
    """The audit's answers in the order of the standard, without items that its channel does not ask."""
    session, tongue = gate.session(), gate.tongue()
    asked = questions.of(audit.standard, audit.channel).by_code
    answers = {one.item_id: one for one in session.exec(select(Answer).where(Answer.audit_id == audit.id))}
    photos = kept.of_audit(session, audit)
    scores, before = _scores(audit), audits.corrected(session, audit)
    titles = standards.titles(audit.standard, tongue.code)
    return [
        Chapter(section.code, titles[section.code], scores.get(section.id, ""), lines)
        for section in audit.standard.sections
        if (lines := _lines(audit, section, asked, answers, photos, before=before))
    ]


def _scores(audit: Audit) -> dict[int, str]:
    query = select(ScoreRow).where(ScoreRow.audit_id == audit.id)
    return {row.section_id: points_words(row.score) for row in gate.session().exec(query)}


def points_words(thousandths: int | None) -> str:
    """A score as it is shown."""
    return gate.tongue().number(thousandths / FULL) if thousandths is not None else gate.tongue().say("none")


def _lines(
    audit: Audit,
    section: Section,
    asked: Mapping[str, Question],
    answers: Mapping[int, Answer],
    photos: list[Photo],
    *,
    before: Mapping[str, str],
) -> list[Line]:
    items = [item for item in section.items if item.code in asked]
    return [
        line(audit, asked[item.code], answers.get(item.id), [p for p in photos if p.item_id == item.id], before)
        for item in items
    ]


def line(
    audit: Audit,
    question: Question,
    answer: Answer | None,
    photos: list[Photo],
    before: Mapping[str, str] = MappingProxyType({}),
) -> Line:
    """One item, whether or not it has been answered."""
    say, item = gate.tongue().say, question.item
    text, language = wording(item, gate.tongue())
    remarks = [say("critical")] if item.critical else []
    remarks += [say("a judgement")] if item.judgement else []
    if item.code in before:
        remarks.append(say("corrected, before: {mark}", mark=mark_words(question, before[item.code])))
    return Line(
        code=item.code,
        text=text,
        language=language,
        mark=mark_words(question, answer.mark if answer is not None else ""),
        earned=_earned(answer),
        tone=_tone(item, answer),
        remarks=remarks,
        comment=answer.comment if answer is not None else "",
        pictures=[picture(audit, one) for one in photos],
        cleared=cleared.sentences(answer, photos) if answer is not None else cleared.photos(photos),
    )


def picture(audit: Audit, photo: Photo) -> tuple[str, str]:
    small, large = (
        url_for("office.photo", public_id=audit.public_id, photo=photo.public_id, size=size)
        for size in ("small", "large")
    )
    return small, large


def wording(item: Item, tongue: Language) -> tuple[str, str]:
    """An item's text, and the language it is in: the reader's, else English, else the code."""
    for code in (tongue.code, ORIGINAL, *item.wording):
        text = item.wording.get(code, {}).get("text")
        if text:
            return str(text), code
    return item.code, ORIGINAL


def short(item: Item, tongue: Language) -> str:
    text = wording(item, tongue)[0]
    return text if len(text) <= CUT else text[: CUT - 1].rstrip() + "…"


def mark_words(question: Question, mark: str) -> str:
    """A mark in words."""
    tongue, rule = gate.tongue(), question.rule
    plain = {"": tongue.say("not answered"), NA: tongue.say("does not apply")}
    if mark in plain:
        return plain[mark]
    match rule.type:
        case ItemType.SECONDS:
            words = tongue.say("{mark} seconds", mark=mark)
        case ItemType.RATING:
            low, high = sorted((int(rule.worst), int(rule.best)))
            words = tongue.say("{mark} on a scale from {low} to {high}", mark=mark, low=low, high=high)
        case ItemType.PHOTO if mark.isdecimal():
            words = tongue.count("{n} photo", "{n} photos", int(mark))
        case _:
            words = dict(options(question)).get(mark, mark)
    return words


def options(question: Question) -> list[tuple[str, str]]:
    """The marks that may be chosen, with their words; none where a mark is typed."""
    say, rule = gate.tongue().say, question.rule
    match rule.type:
        case ItemType.YES_NO:
            found = [(YES, say("Yes")), (NO, say("No"))]
        case ItemType.RATING:
            found = [(str(one), gate.tongue().whole(one)) for one in sorted(scoring.rating_steps(rule))]
        case ItemType.CHOICE:
            words = question.item.wording.get(gate.tongue().code) or question.item.wording.get(ORIGINAL) or {}
            named = words.get("options")
            found = [(one, str((named if isinstance(named, dict) else {}).get(one, one))) for one in rule.options]
        case _:
            return []
    return [*found, (NA, say("Does not apply"))] if rule.na else found


def _earned(answer: Answer | None) -> str:
    """What a mark earned, where it is not all."""
    if answer is None or answer.points is None or answer.points == FULL:
        return ""
    return gate.tongue().say("{share} of the points", share=gate.tongue().percent(answer.points / FULL))


def _tone(item: Item, answer: Answer | None) -> str:
    if answer is None or answer.points is None or answer.points == FULL:
        return ""
    return "critical" if item.critical and answer.points == 0 else "short"


def question_of(audit: Audit, item: Item) -> Question:
    """An item with its rule, also where the audit's channel does not ask it."""
    found = {rule.code: rule for rule in standards.scoring_rules(audit.standard).items}
    return Question(item, found[item.code])


def of_the_visit(audit: Audit) -> list[tuple[str, str]]:
    """Photos that belong to no item."""
    return [picture(audit, one) for one in kept.of_item(gate.session(), audit, None)]


def kept_back(audit: Audit) -> list[str]:
    """How many of these others are not shown."""
    return cleared.photos(kept.of_item(gate.session(), audit, None))
