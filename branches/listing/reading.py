"""Reading a list: UTF-8 with or without its mark, commas or semicolons, bounded in bytes, rows and columns."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO

from branches.errors import Refused
from branches.exchange.faults import shown

MOST_BYTES = 2 << 20
MOST_ROWS = 20_000
MOST_COLUMNS = 40
HEADER_ROW = 1


@dataclass(frozen=True)
class Row:
    """One line of a list; `number` is the one a spreadsheet shows."""

    number: int
    cells: Mapping[str, str]

    def cell(self, column: str) -> str | None:
        """None where the list has no such column."""
        return self.cells.get(column)


def text_of(content: bytes) -> str:
    """What the file says, or why it cannot be read."""
    if len(content) > MOST_BYTES:
        raise Refused("The file is larger than {most} MiB; divide it.", most=MOST_BYTES >> 20)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("The file is not in UTF-8; save it as CSV in UTF-8.") from error
    if "\0" in text:
        raise Refused("The file is not in UTF-8; save it as CSV in UTF-8.")
    return text


def rows_of(text: str, columns: tuple[str, ...], needed: tuple[str, ...], plain: Callable[[str], str]) -> list[Row]:
    """Every line that is not blank; `plain` undoes what keeps spreadsheets from calculating."""
    lines = _lines(text)
    header = [cell.strip().lower() for _, cells in lines[:1] for cell in cells]
    _check_header(header, columns, needed)
    rows = [Row(number, _named(header, columns, cells, plain)) for number, cells in lines[1:]]
    for at, column in enumerate(header):
        if column not in columns and any(len(cells) > at and cells[at].strip() for _, cells in lines[1:]):
            raise Refused("There is no column {column} here.", column=shown(column))
    return rows


def _lines(text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(reader, start=HEADER_ROW):
            if number > MOST_ROWS + 1:
                raise Refused("The file has more than {most} rows; divide it.", most=MOST_ROWS)
            if any(cell.strip() for cell in cells):
                found.append((number, cells))
    except csv.Error as error:
        raise Refused('A quotation mark is not closed, or text follows it; write " inside a cell twice.') from error
    if not found:
        raise Refused("The file is empty.")
    return found


def _delimiter(text: str) -> str:
    """Some countries' spreadsheets part cells by semicolons, since a comma stands in their numbers."""
    first = next(iter(text.splitlines()), "")
    return ";" if first.count(";") > first.count(",") else ","


def _check_header(header: list[str], columns: tuple[str, ...], needed: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise Refused("There are more than {most} columns.", most=MOST_COLUMNS)
    known = [column for column in header if column in columns]
    for column in known:
        if known.count(column) > 1:
            raise Refused("The column {column} is there twice.", column=column)
    for column in needed:
        if column not in known:
            raise Refused("The column {column} is missing; the first row names the columns.", column=column)


def _named(
    header: list[str], columns: tuple[str, ...], cells: list[str], plain: Callable[[str], str]
) -> dict[str, str]:
    return dict(_pairs(header, columns, cells, plain))


def _pairs(
    header: list[str], columns: tuple[str, ...], cells: list[str], plain: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    """A row that is shorter than the header has empty cells at its end."""
    for at, column in enumerate(header):
        if column in columns:
            yield column, " ".join(plain(cells[at] if at < len(cells) else "").split())
