"""A branch that is here twice is made one on a page: told what becomes of both, chosen, ticked, done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from branches.audits import Audit
from branches.database import reading, transaction
from branches.people import Role
from branches.places import Branch, Region
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import HARMFUL, Rooms, form, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


@pytest.fixture
def twin(rooms: Rooms) -> Branch:
    """The second entry of the branch that was told."""
    with transaction(rooms.engine) as session:
        region = session.exec(select(Region)).one()
        return make.branch(session, region, "Kossuth <i>tér</i>")


def test_two_entries_become_one(rooms: Rooms, twin: Branch) -> None:
    rooms.audit("released")
    office, where = rooms.office(), f"/office/places/branches/{rooms.branch}"
    assert f"{where}/merge" in office.get(where).links
    page = office.get(f"{where}/merge")
    assert "1 audit goes to the other entry" in page.text
    assert f"Kossuth <i>tér</i> · {twin.code}" in page.text
    page = office.submit(form(page, "/merge"), branch=twin.public_id, sure="yes")
    assert "1 audit stands here now." in page.text
    assert "Olga Office merged another entry of the same branch into this one." in page.text
    gone = office.get(where)
    assert f"Merged into Kossuth <i>tér</i> (code {twin.code})." in gone.text
    assert f"/office/places/branches/{twin.public_id}" in gone.links
    assert [one.action for one in gone.forms if where in one.action] == []
    office.get(f"{where}/merge", status=404)
    assert f"{HARMFUL} → Kossuth <i>tér</i>" in office.get("/office/history").text
    with reading(rooms.engine) as session:
        assert {audit.branch.code for audit in session.exec(select(Audit))} == {twin.code}
    staff = rooms.visitor(Role.STAFF)
    assert "Kossuth <i>tér</i>" in staff.get("/branch").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sure": ""}, "Tick that both are one branch."),
        ({"branch": ""}, "Choose a branch."),
        ({"branch": "0" * 16}, "There is nothing here of that name or code."),
        ({"branch": HARMFUL}, "That is the same entry; choose the other one."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    rooms: Rooms, twin: Branch, wrong: dict[str, str], said: str
) -> None:
    office, where = rooms.office(), f"/office/places/branches/{rooms.branch}/merge"
    fields = {"branch": twin.public_id, "sure": "yes", **wrong}
    page = office.submit(form(office.get(where), "/merge"), status=422, **fields)
    assert said in page.text
    assert rooms.one(Branch, rooms.branch).merged_into_id is None


def test_an_entry_that_was_merged_changes_no_more(rooms: Rooms, twin: Branch) -> None:
    office, where = rooms.office(), f"/office/places/branches/{rooms.branch}"
    before = office.get(where)
    office.submit(form(office.get(f"{where}/merge"), "/merge"), branch=twin.public_id, sure="yes")
    page = office.submit(form(before, "/name"), status=422, name="Elsewhere")
    assert "was merged into another entry of the same branch and changes no more." in page.text
