"""Checked: all that the review desk would see at an audit that was sent, in the order in which it is said."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from branches import assignments, checks, clearing, compared, doubts
from branches.assignments import GRACE, LOCKOUT_DAYS
from branches.audits import Audit, Outcome
from branches.checks import Check, CheckKind
from branches.doubts import Doubt, DoubtKind
from branches.drafts import VISITED

_OF_SENDING = (DoubtKind.SOON, DoubtKind.FAST)
"""After a correction the time of sending says nothing about the visit."""


def note(session: Session, audit: Audit, chain: str, *, at: datetime) -> None:
    """Keeps what is seen of an audit that has just been sent; `chain` is its name, which names nobody."""
    checks.keep(session, audit, of_audit(session, audit, chain), at=at)


def of_audit(session: Session, audit: Audit, chain: str) -> list[Check]:
    """Everything, as it stands now."""
    if audit.submitted_at is None or audit.visited_at is None:
        return []
    known = doubts.familiar(audit, chain)
    found = [Check(CheckKind.CRITICAL)] if audit.outcome == Outcome.CRITICAL_FAIL.value else []
    found += [_check(one) for one in _asked(session, audit, known)]
    found += compared.row(session, audit) + compared.words(session, audit) + compared.pictures(session, audit)
    found += compared.unfit(session, audit) + compared.elsewhere(session, audit)
    return [*found, *_sending(session, audit), *_again(session, audit)]


def _check(doubt: Doubt) -> Check:
    item = "" if doubt.item == VISITED else doubt.item
    return Check(CheckKind(doubt.kind.value), item, doubt.values)


def _asked(session: Session, audit: Audit, known: frozenset[str]) -> Iterator[Doubt]:
    """What the shopper was told of before sending, as far as it stands; somebody's name until others do not read it."""
    corrected = was_corrected(session, audit)
    for one in doubts.of_audit(session, audit, known):
        if one.kind is not DoubtKind.NAME and not (corrected and one.kind in _OF_SENDING):
            yield one
    for code, name in clearing.still_named(session, audit, known).items():
        yield Doubt(DoubtKind.NAME, code, {"name": name})


def was_corrected(session: Session, audit: Audit) -> bool:
    """Then the time of sending is that of the correction."""
    known = assignments.of(session, audit)
    return known is not None and known.correct_until is not None


def _sending(session: Session, audit: Audit) -> Iterator[Check]:
    if audit.visited_at is None or audit.submitted_at is None or was_corrected(session, audit):
        return
    span = audit.submitted_at - audit.visited_at
    if span > GRACE:
        yield Check(CheckKind.OVERDUE)
    elif span < timedelta(0):
        yield Check(CheckKind.AHEAD)


def _again(session: Session, audit: Audit) -> Iterator[Check]:
    """The nearest other visit of the same shopper to this branch within the lockout."""
    if audit.shopper_id is None or audit.visited_on is None:
        return
    near = timedelta(days=LOCKOUT_DAYS)
    query = select(Audit).where(
        Audit.shopper_id == audit.shopper_id,
        Audit.branch_id == audit.branch_id,
        Audit.id != audit.id,
        col(Audit.visited_on).between(audit.visited_on - near, audit.visited_on + near),
    )
    other = session.exec(query.order_by(col(Audit.visited_on).desc()).limit(1)).first()
    if other is not None:
        yield Check(CheckKind.AGAIN, values={"day": other.visited_on}, other=other.public_id)
