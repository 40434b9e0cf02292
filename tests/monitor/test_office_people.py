"""People and places: added, changed, closed and opened again; what is wrong stands beside its field."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from branches import actions, outbox
from branches.audits import Audit
from branches.database import transaction
from branches.notices import Notice
from branches.outbox import MailKind
from branches.people import Role, User
from branches.places import Branch, Region
from tests.databases import SqliteDatabases
from tests.monitor.mailbox import link, text
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import Rooms, form, opened


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def person(rooms: Rooms, role: Role) -> str:
    return f"/office/people/{rooms.people[role].public_id}"


def test_a_person_is_added_and_mailed_a_link(rooms: Rooms) -> None:
    office = rooms.office()
    fields = {
        "name": "Anna <b>",
        "email": " Anna@Example.com ",
        "language": "hu",
        "role": "staff",
        "branch": rooms.branch,
    }
    page = office.submit(form(office.get("/office/people/new"), "/new"), **fields)  # type: ignore[arg-type]
    assert ("Added: Anna <b>." in page.text, "anna@example.com" in page.text) == (True, True)
    page = office.submit(form(page, "/invite"))
    assert "A sign-in link is on its way to anna@example.com." in page.text
    (mail,) = rooms.mail.sent
    path = link(mail)
    assert (path in page.html, mail["To"].endswith("<anna@example.com>")) == (False, True)
    assert "Vagy írja be ezt a kódot" not in text(mail)
    visitor = rooms.office()
    visitor.submit(form(visitor.get(path), path))
    assert visitor.client.get("/office/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Write the person's name."),
        ({"name": "n" * 201}, "name", "That is longer than 200 characters."),
        ({"email": "anna"}, "email", "anna is not a mail address."),
        ({"role": "shopper", "email": ""}, "email", "Write the mail address."),
        ({"language": "xx"}, "language", "Choose a language."),
        ({"role": "queen"}, "role", "Choose a role."),
        ({"branch": ""}, "branch", "Choose a branch."),
        ({"role": "manager", "region": "x"}, "region", "There is nothing here of that name or code."),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said(rooms: Rooms, wrong: dict[str, str], field: str, said: str) -> None:
    office, before = rooms.office(), len(rooms.all(User))
    fields = {"name": "Anna", "email": "anna@example.com", "language": "hu", "role": "staff", "branch": rooms.branch}
    asked = form(office.get("/office/people/new"), "/new")
    page = office.submit(asked, status=422, **(fields | wrong))
    assert (f"#{field}" in page.links, said in page.text, len(rooms.all(User))) == (True, True, before)


def test_an_address_that_is_somebodys_is_refused(rooms: Rooms) -> None:
    office = rooms.office()
    taken = rooms.people[Role.STAFF].email or ""
    page = office.submit(form(office.get(person(rooms, Role.SHOPPER)), "/address"), status=409, email=taken)
    assert f"{taken} is already somebody's address here." in page.text


def test_role_name_and_access_change(rooms: Rooms) -> None:
    staff, office = rooms.visitor(Role.STAFF), rooms.office()
    page = office.get(person(rooms, Role.STAFF))
    page = office.submit(form(page, "/name"), name="Rita", language="ta")
    page = office.submit(form(page, "/role"), role="manager", region=_region(rooms).public_id)
    assert "Manager of a region · North" in page.text
    assert staff.client.get("/branch").status_code == 302
    page = office.submit(form(page, "/address"), email="rita@example.com")
    page = office.submit(form(page, "/deactivate"))
    assert "This person may no longer sign in." in page.text
    office.post(f"{person(rooms, Role.STAFF)}/deactivate", status=400)
    page = office.submit(form(page, "/reactivate"))
    assert "Rita may sign in again." in page.text
    stored = rooms.one(User, rooms.people[Role.STAFF].public_id)
    kept = (stored.name, stored.language, stored.role, stored.email, stored.active)
    assert kept == ("Rita", "ta", "manager", "rita@example.com", True)
    assert "Olga Office changed the role or the place." in page.text


def test_the_last_of_head_office_stays(rooms: Rooms) -> None:
    office = rooms.office()
    page = office.get(person(rooms, Role.OFFICE))
    page = office.submit(form(page, "/deactivate"), status=409)
    assert "Olga Office is the last of head office; add another person first." in page.text
    page = office.submit(form(page, "/role"), status=409, role="shopper")
    assert "is the last of head office" in page.text
    assert "What they did lately" in page.text


def _region(rooms: Rooms) -> Region:
    return rooms.all(Region)[0]


def _branch_page(rooms: Rooms) -> tuple[Visitor, Page]:
    office = rooms.office()
    return office, office.get(f"/office/places/branches/{rooms.branch}")


def test_regions_and_branches_are_opened(rooms: Rooms) -> None:
    office = rooms.office()
    asked = form(office.get("/office/places/regions/new"), "/new")
    page = office.submit(asked, name="South", code="", timezone="Asia/Kolkata")
    assert "0 branches belong to it." in page.text
    assert "#code" in office.submit(asked, status=409, name="South", code="", timezone="Asia/Kolkata").links
    assert "#timezone" in office.submit(asked, status=422, name="East", code="", timezone="Mars").links
    asked = form(office.get("/office/places/branches/new"), "/new")
    region = rooms.all(Region)[1].public_id
    page = office.submit(asked, region=region, name="Anna Salai", code="as-1", address="1\n2", timezone="", opened="")
    assert "Its staff have not been informed of the audits" in page.text
    made = rooms.all(Branch)[2]
    assert (made.code, made.timezone, made.address) == ("as-1", "Asia/Kolkata", "1\n2")
    page = office.submit(form(office.get(f"/office/places/regions/{region}"), "/name"), name="Deep South")
    assert "Olga Office changed it." in page.text


def test_a_branch_is_changed_closed_and_reopened(rooms: Rooms) -> None:
    office, page = _branch_page(rooms)
    page = office.submit(form(page, "/name"), name="Kossuth")
    page = office.submit(form(page, "/address"), address="Kossuth tér 1")
    page = office.submit(form(page, "/timezone"), timezone="Europe/London")
    page = office.submit(form(page, "/opened"), opened="2025-01-02")
    page = office.submit(form(page, "/close"), closed="2025-07-01")
    assert "Closed since 1 July 2025." in page.text
    assert office.get("/office/places?show=closed").html.count("Kossuth") == 1
    page = office.submit(form(page, "/reopen"))
    stored = rooms.one(Branch, rooms.branch)
    assert (stored.name, stored.address, stored.timezone, stored.closed) == (
        "Kossuth",
        "Kossuth tér 1",
        "Europe/London",
        None,
    )
    assert "#closed" in office.submit(form(page, "/close"), status=422, closed="2024-01-01").links
    assert "#name" in office.submit(form(page, "/name"), status=422, name=" ").links


def test_a_notice_is_noted_and_taken_back_once(rooms: Rooms) -> None:
    office, page = _branch_page(rooms)
    (notice,) = rooms.all(Notice)
    back = form(page, notice.public_id)
    assert "the staff of Kossuth" in office.submit(back).text
    assert "This notice has already been taken back." in office.submit(back, status=409).text
    asked = form(page, "/notices")
    assert "#how" in office.submit(asked, status=422, informed_on="2025-07-01", how="").links
    page = office.submit(asked, status=422, informed_on="2026-01-01", how="By letter")
    assert "The staff cannot have been told on a day that is still to come." in page.text
    assert "Open. Its staff have been informed" in office.submit(asked, informed_on="2025-07-01", how="Told").text
    wrong = f"/office/places/branches/{rooms.other}/notices/{notice.public_id}"
    assert office.client.post(wrong, data=back.fields).status_code == 404


def test_what_somebody_did_with_devices_actions_and_mails_is_told(rooms: Rooms) -> None:
    office, staff, released = rooms.office(), rooms.visitor(Role.STAFF), rooms.audit("released")
    with transaction(rooms.engine) as session:
        who, at = session.get_one(User, rooms.people[Role.STAFF].id), rooms.clock[0]
        audit = session.exec(select(Audit).where(Audit.public_id == released)).one()
        planned = actions.open_action(
            session, audit.branch, plan="Smile.", due_on=at.date(), audit=audit, by=who, at=at
        )
        actions.complete(session, planned, by=who, at=at)
        for number in range(20):
            mail = outbox.write(session, MailKind.RETURNED, who, {"audit": "x"}, key=f"k{number}", at=at)
            outbox.mark_failed(session, mail, "no", for_good=True, now=at)
    staff.submit(next(one for one in staff.get("/account").forms if one.action == "/sign-out"))
    page = office.get("/office/mail")
    assert "tried again." not in page.text
    page = office.submit(next(one for one in page.forms if one.action == "/office/mail"))
    assert "Olga Office had the mails that were not taken tried again. 10 July 2025" in page.text
    did = office.get(f"/office/people/{rooms.people[Role.STAFF].public_id}").text
    name = rooms.people[Role.STAFF].name
    for words in ("planned a corrective action.", "completed a corrective action.", "signed out."):
        assert f"{name} {words}" in did
    did = office.get(f"/office/people/{rooms.people[Role.OFFICE].public_id}").text
    assert did.count("had the mails that were not taken tried again.") == 1
    assert "Olga Office released it." in did
