"""A year of Mondays with two scheduler processes that are killed again and again: every edition once, none early."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import editions
from branches.database import reading, transaction
from branches.editions import Edition
from tests.monitor import clockwork
from tests.monitor.chains import audit_weekly, small_chain

YEAR_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
YEAR_ENDS = datetime(2027, 1, 6, tzinfo=UTC)
STEP = timedelta(hours=7)
KILLS = 24
PATIENCE_SECONDS = 120


class Schedulers:
    """Two processes at work on one database."""

    def __init__(self, url: str, clock: Path) -> None:
        self._command = [sys.executable, "-m", "tests.monitor.clockwork", url, str(clock)]
        self.running = [self._begin(), self._begin()]

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command)

    def kill(self, number: int) -> None:
        self.running[number].kill()
        self.running[number].wait()
        self.running[number] = self._begin()

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@contextmanager
def schedulers(url: str, clock: Path) -> Iterator[Schedulers]:
    at_work = Schedulers(url, clock)
    try:
        yield at_work
    finally:
        at_work.end()


@pytest.mark.long
def test_a_year_with_kills_and_both_clock_changes_issues_every_edition_once(
    engine: sa.Engine, database_url: str, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        audit_weekly(session, small_chain(session), YEAR_BEGINS.date(), weeks=52)
    clock = tmp_path / "clock"
    clockwork.set_clock(clock, YEAR_BEGINS)
    chance = random.Random(20260105)
    steps = round((YEAR_ENDS - YEAR_BEGINS) / STEP)
    kills = set(chance.sample(range(steps), KILLS))
    with schedulers(database_url, clock) as at_work:
        for step in range(steps):
            clockwork.set_clock(clock, YEAR_BEGINS + step * STEP)
            if step in kills:
                time.sleep(chance.random() * 0.4)
                at_work.kill(chance.randrange(2))
            if step % 200 == 100:
                clockwork.set_clock(clock, YEAR_BEGINS + (step - 3) * STEP)  # the machine's clock is set back
                time.sleep(0.05)
            time.sleep(0.01)
        clockwork.set_clock(clock, YEAR_ENDS)
        _wait_until_complete(engine, clock)
    _check(engine)


def _wait_until_complete(engine: sa.Engine, clock: Path) -> None:
    """Leases of the killed end as the clock goes on."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    at = YEAR_ENDS
    while _missing(engine) and time.monotonic() < give_up:
        at += timedelta(seconds=20)
        clockwork.set_clock(clock, at)
        time.sleep(0.2)


def _missing(engine: sa.Engine) -> int:
    settings = clockwork.settings()
    with reading(engine) as session:
        return sum(
            len(editions.missing_weeks(session, scope, clockwork.FIRST, settings.due, YEAR_ENDS))
            for scope in editions.scopes(session, settings.chain_zone)
        )


def _check(engine: sa.Engine) -> None:
    settings = clockwork.settings()
    with reading(engine) as session:
        scopes = {scope.key: scope for scope in editions.scopes(session, settings.chain_zone)}
        rows = session.exec(select(Edition)).all()
    mondays = [clockwork.FIRST.plus(n).monday for n in range(52)]
    assert Counter((row.scope, row.week, row.revision) for row in rows) == Counter(
        (key, monday, 0) for key in scopes for monday in mondays
    )
    assert [row for row in rows if row.issued_at < row.due_at] == []
    hours = {
        row.due_at.astimezone(ZoneInfo(scopes[row.scope].zone)).strftime("%a %H:%M")
        for row in rows
        if row.scope != editions.CHAIN
    }
    assert hours == {"Mon 06:00"}
