"""Notices: when a branch's staff were told that mystery shoppers come; before that they are shown nothing of it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history
from branches.database import UtcTime, hold, in_parts, public_id
from branches.errors import Conflict, Refused
from branches.people import User
from branches.places import Branch
from branches.weeks import local_date


class Notice(SQLModel, table=True):
    """The staff of one branch were informed."""

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    informed_on: date
    how: str = Field(max_length=1000)
    """By whom and in which form they were told."""
    noted_at: datetime = Field(sa_type=UtcTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was taken back as noted in error."""

    branch: Branch = Relationship()


def note(session: Session, branch: Branch, *, informed_on: date, how: str, by: User, at: datetime) -> Notice:
    """Notes that the branch's staff were told that audits happen and what for; from now on they see theirs."""
    if not how.strip():
        raise Refused("Say how the staff were told, and by whom.")
    if informed_on > local_date(at, branch.timezone):
        raise Refused("The staff cannot have been told on a day that is still to come.")
    notice = Notice(branch_id=branch.id, informed_on=informed_on, how=how.strip(), noted_at=at)
    session.add(notice)
    session.flush()
    history.write(session, "note", notice, by=by, at=at, branch=branch.code, day=informed_on.isoformat())
    return notice


def note_all(
    session: Session, branches: Iterable[Branch], *, informed_on: date, how: str, by: User, at: datetime
) -> list[Notice]:
    """The same of many branches, all or none; one that has been noted meanwhile is left as it is."""
    untold = [branch for branch in branches if not is_informed(session, branch)]
    return [note(session, branch, informed_on=informed_on, how=how, by=by, at=at) for branch in untold]


def withdraw(session: Session, notice: Notice, *, by: User, at: datetime) -> None:
    """Takes back a notice that was noted in error; it stays on record."""
    hold(session, notice)
    if notice.withdrawn_at is not None:
        raise Conflict("This notice has already been taken back.")
    notice.withdrawn_at = at
    session.add(notice)
    history.write(session, "withdraw", notice, by=by, at=at)


def informed(branch_id: Any) -> sa.ColumnElement[bool]:
    """Whether the branch of that column has been told; for a query."""
    standing = sa.select(col(Notice.id)).where(col(Notice.branch_id) == branch_id, col(Notice.withdrawn_at).is_(None))
    return standing.exists()


def is_informed(session: Session, branch: Branch) -> bool:
    query = select(Notice.id).where(Notice.branch_id == branch.id, col(Notice.withdrawn_at).is_(None))
    return session.exec(query.limit(1)).first() is not None


def informed_among(session: Session, branch_ids: Iterable[int]) -> set[int]:
    """The numbers of those of these branches whose staff have been told."""
    query = select(Notice.branch_id).where(col(Notice.withdrawn_at).is_(None))
    parts = in_parts(sorted(set(branch_ids)))
    return {number for part in parts for number in session.exec(query.where(col(Notice.branch_id).in_(part)))}


def log(session: Session, branch: Branch) -> list[Notice]:
    """Every notice of a branch, newest first, those taken back among them."""
    query = select(Notice).where(Notice.branch_id == branch.id)
    return list(session.exec(query.order_by(col(Notice.informed_on).desc(), col(Notice.id).desc())))
