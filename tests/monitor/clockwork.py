"""A scheduler process for tests: the weekly run over and over, by a clock that is a file, with a witness beside it.

Run as `python -m tests.monitor.clockwork DATABASE_URL CLOCK_FILE TRACE_FILE [MAIL_PORT]`; it ends when the clock file is gone.
The trace says by that clock when the process came up, when it began work on an edition, and when it had looked.
With the port of a mail server on this machine it also sends what is due.
"""

import os
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session

from branches import database, editions
from branches.weeks import Week
from monitor import jobs
from monitor.jobs import Worker, holder_name
from monitor.mailer import Server
from reports import deliver
from reports.deliver import Post
from reports.envelope import Sender
from reports.weekly import Settings

FIRST = Week(date(2026, 1, 5))
LEASE_SECONDS = 300
MAIL_LEASE_SECONDS = 3 * 3600
"""The clock jumps by up to two hours while a mail is under way: somebody living must not be taken for dead."""
UP, BEGINS, LOOKED = "up", "begins", "looked"


def settings() -> Settings:
    return Settings(reporting_from=FIRST, chain_zone="Europe/Budapest", weeks=8)


def read_clock(file: Path) -> datetime:
    return datetime.fromtimestamp(float(file.read_text()), UTC)


def set_clock(file: Path, at: datetime) -> None:
    """A reader sees the old time or the new one, never half of it."""
    written = file.with_suffix(".new")
    written.write_text(str(at.timestamp()))
    written.replace(file)


@dataclass(frozen=True)
class Line:
    """What a process did, and what the clock showed."""

    process: int
    what: str
    at: datetime
    scope: str = ""
    week: str = ""


class Trace:
    """A file to which every process adds whole lines; a line that was written survives the writer."""

    def __init__(self, file: Path, clock: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._clock = clock

    def add(self, what: str, *words: str, at: datetime | None = None) -> None:
        seconds = (at or read_clock(self._clock)).timestamp()
        os.write(self._file, ("\t".join((str(os.getpid()), what, str(seconds), *words)) + "\n").encode())


def read_trace(file: Path, after: int = 0) -> list[Line]:
    """The whole lines after so many."""
    lines = file.read_text().split("\n")[after:-1] if file.exists() else []
    return [_line(*line.split("\t")) for line in lines]


def _line(process: str, what: str, seconds: str, *words: str) -> Line:
    return Line(int(process), what, datetime.fromtimestamp(float(seconds), UTC), *words)


Claim = Callable[..., bool]


def witnessed(claim: Claim, trace: Trace) -> Claim:
    """The lease as the program takes it: with the first thing that is written for an edition, work on it begins."""

    def claimed(session: Session, scope: str, week: Week, **how: object) -> bool:
        taken = claim(session, scope, week, **how)
        if taken:
            trace.add(BEGINS, scope, week.monday.isoformat())
        return taken

    return claimed


def main(url: str, file: Path, trace: Trace, mail_port: int | None) -> None:
    editions.claim = witnessed(editions.claim, trace)
    engine, holder = database.create(url), holder_name()

    def clock() -> datetime:
        return read_clock(file)

    def send(being_made: Collection[str]) -> int:
        post = Post(Sender("reports@chain.example", "Chain"), "http://localhost", holder, MAIL_LEASE_SECONDS)
        way = Server("127.0.0.1", mail_port or 0, "none", timeout_seconds=1)
        return deliver.send_due(engine, way, post, clock, being_made=being_made).sent

    post = send if mail_port is not None else None
    worker = Worker(engine, settings(), clock, holder, lease_seconds=LEASE_SECONDS, post=post)
    trace.add(UP)
    last = None
    while (at := _reading(file)) is not None:
        try:
            jobs.weekly_report(worker)
            if at != last:  # once each time: the clock may go on during a second look
                jobs.send_mail(worker)
        except FileNotFoundError:
            return
        if at != last:
            trace.add(LOOKED, at=at)
        last = at
        _wait_for_another(file, at)


def _reading(file: Path) -> datetime | None:
    try:
        return read_clock(file)
    except FileNotFoundError:
        return None


def _wait_for_another(file: Path, at: datetime) -> None:
    """The next time, or the same again: a look too many must change nothing."""
    for _ in range(40):
        time.sleep(0.005)
        if _reading(file) != at:
            return


if __name__ == "__main__":
    main(
        sys.argv[1],
        Path(sys.argv[2]),
        Trace(Path(sys.argv[3]), Path(sys.argv[2])),
        int(sys.argv[4]) if sys.argv[4:] else None,
    )
