"""The tables of a report that are taken home beside its figures."""

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from sqlmodel import select

from branches.database import transaction
from branches.editions import Edition
from branches.language import language
from branches.people import Role
from monitor.web import further
from reports import stored
from reports.acted import Effect, Outcome, PlannedAction
from reports.figures import Figures, NewAudit, State
from reports.kept import Course, Courses
from reports.voice import Voice
from tests.databases import SqliteDatabases
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import Opened, World, build
from tests.reports import invented
from tests.reports.invented import TITLES
from tests.reports.test_items_words import AGREED, GREETED, TEXTS

ENGLISH = language("en")
BETTER = Effect(Outcome.BETTER, 8, 8, -12.0, 4.0, 10.04, 6.0, 14.0)
PLANNED = PlannedAction(
    *("a" * 16, "b1", "greeting", "=Look up", "completed", date(2026, 10, 1), False, True), date(2026, 9, 30), BETTER
)


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("further"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def told() -> Figures:
    figures = invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM)}, {"b1": "Kossuth tér"})
    return replace(
        figures,
        items=(GREETED, AGREED),
        new=(NewAudit("b1", date(2026, 11, 9), True, 81.25, ("greeted",), findings=("name",), photos=2),),
        actions=(PLANNED,),
        courses=Courses((date(2026, 5, 25),), {"": 9.0}, (Course("b1", "", (4,), (-3.14,)),)),
    )


def table(name: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    sheet = further.named(Voice(told(), ENGLISH, TITLES), TEXTS, name)
    assert sheet is not None
    assert {len(row) for row in sheet.rows} == {len(sheet.heads)}
    return sheet.heads, list(sheet.rows)


def test_items_say_how_often_they_were_not_in_order_and_what_that_cost() -> None:
    _, rows = table("items")
    assert rows == [
        (TITLES["greeting"], TEXTS["greeted"], 90, 30, None, 0.3333, 0.25, 0.42, None, None),
        (TITLES["cut"], "agreed", 90, None, 2.7, 0.575, 0.53, 0.62, None, 120.0),
    ]


def test_sections_say_their_norm_and_why_scores_differ_in_points() -> None:
    heads, rows = table("sections")
    assert heads[:4] == ("Section", "Norm", "Audits", "Branches")
    assert [row[:4] for row in rows] == [(TITLES["greeting"], 83.6, 36, 1), (TITLES["cut"], 90.0, 36, 1)]
    branch = heads.index("From branch to branch")
    known = invented.VARIANCES["branch"]
    assert rows[0][branch : branch + 3] == tuple(
        stored.printed(part**0.5) for part in (known.value, known.low, known.high)
    )


def test_branches_new_audits_and_actions_have_a_line_each() -> None:
    assert table("branches")[1] == [("Kossuth tér", "All sections", date(2026, 5, 25), 4, -3.1)]
    assert table("new")[1] == [(date(2026, 11, 9), "Kossuth tér", "Yes", 81.3, TEXTS["greeted"], TEXTS["name"], 2)]
    assert table("actions")[1] == [
        (
            "Kossuth tér",
            TITLES["greeting"],
            "=Look up",
            "completed",
            date(2026, 10, 1),
            date(2026, 9, 30),
            10.0,
            6.0,
            14.0,
        )
    ]
    assert len(table("weeks")[1]) == len(told().trend)


@pytest.mark.slow
def test_a_manager_takes_each_table_of_the_own_region_home(opened: Opened) -> None:
    with transaction(opened.engine) as session:
        for edition in session.exec(select(Edition)):
            figures = stored.load(edition.content)
            edition.content = stored.dump(replace(told(), scope=figures.scope, scope_name=figures.scope_name))
    manager = enter(opened, Role.MANAGER)
    own, other = (f"/editions/{side.things['edition']}" for side in (opened.world.mine, opened.world.theirs))
    for name in further.TABLES:
        answer = manager.client.get(f"{own}/tables/{name}.csv")
        heads, *rows = csv.reader(StringIO(answer.get_data().decode("utf-8-sig")))
        assert (answer.status_code, len(rows) > 0, {len(row) for row in rows}) == (200, True, {len(heads)})
        assert manager.client.get(f"{other}/tables/{name}.csv").status_code == 404
    assert "'=Look up" in manager.client.get(f"{own}/tables/actions.csv").get_data(as_text=True)
    assert [manager.client.get(f"{own}/tables/{odd}.csv").status_code for odd in ("cells", "..", "%00")] == [404] * 3
    book = zipfile.ZipFile(BytesIO(manager.client.get(f"{own}.xlsx").get_data()))
    assert len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]) == 1 + len(further.TABLES)
    page = manager.get(own)
    assert {f"{own}/tables/{name}.csv" for name in further.OF_PICTURES.values()} & set(page.links)
