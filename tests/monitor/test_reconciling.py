"""The hourly look whether all that was accepted is there: noted, logged without anybody's name, and shown while it lasts."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import runs
from branches.audits import Audit, Photo, ScoreRow
from branches.database import reading, transaction
from branches.people import User
from monitor import scheduler
from monitor.jobs import Worker
from reports.weekly import Settings
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, opened

HOUR = timedelta(hours=1)
NOW = datetime(2025, 7, 10, 9, tzinfo=UTC)
LOST = "ab" + "0" * 62


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def look(rooms: Rooms, at: datetime, folder: Path) -> None:
    """As the scheduler does each hour."""
    worker = Worker(rooms.engine, Settings(), lambda: at, "tests", photos=folder)
    (job,) = [one for one in scheduler.timetable(worker, 30) if one.name == runs.RECONCILIATION]
    job.run()


def lose(rooms: Rooms) -> None:
    """A photo is named that lies nowhere, and an audit has lost its scores."""
    with transaction(rooms.engine) as session:
        made = make.audit(session, make.branch(session), by=make.shopper(session))
        made.submitted_at = NOW
        session.add_all([made, Photo(audit_id=made.id, sha256=LOST, kept_at=NOW)])
        session.exec(sa.delete(ScoreRow).where(col(ScoreRow.audit_id) == made.id))


def test_what_is_missing_is_noted_and_named_in_the_log_without_anybodys_name(
    rooms: Rooms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lose(rooms)
    with caplog.at_level(logging.WARNING, logger="monitor"):
        look(rooms, NOW, tmp_path)
    with reading(rooms.engine) as session:
        (run,) = runs.done(session, NOW - HOUR, most=5)
        audit = session.exec(
            select(Audit.public_id).join(ScoreRow, isouter=True).where(col(ScoreRow.audit_id).is_(None))
        ).all()
        people = [text for one in session.exec(select(User)) for text in (one.name, one.email, one.code) if text]
    assert (run.job, run.did) == (runs.RECONCILIATION, {"files": 1, "scores": 1})
    said = caplog.text
    assert f"files: 1, among them {LOST}" in said
    assert f"scores: 1, among them {audit[0]}" in said
    assert [one for one in people if one in said] == []


def test_where_all_is_there_nothing_is_logged_and_only_the_look_is_noted(
    rooms: Rooms, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    look(rooms, NOW, tmp_path)
    with reading(rooms.engine) as session:
        assert (runs.done(session, NOW - HOUR, most=5), runs.looks(session)) == ([], {runs.RECONCILIATION: NOW})
    assert "missing" not in caplog.text


def test_the_schedule_shows_what_the_last_look_missed_with_what_to_do(rooms: Rooms, tmp_path: Path) -> None:
    lose(rooms)
    look(rooms, NOW, tmp_path)
    page = rooms.office().get("/office/schedule")
    assert "What was accepted and is missing Found on 10 July 2025, 11:00;" in page.text
    assert (
        "1 photo is not in the data folder Copy the folder of photos back from a backup. What is there already stays"
        in page.text
    )
    assert "1 audit has answers without a score The database has lost something." in page.text
    assert (
        "Whether all that was accepted is there 10 July 2025, 11:00, took 1 second "
        "1 photo is not in the data folder and 1 audit has answers without a score" in page.text
    )


def test_once_all_is_there_again_nothing_is_shown_as_missing(rooms: Rooms, tmp_path: Path) -> None:
    lose(rooms)
    look(rooms, NOW - HOUR, tmp_path)
    with transaction(rooms.engine) as session:
        session.exec(sa.delete(Photo))
        session.exec(sa.update(Audit).values(submitted_at=None))
    look(rooms, NOW, tmp_path)
    page = rooms.office().get("/office/schedule")
    assert "What was accepted and is missing" not in page.text
    assert "Whether all that was accepted is there 0 minutes ago" in page.text
    assert "10 July 2025, 10:00, took 1 second 1 photo is not in the data folder" in page.text


@pytest.mark.parametrize("kind", ["files", "photos", "mails", "weeks", "scores"])
def test_each_kind_has_words_of_its_own(rooms: Rooms, kind: str) -> None:
    with transaction(rooms.engine) as session:
        runs.looked(session, runs.RECONCILIATION, at=NOW)
        runs.note(session, runs.RECONCILIATION, began=NOW, ended=NOW, did={kind: 3})
    shown = rooms.office().get("/office/schedule").text
    words = {
        "files": "3 photos are not in the data folder",
        "photos": "3 audits have fewer photos than came with them",
        "mails": "3 reports lack a mail to a reader",
        "weeks": "3 weeks have ended without a report",
        "scores": "3 audits have answers without a score",
    }
    assert [other for other, said in words.items() if said in shown] == [kind]
