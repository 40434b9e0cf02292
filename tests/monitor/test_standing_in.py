"""Standing in as people meet it: named on a page, read in its days, and nothing beyond the region's reports."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from branches import accounts, editions, stand_ins
from branches.database import reading, transaction
from branches.people import Role, User
from branches.places import Region
from branches.stand_ins import StandIn
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.rooms import NOW as ROOMS_NOW
from tests.monitor.rooms import Rooms, form
from tests.monitor.rooms import opened as opened_rooms
from tests.monitor.test_access_walk import ask, doors, enter, token_of
from tests.monitor.walked import NOW, Opened, World, build

DAY = timedelta(days=1)
TODAY = ROOMS_NOW.date()


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened_rooms(sqlite, tmp_path) as found:
        with transaction(found.engine) as session:
            south = make.region(session, "South")
            make.user(session, Role.MANAGER, region=south, name="Karin <i>Colleague</i>")
        yield found


def colleague(rooms: Rooms) -> User:
    return next(one for one in rooms.all(User) if one.name.startswith("Karin"))


def days(first: int = 0, last: int = 7) -> dict[str, Any]:
    return {"first_day": (TODAY + first * DAY).isoformat(), "last_day": (TODAY + last * DAY).isoformat()}


def test_a_manager_names_a_stand_in_and_ends_it(rooms: Rooms) -> None:
    manager = rooms.visitor(Role.MANAGER)
    page = manager.submit(
        form(manager.get("/account"), "/account/stand-in"), stand_in=colleague(rooms).public_id, **days()
    )
    assert "Karin <i>Colleague</i> 10 July 2025 to 17 July 2025" in page.text
    (row,) = rooms.all(StandIn)
    assert (row.person_id, row.stand_in_id) == (rooms.people[Role.MANAGER].id, colleague(rooms).id)
    page = manager.submit(form(page, "/account/stand-in/end"))
    assert "Ended." in page.text
    assert rooms.all(StandIn)[0].ended_at == ROOMS_NOW


def test_who_can_be_asked_is_every_other_manager_and_head_office(rooms: Rooms) -> None:
    page = rooms.visitor(Role.MANAGER).get("/account")
    assert "Karin <i>Colleague</i> · South" in page.text
    assert "Olga Office · Head office" in page.text
    me, shopper = rooms.people[Role.MANAGER], rooms.people[Role.SHOPPER]
    assert [one.public_id for one in (me, shopper) if f'value="{one.public_id}"' in page.html] == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"stand_in": ""}, "Choose who stands in."),
        ({"stand_in": "\0"}, "Choose who stands in."),
        ({"stand_in": "shopper"}, "Choose who stands in."),
        ({"stand_in": "oneself"}, "Choose who stands in."),
        ({"first_day": "tomorrow"}, "Give the day as year-month-day"),
        ({"last_day": ""}, "Give the day as year-month-day"),
        (days(-1, 3), "not on days that are past"),
        (days(3, 2), "The last day is before the first."),
        (days(0, 500), "at most a year ahead"),
        ({"first_day": "9999-12-31", "last_day": "9999-12-31"}, "at most a year ahead"),
    ],
)
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    rooms: Rooms, role: Role, fields: dict[str, str], sentence: str
) -> None:
    visitor = rooms.visitor(role)
    me = rooms.people[Role.MANAGER].public_id
    page, ends = (
        (visitor.get("/account"), "/account/stand-in")
        if role is Role.MANAGER
        else (visitor.get(f"/office/people/{me}"), "/stand-in")
    )
    named = {"shopper": rooms.people[Role.SHOPPER].public_id, "oneself": me}
    sent: dict[str, Any] = {"stand_in": colleague(rooms).public_id, **days(), **fields}
    sent["stand_in"] = named.get(sent["stand_in"], sent["stand_in"])
    page = visitor.submit(form(page, ends), status=422, **sent)
    assert sentence in page.text
    assert form(page, ends).fields["last_day"] == sent["last_day"]
    assert rooms.all(StandIn) == []


def test_days_that_are_taken_are_refused(rooms: Rooms) -> None:
    manager, sent = rooms.visitor(Role.MANAGER), {"stand_in": colleague(rooms).public_id, **days()}
    page = manager.submit(form(manager.get("/account"), "/account/stand-in"), **sent)
    page = manager.submit(form(page, "/account/stand-in"), status=422, **sent)
    assert "end that first" in page.text


def test_head_office_names_and_ends_it_and_history_says_so(rooms: Rooms) -> None:
    office, where = rooms.office(), f"/office/people/{rooms.people[Role.MANAGER].public_id}"
    page = office.submit(
        form(office.get(where), f"{where}/stand-in"), stand_in=colleague(rooms).public_id, **days(1, 2)
    )
    assert "Olga Office named a stand-in." in page.text
    assert "Karin <i>Colleague</i> · 11 July 2025 to 12 July 2025" in page.text
    page = office.submit(form(page, f"{where}/end-stand-in"))
    assert "Olga Office ended the time of a stand-in." in page.text
    sent = {**form(page, f"{where}/name").fields, "stand_in": rooms.all(StandIn)[0].public_id}
    assert office.client.post(f"{where}/end-stand-in", data=sent).status_code == 409


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER, Role.OFFICE])
def test_nobody_but_a_manager_of_a_region_is_stood_in_for(rooms: Rooms, role: Role) -> None:
    visitor = rooms.visitor(role)
    page = visitor.get("/account")
    assert "While I am away" not in page.text
    sent = {**form(page, "/account/password").fields, "stand_in": colleague(rooms).public_id, **days()}
    for path in ("/account/stand-in", "/account/stand-in/end"):
        assert visitor.client.post(path, data=sent).status_code == 404
    office, where = rooms.office(), f"/office/people/{rooms.people[role].public_id}"
    page = office.get(where)
    assert "While they are away" not in page.text
    sent["csrf_token"] = form(page, f"{where}/name").fields["csrf_token"]
    for change in ("stand-in", "end-stand-in"):
        assert office.client.post(f"{where}/{change}", data=sent).status_code == 404


def test_a_manager_ends_no_stand_in_of_another(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        other, office = (session.get_one(User, one.id) for one in (colleague(rooms), rooms.people[Role.OFFICE]))
        held = stand_ins.name(session, other, office, first_day=TODAY, last_day=TODAY, by=None, at=ROOMS_NOW)
    manager = rooms.visitor(Role.MANAGER)
    sent = {**form(manager.get("/account"), "/account/mails").fields, "stand_in": held.public_id}
    assert manager.client.post("/account/stand-in/end", data=sent).status_code == 409
    assert rooms.all(StandIn)[0].ended_at is None


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("instead"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def lend(opened: Opened, role: Role = Role.MANAGER, *, first: int = 0, last: int = 7) -> None:
    """The one of that role, of the north, stands in for a manager of the south."""
    with transaction(opened.engine) as session:
        south = session.exec(select(Region).where(Region.public_id == opened.world.theirs.things["region"])).one()
        away = make.user(session, Role.MANAGER, region=south, name="Sára South")
        there, today = opened.person(session, role), NOW.date()
        stand_ins.name(
            session,
            away,
            there,
            first_day=today + max(first, 0) * DAY,
            last_day=today + last * DAY,
            by=None,
            at=NOW + min(first, 0) * DAY,
        )


REPORTS = {
    "editions.scope",
    "editions.past",
    "editions.edition",
    "editions.paper",
    "editions.table",
    "editions.workbook",
    "editions.other_table",
    "section.show",
    "section.table",
    "section.workbook",
}


@pytest.mark.slow
def test_a_stand_in_opens_the_reports_of_that_region_and_no_other_address_of_it(opened: Opened) -> None:
    lend(opened)
    visitor = enter(opened, Role.MANAGER)
    token, found = token_of(visitor), dict[int, set[str]]()
    for door in doors(opened.app):
        if door.rule.arguments:
            found.setdefault(ask(visitor, door, door.path(opened.world.theirs), token), set()).add(door.rule.endpoint)
    assert found.pop(200) == REPORTS
    # The report so far leads to the first that was issued.
    assert found.pop(302) == {"editions.so_far"}
    assert set(found) == {404}


@pytest.mark.slow
def test_the_pages_of_lists_show_a_stand_in_nothing_of_that_region(opened: Opened) -> None:
    visitor = enter(opened, Role.MANAGER)
    plain = [door for door in doors(opened.app) if door.method == "GET" and not door.rule.arguments]
    before = {door.rule.rule: visitor.client.get(door.rule.rule).data for door in plain}
    lend(opened)
    after = {door.rule.rule: visitor.client.get(door.rule.rule).data for door in plain}
    assert {rule for rule in before if unsecret(before[rule]) != unsecret(after[rule])} == {"/account"}


def unsecret(page: bytes) -> bytes:
    """Without the tokens of forms, and tables as they are but for the moment of their making."""
    return b"".join(line for line in page.splitlines() if b"csrf_token" not in line) if page[:2] != b"PK" else b"PK"


@pytest.mark.parametrize(("first", "last"), [(1, 3), (0, 0)])
def test_outside_of_its_days_it_opens_nothing(opened: Opened, first: int, last: int) -> None:
    lend(opened, first=first, last=last)
    path = f"/reports/{opened.world.theirs.things['scope']}"
    assert enter(opened, Role.MANAGER).client.get(path).status_code == (200 if first == 0 else 404)


def test_its_end_and_the_end_of_an_access_hold_for_a_page_that_is_open(opened: Opened) -> None:
    lend(opened)
    path = f"/reports/{opened.world.theirs.things['scope']}"
    visitor = enter(opened, Role.MANAGER)
    assert visitor.client.get(path).status_code == 200
    with transaction(opened.engine) as session:
        stand_ins.end(session, session.exec(select(StandIn)).one(), by=None, at=NOW)
    assert visitor.client.get(path).status_code == 404


def test_a_stand_in_who_becomes_staff_reads_no_report(opened: Opened) -> None:
    lend(opened)
    with transaction(opened.engine) as session:
        person, branch = opened.person(session, Role.MANAGER), opened.person(session, Role.STAFF).branch
        accounts.change_role(session, person, Role.STAFF, branch=branch, by=None, at=NOW)
    path = f"/reports/{opened.world.theirs.things['scope']}"
    assert enter(opened, Role.MANAGER).client.get(path).status_code == 404


def links(visitor: Visitor, path: str) -> list[str]:
    return visitor.get(path).links


def test_the_reports_lead_to_the_region_and_say_for_whom_and_how_long(opened: Opened) -> None:
    lend(opened)
    mine, theirs = (f"/reports/{side.things['scope']}" for side in (opened.world.mine, opened.world.theirs))
    visitor = enter(opened, Role.MANAGER)
    page = visitor.get(mine)
    assert (theirs in page.links, "Standing in: South" in page.text) == (True, True)
    assert "You stand in for" not in page.text
    page = visitor.get(theirs)
    assert "You stand in for Sára South until 17 March 2026." in page.text
    assert [link for link in page.links if link.endswith("/plan")] == []
    assert theirs in links(visitor, f"{mine}/past")
    assert theirs in links(visitor, "/account")


def test_a_stand_in_whose_own_region_has_no_report_yet_finds_the_way_too(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        person = opened.person(session, Role.MANAGER)
        person.region = make.region(session, "West")
        session.add(person)
    lend(opened)
    assert f"/reports/{opened.world.theirs.things['scope']}" in links(enter(opened, Role.MANAGER), "/reports/mine")


def test_head_office_sees_for_whom_somebody_stands_in(opened: Opened) -> None:
    lend(opened)
    with reading(opened.engine) as session:
        where = f"/office/people/{opened.person(session, Role.MANAGER).public_id}"
    page = enter(opened, Role.OFFICE).get(where)
    assert "Stands in for Sára South · South · 10 March 2026 to 17 March 2026" in page.text
    with reading(opened.engine) as session:
        assert editions.region_key(session.exec(select(StandIn)).one().region) == opened.world.theirs.things["scope"]
