"""Rotas on head office's pages: asked for, looked at with reasons, changed by hand, sent, dropped; nobody hears of it before."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from branches import places
from branches.assignments import Assignment
from branches.audits import Audit
from branches.database import transaction
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.rotas import Planned, Rota
from branches.terms import ShopperTerms
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import HARMFUL, Rooms, form, opened

NEW = "/office/rotas/new"
ASKED = {
    "opens_on": "2025-08-01",
    "closes_on": "2025-08-31",
    "each": "1",
    "extra": "0",
    "most_audits": "8",
    "most_km": "80",
    "certified_only": "",
    "brief": "Ask <b>twice</b>.",
    "fee": "25 €",
    "expenses": "A cut, up to 40 €",
}


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def ask(office: Visitor, *, status: int = 200, **more: str) -> Page:
    page = office.submit(form(office.get(NEW), "/new"), status=status, **{**ASKED, **more})
    return page if status != 200 else look(office)


def look(office: Visitor) -> Page:
    """The latest rota, once what was begun is done."""
    path = max(link for link in office.get("/office/rotas").links if re.fullmatch(r"/office/rotas/[0-9a-f]{16}", link))
    return office.get(path)


def send(office: Visitor, page: Page) -> Page:
    office.submit(form(page, "/send"))
    return look(office)


def posted(office: Visitor, page: str, path: str, **fields: str) -> Page:
    """A form that the page no longer has, from a page that was open too long."""
    token = next(one.fields["csrf_token"] for one in office.get(page).forms if "csrf_token" in one.fields)
    return office.post(path, csrf_token=token, status=409, **fields)


def first(rooms: Rooms) -> Planned:
    return rooms.all(Planned)[0]


def test_rota_is_proposed_with_its_reasons_and_nobody_is_told(rooms: Rooms) -> None:
    page = ask(rooms.office())
    assert "2 audits are proposed." in page.text
    assert page.text.count("Sam <i>Shopper</i> · 1 August 2025 to 31 August 2025") == 2
    assert page.text.count("how far is not known · not there of late · 1 shopper could go") == 2
    assert "all branches, through the shoppers they share" in page.text
    assert (rooms.all(Audit), rooms.all(Mail)) == ([], [])


def test_audit_that_could_not_be_placed_says_why_and_what_would_help(rooms: Rooms) -> None:
    page = ask(rooms.office(), each="2")
    assert "2 audits are proposed. 2 could not be placed." in page.text
    assert "nobody yet" in page.text
    assert "Why nobody goes: 1 goes there on other days. One more shopper would change that." in page.text


def test_rota_without_shoppers_says_so(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        session.get_one(User, rooms.people[Role.SHOPPER].id).active = False
    page = ask(rooms.office())
    assert "Nobody could be given any audit." in page.text
    assert "There is no active shopper." in page.text
    assert not [one for one in page.forms if one.action.endswith("/send")]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"opens_on": ""}, "opens_on", "Choose the first day."),
        ({"closes_on": "soon"}, "closes_on", "soon is not a day"),
        ({"closes_on": "2025-07-31"}, "closes_on", "The last day is before the first"),
        ({"opens_on": "2025-01-01"}, "opens_on", "The first day is over"),
        (
            {"each": "9", "closes_on": "2025-08-03"},
            "each",
            "9 audits of each branch need 9 days or more; here there are 3.",
        ),
        ({"closes_on": "9999-12-31"}, "closes_on", "A rota has 92 days at most."),
        ({"each": "0"}, "each", "Write a whole number from 1 to 31."),
        ({"each": "many"}, "each", "Write a whole number from 1 to 31."),
        ({"each": "9" * 400}, "each", "That is longer than 20 characters."),
        ({"extra": "-1"}, "extra", "Write a whole number from 0 to 1,000."),
        ({"most_audits": ""}, "most_audits", "Write a whole number from 1 to 60."),
        ({"most_km": "1001"}, "most_km", "Write a whole number from 1 to 1,000."),
        ({"brief": "b" * 4001}, "brief", "That is longer than 4,000 characters."),
        ({"expenses": "e" * 201}, "expenses", "That is longer than 200 characters."),
    ],
)
def test_a_refusal_stands_beside_its_field(rooms: Rooms, wrong: dict[str, str], field: str, said: str) -> None:
    page = ask(rooms.office(), status=422, **wrong)
    assert f"#{field}" in page.links
    assert said in page.text
    assert rooms.all(Rota) == []


def test_rota_is_sent_once_and_shoppers_are_told(rooms: Rooms) -> None:
    office = rooms.office()
    page = send(office, ask(office))
    assert "This rota is sent." in page.text
    assert {(one.fee, one.expenses) for one in _assignments(rooms)} == {("25 €", "A cut, up to 40 €")}
    assert [mail.kind for mail in rooms.all(Mail)] == ["assigned"] * 2
    path = f"/office/rotas/{rooms.all(Rota)[0].public_id}"
    page = posted(office, path, f"{path}/send")
    assert "This rota is sent; it cannot be sent." in page.text
    assert len(rooms.all(Audit)) == 2


def _assignments(rooms: Rooms) -> list[Assignment]:
    with Session(rooms.engine) as session:
        return [session.get_one(Assignment, audit.id) for audit in rooms.all(Audit)]


def test_shopper_reads_what_is_best_and_what_is_paid_back(rooms: Rooms) -> None:
    office = rooms.office()
    send(office, ask(office))
    page = rooms.visitor(Role.SHOPPER).get(f"/audits/{rooms.all(Audit)[0].public_id}")
    assert "A cut, up to 40 €" in page.text
    assert "in the morning, Monday to Friday" in page.text
    assert "Rota" not in page.text


def test_audit_is_given_to_somebody_else_and_back(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        other = make.shopper(session)
        other.name = "Zoe"
    office = rooms.office()
    ask(office)
    path = f"/office/rotas/audits/{first(rooms).public_id}"
    taken = first(rooms).shopper_id
    chosen = other if taken != other.id else rooms.people[Role.SHOPPER]
    page = office.submit(form(office.get(path), path), shopper=chosen.public_id)
    assert f"Given to {chosen.name}." in page.text
    assert "Changed by hand." in page.text
    page = office.submit(form(office.get(path), "/restore"))
    assert "It is as it was proposed." in page.text
    assert first(rooms).shopper_id == taken
    page = office.submit(form(office.get(path), "/leave"))
    assert "1 audit is proposed. 1 could not be placed." in page.text


def test_shopper_who_is_known_there_is_given_it_only_anyway(rooms: Rooms) -> None:
    rooms.audit("assigned")
    with transaction(rooms.engine) as session:
        make.shopper(session)
    office = rooms.office()
    ask(office)
    there = next(one for one in rooms.all(Planned) if one.branch_id == rooms.one(Branch, rooms.branch).id)
    path, sam = f"/office/rotas/audits/{there.public_id}", rooms.people[Role.SHOPPER]
    page = office.submit(form(office.get(path), path), status=422, shopper=sam.public_id)
    assert "30 days should lie between two audits" in page.text
    assert first(rooms).shopper_id != sam.id or there.shopper_id != sam.id
    (named,) = [value for name, value in form(page, path).buttons if name == "anyway"]
    office.submit(form(page, path), shopper=sam.public_id, anyway=named)
    assert next(one for one in rooms.all(Planned) if one.id == there.id).shopper_id == sam.id


def test_rota_is_dropped_and_nobody_was_told(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.submit(form(ask(office), "/drop"))
    assert "The rota is dropped; nobody was told of it." in page.text
    path = f"/office/rotas/audits/{first(rooms).public_id}"
    assert [one.action for one in office.get(path).forms if "rotas" in one.action] == []
    page = posted(office, path, f"{path}/leave")
    assert "This rota is dropped; it cannot be changed any more." in page.text
    assert (rooms.all(Audit), rooms.all(Mail)) == ([], [])


def test_what_came_to_nothing_is_planned_again_for_somebody_else(rooms: Rooms) -> None:
    office = rooms.office()
    page = send(office, ask(office))
    audit = rooms.all(Audit)[0].public_id
    path = f"/office/assignments/{audit}"
    office.submit(form(office.get(path), "/withdraw"), reason="ill")
    page = office.get(f"/office/rotas/{rooms.all(Rota)[0].public_id}")
    (again,) = [link for link in page.links if link.startswith(f"{NEW}?rota=")]
    office.submit(form(office.get(again), "/new"), certified_only="")
    page = office.get(f"/office/rotas/{rooms.all(Rota)[1].public_id}")
    assert "Nobody could be given any audit." in page.text
    assert "1 was asked in vain" in page.text


def test_rota_is_searched_by_branch_region_and_shopper(rooms: Rooms) -> None:
    office = rooms.office()
    ask(office)
    path = f"/office/rotas/{rooms.all(Rota)[0].public_id}"
    assert [HARMFUL in office.get(f"{path}?q={word}").text for word in ("station", "north", "sam", "nobody")] == [
        *(False, True, True),
        False,
    ]
    assert "There is none here." in office.get(f"{path}?show=unplaced").text


def test_branch_where_the_next_audits_tell_most_gets_one_more_only_where_a_report_says_so(rooms: Rooms) -> None:
    ask(rooms.office(), extra="3")
    assert (rooms.all(Rota)[0].extra, len(rooms.all(Planned))) == ([], 2)


def test_terms_of_a_shopper_are_kept_and_hold_in_the_next_rota(rooms: Rooms) -> None:
    office, sam = rooms.office(), rooms.people[Role.SHOPPER]
    page = office.get(f"/office/people/{sam.public_id}")
    page = office.submit(
        form(page, "/terms"), home=rooms.branch, most_audits="1", most_km="30", certified_on="2025-07-01"
    )
    assert "noted what they can take on" in page.text
    with Session(rooms.engine) as session:
        kept = session.get_one(ShopperTerms, sam.id)
        assert (kept.most_audits, kept.most_km, str(kept.certified_on)) == (1, 30, "2025-07-01")
    page = ask(office, certified_only="yes")
    assert "1 audit is proposed. 1 could not be placed." in page.text
    assert "1 has as many audits as they may" in page.text
    assert "in their own region" in page.text


def test_terms_that_cannot_be_are_refused_beside_their_fields(rooms: Rooms) -> None:
    office, sam = rooms.office(), rooms.people[Role.SHOPPER]
    page = office.get(f"/office/people/{sam.public_id}")
    wrong = {"home": "nowhere", "most_audits": "61", "most_km": "far", "certified_on": "once"}
    page = office.submit(form(page, "/terms"), status=422, **wrong)
    assert {f"#{name}" for name in wrong} <= set(page.links)


def test_nobody_else_has_terms(rooms: Rooms) -> None:
    office, staff = rooms.office(), rooms.people[Role.STAFF]
    assert [one for one in office.get(f"/office/people/{staff.public_id}").forms if one.action.endswith("/terms")] == []
    path = f"/office/people/{staff.public_id}"
    token = office.get(path).forms[0].fields["csrf_token"]
    office.post(f"{path}/terms", csrf_token=token, status=404)


def test_distance_is_told_where_both_are_on_the_map(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        for number, public_id in enumerate((rooms.branch, rooms.other)):
            branch = session.get_one(Branch, rooms.one(Branch, public_id).id)
            branch.latitude, branch.longitude = 47.5 + number / 10, 19.0
        places.rename(session, branch, "Far Road", by=None, at=rooms.clock[0])
    office, sam = rooms.office(), rooms.people[Role.SHOPPER]
    office.submit(form(office.get(f"/office/people/{sam.public_id}"), "/terms"), home=rooms.branch)
    page = ask(office)
    assert ("0 km away" in page.text, "11 km away" in page.text) == (True, True)
