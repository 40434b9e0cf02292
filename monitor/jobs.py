"""What runs unattended; each job is safe to repeat and safe to run twice at once."""

import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from branches import corrections, editions
from branches.database import reading, transaction
from branches.editions import Edition, Scope
from branches.errors import Conflict, Refused
from branches.weeks import Week, local_date
from reports import revising, stored, weekly
from reports.collect import Window
from reports.figures import Figures
from reports.weekly import Picture, Settings

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

REVISIONS = "revisions"
"""The lease under which one run at a time revises."""


@dataclass(frozen=True)
class Worker:
    """One process at work on a chain's reports."""

    engine: sa.Engine
    settings: Settings
    clock: Clock
    holder: str
    lease_seconds: int = 300
    draw: Callable[[Edition], None] | None = None
    """Draws an edition's pictures when it is issued, so that the first reader does not wait for them."""


@dataclass(frozen=True)
class Due:
    """A scope's week that has no edition yet."""

    week: Week
    scope: Scope
    first_week: Week


def holder_name() -> str:
    """Who holds a lease: unique among all processes of all machines."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"


def weekly_report(worker: Worker) -> list[Edition]:
    """Issues every edition that is due and missing, oldest week first; then revises what corrections have changed."""
    issued = list(_issue_all(worker, due_editions(worker)))
    return issued + revise_editions(worker)


def due_editions(worker: Worker) -> list[Due]:
    """What is due now and has not been issued, in the order in which it is made."""
    now = worker.clock()
    with reading(worker.engine) as session:
        scopes = editions.scopes(session, worker.settings.chain_zone)
        started = editions.started(session)
    if any(_not_begun(scope, started, worker.settings) for scope in scopes):
        with transaction(worker.engine) as session:
            for scope in scopes:
                started[scope.key] = weekly.first_week(session, scope, worker.settings, local_date(now, scope.zone))
    with reading(worker.engine) as session:
        due = [
            Due(week, scope, started[scope.key])
            for scope in scopes
            for week in editions.missing_weeks(session, scope, started[scope.key], worker.settings.due, now)
        ]
    due_time = worker.settings.due
    return sorted(due, key=lambda d: (d.week, d.scope.due_at(d.week, due_time), d.scope.region_code or ""))


def _not_begun(scope: Scope, started: dict[str, Week], settings: Settings) -> bool:
    return scope.key not in started or settings.reporting_from not in (None, started[scope.key])


def _issue_all(worker: Worker, due: list[Due]) -> Iterator[Edition]:
    pictures: dict[tuple[Week, datetime], Picture] = {}
    waiting: set[str] = set()  # A scope's editions are issued in order: its flags follow from week to week.
    for one in due:
        if one.scope.key in waiting:
            continue
        if not _claimed(worker, one):
            waiting.add(one.scope.key)
            continue
        try:
            edition = _issue(worker, one, pictures)
        except Conflict:
            continue  # Somebody whose lease had ended was faster after all.
        except Exception:
            log.exception("the report of %s for week %s failed and is tried again", _name(one.scope), one.week)
            waiting.add(one.scope.key)
            continue
        if edition is not None:
            log.info("issued the report of %s for week %s", _name(one.scope), one.week)
            yield edition


def _name(scope: Scope) -> str:
    return f"region {scope.region_code}" if scope.region_code is not None else "the whole chain"


def _claimed(worker: Worker, due: Due) -> bool:
    with transaction(worker.engine) as session:
        return editions.claim(
            session, due.scope.key, due.week, holder=worker.holder, now=worker.clock(), seconds=worker.lease_seconds
        )


def _issue(worker: Worker, due: Due, pictures: dict[tuple[Week, datetime], Picture]) -> Edition | None:
    at = due.scope.due_at(due.week, worker.settings.due)
    with reading(worker.engine) as session:
        if editions.latest(session, due.scope.key, due.week.monday) is not None:
            return None
        if (due.week, at) not in pictures:
            seen = next(iter(pictures.values()), None)
            pictures.clear()  # One picture at a time is held.
            window = Window.ending(due.week, worker.settings.weeks)
            pictures[due.week, at] = weekly.look(session, window, at, worker.settings.rules, seen=seen)
        picture = pictures[due.week, at]
        since = due.scope.due_at(due.week.plus(-1), worker.settings.due)
        prepared = weekly.prepare(
            session, picture, due.scope, due.week, due_at=at, since=since, reported=due.first_week
        )
    with transaction(worker.engine) as session:
        edition = weekly.issue(session, prepared, picture, at=worker.clock())
    if worker.draw is not None:
        worker.draw(edition)
    return edition


def revise_editions(worker: Worker) -> list[Edition]:
    """Looks again at the last editions where audits they had counted have changed."""
    with reading(worker.engine) as session:
        if not corrections.unsettled(session):
            return []
    now = worker.clock()
    this_week = Week.of(now.date())
    with transaction(worker.engine) as session:
        if not editions.claim(
            session, REVISIONS, this_week, holder=worker.holder, now=now, seconds=worker.lease_seconds
        ):
            return []
    with transaction(worker.engine) as session:
        scopes = editions.scopes(session, worker.settings.chain_zone)
        revised = revising.revise(session, scopes, worker.settings, at=now)
        editions.end_lease(session, REVISIONS, this_week)
    return revised


def issue_by_hand(worker: Worker, scope: Scope, week: Week) -> tuple[Figures, int | None]:
    """Issues one week's edition now; never before it is due, never twice."""
    now = worker.clock()
    at = scope.due_at(week, worker.settings.due)
    if now < at:
        raise Refused(
            "The report of week {week} is due at {moment}; until then nothing is issued.",
            week=str(week),
            moment=at.isoformat(),
        )
    with reading(worker.engine) as session:
        if editions.latest(session, scope.key, week.monday) is not None:
            raise Conflict("The report of week {week} has already been issued.", week=str(week))
        first = editions.started(session).get(scope.key, week)
    due = Due(week, scope, first)
    if not _claimed(worker, due):
        raise Conflict("The report of week {week} is being made at this moment.", week=str(week))
    edition = _issue(worker, due, {})
    if edition is None:
        raise Conflict("The report of week {week} has already been issued.", week=str(week))
    return stored.load(edition.content), edition.standard_id
