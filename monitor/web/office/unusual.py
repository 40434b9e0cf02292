"""What is unusual about an audit, said plainly: none of it is wrong by itself, all of it is worth a look."""

from datetime import date, timedelta

from sqlmodel import col

from branches import access, assignments, photos
from branches.assignments import GRACE, LOCKOUT_DAYS, Assignment
from branches.audits import Audit, Outcome
from monitor.web import gate
from monitor.web.office.room import after_words

SOON = timedelta(minutes=10)
"""Filled in before one could have left the branch and sat down."""


def remarks(audit: Audit) -> list[str]:
    """A sentence for each thing that a reviewer should know before deciding."""
    say = gate.tongue().say
    found = []
    if audit.outcome == Outcome.CRITICAL_FAIL.value:
        found.append(say("A critical item failed."))
    found += _photos(audit) + _window(audit, assignments.of(gate.session(), audit)) + _sending(audit)
    other = _last_time(audit)
    if other is not None:
        found.append(say("The same shopper was at this branch on {day}.", day=other))
    return found


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


def _window(audit: Audit, known: Assignment | None) -> list[str]:
    say, day = gate.tongue().say, audit.visited_on
    if known is None or day is None:
        return []
    if day < known.opens_on:
        return [say("The visit was before its window, which opened on {day}.", day=known.opens_on)]
    if day > known.closes_on:
        return [say("The visit was after its window, which closed on {day}.", day=known.closes_on)]
    return []


def _sending(audit: Audit) -> list[str]:
    if audit.visited_at is None or audit.submitted_at is None or was_corrected(audit):
        return []
    say, span = gate.tongue().say, audit.submitted_at - audit.visited_at
    if span > GRACE:
        return [say("It was sent late: {after}.", after=after_words(span))]
    if span < timedelta(0):
        return [say("It was sent before the time that is given for the visit.")]
    if span < SOON:
        return [say("It was sent {after}, perhaps still at the branch.", after=after_words(span))]
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
