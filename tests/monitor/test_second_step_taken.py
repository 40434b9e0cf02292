"""Head office takes the second step from somebody whose phone is lost, and from nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.house import House, entered, form, is_in, opened
from tests.monitor.test_second_step import set_up, told, verbs


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def test_head_office_takes_it_from_somebody_whose_phone_is_lost(house: House) -> None:
    visitor = entered(house, Role.MANAGER)
    set_up(house, visitor, Role.MANAGER)
    office, path = entered(house), f"/office/people/{house.people[Role.MANAGER].public_id}"
    action = f"{path}/take-second-step"
    page = office.submit(form(office.get(path), action))
    assert "Second step not set up" in page.text
    assert is_in(visitor) is False
    assert is_in(entered(house, Role.MANAGER))
    assert verbs(house, Role.MANAGER)[-1] == told(house)[-1] == "take_second_step"
    assert [one.action for one in page.forms if one.action == action] == []
    again = office.client.post(action, data=form(page, f"{path}/invite").fields)
    assert again.status_code == 409


def test_head_office_takes_nobodys_from_a_device_that_was_left_open_and_never_its_own(house: House) -> None:
    visitor = entered(house, Role.MANAGER)
    set_up(house, visitor, Role.MANAGER)
    office = entered(house)
    set_up(house, office)
    own, theirs = (f"/office/people/{house.people[role].public_id}" for role in (Role.OFFICE, Role.MANAGER))
    page = office.get(own)
    assert [one.action for one in page.forms if one.action.endswith("take-second-step")] == []
    fields = form(page, f"{own}/name").fields
    assert office.client.post(f"{own}/take-second-step", data=fields).status_code == 403
    house.clock.forward(minutes=16)
    assert office.client.post(f"{theirs}/take-second-step", data=fields).status_code == 403
    assert verbs(house, Role.MANAGER) == verbs(house) == ["turn_on_second_step"]
