"""Files that are taken home: their names, what they are for, and nothing in them that tells when or by whom they were made."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import chain

from flask import send_file, stream_with_context
from werkzeug.wrappers import Response

from monitor.web import gate
from monitor.web.tables import XLSX, Row, Sheet, as_csv, as_xlsx, csv_lines
from reports.purpose import purpose

LONGEST_NAME = 60


def file_name(scope: str, week: date, kind: str, revision: int = 0) -> str:
    """Scope and week, in letters that every file system and every header takes."""
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in scope)
    revised = f"-{revision}" if revision else ""
    return f"{'-'.join([*kept[:LONGEST_NAME].split(), week.isoformat()])}{revised}.{kind}"


def pdf(content: bytes, name: str) -> Response:
    return _file(content, name, "application/pdf")


def csv(sheet: Sheet, name: str) -> Response:
    return _file(as_csv(_with_purpose(sheet)), name, "text/csv")


def csv_in_parts(heads: tuple[str, ...], parts: Iterator[list[Row]], name: str) -> Response:
    """The same of a table that may be of any length: it leaves as it is made, and the request's session stays open."""
    first: list[Row] = [(*heads, purpose(gate.tongue()))]
    rows = (row for part in chain([first], parts) for row in part)
    lines = (line if n else f"\ufeff{line}" for n, line in enumerate(csv_lines(rows)))
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def xlsx(sheets: list[Sheet], title: str, name: str) -> Response:
    return _file(as_xlsx([_with_purpose(sheet) for sheet in sheets], title, foot=purpose(gate.tongue())), name, XLSX)


def _with_purpose(sheet: Sheet) -> Sheet:
    """What it is for, as the last of the heads over a column that stays empty.

    Every line keeps as many fields as there are heads, so whatever reads tables still reads this one; a line above the
    heads or below the rows would be taken for them.
    """
    heads = (*sheet.heads, purpose(gate.tongue()))
    return replace(sheet, heads=heads, rows=[(*row, None) for row in sheet.rows])


def _file(content: bytes, name: str, kind: str) -> Response:
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
