"""Merging: two entries of one shopper become one. Both rows stay; what was noted of the one that ends is the other's from now on."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from branches import accounts, history
from branches.assignments import ConflictOfInterest
from branches.audits import Audit, ScoreRow
from branches.calendars import CalendarFeed
from branches.calibration import CaseAnswers
from branches.database import hold
from branches.errors import Refused
from branches.people import Role, User
from branches.rotas import Planned
from branches.terms import ShopperTerms

_NAMED = ((Audit, "shopper_id"), (ScoreRow, "shopper_id"), (Planned, "shopper_id"), (Planned, "proposed_id"))
"""Where a shopper stands beside what they did or are to do; a test looks that no other column is left out."""


def merge(session: Session, ends: User, stays: User, *, by: User, at: datetime) -> int:
    """Gives the audits of one shopper to the other, and ends the first one's access; how many audits that were.

    Issued reports do not change. From the next one on both are one shopper, whose leniency rests on all the audits.
    """
    for one in sorted((ends, stays), key=lambda one: one.id):
        hold(session, one)
    hindered = hindrance(ends, stays)
    if hindered is not None:
        raise hindered
    code, ends.code = ends.code, None
    session.add(ends)
    session.flush()
    stays.code = stays.code or code
    session.add(stays)
    moved = _move(session, ends, stays)
    if ends.active:
        accounts.deactivate(session, ends, by=by, at=at)
    history.write(session, "merge", stays, by=by, at=at, shopper=[ends.id, stays.id], audits=moved)
    history.write(session, "merge_into", ends, by=by, at=at, shopper=[ends.id, stays.id])
    return moved


def hindrance(ends: User, stays: User) -> Refused | None:
    """Why the two cannot be one; None where they can."""
    if ends.id == stays.id:
        return Refused("That is the same entry; choose the other one.")
    if {ends.role, stays.role} != {Role.SHOPPER.value}:
        return Refused("Only shoppers are merged; end the access of anybody else who is here twice.")
    if ends.erased_at is not None or stays.erased_at is not None:
        return Refused("Whoever was erased is nobody, and merged with nobody.")
    if not stays.active:
        return Refused("{name} may no longer sign in; let them in again first.", name=accounts.called(stays))
    if ends.code and stays.code:
        return Refused(
            "Files know both, as {one} and {other}: one entry cannot have two codes.", one=ends.code, other=stays.code
        )
    return None


def audits_of(session: Session, user: User) -> int:
    return session.exec(select(func.count()).where(Audit.shopper_id == user.id)).one()


def _move(session: Session, ends: User, stays: User) -> int:
    moved = audits_of(session, ends)
    for table, name in _NAMED:
        session.execute(sa.update(table).where(getattr(table, name) == ends.id).values({name: stays.id}))
    _conflicts(session, ends, stays)
    _terms(session, ends, stays)
    _cases(session, ends, stays)
    session.execute(sa.delete(CalendarFeed).where(col(CalendarFeed.shopper_id) == ends.id))
    session.expire_all()
    return moved


def _conflicts(session: Session, ends: User, stays: User) -> None:
    """Where one of them may not audit, neither may."""
    known = set(session.exec(select(ConflictOfInterest.branch_id).where(ConflictOfInterest.shopper_id == stays.id)))
    for one in session.exec(select(ConflictOfInterest).where(ConflictOfInterest.shopper_id == ends.id)).all():
        if one.branch_id not in known:
            session.add(ConflictOfInterest(**{**one.model_dump(), "shopper_id": stays.id}))
        session.delete(one)
    session.flush()


def _terms(session: Session, ends: User, stays: User) -> None:
    """What was agreed with the one that stays holds; else what was with the other."""
    theirs = session.get(ShopperTerms, ends.id)
    if theirs is None:
        return
    if session.get(ShopperTerms, stays.id) is None:
        session.add(ShopperTerms(**{**theirs.model_dump(), "shopper_id": stays.id}))
    session.delete(theirs)
    session.flush()


def _cases(session: Session, ends: User, stays: User) -> None:
    """Of a reference case that both marked, the marks of the one that stays count."""
    marked = set(session.exec(select(CaseAnswers.case_id).where(CaseAnswers.shopper_id == stays.id)))
    for one in session.exec(select(CaseAnswers).where(CaseAnswers.shopper_id == ends.id)).all():
        if one.case_id not in marked:
            session.add(CaseAnswers(**{**one.model_dump(), "shopper_id": stays.id}))
        session.delete(one)
    session.flush()
