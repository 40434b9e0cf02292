"""Names that harm careless programs pass unharmed through page, PDF, picture, CSV and workbook."""

import csv
import re
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.people import Role
from monitor.web.tables import Sheet, as_csv, as_xlsx, guarded
from reports.letters import NO_LETTER
from tests.databases import SqliteDatabases
from tests.monitor.pages import Visitor
from tests.monitor.test_access_walk import enter
from tests.monitor.walked import Names, Opened, World, build
from tests.reports.pdfs import Pdf, bare

HARMFUL = "=cmd|'/c calc'!A0 $x$ <b>*#panic()*"
LONG = ("Haarpflege und mehr " * 10).strip()[:199] + "x"
RIGHT_TO_LEFT = "\u0634\u0627\u0631\u0639 \u0627\u0644\u0645\u0644\u0643 \u0641\u064a\u0635\u0644 (7)"
NAMES = (HARMFUL, LONG, RIGHT_TO_LEFT)
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
TEXT = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture(scope="module", params=NAMES, ids=("harmful", "long", "right to left"))
def world(request: pytest.FixtureRequest, sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(sqlite, tmp_path_factory.mktemp("odd"), Names(north=request.param))


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Iterator[Opened]:
    found = world.opened(tmp_path)
    yield found
    found.engine.dispose()


@pytest.fixture
def name(opened: Opened) -> str:
    with opened.engine.connect() as connection:
        number = opened.world.mine.things["branch"]
        query = "SELECT name FROM branch WHERE public_id = ?"
        return str(connection.exec_driver_sql(query, (number,)).scalar_one())


def fetch(visitor: Visitor, path: str) -> bytes:
    answer = visitor.client.get(path)
    assert (answer.status_code, "\n" in answer.headers.get("Content-Disposition", "")) == (200, False), path
    return answer.get_data()


@pytest.mark.slow
def test_pages_show_the_name_as_it_is(opened: Opened, name: str) -> None:
    things = opened.world.mine.things
    shown = " ".join(name.split())
    staff, manager = enter(opened, Role.STAFF), enter(opened, Role.MANAGER)
    for path in ("/branch", f"/results/{things['released']}", f"/flags/{things['flag']}"):
        assert shown in staff.get(path).text, path
    for path in ("/branches", f"/branches/{things['branch']}", f"/editions/{things['edition']}"):
        page = manager.get(path)
        assert (shown in page.text, "<b>*" in page.html) == (True, False), path


@pytest.mark.slow
def test_the_branchs_own_paper_prints_the_name(opened: Opened, name: str) -> None:
    text = Pdf(fetch(enter(opened, Role.STAFF), "/branch.pdf")).text()
    assert NO_LETTER not in text
    if name == RIGHT_TO_LEFT:  # what is set from right to left is written into the file as it is set
        assert set(bare(name)) <= set(unicodedata.normalize("NFKC", text))
    else:
        assert bare(name) in bare(text)


@pytest.mark.slow
def test_the_regions_paper_is_made_whatever_its_branches_are_called(opened: Opened) -> None:
    paper = Pdf(fetch(enter(opened, Role.MANAGER), f"/editions/{opened.world.mine.things['edition']}.pdf"))
    assert paper.pages


@pytest.mark.slow
def test_pictures_are_sound_and_carry_no_markup_of_the_name(opened: Opened) -> None:
    page = enter(opened, Role.MANAGER).get(f"/editions/{opened.world.mine.things['edition']}")
    drawings = re.findall(r"<svg class=\"chart.*?</svg>", page.html, re.DOTALL)
    assert {ET.fromstring(drawing).tag.rpartition("}")[2] for drawing in drawings} == {"svg"}
    assert [drawing for drawing in drawings if "<b>" in drawing] == []


def test_csv_holds_the_name_and_begins_no_formula(opened: Opened, name: str) -> None:
    body = fetch(enter(opened, Role.MANAGER), f"/editions/{opened.world.mine.things['edition']}.csv")
    rows = list(csv.reader(StringIO(body.decode("utf-8-sig"))))
    assert body.startswith(b"\xef\xbb\xbf")
    assert {row[1] for row in rows[1:]} == {guarded(name)}
    assert [cell for row in rows for cell in row if cell[:1] in set("=+@")] == []


def test_workbooks_hold_the_exact_name_as_text(opened: Opened, name: str) -> None:
    path = f"/editions/{opened.world.mine.things['edition']}.xlsx"
    visitor = enter(opened, Role.MANAGER)
    body = fetch(visitor, path)
    book = zipfile.ZipFile(BytesIO(body))
    sheet, core = book.read("xl/worksheets/sheet1.xml"), book.read("docProps/core.xml").decode()
    texts = [text.text for text in ET.fromstring(book.read("xl/sharedStrings.xml")).iterfind(".//s:t", TEXT)]
    assert (name in texts, b"<f>" in sheet, b"hyperlink" in sheet) == (True, False, False)
    assert ("2000-01-01" in core, "<dc:creator></dc:creator>" in core) == (True, True)
    assert fetch(visitor, path) == body


@given(st.text(alphabet=st.sampled_from(f"{SIGNS};,|\t\r\n a1'\""), max_size=12))
def test_guarded_texts_begin_no_formula_whichever_sign_ends_a_field(text: str) -> None:
    for field in re.split(r"[;,|\t\r\n]", guarded(text)):
        assert field.strip()[:1] not in set(SIGNS) or field.strip() == "", (text, field)


@given(st.text(alphabet=st.sampled_from(f"{SIGNS};,|\t\n a1'\""), max_size=12), st.sampled_from(";,|\t"))
def test_a_cell_is_no_formula_whichever_sign_the_reader_parts_by(text: str, delimiter: str) -> None:
    file = StringIO(as_csv(Sheet("x", ("head",), [(text,)])).decode("utf-8-sig"), newline="")
    for row in csv.reader(file, delimiter=delimiter):
        assert not [cell for cell in row if cell.strip()[:1] in set(SIGNS) and cell.strip()]


def test_guarding_takes_time_in_proportion() -> None:
    began = time.monotonic()
    guarded("a\n" * 200_000)
    assert time.monotonic() - began < 2


@given(st.text(alphabet="abc =+-@;", max_size=12))
def test_guarding_adds_apostrophes_and_takes_nothing_away(text: str) -> None:
    assert guarded(text).replace("'", "") == text


def test_tables_hold_numbers_as_numbers_and_give_no_moment() -> None:
    sheet = Sheet(
        "[odd]:*?/\\ name of a sheet that is far too long", ("a", "=b"), [(1.5, "=1+1"), (None, "-2"), (-3, "x")]
    )
    assert as_csv(sheet).decode("utf-8-sig").splitlines() == ["a,'=b", "1.5,'=1+1", ",'-2", "-3,x"]
    assert as_xlsx([sheet], "t") == as_xlsx([sheet], "t")
