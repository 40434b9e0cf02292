"""Calendars: the secret address by which a shopper's own calendar reads when their audits are; kept as a hash, ended by them."""

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Field, Relationship, Session, SQLModel, select

from branches import history
from branches.database import UtcTime, hold
from branches.people import Role, User

LONGEST_TOKEN = 100


class CalendarFeed(SQLModel, table=True):
    """One shopper's; a new address ends the one before."""

    __tablename__ = "calendar_feed"

    shopper_id: int = Field(foreign_key="person.id", primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    made_at: datetime = Field(sa_type=UtcTime)

    shopper: User = Relationship()


def make(session: Session, shopper: User, *, by: User, at: datetime) -> str:
    """The secret of a new address; it is never seen again."""
    hold(session, shopper)
    token = secrets.token_urlsafe(24)
    feed = session.get(CalendarFeed, shopper.id) or CalendarFeed(shopper_id=shopper.id, token_hash="", made_at=at)
    feed.token_hash, feed.made_at = _hash(token), at
    session.add(feed)
    session.flush()
    history.write(session, "make_calendar", shopper, by=by, at=at)
    return token


def end(session: Session, shopper: User, *, by: User, at: datetime) -> None:
    """Whoever has the address reads nothing any more; where there is none nothing happens."""
    hold(session, shopper)
    feed = session.get(CalendarFeed, shopper.id)
    if feed is not None:
        session.delete(feed)
        session.flush()
        history.write(session, "end_calendar", shopper, by=by, at=at)


def of(session: Session, shopper: User) -> CalendarFeed | None:
    """Whether there is one, and since when."""
    return session.get(CalendarFeed, shopper.id)


def whose(session: Session, token: str) -> User | None:
    """The active shopper whose calendar it is; None of a secret that opens nothing."""
    if len(token) > LONGEST_TOKEN:
        return None
    query = select(User).join(CalendarFeed).where(CalendarFeed.token_hash == _hash(token))
    return session.exec(query.where(User.active, User.role == Role.SHOPPER.value)).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
