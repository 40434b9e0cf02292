"""What is put in order unattended."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import assignments, audits, photos, runs
from branches.audits import Audit, Photo
from branches.database import reading, transaction
from branches.errors import Conflict
from branches.people import User
from branches.photos import Kept
from branches.states import AuditState
from monitor import upkeep
from monitor.jobs import Worker
from reports.weekly import Settings
from tests import make
from tests.branches.test_photos import jpeg

DAY = make.NOON.date()


def worker(engine: sa.Engine, now: datetime, folder: Path | None = None) -> Worker:
    return Worker(engine, Settings(), lambda: now, "tests", photos=folder)


def test_an_audit_ends_when_its_days_and_their_grace_are_over(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        standard, branch, shopper = make.standard(session), make.branch(session), make.shopper(session)
        office = make.user(session)
        assignments.assign(session, standard, branch, shopper, opens_on=DAY, closes_on=DAY, by=office, at=make.NOON)
    assert upkeep.expire_audits(worker(engine, make.NOON + timedelta(days=2))) == []
    late = worker(engine, make.NOON + timedelta(days=4))
    assert len(upkeep.expire_audits(late)) == 1
    assert upkeep.expire_audits(late) == []
    with reading(engine) as session:
        assert session.exec(select(Audit.state)).all() == [AuditState.EXPIRED.value]


def test_a_photo_of_no_audit_goes_after_a_day(engine: sa.Engine, tmp_path: Path) -> None:
    kept = photos.keep(tmp_path, BytesIO(jpeg()))
    file = photos.path(tmp_path, kept.sha256)
    os.utime(file, (0, make.NOON.timestamp()))
    assert upkeep.sweep_photos(worker(engine, make.NOON + timedelta(hours=20), tmp_path)) == 0
    assert upkeep.sweep_photos(worker(engine, make.NOON + timedelta(hours=30), tmp_path)) == 1
    assert not file.exists()


@dataclass
class Uploading:
    """A photo that nobody has named for two days, and an audit that is about to."""

    kept: Kept
    audit: Audit
    shopper: User


@pytest.fixture
def uploading(engine: sa.Engine, tmp_path: Path) -> Uploading:
    with transaction(engine) as session:
        shopper = make.shopper(session)
        audit = audits.assign(session, make.standard(session), make.branch(session), shopper, by=None, at=make.NOON)
        audits.start(session, audit, by=shopper, at=make.NOON)
    found = photos.keep(tmp_path, BytesIO(jpeg()))
    os.utime(found.file, (0, (make.NOON - timedelta(days=2)).timestamp()))
    return Uploading(found, audit, shopper)


def attach(session: Session, known: Uploading) -> None:
    photos.attach(session, session.get_one(Audit, known.audit.id), None, known.kept, by=known.shopper, at=make.NOON)


def named(engine: sa.Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.exec(select(Photo.sha256)))


def test_a_photo_that_was_swept_before_it_was_named_is_refused(
    engine: sa.Engine, tmp_path: Path, uploading: Uploading
) -> None:
    assert upkeep.sweep_photos(worker(engine, make.NOON, tmp_path)) == 1
    with pytest.raises(Conflict, match="choose it again"), transaction(engine) as session:
        attach(session, uploading)
    assert named(engine) == []
    uploading.kept = photos.keep(tmp_path, BytesIO(jpeg()))
    with transaction(engine) as session:
        attach(session, uploading)
    assert named(engine) == [uploading.kept.sha256]


def test_a_photo_cut_short_is_refused(engine: sa.Engine, uploading: Uploading) -> None:
    uploading.kept.file.write_bytes(uploading.kept.file.read_bytes()[:-1])
    with pytest.raises(Conflict, match="choose it again"), transaction(engine) as session:
        attach(session, uploading)
    assert named(engine) == []


def test_a_sweep_waits_for_who_is_naming_the_photo_and_leaves_it(
    engine: sa.Engine, tmp_path: Path, uploading: Uploading
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as session:
            attach(session, uploading)
            swept = pool.submit(upkeep.sweep_photos, worker(engine, make.NOON, tmp_path))
            with pytest.raises(TimeoutError):
                swept.result(timeout=0.4)
            assert uploading.kept.file.exists()
        assert swept.result(timeout=20) == 0
    assert (named(engine), uploading.kept.file.exists()) == ([uploading.kept.sha256], True)


def test_a_photo_kept_again_since_the_look_stays(engine: sa.Engine, tmp_path: Path, uploading: Uploading) -> None:
    before = make.NOON - upkeep.UNUSED
    with reading(engine) as session:
        (file,) = photos.unused(session, tmp_path, before=before)
    photos.keep(tmp_path, BytesIO(jpeg()))
    with transaction(engine) as session:
        assert photos.drop(session, file, before=before) is False
    assert (file, file.exists()) == (uploading.kept.file, True)


def test_a_sweep_asks_the_table_once_and_each_photo_by_its_index(engine: sa.Engine, tmp_path: Path) -> None:
    for n in range(3):
        kept = photos.keep(tmp_path, BytesIO(jpeg(width=40 + n)))
        os.utime(kept.file, (0, (make.NOON - timedelta(days=2)).timestamp()))
    asked: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert upkeep.sweep_photos(worker(engine, make.NOON, tmp_path)) == 3
    selects = [one for one in asked if "FROM photo" in one]
    assert (len(selects), sum("WHERE" not in one for one in selects)) == (4, 1)
    indexes = [one["column_names"] for one in sa.inspect(engine).get_indexes("photo")]
    assert ["sha256"] in indexes


def test_without_a_folder_there_is_nothing_to_sweep(engine: sa.Engine) -> None:
    assert upkeep.sweep_photos(worker(engine, datetime.now(UTC))) == 0


def test_what_ran_is_forgotten_after_three_months(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        runs.note(session, "mail", began=make.NOON, ended=make.NOON, did={"mails": 1})
    assert upkeep.sweep_runs(worker(engine, make.NOON + timedelta(days=90))) == 0
    assert upkeep.sweep_runs(worker(engine, make.NOON + timedelta(days=90, seconds=1))) == 1
