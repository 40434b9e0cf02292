"""A list that was read in and waits to be confirmed: kept as it came, so that what is done is worked out anew from it."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col

from branches.database import Packed, UtcTime
from branches.people import User

KEPT = timedelta(hours=24)


class Upload(SQLModel, table=True):
    """One person's last list of a kind."""

    by_id: int = Field(foreign_key="person.id", primary_key=True)
    kind: str = Field(max_length=16, primary_key=True)
    content: str = Field(sa_type=Packed)
    came_at: datetime = Field(sa_type=UtcTime)


def keep(session: Session, kind: str, content: str, *, by: User, at: datetime) -> None:
    """In the place of the one before."""
    drop(session, kind, by=by)
    session.add(Upload(by_id=by.id, kind=kind, content=content, came_at=at))
    session.flush()


def waiting(session: Session, kind: str, *, by: User, at: datetime) -> str | None:
    """What that person read in within a day and has not confirmed."""
    found = session.get(Upload, (by.id, kind))
    return found.content if found is not None and at - found.came_at < KEPT else None


def drop(session: Session, kind: str, *, by: User) -> None:
    session.execute(sa.delete(Upload).where(col(Upload.by_id) == by.id, col(Upload.kind) == kind))


def sweep(session: Session, before: datetime) -> None:
    """Forgets lists that nobody confirmed."""
    session.execute(sa.delete(Upload).where(col(Upload.came_at) < before))


def forget_all(session: Session) -> None:
    """Any of them may name somebody who is erased."""
    session.execute(sa.delete(Upload))
