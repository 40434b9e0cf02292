"""Several at once: each in a thread, begun at the same moment."""

from collections.abc import Callable
from threading import Barrier, Thread


def together(*jobs: Callable[[], object]) -> list[object]:
    """What each job gave, or the exception with which it ended, in the order of the jobs."""
    given: list[object] = [None] * len(jobs)
    begun = Barrier(len(jobs))

    def run(place: int, job: Callable[[], object]) -> None:
        begun.wait()
        try:
            given[place] = job()
        except Exception as why:  # noqa: BLE001 - whatever it is, the test looks at it
            given[place] = why

    threads = [Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given
