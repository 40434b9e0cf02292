"""Corrections: an audit that already counts has changed, so editions that counted it may have to be revised."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from branches.database import UtcTime


class Correction(SQLModel, table=True):
    """One change of a counted audit, until the editions have been looked at."""

    __table_args__ = (
        Index(
            "ix_correction_open",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    audit_id: int = Field(foreign_key="audit.id", index=True)
    at: datetime = Field(sa_type=UtcTime)
    why: str = Field(max_length=32)
    """"excluded", "appeal upheld" or "corrected"."""
    counted_from: datetime = Field(sa_type=UtcTime)
    """Since when the audit had counted: editions due before that never saw it."""
    day: int
    """Its visit's local date as a proleptic ordinal."""
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)


def note(session: Session, audit_id: int, why: str, *, counted_from: datetime, day: int, at: datetime) -> None:
    """Remembers that a counted audit has changed."""
    session.add(Correction(audit_id=audit_id, at=at, why=why, counted_from=counted_from, day=day))


def unsettled(session: Session) -> list[Correction]:
    """Changes that no run has looked at yet, oldest first."""
    query = select(Correction).where(col(Correction.settled_at).is_(None)).order_by(col(Correction.id))
    return list(session.exec(query))


def last(session: Session) -> int:
    """The newest correction, settled or not; 0 before the first."""
    return session.exec(select(Correction.id).order_by(col(Correction.id).desc()).limit(1)).first() or 0


def settle(session: Session, corrections: Iterable[Correction], *, at: datetime) -> None:
    """The editions concerned have been revised or need no revision."""
    for correction in corrections:
        correction.settled_at = at
        session.add(correction)
