"""The review desk: an audit is approved, returned with a reason, or released."""

from datetime import datetime

from sqlmodel import Session

from branches import audits
from branches.audits import Audit
from branches.errors import Refused
from branches.people import User
from branches.states import AuditState


def approve(session: Session, audit: Audit, *, by: User, at: datetime) -> None:
    audits.move(session, audit, AuditState.APPROVED, by=by, at=at)
    audit.approved_at = at


def send_back(session: Session, audit: Audit, *, reason: str, by: User, at: datetime) -> None:
    """Asks the shopper to correct the audit."""
    if not reason.strip():
        raise Refused("Say what the shopper should correct.")
    audits.move(session, audit, AuditState.RETURNED, by=by, at=at, reason=reason.strip())


def release(session: Session, audit: Audit, *, by: User, at: datetime) -> None:
    audits.release(session, audit, by=by, at=at)
