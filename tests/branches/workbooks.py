"""Workbooks as others would send them, from rows of cells, and packages of any parts."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

Cell = str | float | bool | None
HEAD = ("type", "name", "label")
GREETED = ("select_one yes_no", "greeted", "Did somebody greet you?")
YES_NO = (("list_name", "name", "label"), ("yes_no", "yes", "Yes"), ("yes_no", "no", "No"))


def book(**sheets: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of these sheets; a text that begins with = is a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        page.write(number, column, value)
    return out.getvalue()


def survey(*rows: Sequence[Cell], head: Sequence[Cell] = HEAD, **sheets: Sequence[Sequence[Cell]]) -> bytes:
    """A form with these questions below its head, and the list yes_no."""
    return book(**{"survey": [head, *rows], "choices": YES_NO, **sheets})


def package(parts: Mapping[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    out = BytesIO()
    with ZipFile(out, "w", method) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    """What a workbook consists of, to be changed and packed again."""
    with ZipFile(BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}
