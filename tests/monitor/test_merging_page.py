"""A shopper who is here twice is made one on a page: told what becomes of both, chosen, ticked, done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.database import transaction
from branches.people import Role, User
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, form, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


@pytest.fixture
def other(rooms: Rooms) -> User:
    with transaction(rooms.engine) as session:
        return make.user(session, Role.SHOPPER, name="Sam <i>Shopper</i>", email="sam@example.com")


def page_of(rooms: Rooms) -> str:
    return f"/office/people/{rooms.people[Role.SHOPPER].public_id}"


def test_two_entries_become_one(rooms: Rooms, other: User) -> None:
    rooms.audit("released")
    office, where = rooms.office(), page_of(rooms)
    assert f"{where}/merge" in office.get(where).links
    page = office.get(f"{where}/merge")
    assert "1 audit goes to the other entry, drafts and what is still to do with it." in page.text
    assert "Sam <i>Shopper</i> · sam@example.com" in page.text
    page = office.submit(form(page, "/merge"), shopper=other.public_id, sure="yes")
    assert "1 audit is theirs now." in page.text
    assert "Olga Office gave this person the audits of another entry of theirs." in page.text
    assert rooms.one(User, rooms.people[Role.SHOPPER].public_id).active is False
    assert "Sam <i>Shopper</i> → Sam <i>Shopper</i>" in office.get("/office/history").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sure": ""}, "Tick that both are one person."),
        ({"shopper": ""}, "Choose a shopper."),
        ({"shopper": "0" * 16}, "There is nothing here of that name or code."),
        ({"shopper": "shopper 1"}, "That is the same entry; choose the other one."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(rooms: Rooms, other: User, wrong: dict[str, str], said: str) -> None:
    office = rooms.office()
    fields = {"shopper": other.public_id, "sure": "yes", **wrong}
    page = office.submit(form(office.get(f"{page_of(rooms)}/merge"), "/merge"), status=422, **fields)
    assert said in page.text
    assert rooms.one(User, rooms.people[Role.SHOPPER].public_id).active is True


def test_only_shoppers_have_the_page(rooms: Rooms) -> None:
    office = rooms.office()
    staff = rooms.people[Role.STAFF].public_id
    assert office.client.get(f"/office/people/{staff}/merge").status_code == 404
    assert f"/office/people/{staff}/merge" not in office.get(f"/office/people/{staff}").links
