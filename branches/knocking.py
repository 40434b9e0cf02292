"""Knocking: how often somebody tried to sign in, counted under what they tried with, whether or not it is known here."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, func, select

from branches.database import UtcTime

HOURS = 1
"""How long a try is remembered."""


class Knock(SQLModel, table=True):
    """One try. What it was about is kept as a hash alone, since people mistype, and type what is nobody else's business."""

    id: int = Field(default=None, primary_key=True)
    about_hash: str = Field(index=True, max_length=64)
    at: datetime = Field(sa_type=UtcTime, index=True)


def knock(session: Session, about: str, *, most: int, at: datetime) -> bool:
    """Counts a try; whether there have been no more than `most` within the hour, this one among them."""
    earliest = at - timedelta(hours=HOURS)
    session.exec(sa.delete(Knock).where(col(Knock.at) <= earliest))
    session.add(Knock(about_hash=_hash(about), at=at))
    session.flush()
    return tries(session, about, at=at) <= most


def tries(session: Session, about: str, *, at: datetime) -> int:
    """How often it was tried within the hour."""
    recent = col(Knock.at) > at - timedelta(hours=HOURS)
    return session.exec(select(func.count()).where(Knock.about_hash == _hash(about), recent)).one()


def forget(session: Session, about: str) -> None:
    """Who came in has not been guessing."""
    session.exec(sa.delete(Knock).where(col(Knock.about_hash) == _hash(about)))


def _hash(about: str) -> str:
    return hashlib.sha256(about.encode(errors="replace")).hexdigest()
