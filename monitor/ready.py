"""Is this process ready for people? Each thing that must hold is a line; what is wrong is said without a name, a place or a number."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLongError
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from branches import migrations, runs
from branches.database import reading

LONGEST_SECONDS = 2.0
"""Whoever asks hears something within that time, whatever hangs."""
KEPT_SECONDS = 1.0
"""So long an answer stands: asking often costs the database nothing."""
LEAST_FREE = 200_000_000
"""Bytes; what phones send and reports need would not fit for long."""


@dataclass(frozen=True)
class Line:
    """One thing that must hold."""

    name: str
    wrong: str = ""

    def __str__(self) -> str:
        return f"no {self.name}: {self.wrong}" if self.wrong else f"ok {self.name}"


@dataclass(frozen=True)
class Watched:
    """What is looked at."""

    engine: sa.Engine
    clock: Callable[[], datetime]
    folder: Path
    """The data folder."""
    scheduler_minutes: int = 0
    """Within which the scheduler must have looked; 0: none is expected."""
    least_free: int = LEAST_FREE


class Readiness:
    """Looks in one thread of its own, and while a look hangs begins no other."""

    def __init__(self, watched: Watched, longest: float = LONGEST_SECONDS) -> None:
        self._watched, self._longest = watched, longest
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._turn = Lock()
        self._look: Future[list[Line]] | None = None
        self._begun = 0.0

    def lines(self) -> list[Line]:
        try:
            return self._current().result(timeout=self._longest)
        except TooLongError:
            return [Line("answer", f"the database or the disk takes longer than {self._longest:g} seconds")]

    def _current(self) -> "Future[list[Line]]":
        with self._turn:
            now = time.monotonic()
            if self._look is None or (self._look.done() and now - self._begun > KEPT_SECONDS):
                self._look, self._begun = self._hand.submit(lambda: list(look(self._watched))), now
            return self._look


def look(watched: Watched) -> Iterator[Line]:
    """Everything that must hold; of a database that does not answer nothing more is asked."""
    yield Line("folder", _folder(watched.folder))
    yield Line("space", _space(watched.folder, watched.least_free))
    if _is_lost(watched.engine):
        yield Line("database", "its file is not there")
        return
    try:
        with watched.engine.execution_options(reading=True).connect() as connection:
            known = migrations.revision(connection)
        yield Line("database")
        yield Line("tables", "" if known == _newest() else "they are of another version: run monitor migrate")
        if watched.scheduler_minutes:
            yield Line("scheduler", _scheduler(watched))
    except SQLAlchemyError:
        yield Line("database", "it does not answer as it should")


def _is_lost(engine: sa.Engine) -> bool:
    """A connection that is open already goes on with a file that was taken away."""
    file = engine.url.database
    return engine.name == "sqlite" and bool(file) and file != ":memory:" and not Path(str(file)).exists()


@cache
def _newest() -> str:
    return migrations.head()


def _folder(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError:
        return "nothing can be written to the data folder"


def _space(folder: Path, least: int) -> str:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return "the data folder cannot be looked at"
    return "" if free >= least else f"less than {least // 1_000_000} MB are free for the data folder"


def _scheduler(watched: Watched) -> str:
    with reading(watched.engine) as session:
        last = max(runs.looks(session).values(), default=None)
    minutes = watched.scheduler_minutes
    within = timedelta(minutes=minutes)
    if last is not None and -within <= watched.clock() - last <= within:
        return ""  # one that lies ahead is of a clock that has been set back, and says nothing
    return f"it has not looked for {minutes} minutes"
