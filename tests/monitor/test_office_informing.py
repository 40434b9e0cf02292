"""Noting for many branches at once that their staff were informed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches import history
from branches.database import reading, transaction
from branches.notices import Notice
from branches.places import Branch
from monitor.web.office import informing
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import Rooms, form, opened

WORDS = {"informed_on": "2025-07-09", "how": "At the <b>meeting</b>"}


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    """One branch was told; not told are one of its region and two of another."""
    with opened(sqlite, tmp_path) as rooms:
        with transaction(rooms.engine) as session:
            south = make.region(session, "South")
            for name in ("Harbour", "Mill"):
                make.branch(session, south, name)
        yield rooms


def told(rooms: Rooms) -> list[tuple[str, str]]:
    with reading(rooms.engine) as session:
        query = select(Branch.name, Notice.how).join(Notice).where(Notice.how != "By letter")
        return sorted(session.exec(query).all())


def place(session: Session, name: str) -> Branch:
    return session.exec(select(Branch).where(Branch.name == name)).one()


def send(visitor: Visitor, rooms: Rooms, *, status: int = 200, **fields: str | list[str]) -> Page:
    asked = form(visitor.get("/office/notices"), "/notices")
    token = {"csrf_token": asked.fields["csrf_token"]}
    answer = visitor.client.post(asked.action, data=token | WORDS | fields, follow_redirects=True)
    page = Page(answer)
    page.check()
    assert page.status == status
    return page


def test_a_whole_region_and_a_single_branch_are_noted_with_one_text(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.get(
        next(link for link in office.get("/office/places?show=uninformed").links if link == "/office/notices")
    )
    assert "The staff of 3 branches have not been informed yet." in page.text
    with reading(rooms.engine) as session:
        south, station = place(session, "Mill").region.public_id, place(session, "Station Road").public_id
    page = send(office, rooms, region=south, branch=station)
    assert "Noted of 3 branches." in page.text
    assert told(rooms) == [(name, WORDS["how"]) for name in ("Harbour", "Mill", "Station Road")]
    with reading(rooms.engine) as session:
        notices = session.exec(select(Notice).where(Notice.how == WORDS["how"])).all()
        assert [[event.verb for event in history.of(session, one)] for one in notices] == [["note"]] * 3
    assert "The staff of every open branch have been informed." in office.get("/office/notices").text


def test_chosen_branches_alone_are_noted(rooms: Rooms) -> None:
    with reading(rooms.engine) as session:
        chosen = [place(session, name).public_id for name in ("Harbour", "Station Road")]
        known = session.exec(select(Branch.public_id).where(Branch.public_id == rooms.branch)).one()
    send(rooms.office(), rooms, branch=[*chosen, known, "nowhere"])
    assert told(rooms) == [("Harbour", WORDS["how"]), ("Station Road", WORDS["how"])]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"region": []}, "region", "Choose a region or a branch."),
        ({"region": "nowhere"}, "region", "That has been noted of all of these meanwhile."),
        ({"informed_on": ""}, "informed_on", "Choose the day on which they were informed."),
        (
            {"informed_on": "2025-07-11"},
            "informed_on",
            "The staff cannot have been told on a day that is still to come.",
        ),
        ({"how": " "}, "how", "Say how the staff were told, and by whom."),
    ],
)
def test_what_is_missing_is_said_and_what_was_ticked_stays(
    rooms: Rooms, wrong: dict[str, str | list[str]], field: str, said: str
) -> None:
    with reading(rooms.engine) as session:
        south = place(session, "Mill").region.public_id
    page = send(rooms.office(), rooms, status=422, **{"region": south} | wrong)
    assert (said in page.text, f"#{field}" in page.links, told(rooms)) == (True, True, [])
    assert (f'value="{south}" checked' in page.html) == ("region" not in wrong)


def test_everything_that_is_missing_is_said_at_once(rooms: Rooms) -> None:
    page = send(rooms.office(), rooms, status=422, informed_on="", how="")
    assert {"#region", "#informed_on", "#how"} <= set(page.links)


def test_of_many_branches_single_ones_are_chosen_by_region(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informing, "SHORT", 2)
    office = rooms.office()
    page = office.get("/office/notices")
    assert 'name="branch"' not in page.html
    with reading(rooms.engine) as session:
        south = place(session, "Mill").region.public_id
    page = office.get(next(link for link in page.links if link.endswith(f"region={south}")))
    assert page.html.count('name="branch"') == 2
