"""Accounts: a person's role, address, password and whether they may sign in; each change ends what is signed in."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from branches import history, people, pins, sessions, subscriptions
from branches.database import hold
from branches.errors import Conflict, Refused
from branches.history import Actor
from branches.language import codes
from branches.people import Role, User
from branches.places import Branch, Region


def change_role(
    session: Session,
    user: User,
    role: Role,
    *,
    branch: Branch | None = None,
    region: Region | None = None,
    by: Actor | None,
    at: datetime,
) -> None:
    """Gives a person another role or place; staff need their branch, a manager needs a region."""
    people.check_place(role, branch, region)
    hold_head_office(session)
    _hold(session, user)
    if role is not Role.OFFICE:
        _keep_an_office(session, user)
    before = [user.role, user.branch_id, user.region_id]
    user.role = role.value
    user.branch = branch if role is Role.STAFF else None
    user.region = region if role is Role.MANAGER else None
    session.add(user)
    session.flush()
    after = [user.role, user.branch_id, user.region_id]
    if before != after:
        pins.take_away(session, user)
        _end(session, user, "change_role", by, at, before=before, after=after)


def deactivate(session: Session, user: User, *, by: Actor | None, at: datetime) -> None:
    """The person signs in no more; what they did stays theirs."""
    hold_head_office(session)
    _hold(session, user)
    if not user.active:
        raise Conflict("{name} signs in no more already.", name=called(user))
    _keep_an_office(session, user)
    user.active = False
    pins.take_away(session, user)
    _end(session, user, "deactivate", by, at)


def reactivate(session: Session, user: User, *, by: Actor | None, at: datetime) -> None:
    """The person may sign in again; a password from before opens nothing."""
    _hold(session, user)
    if user.active:
        raise Conflict("{name} may sign in already.", name=called(user))
    user.active, user.password = True, None
    _end(session, user, "reactivate", by, at)


def change_address(session: Session, user: User, email: str, *, by: Actor | None, at: datetime) -> None:
    """Another address to mail to and to sign in with; mails at the one before change nothing any more."""
    _hold(session, user)
    people.take_address(session, user, email)
    subscriptions.renew(session, user)
    _end(session, user, "change_address", by, at)


def call(session: Session, user: User, name: str, *, language: str, by: Actor | None, at: datetime) -> None:
    """Another name, or another language to be written to in; neither signs anybody out."""
    if language not in codes():
        raise Refused("There is no language {code} here.", code=language[:20])
    _hold(session, user)
    before, after = [user.name, user.language], [name.strip(), language]
    if before != after:
        user.name, user.language = after
        session.add(user)
        history.write(session, "call", user, by=by, at=at, before=before, after=after)


def invite(session: Session, user: User, *, by: Actor | None, at: datetime) -> str:
    """Notes that a person is mailed a way in; gives the address it goes to."""
    if not user.active:
        raise Conflict("{name} signs in no more already.", name=called(user))
    if user.email is None:
        raise Refused("{name} has no mail address yet; give one first.", name=called(user))
    history.write(session, "invite", user, by=by, at=at)
    return user.email


def set_password(session: Session, user: User, hashed: str | None, *, by: Actor | None, at: datetime) -> None:
    """Keeps the hash of a new password, or none: then only a mailed link signs in."""
    _hold(session, user)
    user.password = hashed
    _end(session, user, "set_password", by, at)


def still_opens(session: Session, user: User) -> bool:
    """Whether the password of this row, read a moment ago, opens even now; until the transaction ends nobody changes it."""
    kept = user.password
    hold(session, user)
    return user.active and kept is not None and user.password == kept


def _hold(session: Session, user: User) -> None:
    """Whoever was erased has no account any more."""
    hold(session, user)
    if user.erased_at is not None:
        raise Conflict("This person has been erased already.")


def _end(session: Session, user: User, verb: str, by: Actor | None, at: datetime, **details: Any) -> None:
    """Whatever changed, every device has to sign in anew."""
    user.fs_uniquifier = people.uniquifier()
    session.add(user)
    session.flush()
    sessions.end_all(session, user)
    history.write(session, verb, user, by=by, at=at, **details)


def hold_head_office(session: Session) -> None:
    """Before anybody's row, and always in one order: of two who end each other's access the second sees the first."""
    rows = select(User.id).where(User.role == Role.OFFICE.value).order_by(col(User.id))
    session.exec(rows.with_for_update(key_share=True)).all()


def _keep_an_office(session: Session, user: User) -> None:
    if not others_keep_office(session, user):
        raise Conflict("{name} is the last of head office; add another person first.", name=called(user))


def others_keep_office(session: Session, user: User) -> bool:
    """Whether somebody is left without that person who can let others in."""
    if user.role != Role.OFFICE.value or not user.active:
        return True
    others = select(User.id).where(User.role == Role.OFFICE.value, User.active, col(User.id) != user.id)
    return session.exec(others.where(col(User.email).is_not(None))).first() is not None


def called(user: User) -> str:
    """What a sentence about an account calls its person."""
    return user.name or user.email or user.code or user.public_id
