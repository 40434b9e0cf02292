"""branches.csv: the chain's branches, one a row."""

from typing import Any

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import Faults
from branches.exchange.form import BranchRow
from branches.exchange.reading import Columns, Parsers, Sheet, UnreadableError, coded_rows, header_of

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
        self.codes: set[str] | None = None
        """Also of rows with faults: their audits are not to blame."""


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
    table.header = header_of(rows)
    if not COLUMNS.check(sheet, table.header, faults):
        return
    table.codes = set()
    for code, row, values in coded_rows(sheet, rows, table.header, PARSERS, faults):
        table.codes.add(code)
        _keep(sheet, table, row, values, faults)


def _keep(sheet: Sheet, table: BranchTable, row: list[str], values: dict[str, Any] | None, faults: Faults) -> None:
    if values is None:
        return
    if values["opened"] and values["closed"] and values["closed"] < values["opened"]:
        refused = Refused("The branch closes before it opens on {day}.", day=values["opened"].isoformat())
        faults.add(sheet.file, sheet.row, "closed", refused)
        return
    named = dict(zip(table.header, row, strict=True))
    table.rows.append(BranchRow(code=values.pop("branch"), cells=named, **values))
