"""No page asks the database more often because the chain has more branches."""

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches.database import transaction
from branches.people import Role
from branches.places import Region, regions
from monitor import jobs
from monitor.jobs import Worker
from reports.weekly import Settings
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import doors, enter, may
from tests.monitor.test_jobs import FIRST
from tests.monitor.walked import NOW, OFFICE_ZONE, Opened, World, build, furnish

pytestmark = pytest.mark.slow

FEW, MANY = 3, 12


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("queries"))


def grown(world: World, folder: Path, number: int) -> Opened:
    """The world with so many branches more, in each of which everything exists too, and with the next week's reports."""
    folder.mkdir()
    opened = world.opened(folder)
    with transaction(opened.engine) as session:
        office = opened.person(session, Role.OFFICE)
        for region in _regions(session, opened):
            made = [make.branch(session, region, f"Branch {n:02}") for n in range(number)]
            for branch in made:
                make.user(session, Role.STAFF, branch=branch)
            furnish(session, made, office, world.photos)
    settings = Settings(reporting_from=FIRST, chain_zone=OFFICE_ZONE, weeks=8)
    at = FIRST.plus(2).monday
    jobs.weekly_report(Worker(opened.engine, settings, lambda: NOW.replace(day=at.day, month=at.month), "tests"))
    return opened


def _regions(session: Session, opened: Opened) -> list[Region]:
    own = opened.person(session, Role.MANAGER).region
    assert own is not None
    return [own, *(one for one in regions(session) if one.id != own.id)]


def asked(opened: Opened) -> Counter[tuple[Role, str]]:
    """How many queries each page takes for each role that may see it, asked for the second time: what is drawn once is drawn."""
    found: Counter[tuple[Role, str]] = Counter()
    heard: list[str] = []
    sa.event.listen(opened.engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    for role in Role:
        visitor = enter(opened, role)
        for door in doors(opened.app):
            if door.method == "GET" and may(door, role, mine=True):
                path = door.path(opened.world.mine)
                for _ in range(2):
                    heard.clear()
                    assert visitor.client.get(path).status_code < 400
                found[role, door.rule.endpoint] = len(heard)
    return found


def test_no_page_takes_more_queries_in_a_larger_chain(world: World, tmp_path: Path) -> None:
    few, many = (asked(grown(world, tmp_path / str(number), number)) for number in (FEW, MANY))
    assert len(few) > 60
    assert {page: (n, many[page]) for page, n in few.items() if many[page] > n} == {}
