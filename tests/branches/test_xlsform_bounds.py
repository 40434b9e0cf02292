"""What is no spreadsheet, or one made to bring a program down, is refused before it is unpacked, in little time and memory."""

import contextlib
import time
import tracemalloc
from zipfile import ZIP_BZIP2

import pytest

from branches.exchange.faults import FormRefused
from branches.exchange.xlsform import read_xlsform
from branches.exchange.xlsform.unpacking import MOST_BYTES, MOST_UNPACKED
from tests.branches.workbooks import GREETED, HEAD, YES_NO, book, package, parts, survey

DAMAGED = "The file is damaged, or no XLSX file."
TOO_MUCH = "The file's tables hold more than fits."
UNPACKED = f"Unpacked the file has more than {MOST_UNPACKED} bytes."
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
WORKBOOK = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
SECONDS = 30  # of this process, watched line by line; what is not bounded takes minutes, or the memory of the machine
MEBIBYTES = 200

GOOD = survey(GREETED)


def sentence(data: bytes) -> str:
    """What the refusal says, once it has come soon enough, and once more with little memory: watching that takes time of its own."""
    began = time.process_time()
    with pytest.raises(FormRefused) as refused:
        read_xlsform(data)
    assert time.process_time() - began < SECONDS
    tracemalloc.start()
    try:
        with pytest.raises(FormRefused):
            read_xlsform(data)
        assert tracemalloc.get_traced_memory()[1] < MEBIBYTES * 2**20
    finally:
        tracemalloc.stop()
    fault = refused.value.faults[0]
    return fault.message.format(**fault.values)


def with_part(name: str, data: bytes) -> bytes:
    """A good form in which one part is another."""
    return package(parts(GOOD) | {name: data})


def with_rows(xml: bytes) -> bytes:
    return with_part(SHEET, b'<worksheet xmlns="x"><sheetData>' + xml + b"</sheetData></worksheet>")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", DAMAGED),
        (b"type,name,label\n", DAMAGED),
        (b"PK\x03\x04" + b"\x00" * 200, DAMAGED),
        (GOOD[:-30], DAMAGED),
        (GOOD[: len(GOOD) // 2], DAMAGED),
        (package({}), DAMAGED),
        (package({WORKBOOK: b"<workbook/>"}), DAMAGED),
        (with_part(SHEET, b"<worksheet>"), DAMAGED),
        (with_part(SHEET, b'<worksheet><row r="x"/></worksheet>'), DAMAGED),
        (with_part(SHEET, b'<worksheet><row r="1"><c r="1A"/></row></worksheet>'), DAMAGED),
        (with_part(SHEET, b'<worksheet><row><c t="s"><v>one</v></c></row></worksheet>'), DAMAGED),
        (with_part(SHEET, b'<?xml version="1.0" encoding="none"?><a/>'), DAMAGED),
        (with_part(LINKS, b"<Relationships/>"), DAMAGED),
        (package(parts(GOOD), ZIP_BZIP2), DAMAGED),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "The file is of the older form XLS, or has a password; save it as XLSX without one."),
        (package(parts(GOOD) | {"xl/vbaProject.bin": b"x"}), "The file holds macros; save it as XLSX, which has none."),
        (package({f"p{number}": b"" for number in range(1001)}), "The file has more than 1000 parts."),
        (b"x" * (MOST_BYTES + 1), f"The file has more than {MOST_BYTES} bytes."),
    ],
    ids=[
        "empty", "csv", "begun", "no end", "half", "no parts", "no links", "not closed", "row", "place", "string",
        "encoding", "lost", "bzip2", "older", "macros", "parts", "large",
    ],
)  # fmt: skip
def test_file_that_is_no_workbook(data: bytes, said: str) -> None:
    assert sentence(data) == said


def test_bytes_that_have_changed_bring_nothing_down() -> None:
    for place in range(0, len(GOOD), 61):
        changed = GOOD[:place] + bytes([GOOD[place] ^ 0x55]) + GOOD[place + 1 :]
        with contextlib.suppress(FormRefused):
            read_xlsform(changed)


@pytest.mark.slow
@pytest.mark.parametrize("name", [SHEET, STRINGS, WORKBOOK, LINKS])
def test_bomb_is_not_unpacked(name: str) -> None:
    bomb = with_part(name, b"<a>" + b" " * 100_000_000)
    assert len(bomb) < MOST_BYTES
    assert sentence(bomb) == UNPACKED


def test_entities_that_would_multiply_are_refused() -> None:
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    declared = b'<!DOCTYPE w [<!ENTITY a0 "ha">' + entities + b"]>"
    assert sentence(with_part(SHEET, declared + b"<w>&a9;</w>")) == DAMAGED
    assert sentence(with_part(STRINGS, declared + b"<w/>")) == DAMAGED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"<row><c/></row>" * 500_000, TOO_MUCH),
        (b"<a>" * 1_000_000, TOO_MUCH),
        (
            b"<c t='inlineStr'><t>" + b"x" * 7_000_000 + b"</t></c>",
            "The text of a cell has more than 32767 characters.",
        ),
        (b"<row>" + b"<c><v>1</v></c>" * 501 + b"</row>", "The sheet survey has more than 5000 rows or 500 columns."),
        (b"<row><c><v>1</v></c></row>" * 5001, "The sheet survey has more than 5000 rows or 500 columns."),
        (
            b'<row r="9999999"><c r="ZZZ9"><v>1</v></c></row>',
            "The sheet survey has more than 5000 rows or 500 columns.",
        ),
    ],
    ids=["cells", "depth", "text", "columns", "rows", "far"],
)
def test_sheet_that_is_too_large(xml: bytes, said: str) -> None:
    assert sentence(with_rows(xml)) == said


@pytest.mark.slow
def test_element_with_attributes_without_end() -> None:
    many = b"".join(b'a%d="" ' % number for number in range(600_000))
    assert sentence(with_part(SHEET, b"<a " + many + b"></a>")) == "The column is missing."


def test_sheets_without_end() -> None:
    sheets = b"".join(b'<sheet name="s%d"/>' % number for number in range(101))
    assert (
        sentence(with_part(WORKBOOK, b"<workbook>" + sheets + b"</workbook>")) == "The file has more than 100 sheets."
    )


def test_groups_within_groups_without_end() -> None:
    rows = [("begin group", f"g{n}", "G") for n in range(25)] + [GREETED] + [("end group", None, None)] * 25
    with pytest.raises(FormRefused) as refused:
        read_xlsform(survey(*rows))
    assert {fault.message.format(**fault.values) for fault in refused.value.faults} == {
        "The file is nested more than 20 deep."
    }
    assert [fault.row for fault in refused.value.faults] == [22]


@pytest.mark.slow
def test_time_grows_with_the_number_of_rows_and_not_with_its_square() -> None:
    """Each question waits for the one before, and all have the same list."""

    def seconds(number: int) -> float:
        rows = [(*GREETED[:1], "i0", "Zero?", "")]
        rows += [(*GREETED[:1], f"i{n}", "Next?", f"${{i{n - 1}}} = 'yes'") for n in range(1, number)]
        data = book(survey=[(*HEAD, "relevant"), *rows], choices=YES_NO)
        began = time.process_time()
        assert len(read_xlsform(data).standard.items) == number
        return time.process_time() - began

    seconds(100)
    assert seconds(4000) < 16 * seconds(500) + 1
