"""What belongs to something is found under it alone: notices under their branch; photos have a walk of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter, thing, token_of
from tests.monitor.walked import Opened, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("belonging"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


@pytest.mark.slow
def test_a_notice_is_taken_back_under_its_own_branch_alone(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    sent = {"csrf_token": token_of(office)}
    address = f"/office/places/branches/{thing(opened, 'mine branch')}/notices/"
    assert office.client.post(address + thing(opened, "theirs notice"), data=sent).status_code == 404
    assert office.client.post(address + thing(opened, "mine notice"), data=sent).status_code == 303
