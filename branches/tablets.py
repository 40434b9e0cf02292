"""Tablets: the devices that a branch's staff share. They only read, and are let in by a code that head office hands over."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import history, people, places, sessions
from branches.database import hold
from branches.errors import Refused
from branches.history import Actor
from branches.people import Role, User
from branches.places import Branch
from branches.sessions import DeviceSession


def of(session: Session, branch: Branch) -> User | None:
    """The sign-in that all tablets of the branch share."""
    return session.exec(select(User).where(User.role == Role.TABLET.value, User.branch_id == branch.id)).first()


def make_code(session: Session, branch: Branch, *, language: str, by: Actor | None, at: datetime) -> str:
    """A code that signs one tablet in, once and for a quarter of an hour; the branch's sign-in is made with the first."""
    hold(session, branch)
    if places.is_closed(branch, at):
        raise Refused("The branch is closed; its tablet shows nothing.")
    tablet = of(session, branch) or people.add_user(
        session, Role.TABLET, at=at, language=language, branch=branch, by=by
    )
    code = sessions.make_tablet_code(session, tablet, at=at)
    history.write(session, "make_tablet_code", branch, by=by, at=at)
    return code


def let_in(session: Session, code: str, *, at: datetime, label: str = "") -> str | None:
    """Signs the tablet in on which that code was typed; gives the token that its cookie carries, or None where it does not fit."""
    tablet = sessions.use_tablet_code(session, code, at=at)
    if tablet is None or not tablet.active or tablet.branch is None or places.is_closed(tablet.branch, at):
        return None
    history.write(session, "sign_in_tablet", tablet.branch, by=tablet, at=at)
    return sessions.begin(session, tablet, at=at, label=label)


def signed_in(session: Session, branch: Branch, *, at: datetime) -> list[DeviceSession]:
    """The branch's tablets, the one used last first."""
    tablet = of(session, branch)
    return sessions.devices(session, tablet, at=at) if tablet is not None else []


def end(session: Session, branch: Branch, device: DeviceSession, *, by: Actor | None, at: datetime) -> None:
    """Signs one of them out; of two who do so at once one is noted."""
    ended = session.exec(sa.delete(DeviceSession).where(col(DeviceSession.id) == device.id))
    if ended.rowcount:
        history.write(session, "end_tablet", branch, by=by, at=at)
