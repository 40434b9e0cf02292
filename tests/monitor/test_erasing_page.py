"""Erasing a person on its page: told what goes and stays, ticked, done; afterwards no page knows the name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches.people import Role, User
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, form, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def page_of(rooms: Rooms, role: Role) -> str:
    return f"/office/people/{rooms.people[role].public_id}"


@pytest.mark.slow
def test_somebody_is_erased_and_their_audit_stays(rooms: Rooms) -> None:
    audit = rooms.audit("released")
    office, where = rooms.office(), page_of(rooms, Role.SHOPPER)
    assert f"{where}/erase" in office.get(where).links
    page = office.get(f"{where}/erase")
    for words in ("It cannot be undone.", "What goes", "What stays", "Scores stay as they are."):
        assert words in page.text
    page = office.submit(form(page, "/erase"), sure="yes")
    assert "Erased. What they did stays, under nobody's name." in page.text
    for path in (where, f"/office/review/{audit}", f"/results/{audit}", "/office/history?kind=user"):
        page = office.get(path)
        assert ("A person who was erased" in page.text, "Sam" in page.text) == (True, False)
    assert "shopper 1" not in office.get("/office/history").text
    assert "Olga Office erased this person." in office.get(where).text
    assert office.client.get("/office/history.csv").text.count("Sam") == 0


def test_without_the_tick_nobody_is_erased(rooms: Rooms) -> None:
    office, where = rooms.office(), page_of(rooms, Role.STAFF)
    page = office.submit(form(office.get(f"{where}/erase"), "/erase"), status=422, sure="")
    assert "Tick that you want this for good." in page.text
    assert rooms.one(User, rooms.people[Role.STAFF].public_id).erased_at is None


def test_what_stands_in_the_way_is_said_in_place_of_the_form(rooms: Rooms) -> None:
    rooms.audit("assigned")
    office, where = rooms.office(), page_of(rooms, Role.SHOPPER)
    page = office.get(f"{where}/erase")
    assert "Audits still theirs to do: 1. Withdraw them first, and ask somebody else." in page.text
    assert [one for one in page.forms if one.action.endswith("/erase")] == []
    own = office.get(f"{page_of(rooms, Role.OFFICE)}/erase")
    assert "Nobody erases themselves; ask somebody else of head office." in own.text


def test_what_came_in_between_is_told_beside_the_tick(rooms: Rooms) -> None:
    office, where = rooms.office(), page_of(rooms, Role.SHOPPER)
    page = office.get(f"{where}/erase")
    rooms.audit("assigned")
    page = office.submit(form(page, "/erase"), sure="yes", status=409)
    assert "Audits still theirs to do: 1." in page.text


@pytest.mark.slow
def test_an_erased_person_is_in_no_list_and_nothing_of_theirs_changes(rooms: Rooms) -> None:
    office, where = rooms.office(), page_of(rooms, Role.STAFF)
    page = office.get(where)
    office.submit(form(office.get(f"{where}/erase"), "/erase"), sure="yes")
    for cut in ("staff", "inactive"):
        assert where not in office.get(f"/office/people?show={cut}").links
    assert office.client.get(f"{where}/erase").status_code == 404
    office.submit(form(page, "/name"), name="Again", language="en", status=404)
    assert rooms.one(User, rooms.people[Role.STAFF].public_id).name == ""
