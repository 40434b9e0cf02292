"""What is noted of the jobs, and that no note holds up a report."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import runs
from branches.database import reading, transaction
from branches.editions import Edition
from branches.errors import Refused
from branches.runs import Run
from monitor import scheduler
from monitor.jobs import Worker
from monitor.noting import noted
from reports import weekly
from tests.monitor.chains import SmallChain
from tests.monitor.test_jobs import Clock, chain, clock, worker

__all__ = ["chain", "clock", "worker"]

MONDAY = datetime.fromisoformat("2026-03-09T12:00Z")
LATER = timedelta(seconds=30)


def lines(engine: sa.Engine) -> list[Run]:
    with reading(engine) as session:
        return list(session.exec(select(Run).order_by(Run.id)))  # type: ignore[arg-type]


def looked(engine: sa.Engine, job: str = "weekly report") -> datetime | None:
    with reading(engine) as session:
        return runs.looks(session).get(job)


def test_a_run_that_made_reports_has_a_line_and_idle_looks_have_none(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = MONDAY
    for _ in range(10):
        scheduler.make_reports(worker)
        clock.at += LATER
    (run,) = lines(worker.engine)
    assert (run.job, run.began, run.did, run.failed) == ("weekly report", MONDAY, {"editions": 4}, "")
    assert looked(worker.engine) == MONDAY + 8 * LATER  # each minute's, not each look


def test_an_idle_look_within_the_minute_writes_nothing(worker: Worker, clock: Clock) -> None:
    asked: list[str] = []
    noted(worker, "mail", lambda _: {"mails": 0})
    sa.event.listen(worker.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    clock.at += LATER
    noted(worker, "mail", lambda _: {"mails": 0})
    assert [one for one in asked if not one.startswith(("SELECT", "BEGIN"))] == []


@pytest.mark.slow
def test_a_report_that_fails_is_told_beside_those_that_were_made(
    worker: Worker, chain: SmallChain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = weekly.prepare

    def fail_for_kolkata(*words: object, **more: object) -> object:
        if any(getattr(word, "region_code", None) == "Kolkata" for word in words):
            raise RuntimeError("a fault of ours\nand its details")
        return original(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(weekly, "prepare", fail_for_kolkata)
    clock.at = MONDAY
    for _ in range(3):
        scheduler.make_reports(worker)
        clock.at += LATER
    said = "region Kolkata, week 2026-W10: RuntimeError: a fault of ours"
    assert [(run.did, run.failed) for run in lines(worker.engine)] == [({"editions": 3}, said), ({}, said)]


def test_a_job_that_fails_is_noted_and_fails_on(worker: Worker, clock: Clock) -> None:
    def fail(_: Worker) -> dict[str, int]:
        raise Refused("The mail server has no name.")

    with pytest.raises(Refused):
        noted(worker, "mail", fail)
    assert [(run.job, run.failed) for run in lines(worker.engine)] == [("mail", "The mail server has no name.")]
    assert looked(worker.engine, "mail") == clock.at


@pytest.mark.slow
def test_a_note_that_cannot_be_written_holds_up_no_report(
    worker: Worker, chain: SmallChain, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(worker.engine) as session:
        session.connection().execute(sa.text("DROP TABLE run"))
    clock.at = MONDAY
    assert scheduler.make_reports(worker) == {"editions": 4, "revisions": 0}
    with reading(worker.engine) as session:
        assert _count(session) == 4
    assert "what the job weekly report did could not be noted" in caplog.text
    with transaction(worker.engine) as session:
        session.connection().execute(sa.text("DROP TABLE look"))
    assert scheduler.make_reports(worker) == {"editions": 0, "revisions": 0}


def _count(session: Session) -> int:
    return session.exec(select(sa.func.count()).select_from(Edition)).one()


def test_every_job_of_the_timetable_is_noted_under_its_name(worker: Worker) -> None:
    timetable = scheduler.timetable(worker, 30)
    for job in timetable:
        job.run()
    with reading(worker.engine) as session:
        assert runs.looks(session).keys() == {job.name for job in timetable} - {"old runs"}
