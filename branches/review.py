"""The review desk: an audit is approved, returned with a reason, or released."""

from datetime import datetime, timedelta

from sqlmodel import Session

from branches import assignments, audits, outbox
from branches.audits import Audit
from branches.errors import Refused
from branches.outbox import MailKind
from branches.people import User
from branches.states import AuditState

CORRECT_HOURS = 24


def approve(session: Session, audit: Audit, *, by: User, at: datetime) -> None:
    audits.move(session, audit, AuditState.APPROVED, by=by, at=at)
    audit.approved_at = at


def send_back(
    session: Session, audit: Audit, *, reason: str, by: User, at: datetime, correct_hours: int = CORRECT_HOURS
) -> None:
    """Asks the shopper to correct the audit within so many hours, and tells them so."""
    if not reason.strip():
        raise Refused("Say what the shopper should correct.")
    audits.move(session, audit, AuditState.RETURNED, by=by, at=at, reason=reason.strip())
    known = assignments.of(session, audit)
    if known is not None:
        known.correct_until = at + timedelta(hours=correct_hours)
        session.add(known)
    if audit.shopper is not None:
        outbox.for_audit(session, MailKind.RETURNED, audit.shopper, audit.public_id, at=at)


def release(session: Session, audit: Audit, *, by: User, at: datetime) -> None:
    audits.release(session, audit, by=by, at=at)
