"""What is unusual about an audit, said plainly: none of it is wrong by itself, all of it is worth a look."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlmodel import col

from branches import access, assignments, clearing, doubts, photos, questions
from branches.assignments import GRACE, LOCKOUT_DAYS
from branches.audits import Audit, Outcome
from branches.doubts import Doubt, DoubtKind
from branches.language import message
from branches.questions import Question
from monitor.web import gate
from monitor.web.office.room import after_words
from monitor.web.office.sheet import short

WORDS = {
    DoubtKind.EARLY: message("The visit was before its window, which opened on {day}."),
    DoubtKind.LATE: message("The visit was after its window, which closed on {day}."),
    DoubtKind.SOON: message("It was sent {after}, perhaps still at the branch."),
    DoubtKind.FAST: message("It was filled in faster than its questions can be read."),
    DoubtKind.MOMENT: message("The time of the visit is not the one that was noted on coming in."),
    DoubtKind.APART: message("{item} · at the branch {seconds} seconds were noted."),
    DoubtKind.SHORT: message("{item} · the low mark is not explained."),
    DoubtKind.NAME: message("{item} · {name} may be somebody's name."),
}


@dataclass(frozen=True)
class Remark:
    """One thing, and where something can be done about it."""

    words: str
    href: str = ""


def remarks(audit: Audit) -> list[Remark]:
    """A sentence for each thing that a reviewer should know before deciding."""
    say = gate.tongue().say
    first = [say("A critical item failed.")] if audit.outcome == Outcome.CRITICAL_FAIL.value else []
    other = _last_time(audit)
    last = [say("The same shopper was at this branch on {day}.", day=other)] if other is not None else []
    before, after = [*first, *_photos(audit)], [*_sending(audit), *last]
    return [*(Remark(one) for one in before), *_asked(audit), *(Remark(one) for one in after)]


def _photos(audit: Audit) -> list[str]:
    lost = len(photos.missing(gate.session(), gate.site().photos, [audit.id]))
    if not lost:
        return []
    return [
        gate.tongue().count(
            "{n} photo of this audit cannot be found any more; ask the shopper for it again.",
            "{n} photos of this audit cannot be found any more; ask the shopper for them again.",
            lost,
        )
    ]


def _asked(audit: Audit) -> list[Remark]:
    """What the shopper was told of before sending, as far as it stands; somebody's name until others do not read it."""
    session, known = gate.session(), doubts.familiar(audit, gate.site().name)
    found = [one for one in doubts.of_audit(session, audit, known) if one.kind is not DoubtKind.NAME]
    found += [Doubt(DoubtKind.NAME, code, {"name": name}) for code, name in _named(audit, known)]
    by_code = questions.of(audit.standard, audit.channel).by_code
    return [
        Remark(_sentence(audit, one, by_code.get(one.item)), _where(audit, one))
        for one in found
        if one.kind in WORDS and _counts(audit, one)
    ]


def _named(audit: Audit, known: frozenset[str]) -> list[tuple[str, str]]:
    return list(clearing.still_named(gate.session(), audit, known).items())


def _where(audit: Audit, doubt: Doubt) -> str:
    """Where a name can be taken out of what others read."""
    if doubt.kind is not DoubtKind.NAME or not clearing.is_open(audit):
        return ""
    return url_for("office.clearing", public_id=audit.public_id, _anchor=f"of-{doubt.item}")


def _counts(audit: Audit, doubt: Doubt) -> bool:
    """After a correction the time of sending says nothing about the visit."""
    return doubt.kind not in (DoubtKind.SOON, DoubtKind.FAST) or not was_corrected(audit)


def _sentence(audit: Audit, doubt: Doubt, question: Question | None) -> str:
    values = dict[str, Any](doubt.values)
    if "day" in values:
        values["day"] = date.fromisoformat(values["day"])
    if question is not None:
        values["item"] = short(question.item, gate.tongue())
    if audit.submitted_at is not None and audit.visited_at is not None:
        values["after"] = after_words(audit.submitted_at - audit.visited_at)
    return gate.tongue().say(WORDS[doubt.kind], **values)


def _sending(audit: Audit) -> list[str]:
    if audit.visited_at is None or audit.submitted_at is None or was_corrected(audit):
        return []
    say, span = gate.tongue().say, audit.submitted_at - audit.visited_at
    if span > GRACE:
        return [say("It was sent late: {after}.", after=after_words(span))]
    if span < timedelta(0):
        return [say("It was sent before the time that is given for the visit.")]
    return []


def was_corrected(audit: Audit) -> bool:
    """Then the time of sending is that of the correction."""
    known = assignments.of(gate.session(), audit)
    return known is not None and known.correct_until is not None


def _last_time(audit: Audit) -> date | None:
    """The nearest other visit of the same shopper to this branch within the lockout."""
    if audit.shopper_id is None or audit.visited_on is None:
        return None
    near = timedelta(days=LOCKOUT_DAYS)
    query = access.visible_audits(gate.person()).where(
        Audit.shopper_id == audit.shopper_id,
        Audit.branch_id == audit.branch_id,
        Audit.id != audit.id,
        col(Audit.visited_on).between(audit.visited_on - near, audit.visited_on + near),
    )
    found = gate.session().exec(query.order_by(col(Audit.visited_on).desc()).limit(1)).first()
    return found.visited_on if found is not None else None
