"""Tables that people open elsewhere: CSV and XLSX without formulas, links or authors, the same bytes for the same rows."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import xlsxwriter

Value = str | int | float | date | None
Row = tuple[Value, ...]
MADE_AT = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stands in every workbook: when it was really made would differ each time, and tell when somebody looked."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ENDS = frozenset(";,|\t\r\n")
"""Signs that one spreadsheet or another takes for the end of a field."""
_BEGINS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""Signs with which it would begin to calculate."""
_PASSED_OVER = frozenset("\"'")
"""Signs that may stand before them; a quote is taken away when the field is read."""
_LONGEST_SHEET_NAME = 31
_LONGEST_FOOT = 240
_NARROWEST, _WIDEST = 8, 60
_DAY = "yyyy-mm-dd"


@dataclass(frozen=True)
class Sheet:
    """One table: its name, its heads and its rows."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Row]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with its mark, so that spreadsheets read the letters right; texts cannot become formulas."""
    return "".join(csv_lines([sheet.heads, *sheet.rows])).encode("utf-8-sig")


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The same line by line, for tables that are too long to be held whole."""
    for row in rows:
        out = StringIO()
        csv.writer(out, lineterminator="\r\n").writerow(
            [guarded(value) if isinstance(value, str) else value for value in row]
        )
        yield out.getvalue()


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before the sign that would begin one."""
    out, at_start = [], True
    for sign in text:
        if at_start and sign in _BEGINS:
            out.append("'")
        at_start = sign in _ENDS or (at_start and (sign.isspace() or sign in _PASSED_OVER))
        out.append(sign)
    return "".join(out)


def unguarded(text: str) -> str:
    """What `guarded` was given: a table that was taken home and comes back says the same."""
    out, at_start = [], True
    for place, sign in enumerate(text):
        if at_start and sign == "'" and text[place + 1 : place + 2] in _BEGINS:
            continue
        at_start = sign in _ENDS or (at_start and (sign.isspace() or sign in _PASSED_OVER))
        out.append(sign)
    return "".join(out)


def as_xlsx(sheets: Sequence[Sheet], title: str, *, foot: str = "") -> bytes:
    """A workbook of texts as texts, numbers as numbers and days as days, the heads held in sight; `foot` is on each printed page."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "author": "", "created": MADE_AT})
        head, day = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": _DAY})
        for sheet in sheets:
            page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet.name)[:_LONGEST_SHEET_NAME])
            page.freeze_panes(1, 0)
            if foot:
                page.set_footer("&L" + foot.replace("&", "&&")[:_LONGEST_FOOT])
            for column, text in enumerate(sheet.heads):
                page.set_column(column, column, _width(sheet, column))
                page.write_string(0, column, text, head)
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _write(page, number, column, value, day)
    return out.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, day: object) -> None:
    match value:
        case None:
            return
        case str():
            page.write_string(row, column, value)
        case datetime():
            raise TypeError("a moment is never given away in a table")
        case date():
            page.write_datetime(row, column, value, day)
        case _:
            page.write_number(row, column, value)


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column])) for row in sheet.rows[:200] if row[column] is not None), default=0)
    return min(max(longest, len(sheet.heads[column]) // 2, _NARROWEST), _WIDEST) + 2
