"""What an XLSForm says besides its questions: title, total and language on the sheet settings, bands on a sheet of our own."""

from dataclasses import dataclass, field

from branches.errors import Refused
from branches.exchange.faults import shown
from branches.exchange.xlsform import numbers
from branches.exchange.xlsform.languages import code_of
from branches.exchange.xlsform.notes import Notes
from branches.exchange.xlsform.placed import Place, Placed
from branches.exchange.xlsform.tables import Columns, Table
from branches.exchange.xlsform.workbook import Grid

SETTINGS, BANDS = "settings", "bands"
COLUMNS = Columns(
    words={"form_title": "title", "title": "title", "total": "total", "default_language": "language"},
    passed=frozenset({"form_id", "id_string", "version", "style", "name", "instance_name", "allow_choice_duplicates"}),
)
BAND_COLUMNS = Columns(words={"band": "band", "from": "from"})

_NONE_NAMED = frozenset({"", "default"})


@dataclass(frozen=True)
class Settings:
    """What was found, under the keys of a standard's file."""

    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    language: str = ""
    """Empty where none is named."""


def read_settings(grid: Grid | None, notes: Notes) -> Settings:
    """Of the first row below the head; there is no second."""
    table = Table(grid, COLUMNS, notes) if grid else None
    row = next(table.rows(), None) if table else None
    if table is None or row is None:
        return Settings()
    found = {"title": row.text("title"), "total": row.word("total")}
    places = {key: Place(SETTINGS, row.number, table.heading(key)) for key in found}
    language = row.word("language")
    try:
        language = "" if language.lower() in _NONE_NAMED else code_of(language)
    except Refused as refused:
        notes.faults.add(SETTINGS, row.number, table.heading("language"), refused)
    return Settings({key: text for key, text in found.items() if text}, places, language)


def read_bands(grid: Grid | None, notes: Notes) -> Placed:
    """Each band with its lowest score."""
    table = Table(grid, BAND_COLUMNS, notes) if grid else None
    bands: dict[str, object] = {}
    places: dict[str, Place] = {}
    for row in table.rows() if table and table.has("band", "from") else ():
        band = row.text("band")
        if band in bands:
            refused = Refused("{code} is in row {row} already.", code=shown(band), row=places[band].row)
            notes.faults.add(BANDS, row.number, "band", refused)
            continue
        bands[band], places[band] = numbers.read(row.text("from")), Place(BANDS, row.number, "from")
    return Placed(bands, Place(BANDS), places)
