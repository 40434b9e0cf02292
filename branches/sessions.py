"""Sessions and sign-in links: rows, so that they can be ended; kept only as hashes, so that a copy of the database opens nothing."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches.database import UtcTime
from branches.errors import NotAllowed
from branches.people import User

LINK_MINUTES = 15
SESSION_DAYS = 30


class SignInLink(SQLModel, table=True):
    """A way in that works once, for a quarter of an hour."""

    __tablename__ = "sign_in_link"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    code_hash: str | None = Field(default=None, max_length=64)
    """Of the code that is typed instead of following the link, together with the browser that asked for it."""
    wrong_codes: int = 0
    """How often another code was typed; a few, and the row opens nothing more."""


class DeviceSession(SQLModel, table=True):
    """One signed-in device."""

    __tablename__ = "device_session"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="person.id", index=True)
    started_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    label: str = Field(default="", max_length=120)
    """What the device says it is, for the person's own list."""

    user: User = Relationship()


def make_link(session: Session, user: User, *, at: datetime) -> str:
    """The token of a new sign-in link; it is shown once and stored nowhere."""
    token = secrets.token_urlsafe(24)
    session.add(SignInLink(token_hash=_hash(token), user_id=user.id, expires_at=at + timedelta(minutes=LINK_MINUTES)))
    session.flush()
    return token


def redeem(session: Session, token: str, *, at: datetime) -> User:
    """Whose link this is; it works once."""
    used = session.exec(
        sa.update(SignInLink)
        .where(col(SignInLink.token_hash) == _hash(token), col(SignInLink.used_at).is_(None))
        .where(col(SignInLink.expires_at) > at)
        .values(used_at=at)
    )
    if used.rowcount != 1:
        raise NotAllowed(
            "This link has been used or is older than {minutes} minutes; ask for a new one.", minutes=LINK_MINUTES
        )
    query = select(User).join(SignInLink, col(SignInLink.user_id) == User.id)
    user = session.exec(query.where(SignInLink.token_hash == _hash(token), User.active)).first()
    if user is None:
        raise NotAllowed("This person may no longer sign in.")
    return user


def begin(session: Session, user: User, *, at: datetime) -> str:
    """Signs a device in; gives the token that its cookie carries."""
    token = secrets.token_urlsafe(32)
    session.add(
        DeviceSession(
            token_hash=_hash(token), user_id=user.id, started_at=at, expires_at=at + timedelta(days=SESSION_DAYS)
        )
    )
    session.flush()
    return token


def who(session: Session, token: str, *, at: datetime) -> User | None:
    """The person signed in on the device with that token."""
    query = (
        select(User)
        .join(DeviceSession, col(DeviceSession.user_id) == User.id)
        .where(DeviceSession.token_hash == _hash(token), DeviceSession.expires_at > at, User.active)
    )
    return session.exec(query).first()


def end(session: Session, token: str) -> None:
    session.exec(sa.delete(DeviceSession).where(col(DeviceSession.token_hash) == _hash(token)))


def end_all(session: Session, user: User) -> None:
    """After a change of password, address or role nothing stays signed in, and no link that was sent still opens."""
    session.exec(sa.delete(SignInLink).where(col(SignInLink.user_id) == user.id))
    session.exec(sa.delete(DeviceSession).where(col(DeviceSession.user_id) == user.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
