"""Assigning by hand: refusals stand beside their field, everything typed is kept; days are changed, audits withdrawn."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from branches.assignments import Assignment
from branches.audits import Audit
from branches.database import reading, transaction
from branches.outbox import Mail
from branches.people import Role
from branches.places import Region
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, form, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def asked(rooms: Rooms) -> dict[str, str]:
    """What a form holds that is right."""
    return {
        "branch": rooms.branch,
        "shopper": rooms.people[Role.SHOPPER].public_id,
        "opens_on": "2025-07-11",
        "closes_on": "2025-07-18",
        "channel": "phone",
        "brief": "Ask <b>twice</b>.",
        "fee": "25 €",
    }


def test_an_audit_is_assigned_and_the_shopper_told(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.submit(form(office.get("/office/assignments/new"), "/new"), **asked(rooms))  # type: ignore[arg-type]
    assert "Sam <i>Shopper</i> is asked to audit Kossuth <b>tér</b> & $x$, by mail." in page.text
    assert "1 audit is still to be made." in page.text
    (audit,) = rooms.all(Audit)
    assert (audit.state, audit.channel, [mail.kind for mail in rooms.all(Mail)]) == ("assigned", "phone", ["assigned"])
    page = office.get(f"/office/assignments/{audit.public_id}")
    assert ("11 July 2025 to 18 July 2025" in page.text, "Ask <b>twice</b>." in page.text) == (True, True)


def test_days_that_are_over_are_told_before_an_audit_is_assigned(rooms: Rooms) -> None:
    office, values = rooms.office(), asked(rooms) | {"opens_on": "2025-07-09"}
    first = form(office.get("/office/assignments/new"), "/new")
    page = office.submit(first, status=422, **values)
    assert "Its first days are over: a visit before today will not be taken." in page.text
    assert rooms.all(Audit) == []
    (named,) = [value for name, value in form(page, "/new").buttons if name == "anyway"]
    assert "is asked to audit" in office.submit(form(page, "/new"), **values, anyway=named).text  # type: ignore[arg-type]


def test_another_branch_is_opened_in_the_same_region_and_another_person_added(rooms: Rooms) -> None:
    office = rooms.office()
    with reading(rooms.engine) as session:
        region = session.exec(select(Region.public_id)).one()
    page = office.get(f"/office/places/branches/{rooms.branch}")
    way = next(link for link in page.links if link.startswith("/office/places/branches/new"))
    assert f"region={region}" in way
    assert re.search(rf'value="{region}"[^>]* selected', office.get(way).html)
    assert re.search(rf'value="{region}"[^>]* selected', office.get("/office/places/branches/new").html)
    assert "/office/people/new" in office.get(f"/office/people/{rooms.people[Role.SHOPPER].public_id}").links


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"branch": ""}, "branch", "Choose a branch."),
        ({"branch": "nowhere"}, "branch", "There is nothing here of that name or code."),
        ({"branch": "x" * 300}, "branch", "That is longer than 254 characters."),
        ({"shopper": "0" * 16}, "shopper", "There is nothing here of that name or code."),
        ({"opens_on": "tomorrow"}, "opens_on", "tomorrow is not a day"),
        ({"opens_on": ""}, "opens_on", "Choose the first day."),
        ({"closes_on": "2025-07-10", "opens_on": "2025-07-12"}, "closes_on", "The window ends before it begins"),
        ({"opens_on": "2025-01-01", "closes_on": "2025-01-02"}, "closes_on", "The window has already ended"),
        ({"opens_on": "0001-01-01", "closes_on": "9999-12-31"}, "closes_on", "longer than 366 days"),
        ({"channel": "pigeon"}, "channel", "Choose how the audit is made."),
        ({"brief": "b" * 4001}, "brief", "That is longer than 4,000 characters."),
        ({"fee": "1" * 61}, "fee", "That is longer than 60 characters."),
    ],
)
def test_a_refusal_stands_beside_its_field(rooms: Rooms, wrong: dict[str, str], field: str, said: str) -> None:
    office = rooms.office()
    values = asked(rooms) | wrong
    page = office.submit(form(office.get("/office/assignments/new"), "/new"), status=422, **values)
    assert f"#{field}" in page.links
    assert said in page.text
    assert "Ask &lt;b&gt;twice&lt;/b&gt;." in page.html or "brief" in wrong
    assert rooms.all(Audit) == []


def test_a_branch_may_be_named_by_its_code_or_name(rooms: Rooms) -> None:
    office = rooms.office()
    values = asked(rooms) | {"branch": "station road", "shopper": "SHOPPER 1"}
    office.submit(form(office.get("/office/assignments/new"), "/new"), **values)  # type: ignore[arg-type]
    assert [audit.branch_id for audit in rooms.all(Audit)] != []


def test_who_was_there_lately_is_asked_again_after_a_word(rooms: Rooms) -> None:
    office = rooms.office()
    office.submit(form(office.get("/office/assignments/new"), "/new"), **asked(rooms))  # type: ignore[arg-type]
    page = office.submit(form(office.get("/office/assignments/new"), "/new"), status=422, **asked(rooms))
    assert "around 18 July 2025 already; 30 days should lie between two audits." in page.text
    ((name, value),) = form(page, "/new").buttons
    other = asked(rooms) | {"closes_on": "2025-07-19", name: value}
    page = office.submit(form(page, "/new"), status=422, **other)  # was warned of something else
    assert len(rooms.all(Audit)) == 1
    ((name, value),) = form(page, "/new").buttons
    page = office.submit(form(page, "/new"), **other | {name: value})  # type: ignore[arg-type]
    assert ("is asked to audit" in page.text, len(rooms.all(Audit))) == (True, 2)


def test_two_shoppers_in_the_same_days_are_worth_a_word(rooms: Rooms) -> None:
    office = rooms.office()
    rooms.audit("assigned")
    with transaction(rooms.engine) as session:
        other = make.shopper(session).public_id
    values = asked(rooms) | {"shopper": other}
    page = office.submit(form(office.get("/office/assignments/new"), "/new"), status=422, **values)
    assert "Sam <i>Shopper</i> is to audit Kossuth <b>tér</b> & $x$ as well, from 7 July 2025 to 14 July" in page.text
    assert form(page, "/new").fields["brief"] == "" or "Ask &lt;b&gt;twice&lt;/b&gt;." in page.html
    ((name, value),) = form(page, "/new").buttons
    office.submit(form(page, "/new"), **values | {name: value})  # type: ignore[arg-type]
    assert len(rooms.all(Audit)) == 2


def test_new_days_that_meet_anothers_are_changed_after_a_word(rooms: Rooms) -> None:
    audit, office = rooms.audit("assigned"), rooms.office()
    rooms.audit("assigned")
    days = {"opens_on": "2025-07-12", "closes_on": "2025-07-20"}
    page = office.submit(form(office.get(f"/office/assignments/{audit}"), "/days"), status=422, **days)
    assert ("as well, from 7 July 2025 to 14 July 2025" in page.text, len(_changes(rooms))) == (True, 0)
    ((name, value),) = form(page, "/days").buttons
    page = office.submit(form(page, "/days"), **days | {name: value})  # type: ignore[arg-type]
    assert "The days are changed; the shopper is told by mail." in page.text
    assert _changes(rooms) == ["moved"]


def _changes(rooms: Rooms) -> list[str]:
    return [mail.kind for mail in rooms.all(Mail) if mail.kind != "assigned"]


def test_the_days_change_and_an_audit_is_withdrawn_once(rooms: Rooms) -> None:
    audit, office = rooms.audit("assigned"), rooms.office()
    page = office.get(f"/office/assignments/{audit}")
    page = office.submit(form(page, "/days"), opens_on="2025-07-12", closes_on="2025-07-20")
    assert "The days are changed" in page.text
    assert [(one.opens_on, one.closes_on) for one in _assignments(rooms)] == [(date(2025, 7, 12), date(2025, 7, 20))]
    bad = office.submit(form(page, "/days"), status=422, opens_on="2025-07-12", closes_on="2025-07-11")
    assert "#closes_on" in bad.links
    withdraw = form(page, "/withdraw")
    assert "Say why this audit is withdrawn" in office.submit(withdraw, status=422, reason=" ").text
    assert "Withdrawn: Kossuth" in office.submit(withdraw, reason="Painted").text
    page = office.submit(withdraw, status=409, reason="Again")
    assert "What happened last: Olga Office withdrew it." in page.text
    office.submit(form(bad, "/days"), status=409, opens_on="2025-07-12", closes_on="2025-07-21")


def _assignments(rooms: Rooms) -> list[Assignment]:
    return [rooms.one_by_audit(audit.id) for audit in rooms.all(Audit)]


def test_lists_name_what_closes_soon_and_what_is_overdue(rooms: Rooms) -> None:
    office = rooms.office()
    rooms.audit("assigned")
    rooms.audit("returned", branch=rooms.other)
    page = office.get("/office/assignments")
    assert "2 audits are still to be made." in page.text
    assert office.get("/office/assignments?show=closing").html.count('class="row"') == 0
    assert office.get("/office/assignments?show=overdue").html.count('class="row"') == 1
    rooms.clock[0] = rooms.clock[0].replace(day=12)
    assert office.get("/office/assignments?show=closing").html.count('class="row"') == 1
