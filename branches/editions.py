"""Editions: one scope's figures of one week; issued once, revised openly, never changed.

The row is the claim: (report, scope, week, revision) is unique and is written in one transaction with its finished
content. While work runs a lease is held, which ends by itself when its holder dies.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from branches import history, timetable
from branches.database import Packed, UtcTime, public_id
from branches.errors import Conflict
from branches.people import User
from branches.places import Branch, Region, regions
from branches.timetable import DueTimes, Times
from branches.weeks import DueTime, Week, local_date

COUNTING = 7_220_132
"""PostgreSQL's lock on what counts; SQLite has one writer at a time anyway."""
ASTRAY = timedelta(hours=1)
"""So far the clocks of two machines may be apart."""
WEEKLY = "weekly"
CHAIN = "chain"


class Edition(SQLModel, table=True):
    """One revision of one scope's report of one week."""

    __table_args__ = (UniqueConstraint("report", "scope", "week", "revision"),)

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    report: str = Field(default=WEEKLY, max_length=32)
    scope: str = Field(max_length=32)
    """"chain", or "region-" and the region's public id."""
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True)
    week: date
    """Its Monday."""
    revision: int = 0
    due_at: datetime = Field(sa_type=UtcTime)
    """It counts the audits released by then."""
    issued_at: datetime = Field(sa_type=UtcTime)
    standard_id: int | None = Field(default=None, foreign_key="standard.id")
    """The version whose wording its codes are read in."""
    content: dict[str, Any] = Field(sa_column=Column(Packed, nullable=False))
    """The figures, language-free."""
    states: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """How many of its cells are in which state: what a list of editions says of each."""
    changes: dict[str, Any] | None = Field(default=None, sa_column=Column(Packed))
    """Of a revision: what changed and why."""


class Lease(SQLModel, table=True):
    """Somebody is at work on an edition; it ends by itself."""

    scope: str = Field(primary_key=True, max_length=32)
    week: date = Field(primary_key=True)
    holder: str = Field(max_length=64)
    until: datetime = Field(sa_type=UtcTime)


class Reporting(SQLModel, table=True):
    """Since which week a scope has reports."""

    scope: str = Field(primary_key=True, max_length=32)
    first_week: date
    asked: date | None = None
    """What the settings asked for when it was fixed."""


@dataclass(frozen=True)
class Scope:
    """What an edition is about: the chain or one region."""

    key: str
    zone: str
    region_id: int | None = None
    region_code: str | None = None
    zones: tuple[str, ...] = ()
    """Zones of its branches: its week ends when the last one's does."""
    closed: tuple[date | None, ...] = ()
    """By zone, the day on which its last branch closed; None while one is open. Empty: none has closed."""
    region_name: str | None = None
    times: Times = field(default_factory=Times)

    def due_at(self, week: Week) -> datetime:
        """When the week's report is due: at its hour in the scope's zone, never before the week has ended everywhere."""
        return max(self.times.of(week).of(week, self.zone), self.ended_at(week))

    def next_week(self, now: datetime) -> Week:
        """The first week whose report is not due yet; those before it are due, whatever their times."""
        week = Week.of(local_date(now, self.zone)).plus(-3)
        while self.due_at(week) <= now:
            week = week.plus(1)
        return week

    def first_to_come(self, begun: Mapping[str, Week], now: datetime) -> Week:
        """The first week of a scope that has no past to report: this one, in which its first audits are made.

        The next of a region that is new where the chain is reported for longer: until then its branches are in another's report.
        """
        this, chain = Week.of(local_date(now, self.zone)), begun.get(CHAIN)
        return this if self.key == CHAIN or chain is None or this <= chain else this.plus(1)

    def changes_from(self, due: DueTime | None, now: datetime) -> Week:
        """The first week for which another time may hold: its report is due neither by the old time nor by the new."""
        new = replace(self, times=Times(due or self.times.settings))
        return max(self.next_week(now), new.next_week(now))

    def ended_at(self, week: Week) -> datetime:
        return max(week.ends_at(zone) for zone in self.zones_in(week) or (self.zone,))

    def is_open(self, week: Week) -> bool:
        """Whether a branch was open in that week: a scope without one has nothing to report."""
        return not self.zones or bool(self.zones_in(week))

    def zones_in(self, week: Week) -> tuple[str, ...]:
        """Zones in which a branch was open in that week."""
        if not self.closed:
            return self.zones
        held = zip(self.zones, self.closed, strict=True)
        return tuple(zone for zone, closed in held if closed is None or closed > week.monday)


def scopes(session: Session, chain_zone: str, due: DueTimes) -> list[Scope]:
    """The chain, then each region that has a branch, with the times at which its reports are due."""
    days = sa.select(col(Branch.region_id), col(Branch.timezone), col(Branch.closed)).distinct()
    rows = session.execute(days).all()
    if not rows:
        return []
    changes = timetable.changes(session)
    zones, closed = _zones([(zone, day) for _, zone, day in rows])
    times = Times(due.of(None), changes.get(CHAIN, ()))
    held = [Scope(CHAIN, chain_zone, zones=zones, closed=closed, times=times)]
    for region in regions(session):
        zones, closed = _zones([(zone, day) for region_id, zone, day in rows if region_id == region.id])
        if zones:
            key = region_key(region)
            times = Times(due.of(region.code), changes.get(key, ()))
            held.append(Scope(key, region.timezone, region.id, region.code, zones, closed, region.name, times))
    return held


def _zones(rows: Iterable[tuple[str, date | None]]) -> tuple[tuple[str, ...], tuple[date | None, ...]]:
    """Each zone once, with the day on which its last branch closed."""
    last: dict[str, date | None] = {}
    for zone, day in rows:
        known = last.get(zone, day)
        last[zone] = None if day is None or known is None else max(day, known)
    zones = tuple(sorted(last))
    closed = tuple(last[zone] for zone in zones)
    return zones, closed if any(closed) else ()


def region_key(region: Region) -> str:
    return f"region-{region.public_id}"


def first_week(session: Session, scope: Scope, wanted: Week | None, *, otherwise: Week) -> Week:
    """Since which week a scope is reported: as the settings say, else as it has been, else from `otherwise` on.

    A scope that is first seen when the chain is reported already has no past to report: it begins with `otherwise`
    unless the settings ask for a later week, and keeps to that until they ask for another.
    """
    row = session.get(Reporting, scope.key)
    if row is not None:
        return wanted if wanted is not None and row.asked != wanted.monday else Week(row.first_week)
    comes_later = scope.key != CHAIN and session.get(Reporting, CHAIN) is not None
    return max(wanted or otherwise, otherwise) if comes_later else wanted or otherwise


def switch_on(session: Session, scope: Scope, wanted: Week | None, first: Week) -> Week:
    """Fixes a scope's first week, beside what the settings asked for."""
    asked = wanted.monday if wanted is not None else None
    row = session.get(Reporting, scope.key)
    if row is not None and row.asked == asked:
        return Week(row.first_week)
    row = row or Reporting(scope=scope.key, first_week=first.monday)
    row.first_week, row.asked = first.monday, asked
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # Another process has switched it on in the meantime.
        row = session.get_one(Reporting, scope.key)
    return Week(row.first_week)


def switch_off(session: Session, keys: Iterable[str]) -> None:
    """Ends the reports of regions that no branch belongs to: one that gets a branch again has no past to report."""
    session.exec(sa.delete(Reporting).where(col(Reporting.scope).in_(keys)))


def is_switched_on(session: Session, scope: Scope, wanted: Week | None) -> bool:
    """Whether the scope's first week is fixed, as these settings have it."""
    row = session.get(Reporting, scope.key)
    return row is not None and row.asked == (wanted.monday if wanted is not None else None)


def started(session: Session) -> dict[str, Week]:
    """First reported week by scope."""
    return {row.scope: Week(row.first_week) for row in session.exec(select(Reporting))}


def issued_weeks(session: Session, scope_key: str) -> set[date]:
    query = select(col(Edition.week)).where(Edition.report == WEEKLY, Edition.scope == scope_key, Edition.revision == 0)
    return set(session.exec(query))


def missing_weeks(session: Session, scope: Scope, first: Week, now: datetime) -> list[Week]:
    """Weeks that are due and have no edition, oldest first."""
    return missing(scope, first, issued_weeks(session, scope.key), now)


def missing(scope: Scope, first: Week, done: Container[date], now: datetime) -> list[Week]:
    """The same, where it is known which weeks have one."""
    due = range((scope.next_week(now).monday - first.monday).days // 7)
    weeks = (first.plus(n) for n in due)
    return [week for week in weeks if week.monday not in done and scope.is_open(week)]


def claim(session: Session, scope_key: str, week: Week, *, holder: str, now: datetime, seconds: int) -> bool:
    """Takes the lease on an edition unless somebody living holds it.

    A lease that would long outlast one taken now is from a clock that has been set back since: it binds nobody.
    """
    until = now + timedelta(seconds=seconds)
    taken = session.exec(
        sa.update(Lease)
        .where(col(Lease.scope) == scope_key, col(Lease.week) == week.monday)
        .where((col(Lease.until) <= now) | (col(Lease.until) > until + ASTRAY) | (col(Lease.holder) == holder))
        .values(holder=holder, until=until)
    )
    if taken.rowcount:
        return True
    try:
        with session.begin_nested():
            session.add(Lease(scope=scope_key, week=week.monday, holder=holder, until=until))
    except IntegrityError:
        return False
    return True


def counts_from(session: Session, at: datetime) -> datetime:
    """Since when something counts that is released at this moment: never within what an edition has already counted.

    An edition counts what was released by its due time. Until the transaction ends nobody else issues one, so that
    nothing slips in between unseen.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": COUNTING})
    last = session.scalar(sa.select(sa.func.max(col(Edition.due_at))))
    return at if last is None or last < at else last + timedelta(microseconds=1)


def end_lease(session: Session, scope_key: str, week: Week, *, holder: str) -> None:
    """Gives the lease back; one that somebody else has taken since is left to them."""
    own = (col(Lease.scope) == scope_key) & (col(Lease.week) == week.monday) & (col(Lease.holder) == holder)
    session.exec(sa.delete(Lease).where(own))


def issue(
    session: Session,
    scope: Scope,
    week: Week,
    content: dict[str, Any],
    *,
    due_at: datetime,
    at: datetime,
    standard_id: int | None,
    states: dict[str, int] | None = None,
    by: User | None = None,
) -> Edition:
    """Stores the first edition of a week; the lease ends with it. A second one, or one before it is due, is refused."""
    if at < max(due_at, scope.ended_at(week)):
        raise Conflict("The report of week {week} is not due yet.", week=str(week))
    edition = Edition(
        scope=scope.key,
        region_id=scope.region_id,
        week=week.monday,
        due_at=due_at,
        issued_at=at,
        standard_id=standard_id,
        content=content,
        states=states or {},
    )
    try:
        with session.begin_nested():
            session.add(edition)
    except IntegrityError as error:
        raise Conflict("The report of week {week} has already been issued.", week=str(week)) from error
    history.write(session, "issue", edition, by=by, at=at, scope=scope.key, week=str(week))
    return edition


def revise(
    session: Session,
    edition: Edition,
    content: dict[str, Any],
    changes: dict[str, Any],
    *,
    at: datetime,
    states: dict[str, int] | None = None,
) -> Edition:
    """Adds the next revision beside the old one, which stays as it was."""
    revised = Edition(
        scope=edition.scope,
        region_id=edition.region_id,
        week=edition.week,
        revision=edition.revision + 1,
        due_at=edition.due_at,
        issued_at=at,
        standard_id=edition.standard_id,
        content=content,
        states=states or {},
        changes=changes,
    )
    try:
        with session.begin_nested():
            session.add(revised)
    except IntegrityError as error:
        raise Conflict("This edition has been revised by somebody else in the meantime.") from error
    history.write(session, "revise", revised, by=None, at=at, revision=revised.revision)
    return revised


def latest(session: Session, scope_key: str, week: date | None = None) -> Edition | None:
    """The newest revision of a week's edition; of the last week issued where none is named."""
    query = select(Edition).where(Edition.report == WEEKLY, Edition.scope == scope_key)
    if week is not None:
        query = query.where(Edition.week == week)
    return session.exec(query.order_by(col(Edition.week).desc(), col(Edition.revision).desc())).first()


def find(session: Session, public: str) -> Edition | None:
    return session.exec(select(Edition).where(Edition.public_id == public)).first()


@dataclass(frozen=True)
class Entry:
    """A line in the list of past editions, without its content."""

    public_id: str
    week: date
    revision: int
    issued_at: datetime
    states: dict[str, int]


def past(session: Session, scope_key: str, *, most: int = 200) -> list[Entry]:
    """Editions of a scope, newest first, revisions beside their first edition."""
    query = (
        sa.select(
            col(Edition.public_id),
            col(Edition.week),
            col(Edition.revision),
            col(Edition.issued_at),
            col(Edition.states),
        )
        .where(col(Edition.report) == WEEKLY, col(Edition.scope) == scope_key)
        .order_by(col(Edition.week).desc(), col(Edition.revision).desc())
        .limit(most)
    )
    return [Entry(*row) for row in session.execute(query)]


def reported_scopes(session: Session) -> list[str]:
    """Every scope that has an edition, also those that have no branch any more."""
    return sorted(session.exec(select(col(Edition.scope)).where(Edition.report == WEEKLY).distinct()))


def last_editions(session: Session, scope_key: str, weeks: int) -> list[Edition]:
    """The newest revision of each of a scope's last reported weeks, oldest first."""
    newest = (
        select(col(Edition.week), sa.func.max(col(Edition.revision)).label("revision"))
        .where(Edition.report == WEEKLY, Edition.scope == scope_key)
        .group_by(col(Edition.week))
        .order_by(col(Edition.week).desc())
        .limit(weeks)
        .subquery()
    )
    query = (
        select(Edition)
        .join(newest, (col(Edition.week) == newest.c.week) & (col(Edition.revision) == newest.c.revision))
        .where(Edition.report == WEEKLY, Edition.scope == scope_key)
        .order_by(col(Edition.week))
    )
    return list(session.exec(query))
