"""Doubts: what the review desk would ask about. The shopper hears of them before sending; none of it is wrong by itself.

The phone asks the same where there is no network (`checks.js`), and one file of cases is held against both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, select

from branches import assignments, audits, drafts, naming, questions, review, sending, stamps
from branches.audits import Answer, Audit
from branches.drafts import VISITED, Filled
from branches.questions import Mark, Question, Questions
from branches.scoring import NO, ItemType
from branches.standards import Item

SOON_MINUTES = 10
"""Sent before one could have left the branch and sat down."""
FEW_SECONDS = 2
"""An answer; whoever is faster has not read the question."""
FEWEST = 5
"""Answers from which on the pace says something."""
APART_MINUTES = 30
"""Between the time that is given for the visit and the moment that was tapped."""
APART_SECONDS = 60
"""Between a timed answer and the moments that were tapped."""
SHORTEST = 10
"""Letters of a comment that explains something."""
LOCAL = "%Y-%m-%dT%H:%M"


class DoubtKind(StrEnum):
    """What may be asked."""

    EARLY = "early"
    """The visit was before its window."""
    LATE = "late"
    """It was after it."""
    SOON = "soon"
    """It is sent when one may still be at the branch."""
    FAST = "fast"
    """It was answered faster than one can read."""
    MOMENT = "moment"
    """The time of the visit is not the one that was tapped."""
    APART = "apart"
    """A timed answer is far from what was tapped."""
    SHORT = "short"
    """A low mark without a sentence that explains it."""
    NAME = "name"
    """A text that seems to name somebody."""
    SAME = "same"
    """It came back because of this answer, which is as it was sent."""


@dataclass(frozen=True)
class Doubt:
    """One thing that may be asked, at an item or at the time of the visit."""

    kind: DoubtKind
    item: str = VISITED
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Times:
    """When it all was, by the clock at the branch: 2026-11-16T18:04."""

    visited: str
    here: str
    """When it is sent, or now."""
    filling: float | None
    """Seconds since the first answer."""
    answers: int
    window: tuple[str, str] | None
    """First and last day of the visit."""
    afar: bool = False
    """By phone: then nobody is at the branch."""


@dataclass(frozen=True)
class _Sent:
    """What is looked at: the answers, the time of the visit, and when they were sent or would be."""

    given: Mapping[str, Mark]
    visited: str
    at: datetime


def explained(question: Question) -> list[str]:
    """Marks that want a sentence beside them: a critical no, the lowest step of a rating."""
    rule = question.rule
    if rule.type is ItemType.RATING:
        return [str(int(rule.worst))]
    return [NO] if rule.critical and rule.type is ItemType.YES_NO else []


def of_answers(asked: Questions, given: Mapping[str, Mark], known: frozenset[str]) -> list[Doubt]:
    """What may be asked about single answers, in the order of the standard."""
    found = []
    for question in asked.asked({code: mark.mark for code, mark in given.items()}):
        code, entry = question.rule.code, given.get(question.rule.code, Mark(""))
        mark = questions.read(question.rule, entry.mark)
        if mark in explained(question) and len(entry.comment.strip()) < SHORTEST:
            found.append(Doubt(DoubtKind.SHORT, code))
        texts = [entry.comment, mark] if question.rule.type is ItemType.TEXT else [entry.comment]
        if name := next(filter(None, (naming.named(text, known) for text in texts)), ""):
            found.append(Doubt(DoubtKind.NAME, code, {"name": name}))
    return found


def of_corrections(
    asked: Questions, given: Mapping[str, Mark], sent: Mapping[str, Mark], photos: Mapping[str, int]
) -> list[Doubt]:
    """Which of the answers that were to be corrected are as they were `sent`; `photos` says how many there are of an item."""
    found = []
    for question in asked.asked({code: mark.mark for code, mark in given.items()}):
        code = question.rule.code
        if code not in sent:
            continue
        now, then = given.get(code, Mark("")), sent[code]
        counted = question.rule.type is ItemType.PHOTO and photos.get(code, 0)
        mark = str(counted) if counted else questions.read(question.rule, now.mark)
        if (mark, now.comment.strip()) == (then.mark, then.comment):
            found.append(Doubt(DoubtKind.SAME, code))
    return found


def of_times(times: Times) -> list[Doubt]:
    """What may be asked about when it was."""
    visited, here, found = _minute(times.visited), _minute(times.here), []
    if visited is not None and times.window is not None and times.visited[:10] < times.window[0]:
        found.append(Doubt(DoubtKind.EARLY, values={"day": times.window[0]}))
    if visited is not None and times.window is not None and times.visited[:10] > times.window[1]:
        found.append(Doubt(DoubtKind.LATE, values={"day": times.window[1]}))
    if visited is not None and here is not None and not times.afar and 0 <= here - visited < SOON_MINUTES:
        found.append(Doubt(DoubtKind.SOON))
    pace = times.filling if times.filling is not None and times.answers >= FEWEST else -1
    if 0 <= pace < FEW_SECONDS * times.answers:
        found.append(Doubt(DoubtKind.FAST))
    return found


def of_stamps(said: Mapping[str, str], marks: Mapping[str, str]) -> list[Doubt]:
    """What was answered otherwise than it was tapped; `said` is what the stamps say of each."""
    found = []
    tapped, visited = _minute(said.get(VISITED, "")), _minute(marks.get(VISITED, ""))
    if tapped is not None and visited is not None and abs(tapped - visited) > APART_MINUTES:
        found.append(Doubt(DoubtKind.MOMENT, values={"moment": said[VISITED]}))
    for code, seconds in said.items():
        typed = marks.get(code, "")
        if code != VISITED and re.fullmatch(r"[0-9]{1,5}", typed) and abs(int(typed) - int(seconds)) > APART_SECONDS:
            found.append(Doubt(DoubtKind.APART, code, {"seconds": seconds}))
    return found


def familiar(audit: Audit, chain: str) -> frozenset[str]:
    """Words that name no person there: the branch's, its region's, the chain's."""
    branch = audit.branch
    return naming.familiar([branch.name, branch.address, branch.region.name, chain])


def _minute(local: str) -> int | None:
    """Minutes of a local time since the year 1."""
    try:
        at = datetime.strptime(local[:16], LOCAL)  # noqa: DTZ007 - the clock on the wall
    except ValueError:
        return None
    return at.toordinal() * 1440 + at.hour * 60 + at.minute


def of_draft(session: Session, audit: Audit, filled: Filled, known: frozenset[str], *, at: datetime) -> list[Doubt]:
    """All that may be asked about what has been filled in, were it sent now."""
    given, asked = sending.marks(audit, filled), questions.of(audit.standard, audit.channel)
    sent, photos = review.as_sent(session, audit), audits.photos_by_item(session, audit)
    same = of_corrections(asked, given, sent, photos)
    return same + _found(session, audit, filled, _Sent(given, filled.visited, at), known)


def of_audit(session: Session, audit: Audit, known: frozenset[str]) -> list[Doubt]:
    """The same of an audit as it was sent, without what it was returned for before."""
    if audit.submitted_at is None or audit.visited_at is None:
        return []
    query = select(Item.code, Answer.mark, Answer.comment).join(Item).where(Answer.audit_id == audit.id)
    given = {code: Mark(mark, comment) for code, mark, comment in session.exec(query)}
    visited = sending.local_time(audit.visited_at, audit.branch.timezone).strftime(LOCAL)
    sent = _Sent(given, visited, audit.submitted_at)
    return _found(session, audit, drafts.read(session, audit), sent, known)


def _found(session: Session, audit: Audit, filled: Filled, sent: _Sent, known: frozenset[str]) -> list[Doubt]:
    asked, zone = questions.of(audit.standard, audit.channel), audit.branch.timezone
    marks = {code: questions.read(asked.by_code[code].rule, one.mark) for code, one in sent.given.items()}
    begun = stamps.moment(filled.typed(stamps.BEGUN).mark)
    window = assignments.of(session, audit)
    times = Times(
        sent.visited,
        sending.local_time(sent.at, zone).strftime(LOCAL),
        (sent.at - begun).total_seconds() if begun is not None else None,
        len([mark for mark in marks.values() if mark]),
        (window.opens_on.isoformat(), window.closes_on.isoformat()) if window is not None else None,
        afar=audit.channel == "phone",
    )
    here = {question.rule.code for question in asked.asked(marks)} | {VISITED}
    said = stamps.answers(questions.spans(asked), filled.stamps, zone)
    tapped = {code: one for code, one in said.items() if code in here}
    return of_times(times) + of_stamps(tapped, {**marks, VISITED: sent.visited}) + of_answers(asked, sent.given, known)
