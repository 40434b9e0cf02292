"""Stand-ins: who gets and reads a region's reports while its manager is away, on which days.

What is lent is the manager's own right to these reports: it ends with that, and with the stand-in's own access.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history
from branches.database import UtcTime, hold, public_id
from branches.errors import Conflict, Refused
from branches.history import Actor
from branches.people import READERS, Role, User
from branches.places import Region
from branches.weeks import local_date

LONGEST = timedelta(days=366)
"""So far ahead somebody may be named."""


class StandIn(SQLModel, table=True):
    """One person stands in for one manager, from one day to another."""

    __tablename__ = "stand_in"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    person_id: int = Field(foreign_key="person.id", index=True)
    """The manager who is away."""
    stand_in_id: int = Field(foreign_key="person.id", index=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    """The manager's when the stand-in was named; a manager of another region lends nothing of this one."""
    first_day: date
    last_day: date
    """Both by the date in the region."""
    named_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was ended early."""

    person: User = Relationship(sa_relationship_kwargs={"foreign_keys": "StandIn.person_id"})
    stand_in: User = Relationship(sa_relationship_kwargs={"foreign_keys": "StandIn.stand_in_id"})
    region: Region = Relationship()


def name(
    session: Session, person: User, stand_in: User, *, first_day: date, last_day: date, by: Actor | None, at: datetime
) -> StandIn:
    """Names who stands in for a manager on these days: one person at a time."""
    hold(session, person)
    if person.role != Role.MANAGER.value or not person.active or person.region is None:
        raise Refused("Only the manager of a region has a stand-in.")
    if stand_in.id == person.id:
        raise Refused("Nobody stands in for themselves; choose somebody else.")
    if stand_in.role not in READERS or not stand_in.active:
        raise Refused("Only another manager or somebody at head office can stand in.")
    _check_days(first_day, last_day, local_date(at, person.region.timezone))
    for one in to_come(session, person, at=at):
        if one.first_day <= last_day and first_day <= one.last_day:
            raise Conflict("Somebody stands in on some of these days already; end that first.")
    row = StandIn(
        person_id=person.id,
        stand_in_id=stand_in.id,
        region_id=person.region.id,
        first_day=first_day,
        last_day=last_day,
        named_at=at,
    )
    session.add(row)
    session.flush()
    days = {"first": first_day.isoformat(), "last": last_day.isoformat()}
    history.write(session, "name_stand_in", person, by=by, at=at, stand_in=stand_in.public_id, **days)
    return row


def _check_days(first_day: date, last_day: date, today: date) -> None:
    if first_day < today:
        raise Refused("Somebody can stand in from today on, not on days that are past.")
    if last_day < first_day:
        raise Refused("The last day is before the first.")
    if last_day > today + LONGEST:
        raise Refused("Name a stand-in at most a year ahead.")


def end(session: Session, row: StandIn, *, by: Actor | None, at: datetime) -> None:
    """Ends it before its last day, or before it begins; from now on the stand-in reads nothing more by it."""
    hold(session, row)
    if row.ended_at is not None:
        raise Conflict("This has ended already.")
    row.ended_at = at
    session.add(row)
    history.write(session, "end_stand_in", row.person, by=by, at=at, stand_in=row.stand_in.public_id)


def to_come(session: Session, person: User, *, at: datetime) -> list[StandIn]:
    """Who stands in for that person, today or later, by their days."""
    return [row for row in _standing(session, StandIn.person_id == person.id, at) if row.last_day >= _today(row, at)]


def held_by(session: Session, user: User, *, at: datetime) -> list[StandIn]:
    """For whom that person stands in today."""
    return [row for row in _standing(session, StandIn.stand_in_id == user.id, at) if holds(row, at)]


def in_region(session: Session, region_id: int, *, at: datetime) -> list[StandIn]:
    """Who stands in for the managers of a region today."""
    return [row for row in _standing(session, StandIn.region_id == region_id, at) if holds(row, at)]


def holds(row: StandIn, at: datetime) -> bool:
    """Whether that is one of its days, by the date in the region."""
    return row.first_day <= _today(row, at) <= row.last_day


def _today(row: StandIn, at: datetime) -> date:
    return local_date(at, row.region.timezone)


def _standing(session: Session, where: bool, at: datetime) -> list[StandIn]:
    """Whatever has not been ended, while both still are who they were when it was agreed; by their days."""
    not_long_past = col(StandIn.last_day) >= at.date() - timedelta(days=1)  # no zone is further behind
    away, there = aliased(User), aliased(User)
    query = (
        select(StandIn)
        .join(away, col(StandIn.person_id) == away.id)
        .join(there, col(StandIn.stand_in_id) == there.id)
        .where(where, not_long_past, col(StandIn.ended_at).is_(None))
        .where(away.active, away.role == Role.MANAGER.value, away.region_id == StandIn.region_id)
        .where(there.active, col(there.role).in_([role.value for role in READERS]))
    )
    return list(session.exec(query.order_by(col(StandIn.first_day), col(StandIn.id))))
