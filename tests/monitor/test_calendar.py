"""A shopper's audits in their own calendar: an address shown once, kept as a hash, ended by them; and what other programs read."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import accounts
from branches.audits import Audit
from branches.calendars import CalendarFeed
from branches.database import transaction
from branches.people import Role, User
from monitor import logs
from monitor.web import ical
from monitor.web.ical import Entry
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import HARMFUL, NOW, Rooms, form, opened

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def address(page: Page) -> str:
    """The path of the feed that the page names."""
    (found,) = re.findall(r"http://localhost:8000(/calendar/[\w-]+\.ics)", page.text)
    return str(found)


def made(shopper: Visitor) -> str:
    return address(shopper.submit(form(shopper.get("/calendar"), "/calendar")))


def read(rooms: Rooms, path: str) -> str:
    answer = rooms.app.test_client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == ical.TYPE
    return unfolded(answer.get_data())


def unfolded(content: bytes) -> str:
    assert max(len(line) for line in content.split(b"\r\n")) <= ical.LONGEST_LINE
    return content.replace(b"\r\n ", b"").decode()


def test_calendar_holds_what_is_to_be_made_and_names_no_branch_in_a_title(rooms: Rooms) -> None:
    audit = rooms.audit("assigned")
    lines = read(rooms, made(rooms.visitor(Role.SHOPPER))).split("\r\n")
    assert {"DTSTART;VALUE=DATE:20250707", "DTEND;VALUE=DATE:20250715"} <= set(lines)
    assert "SUMMARY:An audit of yours" in lines
    assert f"DESCRIPTION:{HARMFUL}" in lines
    assert f"URL:http://localhost:8000/audits/{audit}" in lines


def test_calendar_holds_nothing_of_others_nor_what_was_sent(rooms: Rooms) -> None:
    rooms.audit("submitted")
    rooms.audit("assigned")  # somebody else's: nobody goes twice
    assert "VEVENT" not in read(rooms, made(rooms.visitor(Role.SHOPPER)))


def test_address_is_shown_once_and_kept_as_a_hash(rooms: Rooms) -> None:
    shopper = rooms.visitor(Role.SHOPPER)
    path = made(shopper)
    assert "/calendar/" not in shopper.get("/calendar").text
    with Session(rooms.engine) as session:
        assert session.exec(select(CalendarFeed)).one().token_hash not in path


def test_new_address_ends_the_old_one_and_each_can_be_ended(rooms: Rooms) -> None:
    shopper = rooms.visitor(Role.SHOPPER)
    old, new = made(shopper), made(shopper)
    client = rooms.app.test_client()
    assert [client.get(path).status_code for path in (old, new)] == [404, 200]
    shopper.submit(form(shopper.get("/calendar"), "/end"))
    assert client.get(new).status_code == 404
    assert client.get(f"/calendar/{'x' * 5000}.ics").status_code == 404


def test_calendar_of_somebody_who_left_is_gone(rooms: Rooms) -> None:
    path = made(rooms.visitor(Role.SHOPPER))
    with transaction(rooms.engine) as session:
        office = session.get_one(User, rooms.people[Role.OFFICE].id)
        accounts.deactivate(session, session.get_one(User, rooms.people[Role.SHOPPER].id), by=office, at=NOW)
    assert rooms.app.test_client().get(path).status_code == 404


def test_secret_of_a_calendar_is_in_no_log() -> None:
    assert logs.redacted("GET /calendar/abc-DEF_9.ics 200") == "GET /calendar/… 200"


def test_calendar_holds_no_more_after_the_audit_was_taken_back(rooms: Rooms) -> None:
    rooms.audit("assigned")
    path = made(rooms.visitor(Role.SHOPPER))
    with transaction(rooms.engine) as session:
        session.exec(select(Audit)).one().state = "withdrawn"
    assert "VEVENT" not in read(rooms, path)


@given(st.text(), st.text(), st.text())
def test_no_text_ends_its_line_and_each_is_read_as_it_was_written(title: str, place: str, words: str) -> None:
    entry = Entry("a@b", date(2026, 12, 1), date(2026, 12, 1), f"-{title}", f"-{place}", f"-{words}")
    lines = unfolded(ical.calendar("Audits", [entry], AT)).split("\r\n")
    read = dict(line.split(":", 1) for line in lines if line[:4] in {"SUMM", "LOCA", "DESC"})
    assert [meant(read[kind]) for kind in ("SUMMARY", "LOCATION", "DESCRIPTION")] == [
        f"-{plain(one)}" for one in (title, place, words)
    ]


def meant(written: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), written)


def plain(text: str) -> str:
    """Without the signs that nobody types."""
    lines = re.split(r"\r\n|\r|\n", text.encode(errors="replace").decode())
    return "\n".join("".join(sign for sign in line if sign.isprintable() or sign == "\t") for line in lines)
