"""Forgetting, unattended and by hand: at night, as the settings say, told on the pages without a name."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import keeping, runs, sessions
from branches.database import reading, transaction
from branches.keeping import KINDS, USUAL
from branches.sessions import SignInLink
from monitor import forgetting
from monitor.commands.forget import NAMES
from monitor.config import Config
from monitor.jobs import Worker
from monitor.opening import terms
from monitor.settings import PrivacySection
from monitor.web.office.kept import WORDS
from reports.weekly import Settings
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import NOW, Rooms, opened
from tests.monitor.typed import Monitor

LONG_AGO = make.NOON - timedelta(days=300)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def worker(engine: sa.Engine, now: datetime) -> Worker:
    return Worker(engine, Settings(chain_zone="Asia/Kolkata"), lambda: now, "tests")


def old_links(engine: sa.Engine, amount: int = 1) -> None:
    with transaction(engine) as session:
        user = make.user(session)
        for _ in range(amount):
            sessions.make_link(session, user, at=LONG_AGO)


def left(engine: sa.Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(SignInLink)).all())


def test_it_is_done_in_the_chains_own_night(engine: sa.Engine) -> None:
    old_links(engine)
    noon, night = make.NOON, make.NOON.replace(hour=21)
    assert (forgetting.nightly(worker(engine, noon)), left(engine)) == ({}, 1)
    assert (forgetting.nightly(worker(engine, night)), left(engine)) == ({"links": 1}, 0)
    assert forgetting.nightly(worker(engine, night)) == {}
    with reading(engine) as session:
        assert [(run.job, run.did) for run in runs.done(session, LONG_AGO, most=9)] == [("forgetting", {"links": 1})]


def test_what_would_go_is_what_goes(engine: sa.Engine) -> None:
    old_links(engine, 3)
    working = worker(engine, make.NOON)
    assert forgetting.due(working) == {"links": 3}
    assert left(engine) == 3
    assert forgetting.forget(working) == {"links": 3}
    assert forgetting.due(working) == forgetting.forget(working) == {}


def test_each_kind_has_its_words() -> None:
    assert [kind.name for kind in KINDS] == list(WORDS) == list(NAMES)


def test_the_settings_say_how_long_and_their_defaults_are_the_usual_terms() -> None:
    assert terms(Config()) == USUAL
    said = PrivacySection(keep_photos_months=1, keep_people_months=0)
    assert terms(Config(privacy=said)).photos == 1
    assert [terms(Config(privacy=said)).people, USUAL.people] == [0, 60]


@pytest.mark.slow
def test_by_hand_it_says_what_would_go_and_then_lets_it_go(monitor: Monitor, tmp_path: Path) -> None:
    Path("config.toml").write_text("[privacy]\nkeep_people_months = 0\n", encoding="utf-8")
    tried, done = monitor("forget", "--dry-run"), monitor("forget")
    assert (tried.code, done.code) == (0, 0)
    assert "photos of audits: 0 would go, from before 20" in tried.out
    assert "photos of audits: 0 gone, from before 20" in done.out
    assert "people whose access has ended: kept without end" in done.out


def test_the_schedule_says_how_long_how_many_and_when_last(rooms: Rooms) -> None:
    page = rooms.office().get("/office/schedule")
    assert "Photos of audits 24 months" in page.text
    assert "Nothing has gone yet." in page.text
    with transaction(rooms.engine) as session:
        sessions.make_link(session, make.user(session), at=NOW - timedelta(days=300))
    page = rooms.office().get("/office/schedule")
    assert "Ended sign-in links 3 months · 1 goes next" in page.text
    with transaction(rooms.engine) as session:
        for kind in KINDS:
            keeping.forget(session, kind, USUAL, by=None, at=NOW)
    page = rooms.office().get("/office/schedule")
    assert "1 goes next" not in page.text
    assert "The last went on 10 July 2025, 11:00." in page.text


def test_history_and_the_schedule_tell_what_went_by_kind_and_number(rooms: Rooms) -> None:
    old_links(rooms.engine, 2)
    forgetting.nightly(worker(rooms.engine, NOW.replace(hour=21)))
    page = rooms.office().get("/office/history")
    assert "The program forgot what had been kept long enough." in page.text
    assert "Ended sign-in links: 2" in page.text
    rooms.clock[0] = NOW + timedelta(days=1)
    assert "What was kept long enough" in rooms.office().get("/office/schedule").text
