"""items.csv: the standard, one item a row; a section begins with its first item."""

from fractions import Fraction
from typing import Any

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import Faults
from branches.exchange.form import AUDIT_COLUMNS, CHANNEL, ItemRow
from branches.exchange.reading import Columns, Parsers, Sheet, UnreadableError, coded_rows, header_of
from branches.scoring import MEASURED, SCORABLE, ItemType

COLUMNS = Columns(
    required=("item", "section", "text"),
    optional=("type", "weight", "critical", "scored", "from", "to", "na"),
)
PARSERS: Parsers = {
    "item": cells.item_code,
    "section": cells.item_code,
    "text": cells.filled,
    "type": cells.item_type,
    "weight": cells.weight,
    "critical": cells.yes_or_no(default=False),
    "scored": cells.yes_or_no(default=None),
    "from": cells.bound,
    "to": cells.bound,
    "na": cells.yes_or_no(default=True),
}
MOST_STEPS = 100
"""Of a rating."""


class ItemTable:
    """What was read of items.csv; `rows` holds None for an item with faults, and is None where nothing could be read."""

    def __init__(self) -> None:
        self.header: list[str] = []
        self.rows: dict[str, ItemRow | None] | None = None


def read_items(sheet: Sheet, faults: Faults) -> ItemTable:
    table = ItemTable()
    try:
        _read(sheet, table, faults)
    except UnreadableError as broken:
        faults.add(sheet.file, broken.row, None, broken.refused)
        table.rows = None
    return table


def _read(sheet: Sheet, table: ItemTable, faults: Faults) -> None:
    rows = sheet.rows()
    table.header = header_of(rows)
    if not COLUMNS.check(sheet, table.header, faults):
        return
    table.rows = {}
    for code, row, values in coded_rows(sheet, rows, table.header, PARSERS, faults):
        table.rows[code] = None if values is None else _item(sheet, table, row, values, faults)


def _item(sheet: Sheet, table: ItemTable, row: list[str], values: dict[str, Any], faults: Faults) -> ItemRow | None:
    wrong = check_item(values)
    for column, refused in wrong:
        faults.add(sheet.file, sheet.row, column, refused)
    if wrong:
        return None
    return ItemRow(
        code=values["item"],
        section=values["section"],
        text=values["text"],
        type=values["type"],
        weight=values["weight"],
        critical=values["critical"],
        scored=is_scored(values),
        worst=values["from"],
        best=values["to"],
        na=values["na"],
        cells=dict(zip(table.header, row, strict=True)),
    )


def is_scored(values: dict[str, Any]) -> bool:
    """As the cell says; else whatever can be scored is."""
    said: bool | None = values["scored"]
    return values["type"] in SCORABLE if said is None else said


def check_item(values: dict[str, Any]) -> list[tuple[str, Refused]]:
    """What contradicts itself in an item, by column."""
    wrong = []
    kind, scored = values["type"], is_scored(values)
    if values["item"] in (*AUDIT_COLUMNS, CHANNEL):
        taken = Refused("{code} is a column of audits.csv; choose another code.", code=values["item"])
        wrong.append(("item", taken))
    if scored and kind not in SCORABLE:
        wrong.append(("scored", Refused("An item of type {type} cannot be scored.", type=kind.value)))
    if values["critical"] and not scored:
        wrong.append(("critical", Refused("A critical item must be scored.")))
    return wrong + _range_faults(values, needed=kind is ItemType.RATING or (scored and kind in MEASURED))


def _range_faults(values: dict[str, Any], *, needed: bool) -> list[tuple[str, Refused]]:
    kind, ends = values["type"], [values["from"], values["to"]]
    if kind not in MEASURED:
        refused = Refused("An item of type {type} has no range; leave the cell empty.", type=kind.value)
        return [(column, refused) for column, end in zip(("from", "to"), ends, strict=True) if end is not None]
    missing = [column for column, end in zip(("from", "to"), ends, strict=True) if end is None]
    if missing and (needed or len(missing) == 1):
        refused = Refused("An item of type {type} needs the range it is scored on: from and to.", type=kind.value)
        return [(column, refused) for column in missing]
    if missing:
        return []
    if Fraction(ends[0]) == Fraction(ends[1]):
        return [("to", Refused("from and to must differ."))]
    return _rating_faults(ends) if kind is ItemType.RATING else []


def _rating_faults(ends: list[str]) -> list[tuple[str, Refused]]:
    wrong = []
    for column, end in zip(("from", "to"), ends, strict=True):
        try:
            cells.whole(end)
        except Refused as refused:
            wrong.append((column, refused))
    if not wrong and abs(int(ends[1]) - int(ends[0])) > MOST_STEPS:
        wrong.append(("to", Refused("A rating has at most {most} steps.", most=MOST_STEPS)))
    return wrong
