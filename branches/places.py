"""Places: the chain's regions and branches, opened and closed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import JSON, Column
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, col, or_, select

from branches import history
from branches.database import hold, public_id
from branches.errors import Conflict, Refused
from branches.history import Actor
from branches.language import message
from branches.weeks import local_date, zone_name


class Region(SQLModel, table=True):
    """A group of branches that one manager reads a report about."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    code: str = Field(unique=True, max_length=200)
    name: str = Field(max_length=200)
    timezone: str = Field(max_length=64)
    """Decides when the region's report is due, never which week an audit belongs to."""


class Branch(SQLModel, table=True):
    """One place of the chain."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    code: str = Field(unique=True, max_length=200)
    name: str = Field(max_length=200)
    region_id: int = Field(foreign_key="region.id", index=True)
    address: str = Field(default="", max_length=500)
    latitude: float | None = None
    longitude: float | None = None
    timezone: str = Field(max_length=64)
    opened: date | None = None
    closed: date | None = None
    """First day on which it is no longer open."""
    merged_into_id: int | None = Field(default=None, foreign_key="branch.id")
    """The other entry of the same branch that has all of this one now; `merging_places` has the verb."""
    cells: dict[str, str] | None = Field(default=None, sa_column=Column(JSON))
    """The row as it was imported, so that the exchange form gives back each cell as it was written."""

    region: Region = Relationship()


Place = TypeVar("Place", Region, Branch)


def open_region(
    session: Session, code: str, *, name: str = "", timezone: str, by: Actor | None, at: datetime
) -> Region:
    """Adds a region under a code of its own."""
    region = Region(code=code, name=name or code, timezone=zone_name(timezone))
    _add(session, region, message("There is already a region with the code {code}."))
    history.write(session, "open", region, by=by, at=at)
    return region


def open_branch(
    session: Session,
    region: Region,
    code: str,
    *,
    name: str = "",
    timezone: str = "",
    opened: date | None = None,
    by: Actor | None,
    at: datetime,
) -> Branch:
    """Adds a branch to a region; without a zone of its own it has the region's."""
    zone = zone_name(timezone or region.timezone)
    branch = Branch(code=code, name=name or code, region_id=region.id, timezone=zone, opened=opened)
    _add(session, branch, message("There is already a branch with the code {code}."))
    history.write(session, "open", branch, by=by, at=at)
    return branch


def _add(session: Session, place: Place, taken: str) -> None:
    try:
        with session.begin_nested():
            session.add(place)
    except IntegrityError as error:
        raise Conflict(taken, code=place.code) from error


def rename(session: Session, place: Region | Branch, name: str, *, by: Actor | None, at: datetime) -> None:
    """Gives a region or branch another name; its code stays, and so do the editions that have been issued."""
    if not name.strip():
        raise Refused("A place needs a name.")
    _change(session, place, by, at, name=name.strip())


def set_address(session: Session, branch: Branch, address: str, *, by: Actor | None, at: datetime) -> None:
    """Where shoppers find the branch."""
    _change(session, branch, by, at, address=address.strip())


def set_zone(session: Session, place: Region | Branch, timezone: str, *, by: Actor | None, at: datetime) -> None:
    """Another clock from now on; the week of a visit that was made stays as it was."""
    _change(session, place, by, at, timezone=zone_name(timezone.strip()))


def open_from(session: Session, branch: Branch, day: date | None, *, by: Actor | None, at: datetime) -> None:
    """The first day on which the branch is open; None: it always was."""
    hold(session, branch)
    if day is not None and branch.closed is not None and branch.closed < day:
        raise Refused("{branch} cannot open after it closed on {day}.", branch=branch.name, day=branch.closed)
    _change(session, branch, by, at, opened=day)


def move_branch(session: Session, branch: Branch, region: Region, *, by: Actor | None, at: datetime) -> None:
    """Puts the branch under another region's manager; its clock stays as it was."""
    _change(session, branch, by, at, region_id=region.id)
    session.flush()
    session.refresh(branch, ["region"])


def close_branch(session: Session, branch: Branch, day: date, *, by: Actor | None, at: datetime) -> None:
    """From that day on the branch is no longer audited; what happened before stays."""
    hold(session, branch)
    if branch.opened is not None and day < branch.opened:
        raise Refused(
            "{branch} cannot close before it opened on {day}.", branch=branch.name, day=branch.opened.isoformat()
        )
    _change(session, branch, by, at, closed=day)


def reopen_branch(session: Session, branch: Branch, *, by: Actor | None, at: datetime) -> None:
    """The branch is audited again; the days on which it was closed are known to history alone."""
    hold(session, branch)
    if branch.closed is None:
        raise Conflict("{branch} is not closed.", branch=branch.name)
    _change(session, branch, by, at, closed=None)


def change(session: Session, branch: Branch, values: Mapping[str, object], *, by: Actor | None, at: datetime) -> None:
    """Several things of a branch at once, noted as one; whoever asks has looked at each of them."""
    hold(session, branch)
    opened, closed = (values.get(name, getattr(branch, name)) for name in ("opened", "closed"))
    if isinstance(opened, date) and isinstance(closed, date) and closed < opened:
        raise Refused("{branch} cannot open after it closed on {day}.", branch=branch.name, day=closed)
    _change(session, branch, by, at, **values)
    session.flush()
    session.refresh(branch, ["region"])


def _change(session: Session, place: Region | Branch, by: Actor | None, at: datetime, **values: object) -> None:
    """Takes over what differs and notes what was there before."""
    hold(session, place)
    differing = {name: [getattr(place, name), new] for name, new in values.items() if getattr(place, name) != new}
    if not differing:
        return
    if isinstance(place, Branch):
        check_kept(place)
    for name, (_, new) in differing.items():
        setattr(place, name, new)
    session.add(place)
    history.write(session, "change", place, by=by, at=at, **history.plain(differing))


def check_kept(branch: Branch) -> None:
    """What was merged into another entry changes no more."""
    if branch.merged_into_id is not None:
        raise Refused(
            "{branch} (code {code}) was merged into another entry of the same branch and changes no more.",
            branch=branch.name,
            code=branch.code,
        )


def is_closed(branch: Branch, at: datetime) -> bool:
    """Whether the branch has closed, by the day at the branch."""
    return branch.closed is not None and branch.closed <= local_date(at, branch.timezone)


def regions(session: Session) -> list[Region]:
    return list(session.exec(select(Region).order_by(Region.name, Region.code)))


def open_branches(session: Session, first: date, last: date) -> list[Branch]:
    """Branches open on at least one day from `first` to `last`, by code; none that was merged into another entry."""
    query = (
        select(Branch)
        .where(col(Branch.merged_into_id).is_(None))
        .where(or_(col(Branch.opened).is_(None), col(Branch.opened) <= last))
        .where(or_(col(Branch.closed).is_(None), col(Branch.closed) > first))
        .order_by(Branch.code)
    )
    return list(session.exec(query))
