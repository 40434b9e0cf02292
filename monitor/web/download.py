"""Files that are taken home: their names, what they are for, and nothing in them that tells when or by whom they were made."""

import unicodedata
from dataclasses import replace
from datetime import date
from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from monitor.web import gate
from monitor.web.tables import XLSX, Sheet, as_csv, as_xlsx
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
