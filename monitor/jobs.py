"""What runs unattended; each job is safe to repeat and safe to run twice at once."""

import logging
import os
import secrets
import socket
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from branches import closing, corrections, editions, reminders, timetable
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.errors import Conflict, Refused
from branches.keeping import Terms
from branches.places import regions
from branches.webhooks import Wish
from branches.weeks import Week
from monitor.webhooks import Target
from reports import revising, stored, weekly
from reports.collect import Window
from reports.figures import Figures
from reports.weekly import OutdatedError, Picture, Settings

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

REVISIONS = "revisions"
"""The lease under which one run at a time revises."""
WHENEVER = Week(date(2000, 1, 3))
"""Revising belongs to no week; its lease needs one."""
LOOKS = 5
"""How often a report is begun again because audits were released or corrected while it was made."""

Pictures = dict[tuple[Week, datetime], Picture]


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
    post: Callable[[Collection[str]], int] | None = None
    """Sends the mail that is due, but for that of scopes still at work; gives how many were sent."""
    hooks: tuple[Wish, ...] = ()
    """What is posted to chat systems: about what, in which language."""
    target: Callable[[str], Target] | None = None
    """Where posts of a name go, and what they are signed with."""
    photos: Path | None = None
    """Where the photos of audits lie."""
    terms: Terms = field(default_factory=Terms)
    """How long what is kept."""
    tell: Callable[[str], None] = lambda _: None
    """Hears what went wrong with one thing while the others were made."""


@dataclass(frozen=True)
class Due:
    """A scope's week that has no edition yet."""

    week: Week
    scope: Scope
    first_week: Week


def holder_name() -> str:
    """Who holds a lease: unique among all processes of all machines."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"


def in_words(error: Exception) -> str:
    """What went wrong, on one line; what we refuse has its sentence, and of other faults the kind is named too."""
    said = (str(error).strip().splitlines() or [""])[0]
    return said if isinstance(error, Refused) else f"{type(error).__name__}: {said}".removesuffix(": ")


def weekly_report(worker: Worker) -> list[Edition]:
    """Issues every edition that is due and missing, oldest week first; then revises what corrections have changed."""
    begin_reporting(worker)
    issued = list(_issue_all(worker, due_editions(worker)))
    return issued + revise_editions(worker)


def begin_reporting(worker: Worker) -> None:
    """Fixes the first reported week of every scope that has none yet, or that the settings now give another.

    A region whose branches have all moved away is forgotten: its editions stay.
    """
    wanted, now = worker.settings.reporting_from, worker.clock()
    with reading(worker.engine) as session:
        scopes = _scopes(session, worker)
        if not _left(session, scopes) and all(editions.is_switched_on(session, scope, wanted) for scope in scopes):
            return
    with transaction(worker.engine) as session:
        scopes = _scopes(session, worker)
        editions.switch_off(session, _left(session, scopes))
        begins = [(scope, _first_week(session, worker, scope, now)) for scope in scopes]
        for scope, first in begins:
            editions.switch_on(session, scope, wanted, first)


def _scopes(session: Session, worker: Worker) -> list[Scope]:
    return editions.scopes(session, worker.settings.chain_zone, worker.settings.due)


def _left(session: Session, scopes: Iterable[Scope]) -> set[str]:
    """Regions that were reported and have no branch any more."""
    return editions.started(session).keys() - {CHAIN, *(scope.key for scope in scopes)}


def _first_week(session: Session, worker: Worker, scope: Scope, now: datetime) -> Week:
    wanted, following = worker.settings.reporting_from, scope.first_to_come(editions.started(session), now)
    return editions.first_week(session, scope, wanted, otherwise=following)


def due_editions(worker: Worker) -> list[Due]:
    """What is due now and has not been issued, in the order in which it is made; nothing is written."""
    now, due = worker.clock(), list[Due]()
    with reading(worker.engine) as session:
        for scope in _scopes(session, worker):
            first = _first_week(session, worker, scope, now)
            due += [Due(week, scope, first) for week in editions.missing_weeks(session, scope, first, now)]
    return sorted(due, key=lambda d: (d.week, d.scope.due_at(d.week), d.scope.region_code or ""))


def coming_editions(worker: Worker) -> list[Due]:
    """The next report of each scope that is not due yet; nothing is written."""
    now, coming = worker.clock(), list[Due]()
    with reading(worker.engine) as session:
        for scope in _scopes(session, worker):
            first = _first_week(session, worker, scope, now)
            week = max(first, scope.next_week(now))
            coming += [Due(week, scope, first)] if scope.is_open(week) else []
    return coming


def times_for_nobody(worker: Worker) -> list[str]:
    """Codes to which the settings give a time and that no region has."""
    with reading(worker.engine) as session:
        return timetable.unknown(worker.settings.due, [region.code for region in regions(session)])


def _issue_all(worker: Worker, due: list[Due]) -> Iterator[Edition]:
    pictures: Pictures = {}
    waiting: set[str] = set()  # A scope's editions are issued in order: its flags follow from week to week.
    for one in due:
        if one.scope.key in waiting:
            continue
        try:
            edition = _claim_and_issue(worker, one, pictures)
        except _Held:
            waiting.add(one.scope.key)
            continue
        except Exception as error:
            log.exception("the report of %s for week %s failed and is tried again", _name(one.scope), one.week)
            worker.tell(f"{_name(one.scope)}, week {one.week}: {in_words(error)}")
            waiting.add(one.scope.key)
            continue
        if edition is not None:
            log.info("issued the report of %s for week %s", _name(one.scope), one.week)
            yield edition


class _Held(Exception):  # noqa: N818 - no fault: somebody else is at work on it
    """Another process holds the lease."""


def _claim_and_issue(worker: Worker, due: Due, pictures: Pictures) -> Edition | None:
    """The edition, made under a lease; None where somebody else has issued it in the meantime."""
    with _leased(worker, due.scope.key, due.week):
        for _ in range(LOOKS):
            try:
                edition = _issue(worker, due, pictures)
            except OutdatedError:
                pictures.clear()
                continue
            except Conflict:
                return None  # Somebody whose lease had ended was faster after all.
            _draw(worker, edition)
            return edition
    raise OutdatedError


@contextmanager
def _leased(worker: Worker, scope_key: str, week: Week) -> Iterator[None]:
    """Holds the lease as long as the work lasts; whoever comes after a failure need not wait for its end."""
    with transaction(worker.engine) as session:
        if not editions.claim(
            session, scope_key, week, holder=worker.holder, now=worker.clock(), seconds=worker.lease_seconds
        ):
            raise _Held
    try:
        yield
    finally:
        with transaction(worker.engine) as session:
            editions.end_lease(session, scope_key, week, holder=worker.holder)


def _name(scope: Scope) -> str:
    return f"region {scope.region_code}" if scope.region_code is not None else "the whole chain"


def _issue(worker: Worker, due: Due, pictures: Pictures) -> Edition | None:
    at = due.scope.due_at(due.week)
    with reading(worker.engine) as session:
        if editions.latest(session, due.scope.key, due.week.monday) is not None:
            return None
        picture = _picture(worker, session, due.week, at, pictures)
        before = editions.latest(session, due.scope.key, due.week.plus(-1).monday)
        since = before.due_at if before is not None else due.scope.due_at(due.week.plus(-1))
        prepared = weekly.prepare(
            session, picture, due.scope, due.week, due_at=at, since=since, reported=due.first_week
        )
    with transaction(worker.engine) as session:
        return weekly.issue(session, prepared, picture, at=worker.clock())


def _picture(worker: Worker, session: Session, week: Week, at: datetime, pictures: Pictures) -> Picture:
    """The chain at that moment; one picture at a time is held."""
    if (week, at) not in pictures:
        seen = next(iter(pictures.values()), None)
        pictures.clear()
        window = Window.ending(week, worker.settings.weeks)
        pictures[week, at] = weekly.look(session, window, at, worker.settings.rules, seen=seen)
    return pictures[week, at]


def _draw(worker: Worker, edition: Edition | None) -> None:
    """Draws what has been issued; an edition stands without its pictures, which the first reader then waits for."""
    if worker.draw is None or edition is None:
        return
    try:
        worker.draw(edition)
    except Exception:
        log.exception("the pictures of edition %s could not be drawn beforehand", edition.public_id)


def revise_editions(worker: Worker) -> list[Edition]:
    """Looks again at the last editions where audits they had counted have changed."""
    with reading(worker.engine) as session:
        if not corrections.unsettled(session):
            return []
    try:
        with _leased(worker, REVISIONS, WHENEVER):
            with reading(worker.engine) as session:
                revisions = revising.prepare(session, worker.settings.revised_weeks)
            with transaction(worker.engine) as session:
                return revising.store(session, revisions, at=worker.clock())
    except (_Held, Conflict):
        return []  # Somebody else revises; what is left over is looked at by the next run.


def issue_by_hand(worker: Worker, scope: Scope, week: Week) -> tuple[Figures, int | None]:
    """Issues one week's edition now; never before it is due, never twice, never before an earlier one that is owed."""
    now, at = worker.clock(), scope.due_at(week)
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
        owed = editions.missing_weeks(session, scope, first, now)
    if owed and owed[0] < week:
        raise Refused("The report of week {week} is due before this one; issue it first.", week=str(owed[0]))
    try:
        edition = _claim_and_issue(worker, Due(week, scope, first), {})
    except _Held as held:
        raise Conflict("The report of week {week} is being made at this moment.", week=str(week)) from held
    if edition is None:
        raise Conflict("The report of week {week} has already been issued.", week=str(week))
    return stored.load(edition.content), edition.standard_id


def write_reminders(worker: Worker) -> int:
    """Writes the reminders of promises and of audits that are due; a look that finds none waits for nobody's writing."""
    with reading(worker.engine) as session:
        promised = reminders.owed(session, worker.clock(), worker.settings.privacy)
        if not promised and not closing.owed(session, worker.clock()):
            return 0
    with transaction(worker.engine) as session:
        asked = closing.write(session, at=worker.clock())
        return asked + reminders.write(session, worker.settings.privacy, at=worker.clock())


def send_mail(worker: Worker) -> int:
    """Sends what is due; of editions missed in days off only the latest is mailed, so it waits until all are made."""
    if worker.post is None:
        return 0
    return worker.post({due.scope.key for due in due_editions(worker)})
