"""History: who did what to what, when; written by every verb, changed by none but that which erases a person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, func, select

from branches.database import UtcTime


class Actor(Protocol):
    """Whoever does something; people themselves are written about here too, so they are not known by name."""

    id: int


class Event(SQLModel, table=True):
    """One thing somebody did. The program itself acts as nobody."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_thing_thing_id", "thing", "thing_id"),)

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcTime, index=True)
    by_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    verb: str = Field(max_length=32)
    thing: str = Field(max_length=32)
    thing_id: int
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def write(session: Session, verb: str, thing: SQLModel, *, by: Actor | None, at: datetime, **details: Any) -> None:
    """Notes that `by` did `verb` to `thing`, which must have been stored already."""
    number = getattr(thing, "id", None)
    if number is None:
        session.flush()
        number = thing.id  # type: ignore[attr-defined]
    by_id = by.id if by is not None else None
    session.add(Event(at=at, by_id=by_id, verb=verb, thing=_kind(thing), thing_id=number, details=details))


def plain(changes: Mapping[str, list[object]]) -> dict[str, list[object]]:
    """What was there before and what came, as JSON keeps it: days in ISO form."""
    return {name: [one.isoformat() if isinstance(one, date) else one for one in pair] for name, pair in changes.items()}


def of(session: Session, thing: SQLModel) -> list[Event]:
    """What happened to that thing, oldest first."""
    return of_all(session, [thing])


def of_all(session: Session, things: Sequence[SQLModel]) -> list[Event]:
    """What happened to things of one kind, oldest first."""
    if not things:
        return []
    numbers = [thing.id for thing in things]  # type: ignore[attr-defined]
    query = select(Event).where(Event.thing == _kind(things[0]), col(Event.thing_id).in_(numbers))
    return list(session.exec(query.order_by(col(Event.at), col(Event.id))))


def newest(session: Session, thing: SQLModel) -> int:
    """The last event of that thing: a page that knows an older one shows what has changed since; 0 before the first."""
    number = thing.id  # type: ignore[attr-defined]
    query = select(Event.id).where(Event.thing == _kind(thing), Event.thing_id == number)
    return session.exec(query.order_by(col(Event.id).desc()).limit(1)).first() or 0


def newest_of(session: Session, things: Sequence[SQLModel]) -> dict[int, int]:
    """The last event of each of several things of one kind, by their numbers."""
    if not things:
        return {}
    numbers = [thing.id for thing in things]  # type: ignore[attr-defined]
    query = select(Event.thing_id, func.max(Event.id)).where(Event.thing == _kind(things[0]))
    return dict(session.exec(query.where(col(Event.thing_id).in_(numbers)).group_by(col(Event.thing_id))).all())


def done_by(session: Session, person: Actor, *, most: int) -> list[Event]:
    """What that person did last, newest first."""
    query = select(Event).where(Event.by_id == person.id).order_by(col(Event.id).desc())
    return list(session.exec(query.limit(most)))


def latest(session: Session, thing: str, verb: str) -> Event | None:
    """The last time that was done to any thing of that kind."""
    query = select(Event).where(Event.thing == thing, Event.verb == verb)
    return session.exec(query.order_by(col(Event.id).desc()).limit(1)).first()


def last_change(session: Session, known_at: datetime) -> int:
    """The newest event that bears on what counted at that moment; a later one bears on later moments alone.

    Releases count from their own time on; an import may date what it brings back.
    """
    released = (col(Event.verb) == "released") & (col(Event.at) <= known_at)
    query = select(Event.id).where(released | (col(Event.verb) == "import")).order_by(col(Event.id).desc()).limit(1)
    return session.exec(query).first() or 0


def _kind(thing: SQLModel) -> str:
    return type(thing).__name__.lower()
