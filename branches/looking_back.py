"""Looking back: history narrowed to what is asked for and read in parts, the newest first, however long it has become."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from branches.history import Event

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MARK = re.compile(r"([0-9]{1,17})-([0-9]{1,18})", re.ASCII)


class Doer(StrEnum):
    """Who did something: a person, or the program by itself."""

    ANYBODY = "all"
    PEOPLE = "people"
    PROGRAM = "program"


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for; what is left out narrows nothing."""

    thing: str = ""
    verb: str = ""
    thing_id: int | None = None
    by_id: int | None = None
    doer: Doer = Doer.ANYBODY
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is no longer asked for."""

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        equal = ((Event.thing, self.thing), (Event.verb, self.verb))
        found = [col(column) == value for column, value in equal if value]
        numbers = ((Event.thing_id, self.thing_id), (Event.by_id, self.by_id))
        found += [col(column) == number for column, number in numbers if number is not None]
        if self.doer is not Doer.ANYBODY:
            nobody = col(Event.by_id).is_(None)
            found.append(nobody if self.doer is Doer.PROGRAM else ~nobody)
        if self.since is not None:
            found.append(col(Event.at) >= self.since)
        if self.until is not None:
            found.append(col(Event.at) < self.until)
        return found


@dataclass(frozen=True)
class Mark:
    """Where a part of history ends: what is written later, or taken from elsewhere in the list, does not move it."""

    at: datetime
    number: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> "Mark | None":
        """None where an address holds anything else."""
        found = _MARK.fullmatch(text)
        return cls(_EPOCH + int(found[1]) * _MICROSECOND, int(found[2])) if found else None

    @classmethod
    def of(cls, event: Event) -> "Mark":
        return cls(event.at, event.id)

    @property
    def older(self) -> ColumnElement[bool]:
        """Whether an event comes below it. The first half is said again so that an index of moments is of use."""
        same = and_(col(Event.at) == self.at, col(Event.id) < self.number)
        return and_(col(Event.at) <= self.at, or_(col(Event.at) < self.at, same))

    @property
    def newer(self) -> ColumnElement[bool]:
        same = and_(col(Event.at) == self.at, col(Event.id) > self.number)
        return and_(col(Event.at) >= self.at, or_(col(Event.at) > self.at, same))


@dataclass(frozen=True)
class Part:
    """Some events, the newest first, and the marks from which the parts beside them go on; None where there is none."""

    events: list[Event]
    newer: Mark | None = None
    older: Mark | None = None


def part(session: Session, wanted: Wanted, *, most: int, below: Mark | None = None, above: Mark | None = None) -> Part:
    """The newest events, or so many as come next below a mark, or next above one."""
    if above is not None:
        rows = _read(session, wanted, above.newer, most=most + 1, oldest_first=True)
        if len(rows) > most:
            events = rows[:most][::-1]
            return Part(events, Mark.of(events[0]), Mark.of(events[-1]))
        below = None  # the newest fill less than a part: it is the first, whole
    rows = _read(session, wanted, *([below.older] if below is not None else []), most=most + 1)
    events = rows[:most]
    newer = Mark.of(events[0]) if below is not None and events else None
    return Part(events, newer, Mark.of(events[-1]) if len(rows) > most else None)


def every(session: Session, wanted: Wanted, *, at_once: int) -> Iterator[list[Event]]:
    """All of them, so many at a time; none of them stays in memory."""
    here = part(session, wanted, most=at_once)
    while here.events:
        yield here.events
        session.expunge_all()
        if here.older is None:
            return
        here = part(session, wanted, most=at_once, below=here.older)


def _read(
    session: Session, wanted: Wanted, *where: ColumnElement[bool], most: int, oldest_first: bool = False
) -> list[Event]:
    order = (col(Event.at), col(Event.id)) if oldest_first else (col(Event.at).desc(), col(Event.id).desc())
    return list(session.exec(select(Event).where(*wanted.where, *where).order_by(*order).limit(most)))
