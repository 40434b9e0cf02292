"""The alarm clock itself: it rings at once, again and again, and goes on when the machine's clock is set back."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler

from branches.database import reading
from branches.editions import Edition, started
from branches.weeks import Week
from monitor import jobs, scheduler
from monitor.jobs import Worker
from reports.weekly import Settings


@pytest.mark.slow
def test_the_alarm_rings_at_once_and_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch, engine: sa.Engine) -> None:
    rung: list[float] = []

    def ring(_: Worker) -> list[Edition]:
        rung.append(time.monotonic())
        return []

    monkeypatch.setattr(jobs, "weekly_report", ring)
    stop = threading.Event()
    worker = Worker(engine, Settings(), lambda: datetime.now(UTC), "tests")
    began = time.monotonic()
    at_work = threading.Thread(target=scheduler.run, args=(worker, 1, stop))
    at_work.start()
    time.sleep(3.5)
    stop.set()
    at_work.join(timeout=10)
    assert not at_work.is_alive()
    assert rung[0] - began < 1
    assert 3 <= len(rung) <= 5


def test_an_alarm_set_by_a_clock_that_was_ahead_rings_now(engine: sa.Engine) -> None:
    clock = BackgroundScheduler(timezone=UTC)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    clock.add_job(int, "interval", seconds=30, next_run_time=tomorrow)
    clock.start(paused=True)
    scheduler.ring_after_a_clock_set_back(clock)
    assert clock.get_jobs()[0].next_run_time - datetime.now(UTC) < timedelta(seconds=1)
    clock.shutdown()


def test_an_hourly_alarm_is_left_to_its_hour(engine: sa.Engine) -> None:
    clock = BackgroundScheduler(timezone=UTC)
    later = datetime.now(UTC) + timedelta(minutes=50)
    clock.add_job(int, "interval", seconds=scheduler.HOUR_SECONDS, next_run_time=later)
    clock.start(paused=True)
    scheduler.ring_after_a_clock_set_back(clock)
    assert clock.get_jobs()[0].next_run_time == later
    clock.shutdown()


def test_reporting_begins_with_the_first_ring(engine: sa.Engine) -> None:
    worker = Worker(engine, Settings(reporting_from=Week.parse("2026-W10")), lambda: datetime.now(UTC), "tests")
    for job in scheduler.timetable(worker, tick_seconds=30):
        job.run()
    with reading(engine) as session:
        assert started(session) == {}


@pytest.mark.parametrize(("asked", "every"), [(5, 5), (60, 60), (3600, 60)])
def test_a_due_report_waits_a_minute_for_its_alarm_at_most(engine: sa.Engine, asked: int, every: int) -> None:
    worker = Worker(engine, Settings(), lambda: datetime.now(UTC), "tests")
    assert {job.name: job.every_seconds for job in scheduler.timetable(worker, asked)}["weekly report"] == every
