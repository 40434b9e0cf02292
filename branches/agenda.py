"""The agenda: where each scope's reports stand: which is due next and when, which was the last, which are missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from branches import editions
from branches.editions import WEEKLY, Edition, Entry, Scope
from branches.weeks import Week

IN_TIME = timedelta(minutes=5)
"""So long after it was due a report may still be in the making, and is not called late."""


@dataclass(frozen=True)
class Standing:
    """One scope's reports at one moment."""

    scope: Scope
    week: Week | None
    """The next that will be due; None where no branch of the scope is open any more."""
    missing: tuple[Week, ...] = ()
    """Due for a while, and not issued yet: oldest first."""
    last: Entry | None = None
    """The newest revision of the last one issued."""

    @property
    def due_at(self) -> datetime | None:
        return self.scope.due_at(self.week) if self.week is not None else None


def standings(session: Session, scopes: list[Scope], now: datetime) -> list[Standing]:
    """Where the reports of these scopes stand, in as many queries for many as for one."""
    begun, done, last = editions.started(session), _done(session), _last(session)
    return [_standing(scope, begun, done.get(scope.key, set()), last, now) for scope in scopes]


def _standing(
    scope: Scope, begun: Mapping[str, Week], done: set[date], last: dict[str, Entry], now: datetime
) -> Standing:
    """One whose first week is not fixed yet begins with the one that would be now, and has nothing missing."""
    first = begun.get(scope.key)
    coming = scope.next_week(now)
    week = max(first or scope.first_to_come(begun, now), coming)
    missing = editions.missing(scope, first, done, now - IN_TIME) if first is not None else []
    return Standing(scope, week if scope.is_open(week) else None, tuple(missing), last.get(scope.key))


def _done(session: Session) -> dict[str, set[date]]:
    """The weeks that each scope has an edition of."""
    query = sa.select(col(Edition.scope), col(Edition.week)).where(
        col(Edition.report) == WEEKLY, col(Edition.revision) == 0
    )
    found: dict[str, set[date]] = {}
    for scope, week in session.execute(query):
        found.setdefault(scope, set()).add(week)
    return found


def _last(session: Session) -> dict[str, Entry]:
    """The newest revision of each scope's last week."""
    weekly = col(Edition.report) == WEEKLY
    newest = sa.select(col(Edition.scope), sa.func.max(col(Edition.week)).label("week")).where(weekly)
    weeks = newest.group_by(col(Edition.scope)).subquery()
    query = (
        sa.select(
            col(Edition.scope),
            col(Edition.public_id),
            col(Edition.week),
            col(Edition.revision),
            col(Edition.issued_at),
            col(Edition.states),
        )
        .join(weeks, (col(Edition.scope) == weeks.c.scope) & (col(Edition.week) == weeks.c.week))
        .where(weekly)
        .order_by(col(Edition.revision))
    )
    return {scope: Entry(*rest) for scope, *rest in session.execute(query)}
