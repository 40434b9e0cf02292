"""Lending: on a shared tablet somebody of the branch's staff acts for a few minutes, after giving their PIN."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from branches import history
from branches.errors import NotAllowed
from branches.people import Role, User
from branches.sessions import LENT_MINUTES, DeviceSession


def may_borrow(tablet: User, person: User) -> bool:
    """Whether a tablet is ever lent to that person: to somebody who signs in as staff of its own branch."""
    works_there = person.branch_id is not None and person.branch_id == tablet.branch_id
    return tablet.role == Role.TABLET.value and person.active and person.role == Role.STAFF.value and works_there


def lend(session: Session, device: DeviceSession, person: User, *, at: datetime) -> None:
    """From now on that tablet acts as the person, whose PIN has been looked at; whoever had it before has it no more."""
    if not may_borrow(device.user, person):
        raise NotAllowed("Only the staff of this branch act on its tablet.")
    _keep(session, device, person, at + timedelta(minutes=LENT_MINUTES))
    history.write(session, "act_on_tablet", person, by=person, at=at)


def borrower(device: DeviceSession, *, at: datetime) -> User | None:
    """Who acts on that tablet at this moment; looked at with each request, so that a lock needs nobody to lock it."""
    person, until = device.lent_to, device.lent_until
    if person is None or until is None or until <= at:
        return None
    return person if may_borrow(device.user, person) else None


def lock(session: Session, device: DeviceSession) -> None:
    """Back to reading."""
    _keep(session, device, None, None)


def _keep(session: Session, device: DeviceSession, person: User | None, until: datetime | None) -> None:
    """A tablet that was signed out meanwhile stays so."""
    number = person.id if person is not None else None
    here = sa.update(DeviceSession).where(col(DeviceSession.id) == device.id)
    session.exec(here.values(lent_to_id=number, lent_until=until))
