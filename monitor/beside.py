"""The scheduler beside the pages: a process of its own that is started again if it ends, and ends with them."""

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread

PAUSE_SECONDS = 5.0
"""Before a scheduler that has ended is started again."""
LONGEST_STOP = 60.0
"""Seconds that a report in the making has to be finished."""
COMMAND = (sys.executable, "-m", "monitor", "schedule", "--beside")

log = logging.getLogger(__name__)


@contextmanager
def scheduler(
    pause: float = PAUSE_SECONDS, longest_stop: float = LONGEST_STOP, command: Sequence[str] = COMMAND
) -> Iterator[None]:
    """Keeps `monitor schedule` running; it reads the settings that this process has read."""
    kept = _Kept(command)
    watch = Thread(target=kept.watch, args=(pause,), daemon=True)
    watch.start()
    try:
        yield
    finally:
        kept.end(longest_stop)
        watch.join()


class _Kept:
    """One process after another, until it is to be the last."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._stop = Event()
        self._turn = Lock()  # either another is started and then ended too, or none is started any more
        self._process = _start(command)

    def watch(self, pause: float) -> None:
        while True:
            code = self._process.wait()
            if self._stop.wait(pause) or not self._start_again(code):
                return

    def _start_again(self, code: int) -> bool:
        with self._turn:
            if self._stop.is_set():
                return False
            log.warning("The scheduler ended with code %s and is started again.", code)
            self._process = _start(self._command)
            return True

    def end(self, longest: float) -> None:
        with self._turn:
            self._stop.set()
            self._process.terminate()
        try:
            self._process.wait(timeout=longest)
        except subprocess.TimeoutExpired:
            log.warning("The scheduler did not end within %g seconds and is ended at once.", longest)
            self._process.kill()
            self._process.wait()


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command)  # noqa: S603 - this very program
