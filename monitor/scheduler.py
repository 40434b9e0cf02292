"""The timetable, in a process of its own: an alarm clock; what is due is decided by the calendar and the editions."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from branches import runs
from monitor import alerting, forgetting, hooking, jobs, reconciling, upkeep
from monitor.jobs import Worker
from monitor.noting import Did, noted

WAKE_SECONDS = 60
"""The longest that a due report waits for its alarm clock."""
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Job:
    """One line of the timetable."""

    name: str
    every_seconds: int
    run: Callable[[], object]


def timetable(worker: Worker, tick_seconds: int) -> list[Job]:
    """Everything that runs by itself, and how often; each on its own, so that a mail server holds up no report."""
    every = min(tick_seconds, WAKE_SECONDS)
    return [
        Job("weekly report", every, lambda: make_reports(worker)),
        Job("alerts", every, lambda: tell(worker)),
        Job("mail", every, lambda: send_mail(worker)),
        Job("reminders", HOUR_SECONDS, lambda: noted(worker, "reminders", _remind)),
        Job("webhooks", every, lambda: post(worker)),
        Job("audits not sent in time", HOUR_SECONDS, lambda: noted(worker, "audits not sent in time", _expire)),
        Job("unused photos", HOUR_SECONDS, lambda: noted(worker, "unused photos", _sweep_photos)),
        Job(runs.RECONCILIATION, HOUR_SECONDS, lambda: noted(worker, runs.RECONCILIATION, reconciling.reconcile)),
        Job(runs.FORGETTING, HOUR_SECONDS, lambda: forgetting.nightly(worker)),
        Job("old runs", HOUR_SECONDS, lambda: upkeep.sweep_runs(worker)),
    ]


def make_reports(worker: Worker) -> Did:
    """What is due, and noted what was made of it."""
    return noted(worker, "weekly report", _make_reports)


def tell(worker: Worker) -> Did:
    """Who is due is told what is new between reports, and noted how many mails and posts that is."""
    return noted(worker, "alerts", lambda heard: {"alerts": alerting.tell(heard), "written": hooking.write(heard)})


def send_mail(worker: Worker) -> Did:
    """One round of mail, and noted how many were taken."""
    return noted(worker, "mail", lambda heard: {"mails": jobs.send_mail(heard)})


def post(worker: Worker) -> Did:
    """One round of posts to chat systems, and noted how many were taken."""
    return noted(worker, "webhooks", lambda heard: {"posts": hooking.post(heard)})


def _make_reports(worker: Worker) -> Did:
    made = jobs.weekly_report(worker)
    revised = sum(edition.revision > 0 for edition in made)
    return {"editions": len(made) - revised, "revisions": revised}


def _remind(worker: Worker) -> Did:
    return {"reminders": jobs.write_reminders(worker)}


def _expire(worker: Worker) -> Did:
    return {"audits": len(upkeep.expire_audits(worker))}


def _sweep_photos(worker: Worker) -> Did:
    return {"photos": upkeep.sweep_photos(worker)}


def run(worker: Worker, tick_seconds: int, stop: Event) -> None:
    """Wakes the jobs until `stop` is set; a job at work is let finish."""
    scheduler = BackgroundScheduler(timezone=UTC)
    for job in timetable(worker, tick_seconds):
        scheduler.add_job(
            job.run,
            "interval",
            seconds=job.every_seconds,
            next_run_time=datetime.now(UTC),
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        while not stop.wait(tick_seconds):
            ring_after_a_clock_set_back(scheduler)
    finally:
        scheduler.shutdown(wait=True)


def ring_after_a_clock_set_back(scheduler: BackgroundScheduler) -> None:
    """An alarm set by a clock that has been put back since would ring as much too late."""
    now = datetime.now(UTC)
    for job in scheduler.get_jobs():
        if job.next_run_time - now > max(job.trigger.interval, timedelta(seconds=WAKE_SECONDS)):
            job.modify(next_run_time=now)


def stop_on_signal() -> Event:
    """Set when the process is asked to end."""
    stop = Event()

    def end(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return stop
