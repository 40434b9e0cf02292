"""What is put in order unattended."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import select

from branches import assignments, photos
from branches.audits import Audit
from branches.database import reading, transaction
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


def test_without_a_folder_there_is_nothing_to_sweep(engine: sa.Engine) -> None:
    assert upkeep.sweep_photos(worker(engine, datetime.now(UTC))) == 0
