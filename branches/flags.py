"""Flags: a branch falls short in a section by more than chance; raised by the program, a reason to look, not a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Index, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import history
from branches.database import UtcTime, hold, in_parts, public_id
from branches.errors import Conflict, Refused
from branches.people import User
from branches.places import Branch
from branches.weeks import local_date

CLEARED_AFTER = 2
"""Editions in a row outside the flagged set after which a flag is cleared."""


class Flag(SQLModel, table=True):
    """One shortfall from the week it was first seen until it is cleared."""

    __table_args__ = (
        Index(
            "uq_flag_open",
            "branch_id",
            "section",
            unique=True,
            sqlite_where=text("cleared_week IS NULL"),
            postgresql_where=text("cleared_week IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    section: str = Field(max_length=100)
    raised_week: date
    last_week: date
    """The last week whose edition had it in the flagged set."""
    missed: int = 0
    """Editions since then without it."""
    cleared_week: date | None = None
    dismissed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    dismissed_until: date | None = None
    dismissed_reason: str = Field(default="", max_length=1000)
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When a manager or head office said that they have seen it."""
    seen_by_id: int | None = Field(default=None, foreign_key="person.id")
    seen_note: str = Field(default="", max_length=1000)

    branch: Branch = Relationship()
    seen_by: User | None = Relationship()


@dataclass(frozen=True)
class Shortfall:
    """A branch that the week's figures put in the flagged set."""

    branch_id: int
    section: str


def raise_flags(
    session: Session, week: date, judged: Iterable[int], short: Iterable[Shortfall], *, at: datetime
) -> None:
    """Brings the flags of the judged branches in line with one edition's flagged set.

    A flag is raised when first in the set and cleared after two editions outside it.
    """
    wanted = set(short)
    concerned = {*judged, *(shortfall.branch_id for shortfall in wanted)}
    flags = _held(session, concerned, week)
    known_shortfalls = {Shortfall(flag.branch_id, flag.section) for flag in flags}
    for shortfall in sorted(wanted - known_shortfalls, key=lambda s: (s.branch_id, s.section)):
        _raise(session, shortfall, week, at)
    for flag in flags:
        if flag.cleared_week is None:
            _follow(session, flag, week, Shortfall(flag.branch_id, flag.section) in wanted, at)


def _held(session: Session, concerned: Iterable[int], week: date) -> list[Flag]:
    """Flags that stand or were cleared that week or later, kept until the transaction ends; the oldest first."""
    known = or_(col(Flag.cleared_week).is_(None), col(Flag.cleared_week) >= week)
    query = select(Flag).where(known).with_for_update()
    return sorted(_of(session, query, concerned), key=lambda flag: flag.id)


def correct_flags(
    session: Session, week: date, judged: Iterable[int], short: Iterable[Shortfall], *, at: datetime
) -> None:
    """Brings flags in line with a revision of the last week's edition, as if that had been its first.

    A flag that the week would not have raised is withdrawn; one that it would have is raised.
    """
    wanted, branches = set(short), list(judged)
    for flag in standing_flags(session, branches):
        is_short = Shortfall(flag.branch_id, flag.section) in wanted
        if is_short:
            flag.last_week, flag.missed = week, 0
        elif flag.raised_week == week:
            flag.cleared_week = week
            history.write(session, "withdraw", flag, by=None, at=at, week=week.isoformat(), revised=True)
        elif flag.last_week == week:
            flag.last_week, flag.missed = week - timedelta(weeks=1), 1
        session.add(flag)
    session.flush()
    held = {Shortfall(flag.branch_id, flag.section) for flag in standing_flags(session, branches)}
    for shortfall in sorted(wanted - held, key=lambda s: (s.branch_id, s.section)):
        _raise(session, shortfall, week, at, revised=True)


def _raise(session: Session, shortfall: Shortfall, week: date, at: datetime, **details: bool) -> None:
    flag = Flag(branch_id=shortfall.branch_id, section=shortfall.section, raised_week=week, last_week=week)
    try:
        with session.begin_nested():
            session.add(flag)
    except IntegrityError:
        return  # Another edition of the same week has raised it in the meantime.
    history.write(session, "raise", flag, by=None, at=at, week=week.isoformat(), **details)


def _follow(session: Session, flag: Flag, week: date, short: bool, at: datetime) -> None:
    if week <= flag.last_week:
        return
    if short:
        flag.last_week, flag.missed = week, 0
    else:
        # An edition that is looked at twice is one edition: never more of them missed than weeks have passed.
        flag.missed = min(flag.missed + 1, (week - flag.last_week).days // 7)
        if flag.missed >= CLEARED_AFTER:
            flag.cleared_week = week
            history.write(session, "clear", flag, by=None, at=at, week=week.isoformat())
    session.add(flag)


def dismiss(session: Session, flag: Flag, *, reason: str, until: date, by: User, at: datetime) -> None:
    """A person who knows more sets the flag aside until that day, by the branch's own calendar."""
    if not reason.strip():
        raise Refused("Say why this flag is dismissed.")
    if until < local_date(at, flag.branch.timezone):
        raise Refused("A flag is dismissed until a day to come; {day} is past.", day=until)
    hold(session, flag)
    if flag.cleared_week is not None:
        raise Conflict("This flag has already been cleared.")
    flag.dismissed_at, flag.dismissed_until, flag.dismissed_reason = at, until, reason.strip()
    session.add(flag)
    history.write(session, "dismiss", flag, by=by, at=at, reason=reason.strip(), until=until.isoformat())


def acknowledge(session: Session, flag: Flag, *, note: str, by: User, at: datetime) -> None:
    """Somebody who answers for the branch has seen the flag; the first to say so is kept, and it ends with the flag."""
    hold(session, flag)
    if flag.cleared_week is not None:
        raise Conflict("This flag has already been cleared.")
    if flag.seen_at is not None:
        return
    flag.seen_at, flag.seen_by_id, flag.seen_note = at, by.id, note.strip()
    session.add(flag)
    session.flush()
    history.write(session, "acknowledge", flag, by=by, at=at, note=flag.seen_note)


def seen_on(flag: Flag, at: datetime) -> date | None:
    """On which of the branch's own days somebody said that they have seen it; None where nobody had by that moment."""
    if flag.seen_at is None or flag.seen_at > at:
        return None
    return local_date(flag.seen_at, flag.branch.timezone)


def is_dismissed(flag: Flag, day: date) -> bool:
    """Whether somebody has set the flag aside for that day too."""
    return flag.dismissed_until is not None and day <= flag.dismissed_until


def standing_flags(session: Session, branch_ids: Iterable[int]) -> list[Flag]:
    """Flags raised and not cleared, oldest first."""
    query = select(Flag).where(col(Flag.cleared_week).is_(None))
    return sorted(_of(session, query, branch_ids), key=lambda flag: (flag.raised_week, flag.id))


def before(session: Session, standing: Iterable[Flag]) -> dict[int, date]:
    """When the same branch and section were flagged before each of these flags, by its number; the last week in which they were.

    One that was withdrawn in the week that raised it never was.
    """
    cleared = select(Flag).where(col(Flag.cleared_week) > col(Flag.raised_week))
    found, known = {}, list(standing)
    earlier = _of(session, cleared, {flag.branch_id for flag in known})
    for flag in known:
        weeks = [
            one.last_week
            for one in earlier
            if (one.branch_id, one.section) == (flag.branch_id, flag.section) and one.raised_week < flag.raised_week
        ]
        if weeks:
            found[flag.id] = max(weeks)
    return found


def _of(session: Session, query: SelectOfScalar[Flag], branch_ids: Iterable[int]) -> list[Flag]:
    """The flags of these branches among those that are asked for, always in the same order.

    Two that keep rows and wait for each other's would wait forever.
    """
    ordered = query.order_by(col(Flag.branch_id), col(Flag.id))
    parts = in_parts(sorted(branch_ids))
    return [flag for part in parts for flag in session.exec(ordered.where(col(Flag.branch_id).in_(part)))]
