"""Terms: for how many months each kind of thing is kept; and when that ends, and what is waited for besides."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from branches.actions import CorrectiveAction
from branches.appeals import Appeal
from branches.audits import Audit
from branches.history import Event
from branches.states import COUNTED, ActionState, AppealState, AuditState

_ENDED = [state.value for state in (*sorted(COUNTED), AuditState.EXPIRED, AuditState.WITHDRAWN, AuditState.EXCLUDED)]
"""States in which nobody is to do anything any more before an audit counts, or never will."""


@dataclass(frozen=True)
class Terms:
    """Months; 0: without end."""

    photos: int = 24
    comments: int = 36
    evidence: int = 24
    drafts: int = 6
    reasons: int = 12
    traces: int = 3
    people: int = 60
    least_days: int = 217
    """So long an audit stays whole whatever the months say: reports look back on it, or its branch may appeal."""


USUAL = Terms()


def back(at: datetime, months: int) -> datetime:
    """The same day and time so many months before, or the last day of that month."""
    whole = at.year * 12 + at.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def before(terms: Terms, months: int, at: datetime) -> datetime:
    """What happened to an audit before then is long enough ago."""
    return min(back(at, months), at - timedelta(days=terms.least_days))


def is_over(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether an audit has ended, nothing has happened to it since then, and nobody still argues from it."""
    happened = select(Event.id).where(Event.thing == "audit", Event.thing_id == Audit.id, Event.at >= since)
    argued = select(Appeal.id).where(Appeal.audit_id == Audit.id, Appeal.state == AppealState.OPEN.value)
    promised = select(CorrectiveAction.id).where(
        CorrectiveAction.audit_id == Audit.id, CorrectiveAction.state != ActionState.VERIFIED.value
    )
    return (
        col(Audit.state).in_(_ENDED),
        col(Audit.assigned_at) < since,
        col(Audit.visited_on).is_(None) | (col(Audit.visited_on) < since.date()),
        col(Audit.released_at).is_(None) | (col(Audit.released_at) < since),
        ~happened.correlate(Audit).exists(),
        ~argued.correlate(Audit).exists(),
        ~promised.correlate(Audit).exists(),
    )
