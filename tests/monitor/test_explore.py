"""Explore: any days against as many before, worked out once, within one's reach alone."""

import csv
import fcntl
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import select

from branches.database import transaction
from branches.people import Role
from branches.places import Branch
from monitor import explored
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import NOW, Opened, World, build

DAYS = "from=2026-02-16&to=2026-03-01"
"""Two weeks with an audit a week at each branch, as there are two in the two weeks before."""


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("explore"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def kept(opened: Opened) -> dict[str, str]:
    """What is kept of windows: file → its text."""
    return {file.name: file.read_text(encoding="utf-8") for file in (opened.site.cache / "explored").glob("*.json")}


def refused(page: Page) -> tuple[int, int]:
    """The status, and how many sentences say what is wrong."""
    return page.status, page.html.count('class="error"')


def test_nothing_is_worked_out_before_it_is_asked_for(opened: Opened) -> None:
    page = enter(opened, Role.OFFICE).get("/explore")
    assert (page.headings, kept(opened)) == (["Explore"], {})


def test_a_window_is_shown_beside_the_one_before(opened: Opened) -> None:
    page = enter(opened, Role.OFFICE).get(f"/explore?{DAYS}")
    assert page.headings == ["Explore · The whole chain · 16 February 2026 to 1 March 2026"]
    said = (
        "The time before is as long: 2 February 2026 to 15 February 2026, 4 audits of the whole chain.",
        "There are not enough audits in both times to compare them.",
        "Not enough audits to judge any branch.",
    )
    assert [words for words in said if words not in page.text] == []
