"""`monitor plan` and its pages."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from branches import database, editions
from branches.database import transaction
from branches.people import Role
from branches.timetable import DueTimes
from branches.weeks import Week
from monitor.app import create_app
from monitor.web.gate import Site
from reports import stored
from reports.figures import State
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.desk import NOW, enter
from tests.monitor.pages import Visitor
from tests.monitor.typed import Monitor
from tests.reports.invented import figures

WEEK = Week.of(NOW.date()).plus(-1)
STATES = {"b1": (State.AS_NORM, State.AS_NORM), "b2": (State.WATCH, State.AS_NORM), "b3": (State.NOT_ENOUGH,) * 2}


class Room:
    """A chain with one region, and whoever looks at its plan."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self.engine = engine
        self.app = create_app(Site(engine, lambda: NOW, "en", folder, "UTC"), b"0123456789abcdef0123456789abcdef")
        with transaction(engine) as session:
            region, other = make.region(session, "North"), make.region(session, "South")
            made = make.branch(session, region), make.branch(session, other)
            self.own, self.other = editions.region_key(region), editions.region_key(other)
            self.people = [
                make.user(session),
                make.user(session, Role.MANAGER, region=region),
                make.user(session, Role.STAFF, branch=made[0]),
            ]

    def visitor(self, role: Role) -> Visitor:
        return enter(self.app, self.engine, next(one for one in self.people if Role(one.role) is role))

    def issue(self) -> None:
        """An edition of each scope."""
        with transaction(self.engine) as session:
            for scope in editions.scopes(session, "UTC", DueTimes()):
                due = NOW - timedelta(hours=1)
                editions.issue(session, scope, WEEK, stored.dump(figures(STATES)), due_at=due, at=NOW, standard_id=None)


@pytest.fixture
def room(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Room]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        yield Room(engine, tmp_path)
        engine.dispose()


def test_plan_of_the_chain_is_told_from_its_latest_edition(room: Room) -> None:
    room.issue()
    page = room.visitor(Role.OFFICE).get("/plan")
    assert page.headings == ["What more audits would bring · The whole chain"]
    assert "With 9 audits of each branch, a shortfall of 15 points is noticed in" in page.text
    assert "A comparison of branches can be trusted to 58%" in page.text
    assert "not sure: greeting (60% likely more than 5 points below)" in page.text


def test_supposed_audits_change_the_plan_and_nonsense_does_not(room: Room) -> None:
    room.issue()
    office = room.visitor(Role.OFFICE)
    as_it_is = office.get("/reports/chain/plan").text
    assert "Supposed here: 26 audits of each branch" in office.get("/reports/chain/plan?audits=26").text
    for nonsense in ("0", "-3", "201", "x", "1e9", ""):
        assert office.get(f"/reports/chain/plan?audits={nonsense}").text == as_it_is


def test_manager_plans_their_own_region_alone(room: Room) -> None:
    room.issue()
    manager = room.visitor(Role.MANAGER)
    assert manager.get(f"/reports/{room.own}/plan").headings == ["What more audits would bring · North"]
    for path in ("/plan", "/reports/chain/plan", f"/reports/{room.other}/plan", "/reports/region-none/plan"):
        assert manager.get(path, status=404).headings == ["Not found"]


def test_staff_do_not_plan(room: Room) -> None:
    staff = room.visitor(Role.STAFF)
    assert staff.get(f"/reports/{room.own}/plan", status=404).headings == ["Not found"]


@pytest.mark.slow
def test_plan_before_the_first_report_says_so(room: Room) -> None:
    assert "There is no report yet." in room.visitor(Role.OFFICE).get("/plan").text


@pytest.mark.slow
def test_command_says_the_real_audits_need_more(monitor: Monitor, inspections: Path) -> None:
    monitor("import", str(inspections))
    said = monitor("plan")
    assert said.code == 0, said.err
    assert "There is no audit in this time." in said.out
    assert "not enough audits in all sections" in said.out


def test_command_in_an_empty_chain_is_refused(monitor: Monitor) -> None:
    refused = monitor("plan")
    assert (refused.code, refused.out) == (2, "")
    assert "holds no branches yet" in refused.err


@pytest.mark.slow
def test_command_writes_json_of_a_region(monitor: Monitor, inspections: Path) -> None:
    monitor("import", str(inspections))
    said = monitor("plan", "--points", "12", "--audits", "8", "--json", "-")
    found = json.loads(said.out)
    assert (found["scope"], found["supposed"], found["sections"]) == ("chain", 8, [])
    refused = monitor("plan", "--region", "nowhere")
    assert (refused.code, refused.err.startswith("There is no region nowhere;")) == (2, True)
