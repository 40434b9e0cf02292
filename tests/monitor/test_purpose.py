"""What it is for stands on every page, paper and table that a reader of results can open, and in the mails that tell of them."""

import csv
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from branches.access import Right
from branches.database import transaction
from branches.language import codes, language
from branches.people import Role, User
from reports.purpose import purpose
from tests.databases import SqliteDatabases
from tests.monitor.pages import Page
from tests.monitor.test_access_walk import Door, doors, enter, may
from tests.monitor.walked import Opened, World, build
from tests.reports.pdfs import Pdf, bare

SHOWS_RESULTS = {Right.READ_EDITIONS, Right.READ_OWN_BRANCH, Right.READ_RESULTS, Right.READ_HANDBOOK, Right.REVIEW}
PHOTOS = {"image/jpeg"}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def world(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("purpose"))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


def speak(opened: Opened, code: str) -> None:
    """From now on everybody reads that language."""
    with transaction(opened.engine) as session:
        for user in session.exec(select(User)):
            user.language = code


def showing(opened: Opened, role: Role) -> list[Door]:
    """The addresses that show this role something of results."""
    found = [door for door in doors(opened.app) if door.method == "GET" and door.right in SHOWS_RESULTS]
    return [door for door in found if may(door, role, mine=True)]


def says(answer: TestResponse, words: str) -> bool:
    """Whether a page, a paper or a table says it, each in the way in which it is read."""
    body = answer.get_data()
    match answer.mimetype:
        case "text/html":
            return words in Page(answer).text
        case "application/pdf":
            return bare(words) in bare(Pdf(body).text())
        case "text/csv":
            heads, *rows = csv.reader(StringIO(body.decode("utf-8-sig")))
            return heads[-1] == words and {(len(row), row[-1]) for row in rows} <= {(len(heads), "")}
        case _:
            return book_says(body, words)


def book_says(body: bytes, words: str) -> bool:
    """Whether each sheet of a workbook has it as its last head and at the foot of its printed pages."""
    with zipfile.ZipFile(BytesIO(body)) as book:
        texts = ["".join(one.itertext()) for one in ET.fromstring(book.read("xl/sharedStrings.xml"))]
        sheets = [ET.fromstring(book.read(name)) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    last = [sheet.findall(f".//{SHEET}row[@r='1']/{SHEET}c/{SHEET}v")[-1].text or "" for sheet in sheets]
    feet = {sheet.findtext(f".//{SHEET}oddFooter") for sheet in sheets}
    return {texts[int(place)] for place in last} == {words} and feet == {f"&L{words}"}


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER, Role.OFFICE])
def test_it_stands_on_everything_that_shows_results(opened: Opened, role: Role) -> None:
    visitor, words = enter(opened, role), purpose(language("en"))
    kinds, silent = set(), []
    for door in showing(opened, role):
        path = door.path(opened.world.mine)
        answer = visitor.client.get(path, follow_redirects=True)
        if answer.mimetype not in PHOTOS:
            kinds.add(answer.mimetype)
            if answer.status_code != 200 or not says(answer, words):
                silent.append((path, answer.status_code))
    assert (silent, len(kinds)) == ([], 3 if role is Role.STAFF else 4)


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
def test_it_is_said_in_the_readers_language(opened: Opened, code: str) -> None:
    speak(opened, code)
    visitor, words = enter(opened, Role.MANAGER), purpose(language(code))
    own = f"/editions/{opened.world.mine.things['edition']}"
    paths = (own, f"{own}.csv", f"{own}.xlsx", f"{own}.pdf", "/handbook.pdf")
    assert [path for path in paths if not says(visitor.client.get(path), words)] == []


def test_a_table_still_has_a_field_under_each_head(opened: Opened) -> None:
    body = enter(opened, Role.STAFF).client.get("/branch.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(body)))
    assert {one[purpose(language("en"))] for one in rows} == {""}
    assert {None in one for one in rows} == {False}
