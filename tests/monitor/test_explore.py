"""Explore: any days against as many before, worked out once, within one's reach alone."""

import csv
import fcntl
import json
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from branches import database, editions
from branches.database import reading, transaction
from branches.people import Role
from branches.places import Branch
from branches.timetable import DueTimes
from branches.weeks import Week
from monitor import explored
from monitor.explored import Wish
from reports.collect import Window
from reports.figures import Rules
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import NOW, Opened, World, build
from tests.together import together

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


@pytest.mark.slow
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


def test_what_was_worked_out_is_kept_until_something_bears_on_it(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    pages = [office.get(f"/explore?{DAYS}").text for _ in range(2)]
    first = kept(opened)
    assert (len(first), pages[0] == pages[1]) == (1, True)
    with transaction(opened.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == opened.world.mine.things["branch"])).one()
        make.audit(session, branch, score=90, visited_at=NOW.replace(day=1), released_at=NOW)
    assert "Rests on 5 audits of 2 branches" in office.get(f"/explore?{DAYS}").text
    assert len(kept(opened).keys() - first.keys()) == 1


def test_a_new_name_of_a_branch_is_seen_at_once(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    assert "North Street" in office.get(f"/explore?{DAYS}").text
    with transaction(opened.engine) as session:
        branch = session.exec(select(Branch).where(Branch.public_id == opened.world.mine.things["branch"])).one()
        branch.name = "Market Square"
    text = office.get(f"/explore?{DAYS}").text
    assert ("Market Square" in text, "North Street" in text) == (True, False)


@pytest.mark.slow
def test_a_manager_looks_at_the_own_region_alone(opened: Opened) -> None:
    manager, office = enter(opened, Role.MANAGER), enter(opened, Role.OFFICE)
    own, other = opened.world.mine.things["scope"], opened.world.theirs.things["scope"]
    office.get(f"/explore?{DAYS}")
    before = kept(opened)
    page = manager.get(f"/explore?{DAYS}")
    assert ("North Street" in page.text, "South Street" in page.html) == (True, False)
    mine = {name: text for name, text in kept(opened).items() if name not in before}
    assert ["South Street" in text for text in mine.values()] == [False]
    assert manager.get(f"/explore?{DAYS}&scope={own}").headings == page.headings
    for beyond in ("chain", other, "region-none", "x" * 300):
        for path in ("/explore", "/explore.csv", "/explore.xlsx"):
            assert manager.client.get(f"{path}?{DAYS}&scope={beyond}").status_code == 404, (path, beyond)
    assert "South Street" not in manager.client.get(f"/explore.csv?{DAYS}").get_data(as_text=True)


def test_a_branch_that_moved_is_seen_by_its_new_manager_alone(opened: Opened) -> None:
    manager = enter(opened, Role.MANAGER)
    assert "North Street" in manager.get(f"/explore?{DAYS}").text
    with transaction(opened.engine) as session:
        north, south = (
            session.exec(select(Branch).where(Branch.public_id == side.things["branch"])).one()
            for side in (opened.world.mine, opened.world.theirs)
        )
        north.region_id, south.region_id = south.region_id, north.region_id
    text = manager.get(f"/explore?{DAYS}").text
    assert ("North Street" in text, "South Street" in text) == (False, True)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-01", "2026-02-01", "The last day is before the first."),
        ("2026-03-01", "2026-03-11", "This day has not come yet."),
        ("2020-01-01", "2026-03-01", "At most 1,098 days can be looked at in one go."),
        ("0001-01-01", "0001-01-02", "The first audit that counts was made on"),
        ("2025-01-01", "2025-01-02", "The first audit that counts was made on"),
        ("2026-02-30", "2026-03-01", "2026-02-30 is not a day; write it like 2026-11-16."),
        ("2026-02-01", "", "Say this day too."),
        ("2026-02-01", "\u0661\u0662", "is not a day"),
        ("9" * 400, "2026-03-01", "is not a day"),
    ],
)
def test_days_that_cannot_be_are_said_beside_the_form(opened: Opened, first: str, last: str, said: str) -> None:
    visitor = enter(opened, Role.MANAGER)
    page = visitor.get("/explore", status=422, query_string={"from": first, "to": last})
    assert (refused(page), said in page.text, kept(opened)) == ((422, 1), True, {})
    assert visitor.client.get("/explore.csv", query_string={"from": first, "to": last}).status_code == 302


def test_a_section_that_is_none_shows_all(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    plain, odd = (office.get(f"/explore?{DAYS}{more}") for more in ("", "&section=%00<b>'"))
    assert odd.headings == plain.headings
    assert "Greeting" in office.get(f"/explore?{DAYS}&section=greeting").text


@pytest.mark.slow
def test_weeks_that_have_ended_are_a_click_away(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    page = office.get("/explore")
    offered = [link for link in page.links if "from=" in link]
    assert (len(offered), "from=2026-02-09&to=2026-03-08" in offered[0]) == (6, True)
    assert 'aria-current="page"' in office.get(offered[0]).html
    assert [office.get(link).status for link in offered[1:]] == [200] * 5


def test_two_who_ask_at_once_have_it_worked_out_once(opened: Opened) -> None:
    asked: list[str] = []

    def note(*told: Any) -> None:
        if "score_row.billionths" in told[2]:
            asked.append(told[2])

    event.listen(opened.engine, "before_cursor_execute", note)
    with reading(opened.engine) as session:
        scope = editions.scopes(session, "UTC", DueTimes())[0]
        wishes = [Wish(explored_days(weeks), scope, Rules(), NOW) for weeks in (2, 3)]
        places = [explored.place(session, opened.site.cache, wish) for wish in wishes]
    explored.work_out(opened.engine, places[0], wishes[0])
    once = len(asked)
    together(*[partial(explored.work_out, opened.engine, places[1], wishes[1])] * 4)
    assert (len(asked), len(kept(opened))) == (2 * once, 2)


def explored_days(weeks: int) -> Window:
    return Window.ending(Week.of(NOW.date()).plus(-1), weeks)


def test_while_another_window_is_worked_out_one_is_told_to_wait(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    folder = opened.site.cache / "explored"
    folder.mkdir(parents=True)
    with (folder / "turn").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        page = office.get(f"/explore?{DAYS}")
        assert ("being worked out" in page.text, page.headers["Refresh"], kept(opened)) == (True, "3", {})
        file = office.get(f"/explore.csv?{DAYS}", status=409)
        assert "These figures are not worked out yet." in file.text
    page = office.get(f"/explore?{DAYS}")
    assert ("being worked out" in page.text, "Refresh" in page.headers) == (False, False)


def test_what_could_not_be_worked_out_is_said_once_and_tried_again(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    office.get(f"/explore?{DAYS}")
    (file,) = (opened.site.cache / "explored").glob("*.json")
    file.unlink()
    file.with_suffix(".failed").touch()
    page = office.get(f"/explore?{DAYS}")
    assert ("could not be worked out" in page.text, "Refresh" in page.headers) == (True, False)
    assert "The time before is as long" in office.get(f"/explore?{DAYS}").text


def test_what_fails_is_written_down_and_leaves_the_turn_to_the_next(
    opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with reading(opened.engine) as session:
        wish = Wish(explored_days(2), editions.scopes(session, "UTC", DueTimes())[0], Rules(), NOW)
        at = explored.place(session, opened.site.cache, wish)
    empty = database.create(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    explored.work_out(empty, at, wish)
    empty.dispose()
    assert (explored.kept(at), [record.message for record in caplog.records]) == (
        None,
        ["A window could not be worked out."],
    )
    assert [explored.told_failed(at), explored.told_failed(at)] == [True, False]
    explored.work_out(opened.engine, at, wish)
    assert explored.kept(at) is not None


def test_a_region_without_a_branch_has_nothing_to_look_at(opened: Opened) -> None:
    manager = enter(opened, Role.MANAGER)
    with transaction(opened.engine) as session:
        opened.person(session, Role.MANAGER).region_id = make.region(session, "West").id
    page = manager.get(f"/explore?{DAYS}")
    assert ("There is no branch in your region yet." in page.text, kept(opened)) == (True, {})


def test_a_file_that_is_none_is_made_anew(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    office.get(f"/explore?{DAYS}")
    for file in (opened.site.cache / "explored").glob("*.json"):
        file.write_text("{}", encoding="utf-8")
    assert "The time before is as long" in office.get(f"/explore?{DAYS}").text
    assert [json.loads(text).keys() for text in kept(opened).values()] == [{"now", "before", "against", "standard_id"}]


def test_the_newest_windows_are_kept(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    folder = opened.site.cache / "explored"
    folder.mkdir(parents=True)
    for number in range(explored.MOST_KEPT + 5):
        (folder / f"old{number}.json").write_text("{}", encoding="utf-8")
    office.get(f"/explore?{DAYS}")
    assert (len(kept(opened)), sum(not name.startswith("old") for name in kept(opened))) == (explored.MOST_KEPT, 1)


def test_the_table_holds_both_times(opened: Opened) -> None:
    office = enter(opened, Role.OFFICE)
    body = office.client.get(f"/explore.csv?{DAYS}").get_data().decode("utf-8-sig")
    heads, *rows = (row[:-1] for row in csv.reader(StringIO(body)))  # the last head says what it is for
    assert [row[0] for row in rows] == ["North Street", "South Street"]
    assert heads[-9:] == [
        *("Against the time before", "Difference", "Likely from", "to", "Chance alone", "Estimate before"),
        *("Audits before", "First day before", "Last day before"),
    ]
    assert [row[-9:] for row in rows] == [["Not enough audits", "", "", "", "", *row[-4:]] for row in rows]
    assert {tuple(row[-3:]) for row in rows} == {("2", "2026-02-02", "2026-02-15")}
    assert office.client.get(f"/explore.xlsx?{DAYS}").get_data()[:2] == b"PK"


def test_staff_and_shoppers_find_nothing_there(opened: Opened) -> None:
    for role in (Role.STAFF, Role.SHOPPER):
        visitor = enter(opened, role)
        assert {visitor.client.get(f"{path}?{DAYS}").status_code for path in ("/explore", "/explore.csv")} == {404}
