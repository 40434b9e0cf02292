"""The review desk: an audit is approved, returned with a reason, or released."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from branches import assignments, audits, history, outbox
from branches.audits import Answer, Audit, Photo
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.language import message
from branches.outbox import MailKind
from branches.people import User
from branches.questions import Mark
from branches.standards import Item
from branches.states import AuditState

CORRECT_HOURS = 24
OWN = message("You approved this audit; somebody else releases it, because two people look at each.")
BOTH = message(
    "Nobody both approves and releases an audit, because two people look at each. Approve it; somebody else releases it."
)


def check_seen(session: Session, audit: Audit, newest: int) -> None:
    """Refuses a decision that was made from a page older than the audit; `newest` is the last event the page knew."""
    hold(session, audit)
    if history.newest(session, audit) != newest:
        raise Conflict("This audit has changed since the page was opened. Look at it again before you decide.")


def approve(session: Session, audit: Audit, *, by: User, at: datetime) -> None:
    audits.move(session, audit, AuditState.APPROVED, by=by, at=at)
    audit.approved_at = at


def send_back(
    session: Session,
    audit: Audit,
    *,
    reason: str,
    items: Iterable[str] = (),
    by: User,
    at: datetime,
    correct_hours: int = CORRECT_HOURS,
) -> None:
    """Asks the shopper to correct the audit within so many hours, and tells them so; `items` are those it is about."""
    if not reason.strip():
        raise Refused("Say what the shopper should correct.")
    audits.move(session, audit, AuditState.RETURNED, by=by, at=at, reason=reason.strip(), items=list(items))
    known = assignments.of(session, audit)
    if known is not None:
        known.correct_until = at + timedelta(hours=correct_hours)
        session.add(known)
    if audit.shopper is not None:
        outbox.for_audit(session, MailKind.RETURNED, audit.shopper, audit.public_id, at=at)


def to_correct(session: Session, audit: Audit) -> frozenset[str]:
    """The items that a returned audit was returned for; none where it is not returned, or was without naming any."""
    if audit.state != AuditState.RETURNED.value:
        return frozenset()
    returned = [event for event in history.of(session, audit) if event.verb == AuditState.RETURNED.value]
    return frozenset(returned[-1].details.get("items", ())) if returned else frozenset()


def as_sent(session: Session, audit: Audit) -> dict[str, Mark]:
    """What was sent of the items that a returned audit was returned for; without those that have got a photo since."""
    codes = to_correct(session, audit)
    if not codes or audit.submitted_at is None:
        return {}
    of_audit = select(Item.code, Answer.mark, Answer.comment).join(Item).where(Answer.audit_id == audit.id)
    sent = {code: Mark(mark, comment) for code, mark, comment in session.exec(of_audit) if code in codes}
    since = (Photo.audit_id == audit.id, col(Photo.kept_at) > audit.submitted_at)
    new = set(session.exec(select(Item.code).join(Photo, col(Photo.item_id) == Item.id).where(*since)))
    return {code: sent.get(code, Mark("")) for code in codes - new}


def approver(session: Session, audit: Audit) -> int | None:
    """The row of whoever approved it last; None where nobody did."""
    approved = [event.by_id for event in history.of(session, audit) if event.verb == AuditState.APPROVED.value]
    return approved[-1] if approved else None


def release(session: Session, audit: Audit, *, by: User, at: datetime, two_people: bool = False) -> None:
    """With `two_people` whoever approved it is refused: somebody else looks at it too before it counts."""
    hold(session, audit)
    if two_people and approver(session, audit) == by.id:
        raise Refused(OWN)
    audits.release(session, audit, by=by, at=at)


def approve_and_release(session: Session, audit: Audit, *, by: User, at: datetime, two_people: bool = False) -> None:
    """Both at once, where the one who reads it may do both."""
    if two_people:
        raise Refused(BOTH)
    approve(session, audit, by=by, at=at)
    release(session, audit, by=by, at=at)
