"""A branch moves to another region: what was reported stays, the weekly run goes on, a region without branches ends."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import Session, col, select

from branches import audits, editions, flags, sessions
from branches.audits import Audit
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, region_key
from branches.flags import Flag, Shortfall
from branches.people import Role, User
from branches.places import Branch, Region
from branches.weeks import Week
from monitor import jobs
from monitor.app import create_app
from monitor.jobs import Worker
from monitor.web.gate import Site
from reports import stored
from reports.weekly import Settings
from tests import make
from tests.branches import forms
from tests.monitor.pages import Visitor, sign_in

FIRST = Week(date(2026, 2, 2))
MOVED = forms.NOW + timedelta(days=1)
"""A Thursday in the fifth reported week: four have their reports."""
Named = tuple[str, date]
Run = Callable[[datetime], set[Named]]


@pytest.fixture
def folder(engine: sa.Engine, tmp_path: Path) -> Path:
    """Two regions, North with the branch b1 and South with b2."""
    made = forms.write(tmp_path / "form")
    with transaction(engine) as session:
        forms.take(session, made)
    return made


@pytest.fixture
def run(engine: sa.Engine, folder: Path) -> Run:
    """The weekly run at that time: which reports it made."""

    def tick(at: datetime) -> set[Named]:
        settings = Settings(reporting_from=FIRST, chain_zone="Europe/Budapest", weeks=8)
        made = jobs.weekly_report(Worker(engine, settings, lambda: at, holder="one"))
        with reading(engine) as session:
            names = {region_key(region): region.code for region in session.exec(select(Region))}
        return {(names.get(edition.scope, CHAIN), edition.week) for edition in made}

    return tick


def move(engine: sa.Engine, folder: Path, region: str, at: datetime = MOVED) -> None:
    """The folder is read in again, and says another region of b1."""
    forms.write(folder, branches=forms.with_cell(forms.BRANCHES, 2, "region", region))
    with transaction(engine) as session:
        assert forms.take(session, folder, at).changed_branches == 1


def region(session: Session, code: str) -> Region:
    return session.exec(select(Region).where(Region.code == code)).one()


def branches_in(engine: sa.Engine, code: str, week: Week) -> set[str]:
    """Which branches the region's report of that week speaks of."""
    with reading(engine) as session:
        found = editions.latest(session, region_key(region(session, code)), week.monday)
        assert found is not None
        return {cell.branch for cell in stored.load(found.content).cells}


@pytest.mark.slow
def test_a_region_whose_branches_have_moved_away_has_no_more_reports(engine: sa.Engine, folder: Path, run: Run) -> None:
    weeks = [FIRST.plus(n) for n in range(7)]
    assert run(forms.NOW) == {(name, week.monday) for name in (CHAIN, "North", "South") for week in weeks[:4]}
    move(engine, folder, "South")
    assert run(weeks[6].ends_at("UTC") + timedelta(days=1)) == {
        (name, week.monday) for name in (CHAIN, "South") for week in weeks[4:]
    }
    assert [branches_in(engine, "North", week) for week in weeks[:4]] == [{"b1"}] * 4
    assert [branches_in(engine, "South", week) for week in weeks] == [{"b2"}] * 4 + [{"b1", "b2"}] * 3


def test_a_branch_that_moves_to_a_new_region_is_reported_there_from_the_next_week(
    engine: sa.Engine, folder: Path, run: Run
) -> None:
    run(forms.NOW)
    move(engine, folder, "East")
    assert run(MOVED) == set()
    made = run(FIRST.plus(5).ends_at("UTC") + timedelta(days=1))
    east = FIRST.plus(5)
    assert made == {(name, FIRST.plus(n).monday) for name in (CHAIN, "South") for n in (4, 5)} | {("East", east.monday)}
    assert branches_in(engine, "East", east) == {"b1"}


@pytest.mark.slow
def test_a_region_that_gets_a_branch_again_is_reported_from_then_on(engine: sa.Engine, folder: Path, run: Run) -> None:
    run(forms.NOW)
    move(engine, folder, "South")
    back = MOVED + timedelta(weeks=4)
    run(back)
    move(engine, folder, "North", back)
    assert run(back) == set()
    made = run(back + timedelta(days=12))
    assert {week for name, week in made if name == "North"} == {Week.of(back.date()).plus(1).monday}


@pytest.mark.slow
def test_a_moved_branch_keeps_its_flag_until_its_new_region_clears_it(
    engine: sa.Engine, folder: Path, run: Run
) -> None:
    run(forms.NOW)
    with transaction(engine) as session:
        b1 = session.exec(select(Branch.id).where(Branch.code == "b1")).one()
        flags.raise_flags(session, FIRST.plus(3).monday, [b1], [Shortfall(b1, "greeting")], at=forms.NOW)
    move(engine, folder, "South")
    standing = []
    for n in (4, 5):
        run(FIRST.plus(n).ends_at("UTC") + timedelta(days=1))
        with reading(engine) as session:
            standing.append(session.exec(select(Flag)).one().cleared_week)
    assert standing == [None, FIRST.plus(5).monday]


@pytest.mark.slow
def test_a_correction_still_revises_the_report_of_the_region_that_was_left(
    engine: sa.Engine, folder: Path, run: Run
) -> None:
    run(forms.NOW)
    move(engine, folder, "South")
    with transaction(engine) as session:
        audit = session.exec(select(Audit).where(Audit.visited_on == date(2026, 2, 2))).one()
        audits.exclude(session, audit, reason="the wrong branch", by=None, at=MOVED)
    assert run(MOVED) == {(name, FIRST.plus(n).monday) for name in (CHAIN, "North", "South") for n in range(4)}
    assert [branches_in(engine, name, FIRST) for name in ("North", "South")] == [{"b1"}, {"b2"}]


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    site = Site(engine, lambda: MOVED, "en", tmp_path, "Europe/Budapest", name="Test")
    return create_app(site, b"0123456789abcdef0123456789abcdef")


@pytest.mark.slow
def test_pages_of_a_region_that_was_left_and_of_the_branch_that_moved_open(
    engine: sa.Engine, folder: Path, run: Run, app: Flask
) -> None:
    run(forms.NOW)
    move(engine, folder, "South")
    with transaction(engine) as session:
        north, b1 = region(session, "North"), session.exec(select(Branch).where(Branch.code == "b1")).one()
        people = {
            Role.OFFICE: make.user(session),
            Role.MANAGER: make.user(session, Role.MANAGER, region=north),
            Role.STAFF: make.user(session, Role.STAFF, branch=b1),
        }
        key = region_key(north)
        oldest = session.exec(select(Edition.public_id).where(Edition.scope == key).order_by(col(Edition.week))).first()
    for role in (Role.OFFICE, Role.MANAGER):
        reader = _signed_in(app, engine, people[role])
        titles = [reader.get(path).headings[0].strip() for path in (f"/reports/{key}", f"/editions/{oldest}")]
        assert titles == ["North · week of 23 February 2026", "North · week of 2 February 2026"]
        reader.get(f"/reports/{key}/past")
    _signed_in(app, engine, people[Role.STAFF]).get("/branch")


def _signed_in(app: Flask, engine: sa.Engine, user: User) -> Visitor:
    with transaction(engine) as session:
        token = sessions.make_link(session, user, at=MOVED)
    return sign_in(app, token)
