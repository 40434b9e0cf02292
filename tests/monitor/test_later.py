import logging
from threading import Event

import pytest

from monitor.later import Later


def test_a_job_does_not_hold_up_who_asked_for_it() -> None:
    later, go, done = Later(), Event(), Event()

    def job() -> None:
        go.wait(10)
        done.set()

    later(job)
    assert done.is_set() is False
    go.set()
    assert done.wait(10) is True


def test_what_is_too_much_is_dropped_and_said(caplog: pytest.LogCaptureFixture) -> None:
    later, go, done = Later(most_waiting=1), Event(), []
    later(lambda: go.wait(10))
    later(lambda: done.append("dropped"))
    go.set()
    assert (done, [record.levelno for record in caplog.records]) == ([], [logging.WARNING])


def test_a_job_that_fails_leaves_its_place_to_the_next(caplog: pytest.LogCaptureFixture) -> None:
    later, failed = Later(most_waiting=1), Event()

    def fail() -> None:
        failed.set()
        raise ValueError

    later(fail)
    assert failed.wait(10)
    done = Event()
    while not done.is_set():  # the place is free a moment after the job has failed
        later(done.set)
        done.wait(0.1)
    assert caplog.records[0].getMessage() == "What was to be done later went wrong."
