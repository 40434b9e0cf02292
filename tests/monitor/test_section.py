"""The page of one section of an edition: who may read it, where it leads, and the same as tables."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlmodel import col, select

from branches.database import transaction
from branches.editions import CHAIN, Edition
from branches.people import Role
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter
from tests.monitor.test_report_pages import judge
from tests.monitor.walked import Opened, World, build


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("section"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def path_of(opened: Opened, more: str = "") -> str:
    return f"/editions/{opened.world.mine.things['edition']}/sections/1{more}"


@pytest.mark.slow
def test_the_page_tells_of_the_section_alone(opened: Opened) -> None:
    judge(opened)
    page = enter(opened, Role.MANAGER).get(path_of(opened))
    assert page.headings == ["Greeting · North · week of 2 March 2026"]
    said = ("Greeting falls short.", "9.0 below the norm", "Every branch", "The whole report")
    assert [words for words in said if words not in page.text] == []


@pytest.mark.slow
def test_a_section_is_reached_from_the_report_and_from_a_branch_and_leads_back(opened: Opened) -> None:
    judge(opened)
    manager, things = enter(opened, Role.MANAGER), opened.world.mine.things
    branch, report = f"/branches/{things['branch']}", f"/editions/{things['edition']}"
    reached = [path_of(opened) in manager.get(path).links for path in (report, branch)]
    links = manager.get(path_of(opened)).links
    assert (reached, branch in links, report in links) == ([True, True], True, True)


def test_staff_see_the_name_of_a_section_without_a_way_to_its_page(opened: Opened) -> None:
    judge(opened)
    page = enter(opened, Role.STAFF).get("/branch")
    assert ("Greeting" in page.text, [link for link in page.links if "/sections/" in link]) == (True, [])


def test_a_manager_reads_no_section_of_the_chain_or_of_another_region(opened: Opened) -> None:
    manager = enter(opened, Role.MANAGER)
    with transaction(opened.engine) as session:
        query = select(Edition.public_id).where(Edition.scope == CHAIN).order_by(col(Edition.week).desc())
        chain = session.exec(query).first()
    for edition in (chain, opened.world.theirs.things["edition"], "none"):
        for more in ("", ".csv", ".xlsx"):
            assert manager.client.get(f"/editions/{edition}/sections/1{more}").status_code == 404


@pytest.mark.parametrize("place", ["0", "2", "01", "-1", "greeting", "\u0661", "1.0", "9" * 400])
def test_a_section_that_there_is_not_is_not_found(opened: Opened, place: str) -> None:
    manager = enter(opened, Role.MANAGER)
    address = path_of(opened).removesuffix("1")
    assert [manager.client.get(f"{address}{place}{more}").status_code for more in ("", ".csv")] == [404, 404]


def test_the_tables_hold_the_branches_of_the_section(opened: Opened) -> None:
    judge(opened)
    manager = enter(opened, Role.MANAGER)
    answer = manager.client.get(path_of(opened, ".csv"))
    heads, row = csv.reader(StringIO(answer.get_data().decode("utf-8-sig")))
    assert dict(zip(heads[1:5], row[1:5], strict=True)) == {
        "Branch": "North Street",
        "Region": "North",
        "Section": "Greeting",
        "State": "Falls short",
    }
    assert "North-Greeting-2026-03-02.csv" in answer.headers["Content-Disposition"]
    assert manager.client.get(path_of(opened, ".xlsx")).get_data()[:2] == b"PK"
