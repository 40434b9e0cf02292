"""branches.csv: the chain's branches, one a row."""

from typing import Any

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import Faults, shown
from branches.exchange.form import BranchRow
from branches.exchange.reading import Columns, Parsers, Sheet, UnreadableError, parsed

COLUMNS = Columns(
    required=("branch", "name", "region"),
    optional=("address", "latitude", "longitude", "timezone", "opened", "closed"),
)
PARSERS: Parsers = {
    "branch": cells.code,
    "name": cells.code,
    "region": cells.code,
    "address": cells.address,
    "latitude": cells.coordinate(90),
    "longitude": cells.coordinate(180),
    "timezone": cells.time_zone,
    "opened": cells.day_or_none,
    "closed": cells.day_or_none,
}


class BranchTable:
    """What was read of branches.csv; `codes` is None where nothing could be."""

    def __init__(self) -> None:
        self.header: list[str] = []
        self.rows: list[BranchRow] = []
        self.codes: dict[str, int] | None = None
        """Row by code, also of rows with faults: their audits are not to blame."""


def read_branches(sheet: Sheet, faults: Faults) -> BranchTable:
    table = BranchTable()
    try:
        _read(sheet, table, faults)
    except UnreadableError as broken:
        faults.add(sheet.file, broken.row, None, broken.refused)
        table.codes = None
    return table


def _read(sheet: Sheet, table: BranchTable, faults: Faults) -> None:
    rows = sheet.rows()
    table.header = next(rows, [])
    if not table.header:
        raise UnreadableError(None, Refused("The file is empty."))
    if not COLUMNS.check(sheet, table.header, faults):
        return
    table.codes = {}
    for row in rows:
        values = parsed(sheet, table.header, row, PARSERS, faults)
        code = row[table.header.index("branch")] if len(row) == len(table.header) else ""
        if code in table.codes:
            refused = Refused("{code} is in row {row} already.", code=shown(code), row=table.codes[code])
            faults.add(sheet.file, sheet.row, "branch", refused)
        elif code:
            table.codes[code] = sheet.row
            _keep(sheet, table, row, values, faults)
    if sheet.row == 1:
        faults.add(sheet.file, None, None, Refused("There is no row below the header."))


def _keep(sheet: Sheet, table: BranchTable, row: list[str], values: dict[str, Any] | None, faults: Faults) -> None:
    if values is None:
        return
    if values["opened"] and values["closed"] and values["closed"] < values["opened"]:
        refused = Refused("The branch closes before it opens on {day}.", day=values["opened"].isoformat())
        faults.add(sheet.file, sheet.row, "closed", refused)
        return
    named = dict(zip(table.header, row, strict=True))
    table.rows.append(BranchRow(code=values.pop("branch"), cells=named, **values))
