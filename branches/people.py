"""People: everybody who may sign in or has audited, and the one role each of them has."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, select

from branches import history
from branches.database import UtcTime, hold, public_id
from branches.errors import Conflict, NotFound, Refused
from branches.history import Actor
from branches.language import codes
from branches.places import Branch, Region


class Role(StrEnum):
    """What a person is here for."""

    SHOPPER = "shopper"
    STAFF = "staff"
    MANAGER = "manager"
    OFFICE = "office"
    TABLET = "tablet"
    """Nobody: the device that a branch's staff share, which only reads; each branch has one such sign-in."""


PERSONS = tuple(role for role in Role if role is not Role.TABLET)
"""The roles that people have."""
READERS = (Role.MANAGER, Role.OFFICE)
"""Those for whom reports are made; `access` says how far they read."""
_SEPARATORS = '"(),:;<>@[]\\'
"""In a header these would make two addresses of one."""


def uniquifier() -> str:
    return secrets.token_hex(16)


class User(SQLModel, table=True):
    """A person, or a group of shoppers known by one code only."""

    __tablename__ = "person"  # `user` is a reserved word of PostgreSQL

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    role: str = Field(max_length=16, index=True)
    code: str | None = Field(default=None, unique=True, max_length=200)
    """What the exchange form calls a shopper."""
    email: str | None = Field(default=None, unique=True, max_length=254)
    name: str = Field(default="", max_length=200)
    language: str = Field(default="en", max_length=8)
    branch_id: int | None = Field(default=None, foreign_key="branch.id", index=True)
    """The staff's own branch."""
    region_id: int | None = Field(default=None, foreign_key="region.id", index=True)
    """The manager's own region."""
    active: bool = True
    password: str | None = Field(default=None, max_length=255)
    """Its argon2 hash; None: signs in by link alone."""
    fs_uniquifier: str = Field(default_factory=uniquifier, unique=True, max_length=64)
    """What Flask-Security calls a person; it changes with the password and tells nothing."""
    created_at: datetime = Field(sa_type=UtcTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """Since when nothing is known of them but what they did; `erasing` has the verb."""

    branch: Branch | None = Relationship()
    region: Region | None = Relationship()


def add_user(
    session: Session,
    role: Role,
    *,
    at: datetime,
    email: str | None = None,
    code: str | None = None,
    name: str = "",
    language: str = "en",
    branch: Branch | None = None,
    region: Region | None = None,
    by: Actor | None,
) -> User:
    """Adds a person; staff need their branch, a manager needs a region."""
    check_place(role, branch, region)
    if language not in codes():
        raise Refused("There is no language {code} here.", code=language[:20])
    email = mail_address(email) if email is not None else None
    user = User(
        role=role.value,
        code=code,
        email=email,
        name=name,
        language=language,
        branch=branch,
        region=region,
        created_at=at,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise _taken(session, email, code) from error
    history.write(session, "add", user, by=by, at=at, role=role.value)
    return user


def check_place(role: Role, branch: Branch | None, region: Region | None) -> None:
    """Refuses a role without the place it is for."""
    if role is Role.TABLET and branch is None:
        raise Refused("A tablet belongs to a branch; name it.")
    if role is Role.STAFF and branch is None:
        raise Refused("A member of staff belongs to a branch; name it.")
    if role is Role.MANAGER and region is None:
        raise Refused("A manager belongs to a region; name it.")


def _taken(session: Session, email: str | None, code: str | None) -> Conflict:
    if email is not None and session.exec(select(User.id).where(User.email == email)).first() is not None:
        return Conflict("{email} is already somebody's address here.", email=email)
    return Conflict("{code} is already somebody's code here.", code=code)


def give_address(
    session: Session,
    shopper: User,
    email: str,
    *,
    name: str = "",
    language: str = "en",
    by: Actor | None,
    at: datetime,
) -> User:
    """Lets a shopper who is known by a code alone sign in: their audits stay theirs."""
    hold(session, shopper)
    if shopper.role != Role.SHOPPER.value or shopper.email is not None:
        raise Conflict("{code} is already somebody's code here.", code=shopper.code)
    shopper.name, shopper.language = name, language
    take_address(session, shopper, email)
    history.write(session, "give_address", shopper, by=by, at=at)
    return shopper


def take_address(session: Session, user: User, email: str) -> None:
    """Puts an address in the place of the one before, where nobody else has it; `accounts` has the verb for it."""
    address = mail_address(email)
    try:
        with session.begin_nested():
            user.email = address
            session.add(user)
    except IntegrityError as error:
        raise Conflict("{email} is already somebody's address here.", email=address) from error


def user_by_email(session: Session, email: str) -> User:
    user = session.exec(select(User).where(User.email == mail_address(email))).first()
    if user is None:
        raise NotFound("Nobody here has the address {email}.", email=email)
    return user


def known(session: Session, address: str) -> User | None:
    """Who signs in with that address, written as it is kept; nobody who may no longer sign in."""
    return session.exec(select(User).where(User.email == address, User.active)).first()


def mail_address(text: str) -> str:
    """The one form an address is kept and compared in."""
    address = text.strip().lower()
    name, at, host = address.rpartition("@")
    split = any(c.isspace() or not c.isprintable() or c in _SEPARATORS for c in name + host)
    if not (name and at and host) or split or len(address) > 254:  # noqa: PLR2004 - RFC 5321
        raise Refused("{text} is not a mail address.", text=text[:60])
    return address
