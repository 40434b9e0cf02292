"""Two entries of one branch become one. Both rows stay; what stands under the one that is gone is the other's from now on."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import accounts, history, notices, tablets
from branches.actions import CorrectiveAction
from branches.assignments import TO_DO, ConflictOfInterest
from branches.audits import Audit, ScoreRow
from branches.database import hold
from branches.errors import Refused
from branches.flags import Flag
from branches.notices import Notice
from branches.people import Role, User
from branches.places import Branch
from branches.rotas import Planned
from branches.sessions import DeviceSession
from branches.terms import ShopperTerms
from branches.weeks import local_date

_NAMED = (
    *((table, "branch_id") for table in (Audit, ScoreRow, CorrectiveAction, Flag, Notice, Planned)),
    (ShopperTerms, "home_id"),
)
"""Where a branch stands beside what happened there; a test looks that no other column is left out."""


def merge(session: Session, gone: Branch, kept: Branch, *, by: User, at: datetime) -> int:
    """Gives all of one entry to the other and closes it for good; how many audits that were.

    Issued reports do not change. From the next one on both are one branch.
    """
    for one in sorted((gone, kept), key=lambda one: one.id):
        hold(session, one)
    refused = hindrance(session, gone, kept)
    if refused is not None:
        raise refused
    moved = audits_of(session, gone)
    _flags(session, gone, kept, at)
    _conflicts(session, gone, kept)
    _people(session, gone, kept, by, at)
    for table, name in _NAMED:
        session.execute(sa.update(table).where(getattr(table, name) == gone.id).values({name: kept.id}))
    _close(gone, kept, local_date(at, gone.timezone))
    session.add_all((gone, kept))
    history.write(session, "merge", kept, by=by, at=at, branch=[gone.id, kept.id], audits=moved)
    history.write(session, "merge_into", gone, by=by, at=at, branch=[gone.id, kept.id])
    session.flush()
    session.expire_all()
    return moved


def hindrance(session: Session, gone: Branch, kept: Branch) -> Refused | None:
    """Why the two cannot be one; None where they can."""
    if gone.id == kept.id:
        return Refused("That is the same entry; choose the other one.")
    for one in (gone, kept):
        if one.merged_into_id is not None:
            return Refused("{branch} was merged into another entry already.", branch=one.name)
    if kept.closed is not None:
        return Refused("{branch} is closed; open it again first, or keep the other entry.", branch=kept.name)
    if gone.region_id != kept.region_id:
        return Refused("The two are in different regions; put them into one first.")
    return _at_both(session, gone, kept) or _barred(session, gone, kept) or _untold(session, gone, kept)


def audits_of(session: Session, branch: Branch) -> int:
    return session.exec(select(func.count()).where(Audit.branch_id == branch.id)).one()


def _close(gone: Branch, kept: Branch, today: date) -> None:
    """One is open no more; the other has been since either was, where that is known of both."""
    if kept.opened is not None:
        kept.opened = min(kept.opened, gone.opened) if gone.opened is not None else None
    gone.closed = max(min(gone.closed or today, today), gone.opened or date.min)
    gone.merged_into_id = kept.id


def _at_both(session: Session, gone: Branch, kept: Branch) -> Refused | None:
    """A shopper who is to audit both would audit one branch twice in a row."""
    there = set(session.exec(_to_do(kept)))
    both = [one for one in session.exec(_to_do(gone)) if one in there and one is not None]
    if not both:
        return None
    name = accounts.called(session.get_one(User, min(both)))
    return Refused("{shopper} is to audit both; withdraw one of the two audits first.", shopper=name)


def _barred(session: Session, gone: Branch, kept: Branch) -> Refused | None:
    """Nor may anybody be left with an audit of a branch that they cannot judge fairly."""
    for here, there in ((gone, kept), (kept, gone)):
        known = set(session.exec(select(ConflictOfInterest.shopper_id).where(ConflictOfInterest.branch_id == here.id)))
        barred = [one for one in session.exec(_to_do(there)) if one in known and one is not None]
        if barred:
            name = accounts.called(session.get_one(User, min(barred)))
            return Refused(
                "{shopper} has declared a conflict of interest with one and is to audit the other; "
                "withdraw that audit first.",
                shopper=name,
            )
    return None


def _untold(session: Session, gone: Branch, kept: Branch) -> Refused | None:
    """Staff who were told of no audits would be shown those of others."""
    for told, other in ((gone, kept), (kept, gone)):
        staff = select(User.id).where(User.role == Role.STAFF.value, User.active, User.branch_id == other.id)
        if (
            notices.is_informed(session, told)
            and not notices.is_informed(session, other)
            and session.exec(staff.limit(1)).first() is not None
        ):
            return Refused(
                "The staff of {branch} (code {code}) have not been informed of the audits; inform them first.",
                branch=other.name,
                code=other.code,
            )
    return None


def _to_do(branch: Branch) -> SelectOfScalar[Any]:
    """The shoppers of audits that are still to be made there."""
    return select(Audit.shopper_id).where(Audit.branch_id == branch.id, col(Audit.state).in_(TO_DO))


def _flags(session: Session, gone: Branch, kept: Branch, at: datetime) -> None:
    """A flag stands once for a branch and section: where both have one, that of the entry that stays goes on."""
    standing = select(Flag).where(col(Flag.cleared_week).is_(None))
    sections = {flag.section for flag in session.exec(standing.where(Flag.branch_id == kept.id))}
    for flag in session.exec(standing.where(Flag.branch_id == gone.id)).all():
        if flag.section in sections:
            flag.cleared_week = flag.last_week
            session.add(flag)
            history.write(session, "clear", flag, by=None, at=at, week=flag.last_week.isoformat())
    session.flush()


def _conflicts(session: Session, gone: Branch, kept: Branch) -> None:
    """Who may not audit one of them may not audit the branch."""
    known = set(session.exec(select(ConflictOfInterest.shopper_id).where(ConflictOfInterest.branch_id == kept.id)))
    for one in session.exec(select(ConflictOfInterest).where(ConflictOfInterest.branch_id == gone.id)).all():
        if one.shopper_id not in known:
            session.add(ConflictOfInterest(**{**one.model_dump(), "branch_id": kept.id}))
        session.delete(one)
    session.flush()


def _people(session: Session, gone: Branch, kept: Branch, by: User, at: datetime) -> None:
    """Its staff and its tablet belong to the other now, and stay signed in; a second tablet's devices go to the first one's sign-in."""
    tablet, own = tablets.of(session, gone), tablets.of(session, kept)
    if tablet is not None and own is not None:
        moved = sa.update(DeviceSession).where(col(DeviceSession.user_id) == tablet.id).values(user_id=own.id)
        session.execute(moved)
        tablet.active = False
        session.add(tablet)
    for user in session.exec(select(User).where(User.branch_id == gone.id).order_by(col(User.id))).all():
        user.branch_id = kept.id if user is not tablet or own is None else gone.id
        session.add(user)
        if user.role == Role.STAFF.value:
            before, after = [user.role, gone.id, None], [user.role, kept.id, None]
            history.write(session, "change_role", user, by=by, at=at, before=before, after=after)
    session.flush()
