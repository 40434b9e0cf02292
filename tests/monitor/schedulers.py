"""Two scheduler processes that live through a year: killed, off for days, by clocks that are set back."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.monitor import clockwork
from tests.monitor.clockwork import LOOKED, UP, Line
from tests.monitor.punctual import Outage

YEAR_BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
YEAR_ENDS = datetime(2027, 1, 6, tzinfo=UTC)
WEEKS = 52
PATIENCE_SECONDS = 120
AT_WORK_SECONDS = 0.15
"""Within so long after a report is due one of the processes is killed."""


class Schedulers:
    """Two processes at work on one database, by a clock that waits for them."""

    def __init__(self, url: str, folder: Path, mail_port: int | None = None) -> None:
        self._clock, self._trace = folder / "clock", folder / "trace"
        self._command = [sys.executable, "-m", "tests.monitor.clockwork", url, str(self._clock), str(self._trace)]
        self._command += [str(mail_port)] if mail_port is not None else []
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
def schedulers(url: str, folder: Path, mail_port: int | None = None) -> Iterator[Schedulers]:
    at_work = Schedulers(url, folder, mail_port)
    at_work.set_clock(YEAR_BEGINS)
    try:
        at_work.begin()
        at_work.until_up()
        yield at_work
    finally:
        at_work.end()


@dataclass(frozen=True)
class Fate:
    """What happens to the processes in a year, by the number of the due time it happens at."""

    kills: int
    set_back: int
    """How often the machine's clock is set back by most of a day."""
    outages: tuple[tuple[int, int], ...]
    """Before which due time both processes end, and how many due times they are off."""


def live_through(
    at_work: Schedulers,
    due: list[datetime],
    fate: Fate,
    chance: random.Random,
    meanwhile: Callable[[datetime], None] = lambda _: None,
) -> list[Outage]:
    """A second before each due time, within the minute after it, and in between; some of it without any process.

    People do `meanwhile` what they do: an hour after each due time, and where a process is killed a second before it.
    """
    off = {first + n for first, many in fate.outages for n in range(many)}
    up = [number for number in range(len(due)) if number not in off]
    kills, back = set(chance.sample(up, fate.kills)), set(chance.sample(up, fate.set_back))
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
            meanwhile(at - timedelta(seconds=1))
            _kill_at_work(at_work, seen, chance)
        at_work.show(seen + timedelta(seconds=1))
        at_work.until_up()
        at_work.show(at + timedelta(hours=1))
        meanwhile(at + timedelta(hours=1))
        at_work.show(at + timedelta(hours=2))
        if number in back:
            at_work.show(at - timedelta(hours=20))
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
    time.sleep(chance.random() * AT_WORK_SECONDS)
    at_work.kill(chance.randrange(2))
    at_work.begin()
