"""A year of Mondays with two scheduler processes that are killed again and again: every edition once, none early or late."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, region_key
from branches.places import regions
from tests.monitor import clockwork, punctual
from tests.monitor.chains import ZONES, audit_weekly, small_chain
from tests.monitor.clockwork import BEGINS, LOOKED, UP, Line
from tests.monitor.punctual import Outage

YEAR_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
YEAR_ENDS = datetime(2027, 1, 6, tzinfo=UTC)
WEEKS = 52
KILLS = 24
SET_BACK = 5
OUTAGES = ((9, 8), (40, 30), (70, 1), (120, 20))
"""Before which due time both processes end, and how many due times they are off."""
PATIENCE_SECONDS = 120
Calendar = dict[punctual.Edition, datetime]


class Schedulers:
    """Two processes at work on one database, by a clock that waits for them."""

    def __init__(self, url: str, folder: Path) -> None:
        self._clock, self._trace = folder / "clock", folder / "trace"
        self._command = [sys.executable, "-m", "tests.monitor.clockwork", url, str(self._clock), str(self._trace)]
        self.running: list[subprocess.Popen[bytes]] = []
        self.lines: list[Line] = []

    def begin(self) -> None:
        self.running += [subprocess.Popen(self._command) for _ in range(2 - len(self.running))]

    def kill(self, number: int) -> None:
        process = self.running.pop(number)
        process.kill()
        process.wait()

    def end(self) -> None:
        while self.running:
            self.kill(0)

    def set_clock(self, at: datetime) -> None:
        clockwork.set_clock(self._clock, at)

    def until_up(self) -> None:
        """Waits for those that were begun, and their first look."""
        self._until(lambda: {process.pid for process in self.running} == self._have(UP) & self._have(LOOKED))

    def show(self, at: datetime) -> None:
        """The clock jumps to that time and stands still until whoever is up has looked."""
        self._read()
        before, waited_for = len(self.lines), self._have(UP)
        self.set_clock(at)
        self._until(lambda: waited_for <= {line.process for line in self.lines[before:] if _looked(line, at)})

    def _have(self, done: str) -> set[int]:
        return {process.pid for process in self.running} & {line.process for line in self.lines if line.what == done}

    def _until(self, reached: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            assert time.monotonic() < give_up, "the scheduler processes do not go on"
            assert [process.poll() for process in self.running] == [None] * len(self.running)
            time.sleep(0.005)
            self._read()

    def _read(self) -> None:
        """What has been written since."""
        self.lines += clockwork.read_trace(self._trace, after=len(self.lines))


def _looked(line: Line, at: datetime) -> bool:
    return line.what == LOOKED and line.at == at


@contextmanager
def schedulers(url: str, folder: Path) -> Iterator[Schedulers]:
    at_work = Schedulers(url, folder)
    at_work.set_clock(YEAR_BEGINS)
    try:
        at_work.begin()
        at_work.until_up()
        yield at_work
    finally:
        at_work.end()


@pytest.mark.long
def test_a_year_with_kills_and_both_clock_changes_issues_every_edition_once_and_in_time(
    engine: sa.Engine, database_url: str, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        audit_weekly(session, small_chain(session), YEAR_BEGINS.date(), weeks=WEEKS)
    calendar = _calendar(engine)
    with schedulers(database_url, tmp_path) as at_work:
        outages = _live_through(at_work, sorted(set(calendar.values())), random.Random(20260105))
        _wait_until_complete(engine, at_work, len(calendar))
    assert punctual.unpunctual(calendar, _begun(at_work.lines), outages) == {}
    _check_editions(engine, calendar)


def _calendar(engine: sa.Engine) -> Calendar:
    """Every edition of the year and when it is due; each region is named after its zone."""
    with reading(engine) as session:
        scopes = [(region_key(region), region.name, [region.name]) for region in regions(session)]
    scopes.append((CHAIN, clockwork.settings().chain_zone, list(ZONES)))
    mondays = [YEAR_BEGINS.date() + timedelta(weeks=n) for n in range(WEEKS)]
    return {(key, monday): punctual.due(monday, zone, zones) for key, zone, zones in scopes for monday in mondays}


def _live_through(at_work: Schedulers, due: list[datetime], chance: random.Random) -> list[Outage]:
    """A second before each due time, within the minute after it, and in between; some of it without any process."""
    off = {first + n for first, many in OUTAGES for n in range(many)}
    up = [number for number in range(len(due)) if number not in off]
    kills, back = set(chance.sample(up, KILLS)), set(chance.sample(up, SET_BACK))
    outages: list[Outage] = []
    for number, at in enumerate(due):
        if number in off:
            outages += _end_before(at_work, at) if at_work.running else []
            continue
        if not at_work.running:
            outages[-1] = _come_up(at_work, outages[-1], due[number - 1] + timedelta(hours=chance.random()))
        at_work.show(at - timedelta(seconds=1))
        seen = at + timedelta(seconds=chance.randrange(60))
        if number in kills:
            _kill_at_work(at_work, seen, chance)
        at_work.show(seen + timedelta(seconds=1))
        at_work.show(at + timedelta(hours=2))
        if number in back:
            at_work.show(at - timedelta(hours=20))  # the machine's clock is set back
    return outages


def _end_before(at_work: Schedulers, due: datetime) -> list[Outage]:
    at_work.end()
    return [Outage(due - timedelta(seconds=1), YEAR_ENDS)]


def _come_up(at_work: Schedulers, outage: Outage, at: datetime) -> Outage:
    at_work.set_clock(at)
    at_work.begin()
    at_work.until_up()
    return Outage(outage.went, at)


def _kill_at_work(at_work: Schedulers, at: datetime, chance: random.Random) -> None:
    """One of the two, at any moment of what it begins then; another comes up while the clock goes on."""
    at_work.until_up()
    at_work.set_clock(at)
    time.sleep(chance.random() * 0.15)
    at_work.kill(chance.randrange(2))
    at_work.begin()


def _wait_until_complete(engine: sa.Engine, at_work: Schedulers, editions_due: int) -> None:
    """Leases of the killed end as the clock goes on."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    at = YEAR_ENDS
    while _issued(engine) < editions_due and time.monotonic() < give_up:
        at += timedelta(seconds=20)
        at_work.show(at)


def _issued(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(sa.func.count()).select_from(Edition)).one()


def _begun(lines: list[Line]) -> Calendar:
    """When work on each edition first began, as the processes wrote it down."""
    begun: Calendar = {}
    for line in (line for line in lines if line.what == BEGINS):
        edition = (line.scope, date.fromisoformat(line.week))
        begun[edition] = min(line.at, begun.get(edition, line.at))
    return begun


def _check_editions(engine: sa.Engine, calendar: Calendar) -> None:
    """Each is there once, and counts what was released until it was due."""
    with reading(engine) as session:
        rows = session.exec(select(Edition)).all()
    assert Counter((row.scope, row.week, row.revision) for row in rows) == Counter(
        (scope, monday, 0) for scope, monday in calendar
    )
    assert {(row.scope, row.week): row.due_at for row in rows} == calendar
    assert [row for row in rows if row.issued_at < calendar[row.scope, row.week]] == []
