"""Files that are taken home: their names, and nothing in their headers that tells when or by whom they were made."""

import unicodedata
from datetime import date
from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from monitor.web.tables import XLSX, Sheet, as_csv, as_xlsx

LONGEST_NAME = 60


def file_name(scope: str, week: date, kind: str, revision: int = 0) -> str:
    """Scope and week, in letters that every file system and every header takes."""
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in scope)
    revised = f"-{revision}" if revision else ""
    return f"{'-'.join([*kept[:LONGEST_NAME].split(), week.isoformat()])}{revised}.{kind}"


def pdf(content: bytes, name: str) -> Response:
    return _file(content, name, "application/pdf")


def csv(sheet: Sheet, name: str) -> Response:
    return _file(as_csv(sheet), name, "text/csv; charset=utf-8")


def xlsx(sheets: list[Sheet], title: str, name: str) -> Response:
    return _file(as_xlsx(sheets, title), name, XLSX)


def _file(content: bytes, name: str, kind: str) -> Response:
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
