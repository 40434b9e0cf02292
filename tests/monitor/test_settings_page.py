"""The page of settings: what holds, where it came from, what was set on pages instead, and nothing secret."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlmodel import select

from branches import places, timetable
from branches.database import transaction
from branches.people import Role, User
from branches.places import Region
from branches.weeks import DueTime, Week
from monitor import origins
from monitor.app import create_app
from monitor.config import read
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.rooms import Rooms, opened

HIDDEN = "tr0ub4dor"
TEXT = f"""\
[chain]
name = "<b>Nine</b>"

[database]
url = "postgresql://monitor:{HIDDEN}@db.example.com/chain"

[mail]
host = "mail.example.com"

[webhooks.to.team]
address = "https://chat.nine.example/hooks/{HIDDEN}"
"""


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    for name in [name for name in os.environ if name.startswith("MONITOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MONITOR_FLAGS__MARGIN", "8")
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", HIDDEN)
    file = tmp_path / "config.toml"
    file.write_text(TEXT, encoding="utf-8")
    with opened(sqlite, tmp_path) as rooms:
        rooms.app = create_app(rooms.app.extensions["site"], bytes(range(32)), said=origins.of(read(file)))
        yield rooms


def test_each_setting_is_told_with_where_it_came_from(rooms: Rooms, tmp_path: Path) -> None:
    page = rooms.office().get("/office/settings")
    assert f"They were read from {tmp_path / 'config.toml'}." in page.text
    assert "5 settings differ from their defaults." in page.text
    for words in (
        "name <b>Nine</b> The chain's name, as reports show it (a text of at most 100 letters) config.toml, line 2 · default: none",
        "margin 8 Points below the norm that are worth acting on (a number from 0 to 100) from the variable MONITOR_FLAGS__MARGIN · default: 5",
        "weeks 26 Weeks that a report looks back on, the reported week among them (a whole number from 1 to 520) the default",
    ):
        assert words in " ".join(page.text.split())


def test_nothing_secret_is_on_the_page(rooms: Rooms) -> None:
    page = rooms.office().get("/office/settings")
    assert (HIDDEN in page.html, "chat.nine.example" in page.html) == (False, False)
    told = " ".join(page.text.split())
    assert "postgresql://monitor:***@db.example.com/chain" in told
    assert "The mail server's password set, by the variable MONITOR_SMTP_PASSWORD" in told
    assert "The secret of the webhook team not set" in told
    assert "The secret that signs forms made by the program, in the data folder" in told


def test_what_was_set_on_pages_is_told_and_leads_there(rooms: Rooms) -> None:
    assert "Nothing: the settings hold everywhere." in rooms.office().get("/office/settings").text
    with transaction(rooms.engine) as session:
        office = session.get_one(User, rooms.people[Role.OFFICE].id)
        week = Week.of(datetime(2025, 7, 14, tzinfo=UTC).date())
        timetable.change(session, "chain", DueTime("friday", time(9)), week, by=office, at=make.NOON)
        there = make.region(session, "Kolkata", "Asia/Kolkata")
        branch = make.branch(session, there)
        places.set_zone(session, branch, "Asia/Dubai", by=office, at=make.NOON)
    page = rooms.office().get("/office/settings")
    told = " ".join(page.text.split())
    assert "Reports with a time of their own The whole chain Friday, 09:00" in told
    assert "Regions with another time zone than head office Kolkata Asia/Kolkata" in told
    assert "1 branch has another time zone than its region." in told
    with transaction(rooms.engine) as session:
        region = session.exec(select(Region).where(Region.name == "Kolkata")).one()
    assert {"/office/schedule/chain", f"/office/places/regions/{region.public_id}"} <= set(page.links)


def test_meanings_are_marked_as_english_for_whoever_reads_another_language(rooms: Rooms) -> None:
    with transaction(rooms.engine) as session:
        session.get_one(User, rooms.people[Role.OFFICE].id).language = "hu"
    page = rooms.office().get("/office/settings")
    assert ('<p class="quiet" lang="en">The chain&#39;s name' in page.html, "[en]" in page.text) == (True, False)


def test_without_a_file_the_page_says_so(rooms: Rooms) -> None:
    bare = replace(rooms.app.extensions["settings"], settings=(), secrets=(), file="")
    rooms.app = create_app(rooms.app.extensions["site"], bytes(range(32)), said=bare)
    page = rooms.office().get("/office/settings")
    assert "There is no settings file: what no variable says has its default." in page.text
    assert "Every setting has its default." in page.text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.STAFF, Role.SHOPPER])
def test_the_page_is_head_offices_alone(rooms: Rooms, role: Role) -> None:
    assert rooms.visitor(role).client.get("/office/settings").status_code == 404
