"""Knocking: how often somebody tried to sign in, counted under what they tried with, whether or not it is known here."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, func, select

from branches.database import UtcTime

HOURS = 1
"""How long a try is remembered."""
MOST_FROM_ONE_PLACE = 100
"""Tries within an hour from one place on the net, whoever they are for: a whole office may share one."""


class Knock(SQLModel, table=True):
    """One try. What it was about is kept as a hash alone, since people mistype, and type what is nobody else's business."""

    id: int = Field(default=None, primary_key=True)
    about_hash: str = Field(index=True, max_length=64)
    at: datetime = Field(sa_type=UtcTime, index=True)


@dataclass(frozen=True)
class Visitor:
    """Who knocks: for which address, from which place on the net, and in which browser where that person was in it before.

    Tries in such a browser are counted alone: nobody elsewhere can use them up and so lock that person out.
    """

    address: str
    place: str
    browser: str = ""


def may_try(session: Session, what: str, visitor: Visitor, *, most: int, at: datetime) -> bool:
    """Counts a try; a place that has tried too often is not counted against anybody's address."""
    if visitor.browser:
        return knock(session, _own(what, visitor), most=most, at=at)
    if not knock(session, _from(what, visitor), most=MOST_FROM_ONE_PLACE, at=at):
        return False
    return knock(session, _for(what, visitor), most=most, at=at)


def came_in(session: Session, what: str, visitor: Visitor) -> None:
    """Who came in has not been guessing; what others tried from the same place stays counted."""
    if visitor.browser:
        forget(session, _own(what, visitor))
        return
    forget(session, _for(what, visitor))
    forget_newest(session, _from(what, visitor))


def _own(what: str, visitor: Visitor) -> str:
    return f"{what} {visitor.address} in {visitor.browser}"


def _from(what: str, visitor: Visitor) -> str:
    return f"{what} from {visitor.place}"


def _for(what: str, visitor: Visitor) -> str:
    return f"{what} {visitor.address}"


def knock(session: Session, about: str, *, most: int, at: datetime) -> bool:
    """Counts a try; whether there have been no more than `most` within the hour, this one among them."""
    _one_at_a_time(session, about)
    earliest = at - timedelta(hours=HOURS)
    session.exec(sa.delete(Knock).where(col(Knock.at) <= earliest))
    session.add(Knock(about_hash=_hash(about), at=at))
    session.flush()
    return tries(session, about, at=at) <= most


def _one_at_a_time(session: Session, about: str) -> None:
    """Of many tries at once, from however many processes, each sees those before it: none looks past the last that is allowed.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(bytes.fromhex(_hash(about))[:8], signed=True)
        session.exec(select(func.pg_advisory_xact_lock(key)))


def tries(session: Session, about: str, *, at: datetime) -> int:
    """How often it was tried within the hour."""
    recent = col(Knock.at) > at - timedelta(hours=HOURS)
    return session.exec(select(func.count()).where(Knock.about_hash == _hash(about), recent)).one()


def newest(session: Session, about: str) -> datetime | None:
    """When it was tried last, within the hour or before."""
    return session.exec(select(func.max(Knock.at)).where(Knock.about_hash == _hash(about))).one()


def forget(session: Session, about: str) -> None:
    """Who came in has not been guessing."""
    session.exec(sa.delete(Knock).where(col(Knock.about_hash) == _hash(about)))


def forget_newest(session: Session, about: str) -> None:
    """The same of the last try alone."""
    last = select(func.max(Knock.id)).where(Knock.about_hash == _hash(about))
    session.exec(sa.delete(Knock).where(col(Knock.id) == last.scalar_subquery()))


def _hash(about: str) -> str:
    return hashlib.sha256(about.encode(errors="replace")).hexdigest()
