"""Later: work that no answer waits for, so that how long an answer takes says nothing of what was found."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from monitor import full

Job = Callable[[], object]

MOST_WAITING = 200
"""Beyond that work is dropped: somebody is asking for more than people do."""
HANDS = 2

log = logging.getLogger(__name__)


class Later:
    """Does jobs one after another beside the requests; what has been taken is done before the process ends."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="later")
        self._places = BoundedSemaphore(most_waiting)

    def __call__(self, job: Job) -> None:
        if not self._places.acquire(blocking=False):
            log.warning("Too much is waiting to be done: a job was dropped.")
            return
        self._hands.submit(self._do, job)

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception as error:
            if full.met(error):
                full.log(log, "what was to be done later was dropped")
                return
            log.exception("What was to be done later went wrong.")
        finally:
            self._places.release()


def at_once(job: Job) -> None:
    """For programs of one thread: nothing is put off."""
    job()
