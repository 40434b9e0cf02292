"""The search for canaries on a branch's shared tablet, which reads what staff read: by itself, and while somebody acts on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from branches import lending
from branches.database import transaction
from branches.people import Role
from branches.sessions import DeviceSession
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter
from tests.monitor.test_canaries import STAFF_SEES, everything, known, leaks, marked, sent
from tests.monitor.walked import NOW, Opened, World, build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("canaries"), marked())


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = sent(world.opened(tmp_path))
    yield found
    found.engine.dispose()


def lend(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        here = DeviceSession.user_id == opened.world.people[Role.TABLET]
        tablet = session.exec(select(DeviceSession).where(here)).one()
        lending.lend(session, tablet, opened.person(session, Role.STAFF), at=NOW)


@pytest.mark.parametrize("acts", [False, True], ids=["reads", "acts"])
def test_a_shared_tablet_gets_nothing_that_tells_the_shopper(opened: Opened, *, acts: bool) -> None:
    searched, tablet = known(opened), enter(opened, Role.TABLET)
    if acts:
        lend(opened)
    found = list(everything(opened, tablet, forms=True))
    assert {got.path: leaks(got, searched) for got in found if leaks(got, searched)} == {}
    seen = [got.path for got in found if got.status == 200]
    assert [part for part in STAFF_SEES if not any(part in path for path in seen)] == []
