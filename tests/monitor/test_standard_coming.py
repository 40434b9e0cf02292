"""A version for a day to come, by pages: chosen, shown with its day, kept from those who read the one in force, taken back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from branches import standards
from branches.audits import Audit
from branches.database import reading
from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.browsed import send
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import Rooms, form, opened
from tests.monitor.test_office_assigning import asked
from tests.monitor.test_standard_pages import ROOT, beginning, begun, key_of

DAY = "2025-08-01"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def published(rooms: Rooms) -> tuple[Visitor, Page]:
    """The salon standard is to come on DAY; what is in force says otherwise."""
    office, _ = begun(rooms)
    return office, send(office, office.get(f"{ROOT}/changes"), "/changes", {"since": "later", "day": DAY})


def versions(rooms: Rooms) -> list[int]:
    with reading(rooms.engine) as session:
        return sorted(one.version for one in standards.published(session))


def test_a_later_day_is_chosen_and_shown(rooms: Rooms) -> None:
    office, page = published(rooms)
    assert "Version 2 is published and in force from 1 August 2025. Until then it can be taken back." in page.text
    page = office.get(ROOT)
    assert "Version 1 is in force. A draft of the next one can be begun." in page.text
    assert "The coming version Version 2 is published and in force from 1 August 2025." in page.text
    assert "/handbook?version=2" in page.links
    rooms.clock[0] += timedelta(days=22)
    page = office.get(ROOT)
    assert "Version 2 is in force." in page.text
    assert "The coming version" not in page.text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Choose the day from which it is in force."),
        ("soon", "soon is not a day; write it like 2026-11-16."),
        ("2025-07-10", "That day has come already; choose a later one."),
        ("0001-01-01", "That day has come already; choose a later one."),
        ("2026-07-12", "A version is published a year ahead at most; choose an earlier day."),
        ("9999-12-31", "A version is published a year ahead at most; choose an earlier day."),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_its_field(rooms: Rooms, day: str, said: str) -> None:
    office, _ = begun(rooms)
    page = send(office, office.get(f"{ROOT}/changes"), "/changes", {"since": "later", "day": day}, status=422)
    assert said in page.text
    assert "#day" in page.links
    assert versions(rooms) == [1]


def test_the_draft_after_it_begins_from_it_and_waits_for_its_day(rooms: Rooms) -> None:
    office, page = published(rooms)
    assert "From the coming version" in page.html
    office.submit(beginning(page, "current"))
    page = office.get(f"{ROOT}/changes")
    assert "It says the same as version 2." in page.text
    assert "One version comes at a time" in page.text
    assert [one for one in page.forms if one.action.endswith("/changes")] == []


def test_a_form_from_before_publishes_no_second_version_to_come(rooms: Rooms) -> None:
    office, _ = begun(rooms)
    before = office.get(f"{ROOT}/changes")
    page = send(office, before, "/changes", {"since": "later", "day": DAY})
    office.submit(beginning(page, "current"))
    key = key_of(rooms, "greeted")
    send(office, office.get(f"{ROOT}/items/{key}"), f"/items/{key}", {"weight": "5"})
    for since in ("now", "later"):
        again = send(office, before, "/changes", {"since": since, "day": "2025-09-01", "seen": "1"}, status=409)
        assert "Version 2 is coming, and one version comes at a time." in again.text
    assert versions(rooms) == [1, 2]


def test_it_is_taken_back_before_its_day_and_is_the_draft_again(rooms: Rooms) -> None:
    office, page = published(rooms)
    page = send(office, page, "/take-back", {})
    assert "Version 2 is taken back; it never comes into force." in page.text
    assert "This is a draft; it binds nobody until it is published." in page.text
    assert versions(rooms) == [1]
    text = office.get("/office/history").text
    assert "Olga Office took a version of the standard back before its day." in text


def test_it_is_not_taken_back_once_its_day_has_come_or_audits_are_assigned_by_it(rooms: Rooms) -> None:
    office, page = published(rooms)
    days = {"opens_on": DAY, "closes_on": "2025-08-08"}
    office.submit(form(office.get("/office/assignments/new"), "/new"), **asked(rooms) | days)  # type: ignore[arg-type]
    with reading(rooms.engine) as session:
        assert [session.get_one(Audit, audit.id).standard.version for audit in rooms.all(Audit)] == [2]
    wanted = send(office, page, "/take-back", {}, status=422)
    assert "Audits are assigned or planned by version 2 already." in wanted.text
    rooms.clock[0] += timedelta(days=22)
    assert "Version 2 is not coming any more" in send(office, page, "/take-back", {}, status=409).text
    assert versions(rooms) == [1, 2]


def test_an_audit_in_days_before_is_made_by_the_version_in_force(rooms: Rooms) -> None:
    office, _ = published(rooms)
    office.submit(form(office.get("/office/assignments/new"), "/new"), **asked(rooms))  # type: ignore[arg-type]
    with reading(rooms.engine) as session:
        assert [session.get_one(Audit, audit.id).standard.version for audit in rooms.all(Audit)] == [1]


def test_others_read_the_version_in_force_until_the_day(rooms: Rooms) -> None:
    office, _ = published(rooms)
    page = office.get("/handbook?version=2")
    assert "Version 2, in force from 1 August 2025." in page.text
    assert "A newer version is in force." not in page.text
    assert "A newer version is in force." not in office.get("/handbook").text
    staff = rooms.visitor(Role.STAFF)
    assert "Version 1, in force since" in staff.get("/handbook").text
    staff.get("/handbook?version=2", status=404)
    rooms.clock[0] += timedelta(days=22)
    assert "Version 2, in force since 1 August 2025." in rooms.visitor(Role.STAFF).get("/handbook").text


def test_taking_back_what_is_no_number_is_a_sentence(rooms: Rooms) -> None:
    office, page = published(rooms)
    for version in ("", "two", "9" * 40):
        answer = office.client.post(f"{ROOT}/take-back", data={"version": version, "csrf_token": _token(page)})
        assert answer.status_code in (400, 404, 409, 422)
    assert versions(rooms) == [1, 2]


def _token(page: Page) -> str:
    return next(one.fields["csrf_token"] for one in page.forms if "csrf_token" in one.fields)
