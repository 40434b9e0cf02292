"""The doorstep: somebody whose link, code or password was right, and who still owes the second step; nothing is open to them."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from branches.database import UtcTime
from branches.people import User

WAIT_MINUTES = 15
"""How long the second step may take."""


class Doorstep(SQLModel, table=True):
    """One browser that waits; a row, so that it can be ended, kept as a hash like whatever opens something."""

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="person.id", index=True)
    until: datetime = Field(sa_type=UtcTime)


def wait(session: Session, user: User, *, at: datetime) -> str:
    """The token that the waiting browser keeps; it is worth nothing without the second step."""
    session.exec(sa.delete(Doorstep).where(col(Doorstep.until) <= at))
    token = secrets.token_urlsafe(24)
    session.add(Doorstep(token_hash=_hash(token), user_id=user.id, until=at + timedelta(minutes=WAIT_MINUTES)))
    session.flush()
    return token


def who(session: Session, token: str, *, at: datetime) -> User | None:
    """Who waits in the browser with that token, while they may sign in."""
    waiting = select(Doorstep.user_id).where(Doorstep.token_hash == _hash(token), col(Doorstep.until) > at)
    return session.exec(select(User).where(col(User.id).in_(waiting), User.active)).first()


def leave(session: Session, token: str) -> bool:
    """Ends the wait; of two who come in by it at once one does."""
    return session.exec(sa.delete(Doorstep).where(col(Doorstep.token_hash) == _hash(token))).rowcount > 0


def clear(session: Session, user: User) -> None:
    """After a change of password, address or role nobody waits any more."""
    session.exec(sa.delete(Doorstep).where(col(Doorstep.user_id) == user.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
