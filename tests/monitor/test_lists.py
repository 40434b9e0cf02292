"""Everybody and every branch as CSV: whole, streamed, without formulas, and without those who were erased."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import select

from branches import erasing, places
from branches.access import RIGHTS, Right
from branches.database import transaction
from branches.people import Role, User
from branches.places import Branch
from monitor.web.office.lists import AT_ONCE, BRANCH_COLUMNS, PERSON_COLUMNS
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import HARMFUL, NOW, Rooms, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def lines(rooms: Rooms, path: str) -> list[dict[str, str]]:
    answer = rooms.office().client.get(path)
    assert (answer.status_code, answer.mimetype, answer.is_streamed) == (200, "text/csv", True)
    return list(csv.DictReader(StringIO(answer.get_data().decode("utf-8-sig"))))


def test_everybody_who_is_active_stands_there_with_their_place(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == rooms.branch)).one()
        codes = branch.code, branch.region.code
        left = make.user(session)
        left.active = False
        session.add(left)
        make.user(session, Role.TABLET, email=None, name="", branch=branch)
    found = lines(rooms, "/office/people.csv")
    assert tuple(found[0])[: len(PERSON_COLUMNS)] == PERSON_COLUMNS
    told = {one["role"]: (one["name"], one["branch"], one["region"], one["language"], one["code"]) for one in found}
    people = rooms.people
    assert told == {
        "office": ("Olga Office", "", "", "en", ""),
        "manager": (people[Role.MANAGER].name, "", codes[1], "en", ""),
        "staff": (people[Role.STAFF].name, codes[0], "", "en", ""),
        "shopper": ("Sam <i>Shopper</i>", "", "", "en", "shopper 1"),
    }
    assert {one["person"] for one in found} == {one.public_id for one in people.values()}


def test_who_was_erased_stands_in_no_list(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        gone = session.get_one(User, rooms.people[Role.STAFF].id)
        erasing.erase(session, gone, by=rooms.people[Role.OFFICE], at=NOW)
    assert [one["person"] for one in lines(rooms, "/office/people.csv") if one["role"] == "staff"] == []


def test_every_branch_stands_there_as_the_exchange_form_says_it(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == rooms.other)).one()
        branch.latitude, branch.longitude = -3.5, 19.25
        places.set_address(session, branch, "1 Station Road", by=None, at=NOW)
        places.close_branch(session, branch, date(2025, 7, 31), by=None, at=NOW)
    found = {one["name"]: one for one in lines(rooms, "/office/places/branches.csv")}
    assert found.keys() == {HARMFUL, "Station Road"}
    closed = found["Station Road"]
    assert tuple(closed)[: len(BRANCH_COLUMNS)] == BRANCH_COLUMNS
    assert (closed["latitude"], closed["longitude"], closed["closed"]) == ("-3.5", "19.25", "2025-07-31")
    assert (closed["address"], closed["timezone"], closed["opened"]) == ("1 Station Road", "Europe/Budapest", "")


def test_no_cell_is_taken_for_a_formula(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        make.user(session, Role.SHOPPER, name="=cmd")
        make.branch(session, name="@SUM(A1)")
    assert "'=cmd" in {one["name"] for one in lines(rooms, "/office/people.csv")}
    assert "'@SUM(A1)" in {one["name"] for one in lines(rooms, "/office/places/branches.csv")}


@pytest.mark.slow
def test_a_list_of_several_parts_lacks_nobody(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        session.add_all(
            User(role="shopper", code=f"s{n}", created_at=NOW, public_id=f"{n:016}") for n in range(2 * AT_ONCE)
        )
    found = [one["person"] for one in lines(rooms, "/office/people.csv")]
    assert (len(found), len(set(found))) == (2 * AT_ONCE + 4, 2 * AT_ONCE + 4)


def test_lists_are_head_offices_alone_and_led_to(rooms: Rooms) -> None:
    assert [role for role in Role if {Right.KEEP_PEOPLE, Right.KEEP_PLACES} & set(RIGHTS[role])] == [Role.OFFICE]
    office = rooms.office()
    assert "/office/people.csv" in office.get("/office/people").links
    assert "/office/places/branches.csv" in office.get("/office/places").links
    assert rooms.visitor(Role.MANAGER).client.get("/office/people.csv").status_code == 404
