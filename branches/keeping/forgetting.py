"""Forgetting: what is due, and part after part of it forgotten, with a line of history that names nobody."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from branches import history
from branches.history import Actor, Event
from branches.keeping.kinds import KINDS, Kind
from branches.keeping.terms import Terms

_LOCK = 5_120_036
"""A number of our own, under which one transaction at a time forgets."""


class Keeping(SQLModel):
    """All that is kept, as history calls it; no row of any table."""

    id: int = 1


def due(session: Session, terms: Terms, at: datetime) -> dict[str, list[int]]:
    """What would be forgotten now, by kind; nothing is written."""
    found = {kind.name: due_of(session, kind, terms, at) for kind in KINDS}
    return {name: numbers for name, numbers in found.items() if numbers}


def due_of(session: Session, kind: Kind, terms: Terms, at: datetime) -> list[int]:
    """Numbers of the rows that would go; none of what is kept without end."""
    return kind.due(session, terms, at) if kind.months(terms) else []


def forget(session: Session, kind: Kind, terms: Terms, *, by: Actor | None, at: datetime) -> int:
    """Forgets the first part of what is due of a kind, and gives how many that were; 0 once nothing is.

    Each part stands alone: a process that is killed between two leaves nothing half done, and the next one goes on.
    """
    _alone(session)
    part = due_of(session, kind, terms, at)[: kind.at_once]
    if part:
        kind.forget(session, part, at)
        session.flush()
        session.expire_all()
        keeping = Keeping()
        history.write(session, "forget", keeping, by=by, at=at, kind=kind.name, n=len(part))
    return len(part)


def lately(session: Session) -> Event | None:
    """The last time that anything was forgotten."""
    return history.latest(session, "keeping", "forget")


def _alone(session: Session) -> None:
    """Until this transaction ends nobody else forgets anything; in SQLite one writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
