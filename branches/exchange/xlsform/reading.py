"""An XLSForm in: checked whole, every fault with sheet, row and column; what a standard has no place for is said."""

from dataclasses import dataclass
from typing import Any

from branches.errors import Refused
from branches.exchange.faults import Fault
from branches.exchange.structure import FIRST, read_structure
from branches.exchange.wording import add_language
from branches.exchange.written import WrittenStandard
from branches.exchange.xlsform import lists
from branches.exchange.xlsform.lists import Lists
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.placed import Placed, PlacedEntry
from branches.exchange.xlsform.settings import BANDS, SETTINGS, Settings, read_bands, read_settings
from branches.exchange.xlsform.survey import COLUMNS, SURVEY, Survey
from branches.exchange.xlsform.tables import Table
from branches.exchange.xlsform.workbook import Grid, read_workbook

CHOICES = "choices"


@dataclass(frozen=True)
class ReadForm:
    """A standard that was found in an XLSForm, and what of the file it has no place for or takes for granted."""

    standard: WrittenStandard
    remarks: tuple[Fault, ...]
    more: int
    """Remarks that are not listed."""


def read_xlsform(data: bytes, *, file: str = "XLSForm", language: str = FIRST) -> ReadForm:
    """Reads a file; refused with all its faults. Texts of which the file does not say their language are in this one."""
    notes = Notes()
    try:
        grids = read_workbook(data, (SURVEY, CHOICES, SETTINGS, BANDS))
        if SURVEY not in grids:
            raise Refused("There is no sheet {sheet}, which an XLSForm has.", sheet=SURVEY)  # noqa: TRY301 - told as the rest
    except Refused as refused:
        notes.faults.add(file, None, None, refused)
        grids = {}
    notes.faults.refuse()
    files = _files(grids, language, notes)
    standard = _checked(files, notes)
    notes.faults.refuse()
    return ReadForm(standard, notes.remarks.listed, notes.remarks.more)


def _files(grids: dict[str, Grid], language: str, notes: Notes) -> dict[str, Placed]:
    """What the sheets say, as the files of a standard would."""
    settings = read_settings(grids.get(SETTINGS), notes)
    bands = read_bands(grids.get(BANDS), notes)
    table = Table(grids[SURVEY], COLUMNS, notes)
    choices = Table(grids[CHOICES], lists.COLUMNS, notes) if CHOICES in grids and grids[CHOICES].rows else None
    first = _language(table, settings, language, notes)
    for sheet in (table, choices):
        if sheet is not None:
            sheet.name_language(first)
    table.has("type", "name", "label")
    if choices is not None:
        choices.has("list_name", "name")
    notes.faults.refuse()
    survey = Survey(table, Lists(choices, notes), first, notes)
    head = {**settings.values, "language": first, "bands": bands}
    languages = [*table.languages(), *(choices.languages() if choices else [])]
    return survey.files(head, settings.places, languages)


def _language(table: Table, settings: Settings, language: str, notes: Notes) -> str:
    """The one that the structure is worded in."""
    if settings.language:
        return settings.language
    named = [found for word, found in table.heads if word == "label"]
    if named and all(named):
        return named[0]
    refused = Refused("The file does not say its language; it is taken for {language}.", language=language)
    notes.remarks.add(table.name, table.head, None, refused)
    return language


def _checked(files: dict[str, Placed], notes: Notes) -> WrittenStandard:
    """By the same checks as the files of a standard."""
    structure, *others = files
    said: dict[str, Any] = dict(files)
    standard = read_structure(PlacedEntry(structure, "", files[structure], notes.faults), said)
    for name in others:
        add_language(PlacedEntry(name, "", files[name], notes.faults), name.split(".")[-2], standard)
    return standard
