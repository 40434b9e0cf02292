"""Bad forms: every fault is told with its file, row and column, and nothing is stored."""

import os
from pathlib import Path

import pytest
from sqlmodel import Session, select

from branches.audits import Audit
from branches.exchange import FormRefused, import_folder, read_folder
from branches.exchange.faults import MOST_SHOWN
from branches.places import Branch, Region
from branches.standards import Standard
from tests.branches import forms
from tests.branches.forms import AUDITS, BRANCHES, ITEMS, NOW, Rows, with_cell, with_column, write

FILES = ("branches", "items", "audits")


def check(folder: Path) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        read_folder(folder, at=NOW)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("row", "column", "cell", "sentence"),
    [
        (3, "branch", "b1", "b1 is in row 2 already."),
        (2, "branch", "b\n1", "b�1 holds a line break or another control character; take it out."),
        (3, "name", "", "The cell is empty; fill it in."),
        (3, "region", "", "The cell is empty; fill it in."),
        (2, "name", "x" * 201, "The text has 201 characters; at most 200 fit."),
        (2, "address", "x" * 501, "The text has 501 characters; at most 500 fit."),
        (2, "latitude", "north", "north is not a number of at most 30 characters; write it like 12.5."),
        (2, "latitude", "90.1", "90.1 is not between -90 and 90 degrees."),
        (2, "longitude", "-180.5", "-180.5 is not between -180 and 180 degrees."),
        (2, "timezone", "Mars/Base", "Mars/Base is not a time zone; write one like Europe/Budapest."),
        (2, "opened", "2025-02-29", "2025-02-29 is not in the calendar."),
        (2, "opened", "1/2/2025", "1/2/2025 is not a date; write it like 2026-11-23."),
        (2, "closed", "2019-12-31", "The branch closes before it opens on 2020-01-01."),
    ],
)
def test_fault_in_branches(tmp_path: Path, row: int, column: str, cell: str, sentence: str) -> None:
    rows: Rows = BRANCHES
    for name in ("address", "latitude", "longitude", "timezone", "closed"):
        rows = with_column(rows, name)
    rows = with_column(rows, "opened", {"b1": "2020-01-01"})
    folder = write(tmp_path / "form", branches=with_cell(rows, row, column, cell), audits=AUDITS[:2])
    told = [fault for fault in check(folder) if fault.startswith("branches.csv")]
    assert told == [f"branches.csv, row {row}, column {column}: {sentence}"]


@pytest.mark.parametrize(
    ("row", "column", "cell", "sentence"),
    [
        (3, "item", "greeted", "greeted is in row 2 already."),
        (3, "item", "x" * 101, "The text has 101 characters; at most 100 fit."),
        (3, "section", "", "The cell is empty; fill it in."),
        (3, "text", "", "The cell is empty; fill it in."),
        (3, "text", "x" * 2001, "The text has 2001 characters; at most 2000 fit."),
        (
            3,
            "type",
            "stars",
            "stars is not a type of item; these are: yes_no, rating, number, seconds, choice, text, photo.",
        ),
        (3, "weight", "heavy", "heavy is not a number of at most 30 characters; write it like 12.5."),
        (3, "weight", "-1", "-1 is below 0, which a weight cannot be."),
        (3, "weight", "nan", "nan is not a number of at most 30 characters; write it like 12.5."),
        (3, "weight", "1e3", "1e3 is not a number of at most 30 characters; write it like 12.5."),
        (3, "weight", "٣", "٣ is not a number of at most 30 characters; write it like 12.5."),
        (3, "critical", "true", "true is neither yes nor no."),
        (7, "critical", "yes", "A critical item must be scored."),
        (7, "scored", "yes", "An item of type text cannot be scored."),
        (3, "from", "1", "An item of type yes_no has no range; leave the cell empty."),
        (4, "from", "", "An item of type rating needs the range it is scored on: from and to."),
        (5, "to", "", "An item of type number needs the range it is scored on: from and to."),
        (5, "to", "20.0", "from and to must differ."),
        (4, "to", "4.5", "4.5 is not a whole number."),
        (4, "to", "102", "A rating has at most 100 steps."),
        (3, "na", "maybe", "maybe is neither yes nor no."),
    ],
)
def test_fault_in_items(tmp_path: Path, row: int, column: str, cell: str, sentence: str) -> None:
    folder = write(tmp_path / "form", items=with_cell(ITEMS, row, column, cell))
    told = [fault for fault in check(folder) if fault.startswith("items.csv")]
    assert told == [f"items.csv, row {row}, column {column}: {sentence}"]


def test_item_named_like_a_column_of_audits(tmp_path: Path) -> None:
    items = [*ITEMS, ("date", "greeting", "Date?", "", "", "", "", "", "", "")]
    assert check(write(tmp_path / "form", items=items)) == [
        "items.csv, row 8, column item: date is a column of audits.csv; choose another code."
    ]


@pytest.mark.parametrize(
    ("row", "column", "cell", "sentence"),
    [
        (3, "audit", "a1", "a1 is in row 2 already."),
        (3, "audit", "", "The cell is empty; fill it in."),
        (3, "branch", "b9", "There is no branch b9 in branches.csv."),
        (3, "branch", "", "The cell is empty; fill it in."),
        (3, "date", "", "The cell is empty; fill it in."),
        (3, "date", "2026-3-4", "2026-3-4 is not a date; write it like 2026-11-23."),
        (3, "date", "2026-03-06", "2026-03-06 has not come yet."),
        (3, "date", "1969-12-31", "1969-12-31 is before 1970-01-01."),
        (3, "shopper", "x" * 201, "The text has 201 characters; at most 200 fit."),
        (3, "channel", "", "The cell is empty; fill it in."),
        (3, "channel", "x" * 33, "The text has 33 characters; at most 32 fit."),
        (3, "greeted", "Yes", "Yes is neither yes nor no nor na."),
        (3, "cut", "9", "9 is not a rating from 1 to 5 in whole steps."),
        (3, "cut", "4.5", "4.5 is not a rating from 1 to 5 in whole steps."),
        (3, "cut", "na", "This item always applies: na may not be marked."),
        (3, "wait", "9" * 400, f"{'9' * 60}… is not a number of at most 30 characters; write it like 12.5."),
        (3, "wait", "nan", "nan is not a number of at most 30 characters; write it like 12.5."),
        (3, "wait", "inf", "inf is not a number of at most 30 characters; write it like 12.5."),
        (3, "wait", "3,5", "3,5 is not a number of at most 30 characters; write it like 12.5."),
        (3, "wait", "1/2", "1/2 is not a number of at most 30 characters; write it like 12.5."),
        (3, "why", "x" * 2001, "The text has 2001 characters; at most 2000 fit."),
    ],
)
def test_fault_in_audits(session: Session, tmp_path: Path, *, row: int, column: str, cell: str, sentence: str) -> None:
    rows = with_column(AUDITS, "channel", {"a1": "visit", "a2": "phone", "a3": "visit"})
    folder = write(tmp_path / "form", audits=with_cell(rows, row, column, cell))
    assert forms.faults(session, folder) == [f"audits.csv, row {row}, column {column}: {sentence}"]
    stored = [row for table in (Region, Branch, Standard, Audit) for row in session.exec(select(table))]
    assert stored == []


def test_dates_of_tomorrow_are_taken(tmp_path: Path) -> None:
    """It may be tomorrow already at the branch."""
    folder = write(tmp_path / "form", audits=with_cell(AUDITS, 2, "date", "2026-03-05"))
    assert read_folder(folder, at=NOW).audits == 3


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "form",
        branches=with_cell(BRANCHES, 2, "name", ""),
        items=with_cell(ITEMS, 3, "weight", "x"),
        audits=with_cell(with_cell(AUDITS, 2, "cut", "9"), 4, "branch", "b9"),
    )
    assert [fault.split(":")[0] for fault in check(folder)] == [
        "branches.csv, row 2, column name",
        "items.csv, row 3, column weight",
        "audits.csv, row 2, column cut",
        "audits.csv, row 4, column branch",
    ]


def test_faults_are_listed_up_to_a_bound_and_counted_beyond(tmp_path: Path) -> None:
    many = [("a" + str(n), "b9", "2026-02-02", "", *AUDITS[1][4:]) for n in range(MOST_SHOWN + 50)]
    with pytest.raises(FormRefused) as refused:
        read_folder(write(tmp_path / "form", audits=[AUDITS[0], *many]), at=NOW)
    assert (len(refused.value.faults), refused.value.more) == (MOST_SHOWN, 50)
    assert str(refused.value) == f"Nothing was imported. Faults in the form: {MOST_SHOWN + 50}."


@pytest.mark.parametrize("file", ["branches.csv", "items.csv", "audits.csv"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, ": The file is missing."),
        (b"", ": The file is empty."),
        (b"\xef\xbb\xbf\r\n\r\n", ": The file is empty."),
        (b"HEADER\r\n", ": There is no row below the header."),
        (b"HEADER\r\nb\xe91,x\r\n", ", row 2: Byte 2 of the row is not UTF-8; save the file as CSV in UTF-8."),
        (b"HEADER\nb\x001,x\n", ", row 2: Byte 2 of the row is a zero byte; save the file as CSV in UTF-8."),
        ("HEADER\n".encode("utf-16"), ", row 1: Byte 1 of the row is not UTF-8; save the file as CSV in UTF-8."),
        (
            b'HEADER\nb1,"x\nb2,y\n',
            ', row 2: A quotation mark is not closed, or text follows it; write " inside a cell twice.',
        ),
        (
            b'HEADER\nb1,"x"y\n',
            ', row 2: A quotation mark is not closed, or text follows it; write " inside a cell twice.',
        ),
        (
            b'HEADER\nb1,"' + b"x" * 140_000,
            ", row 2: A cell is much too long; perhaps a quotation mark is not closed.",
        ),
        (
            b"HEADER\nb1," + b"x" * (1 << 20) + b"\n",
            ", row 2: The row is too long; perhaps a quotation mark is not closed.",
        ),
        (
            b'HEADER\n"' + b'","\n' * (1 << 18),
            ", row 2: The row is too long; perhaps a quotation mark is not closed.",
        ),
        (b"HEADER\rb1,x\r", ", row 1: The row ends in a carriage return alone; save the file as CSV in UTF-8."),
        (b"branch;name;region\nb1;x;y\n", ", row 1: The cells are parted by semicolons; save the file with commas."),
        (b",".join([b"x"] * 1100) + b"\n", ", row 1: There are more than 1010 columns."),
    ],
    ids=[
        "missing",
        "empty",
        "blank lines",
        "header only",
        "Latin-1",
        "NUL",
        "UTF-16",
        "open quote",
        "text after quote",
        "huge cell",
        "huge line",
        "huge row",
        "lone carriage returns",
        "semicolons",
        "many columns",
    ],
)
def test_file_that_cannot_be_read(tmp_path: Path, file: str, content: bytes | None, sentence: str) -> None:
    folder = write(tmp_path / "form")
    header = (folder / file).read_bytes().split(b"\r\n")[0]
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content.replace(b"HEADER", header))
    told = [fault for fault in check(folder) if fault.startswith(file)]
    assert told == [file + sentence]


@pytest.mark.parametrize("file", ["branches", "items", "audits"])
def test_columns_unknown_missing_or_twice(tmp_path: Path, file: str) -> None:
    rows = {"branches": BRANCHES, "items": ITEMS, "audits": AUDITS}
    changed = [(*row[1:], "", "x") for row in rows[file]]
    header = (*rows[file][0][1:], "colour", rows[file][0][1])
    folder = write(tmp_path / "form", **{**rows, file: [header, *changed[1:]]})
    known = {
        "branches": "address, latitude, longitude, timezone, opened, closed",
        "items": "type, weight, critical, scored, from, to, na",
        "audits": "channel",
    }[file]
    assert check(folder) == [
        f"{file}.csv, row 1, column {rows[file][0][1]}: The column is there twice.",
        f"{file}.csv, row 1, column colour: The column is not known; besides the required ones there may be: {known}.",
        f"{file}.csv, row 1, column {rows[file][0][0]}: The column is missing.",
    ]


@pytest.mark.parametrize(("file", "width"), [("branches", 3), ("items", 10), ("audits", 10)])
def test_row_of_other_width_than_the_header(tmp_path: Path, file: str, width: int) -> None:
    folder = write(tmp_path / "form")
    with (folder / f"{file}.csv").open("a", newline="") as opened:
        opened.write("\r\nx,y\r\n")
    rows = {"branches": 5, "items": 9, "audits": 6}[file]
    assert check(folder) == [f"{file}.csv, row {rows}: The row has 2 cells, the header has {width}."]


def test_item_without_a_column_in_audits(tmp_path: Path) -> None:
    folder = write(tmp_path / "form", audits=[row[:-1] for row in AUDITS])
    assert check(folder) == ["audits.csv, row 1, column why: The column is missing."]


def test_files_larger_than_their_bounds(tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    with (folder / "items.csv").open("ab") as opened:
        opened.truncate(9 << 20)
    with (folder / "audits.csv").open("ab") as opened:
        opened.truncate(2 << 30)
    assert check(folder) == [
        "items.csv: The file is larger than 8 MiB; divide it.",
        "audits.csv: The file is larger than 1024 MiB; divide it.",
    ]


def test_more_rows_than_the_bound(tmp_path: Path) -> None:
    items = [ITEMS[0], *((f"i{n}", "s", "x", "", "", "", "", "", "", "") for n in range(1001))]
    told = check(write(tmp_path / "form", items=items))
    assert told[0] == "items.csv, row 1002: The file has more than 1000 rows; divide it."


def test_folder_that_is_not_there(session: Session, tmp_path: Path) -> None:
    with pytest.raises(FormRefused) as refused:
        import_folder(session, tmp_path / "none", at=NOW, default_timezone=forms.ZONE)
    assert [fault.message for fault in refused.value.faults] == ["There is no such folder."]


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "form")
    (folder / "items.csv").unlink()
    (folder / "items.csv").mkdir()
    assert check(folder) == ["items.csv: The file is missing."]


def test_number_that_is_not_scored_needs_no_range(tmp_path: Path) -> None:
    items = with_cell(with_cell(with_cell(ITEMS, 5, "scored", "no"), 5, "from", ""), 5, "to", "")
    assert [item.scored for item in read_folder(write(tmp_path / "form", items=items), at=NOW).items][3] is False


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, real = write(tmp_path / "form"), Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.suffix == ".csv":
            raise PermissionError(13, "Permission denied")
        return real(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert check(folder) == [f"{name}.csv: The file cannot be read: Permission denied." for name in FILES]
