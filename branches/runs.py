"""Runs: what the scheduler's jobs did, how long it took, what failed, and when each of them last looked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import JSON, Column
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from branches.database import UtcTime

A_MINUTE = timedelta(minutes=1)
"""A look is noted no oftener: most find nothing to do."""
SAME_TROUBLE = timedelta(minutes=10)
"""A job that fails again within that time is in the same trouble still, and has one line for all of it."""
LONGEST = 500
RECONCILIATION, FORGETTING = "reconciliation", "forgetting"
"""Names of jobs of which pages tell in words of their own."""


class Run(SQLModel, table=True):
    """One time that a job did something or failed; looks that found nothing to do leave none."""

    id: int = Field(default=None, primary_key=True)
    job: str = Field(max_length=32, index=True)
    began: datetime = Field(sa_type=UtcTime)
    ended: datetime = Field(sa_type=UtcTime, index=True)
    did: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """How many of what."""
    failed: str = Field(default="", max_length=LONGEST)
    """What went wrong, in the machine's words; empty: nothing."""
    since: datetime | None = Field(default=None, sa_type=UtcTime)
    """Of trouble that lasts: when it began."""


class Look(SQLModel, table=True):
    """When a job last looked whether there is something to do."""

    job: str = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=UtcTime)


def note(
    session: Session, job: str, *, began: datetime, ended: datetime, did: Mapping[str, int], failed: str = ""
) -> None:
    """Writes a line of what a job did or why it failed; trouble that lasts goes on in the line it has."""
    said = failed.replace("\0", "")[:LONGEST]
    going_on = _trouble(session, job, began) if said and not did else None
    if going_on is not None:
        going_on.began, going_on.ended, going_on.failed = began, ended, said
        session.add(going_on)
        return
    since = began if said else None
    session.add(Run(job=job, began=began, ended=ended, did=dict(did), failed=said, since=since))


def _trouble(session: Session, job: str, began: datetime) -> Run | None:
    """The line of the trouble that the job was in a moment ago."""
    last = session.exec(select(Run).where(Run.job == job).order_by(col(Run.id).desc()).limit(1)).first()
    lasts = last is not None and last.failed and not last.did and abs(began - last.ended) <= SAME_TROUBLE
    return last if lasts else None


def looked_lately(session: Session, job: str, now: datetime) -> bool:
    """Whether a look is noted that is not a minute old; one from a clock that has been set back since is none."""
    look = session.get(Look, job)
    return look is not None and abs(now - look.at) < A_MINUTE


def looked(session: Session, job: str, *, at: datetime) -> None:
    """The job has looked whether there is something to do."""
    moved = session.exec(sa.update(Look).where(col(Look.job) == job).values(at=at))
    if moved.rowcount:
        return
    try:
        with session.begin_nested():
            session.add(Look(job=job, at=at))
    except IntegrityError:
        pass  # another process has noted its first look in the meantime


def looks(session: Session) -> dict[str, datetime]:
    """When each job last looked."""
    return {look.job: look.at for look in session.exec(select(Look).order_by(Look.job))}


def found_last(session: Session, job: str) -> Run | None:
    """What the job's last look found to note; None where it found nothing or failed."""
    look = session.get(Look, job)
    if look is None:
        return None
    query = select(Run).where(Run.job == job, Run.failed == "", Run.ended == look.at)
    return session.exec(query.order_by(col(Run.id).desc()).limit(1)).first()


def failures(session: Session, since: datetime, *, most: int) -> list[Run]:
    """What has failed since then, the latest first."""
    return _lines(session, since, col(Run.failed) != "", most)


def done(session: Session, since: datetime, *, most: int) -> list[Run]:
    """What has been done since then, the latest first."""
    return _lines(session, since, col(Run.failed) == "", most)


def _lines(session: Session, since: datetime, which: sa.ColumnElement[bool], most: int) -> list[Run]:
    query = select(Run).where(col(Run.ended) >= since, which)
    return list(session.exec(query.order_by(col(Run.ended).desc(), col(Run.id).desc()).limit(most)))


def sweep(session: Session, before: datetime) -> int:
    """Deletes the lines of what ended before then; how many those were."""
    return session.exec(sa.delete(Run).where(col(Run.ended) < before)).rowcount
