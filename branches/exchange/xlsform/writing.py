"""An XLSForm out: a standard as a workbook that says the same when it is read, and that other programs take for a form."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from branches.errors import Refused
from branches.exchange.faults import FormRefused
from branches.exchange.written import WrittenItem, WrittenStandard
from branches.exchange.xlsform.reading import read_xlsform
from branches.exchange.xlsform.sheets import Form, Sheet

MADE_AT = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stands in every workbook, so that the same standard is the same bytes."""
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NARROWEST, _WIDEST = 10, 50


def xlsform(standard: WrittenStandard) -> bytes:
    """The file; a standard that would not come back from it as it is, is refused."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"author": "", "created": MADE_AT})
        head = book.add_format({"bold": True})
        for sheet in Form(standard).sheets():
            _write(book.add_worksheet(sheet.name), sheet, head)
    data = out.getvalue()
    _check(data, standard)
    return data


def _write(page: Any, sheet: Sheet, head: Any) -> None:
    page.freeze_panes(1, 0)
    for column, text in enumerate(sheet.heads):
        page.set_column(column, column, _width(sheet, text))
        page.write_string(0, column, text, head)
    for number, record in enumerate(sheet.records, start=1):
        for column, text in enumerate(sheet.heads):
            value = record.get(text)
            if isinstance(value, str):
                page.write_string(number, column, value)
            elif value is not None:
                page.write_number(number, column, value)


def _width(sheet: Sheet, head: str) -> int:
    longest = max((len(str(record.get(head, ""))) for record in sheet.records), default=0)
    return min(max(longest, len(head), _NARROWEST), _WIDEST) + 2


def _check(data: bytes, standard: WrittenStandard) -> None:
    try:
        read = read_xlsform(data).standard
    except FormRefused as refused:
        raise Refused("The standard has no form as XLSForm: {why}", why=str(refused.faults[0])) from refused
    if said(read) != said(standard):
        raise Refused("The standard has no form as XLSForm: a text of it would be read otherwise.")


def said(standard: WrittenStandard) -> tuple[object, ...]:
    """All that a standard says, without the words that say nothing."""
    sections = [
        (one.code, one.weight, one.scored, _filled(one.titles), [_item(item) for item in one.items])
        for one in standard.sections
    ]
    return standard.title, standard.total, standard.bands, sections


def _item(item: WrittenItem) -> tuple[object, ...]:
    rest = (
        item.code,
        item.values,
        item.judgement,
        item.required,
        item.condition,
        item.timed,
        item.channels,
        item.options,
    )
    return *rest, _filled(item.wording)


def _filled(words: Any) -> Any:
    """Without what is empty, at whatever depth."""
    if not isinstance(words, dict):
        return words
    found = {key: _filled(value) for key, value in words.items()}
    return {key: value for key, value in found.items() if value}
