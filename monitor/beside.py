"""The scheduler beside the pages: a process of its own that is started again if it ends, and ends with them."""

import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

PAUSE_SECONDS = 5.0
"""Before a scheduler that has ended is started again."""
LONGEST_STOP = 60
"""Seconds that a report in the making has to be finished."""

log = logging.getLogger(__name__)


@contextmanager
def scheduler(pause: float = PAUSE_SECONDS) -> Iterator[None]:
    """Keeps `monitor schedule` running; it reads the settings that this process has read."""
    stop, processes = Event(), [_start()]
    watch = Thread(target=_watch, args=(processes, stop, pause), daemon=True)
    watch.start()
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=LONGEST_STOP)
        watch.join()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "monitor", "schedule"])


def _watch(processes: list[subprocess.Popen[bytes]], stop: Event, pause: float) -> None:
    while True:
        code = processes[-1].wait()
        if stop.wait(pause):
            return
        log.warning("The scheduler ended with code %s and is started again.", code)
        processes[:] = [_start()]
