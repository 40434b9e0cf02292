"""Closing: a shopper is reminded once of an audit whose last day comes near and that they have not sent."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from branches import outbox
from branches.assignments import NOT_SENT, Assignment
from branches.audits import Audit
from branches.database import in_parts
from branches.outbox import Mail, MailKind

EARLIEST = time(6)
"""By the clock at the branch: nobody is woken."""
DAYS_BEFORE = 2
TOLD = timedelta(days=3)
"""Who was asked so lately needs no reminder."""


def owed(session: Session, at: datetime) -> list[tuple[Audit, Assignment]]:
    """What its shopper is to be reminded of at that moment and has not been; other days are another reminder."""
    found, written = list(_due(session, at)), set[str]()
    for part in in_parts([_key(audit, known) for audit, known in found]):
        written |= set(session.exec(select(Mail.key).where(col(Mail.key).in_(part))))
    return [(audit, known) for audit, known in found if _key(audit, known) not in written]


def _due(session: Session, at: datetime) -> Iterator[tuple[Audit, Assignment]]:
    a_day = timedelta(days=1)  # no zone is further away
    query = select(Audit, Assignment).join(Assignment, col(Assignment.audit_id) == Audit.id)
    query = query.where(col(Audit.state).in_(NOT_SENT), col(Audit.assigned_at) <= at - TOLD)
    near = col(Assignment.closes_on).between(at.date() - a_day, at.date() + (DAYS_BEFORE + 1) * a_day)
    for audit, known in session.exec(query.where(near).order_by(col(Audit.id))):
        local = at.astimezone(ZoneInfo(audit.branch.timezone))
        left = (known.closes_on - local.date()).days
        shopper = audit.shopper
        if shopper is None or shopper.email is None or not shopper.active:
            continue
        if 0 <= left <= DAYS_BEFORE and local.time() >= EARLIEST:
            yield audit, known


def _key(audit: Audit, known: Assignment) -> str:
    return f"{MailKind.CLOSING.value}:{audit.public_id}:{known.closes_on.isoformat()}:{audit.shopper_id}"


def write(session: Session, *, at: datetime) -> int:
    """Puts into the outbox what is owed; how many mails that is."""
    found = owed(session, at)
    for audit, known in found:
        if audit.shopper is not None:
            about = {"audit": audit.public_id, "days": [known.opens_on.isoformat(), known.closes_on.isoformat()]}
            outbox.write(session, MailKind.CLOSING, audit.shopper, about, key=_key(audit, known), at=at)
    return len(found)
