"""A process that another one began ends with it, also where that one was killed and could not say so."""

import os
import signal
import time
from threading import Thread

LOOK_SECONDS = 1.0
LONGEST_STOP = 60.0
"""Seconds that what is at work has to be finished."""


def end_with_parent(longest: float = LONGEST_STOP) -> None:
    """Asks this process to end once whoever began it has gone, and ends it at once if it does not."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(longest)
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, name="orphaned", daemon=True).start()
