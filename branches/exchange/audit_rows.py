"""audits.csv: one audit a row, one column per item; read as a stream, however long."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import Faults, shown
from branches.exchange.form import AUDIT_COLUMNS, CHANNEL, VISIT, AuditRow, ItemRow
from branches.exchange.marks import Marks, Won
from branches.exchange.reading import (
    MOST_COLUMNS,
    Columns,
    Sheet,
    check_not_empty,
    header_of,
    repeated,
    width_fault,
)

READ_BATCH = 500
"""Rows handed on at a time."""

Marked = tuple[AuditRow, Sequence[Won]]


class AuditTable:
    """Reads audits.csv against what is known of branches and items."""

    def __init__(
        self, sheet: Sheet, branches: frozenset[str] | None, items: dict[str, ItemRow | None] | None, at: datetime
    ) -> None:
        """Where nothing is known of branches or items (None), they are not checked."""
        self.rows: dict[str, int] = {}
        """Row by audit."""
        self.sheet = sheet
        self.header: list[str] = []
        self.shoppers: dict[str, None] = {}
        self._branches = branches
        self._items = items
        self._visit_day = cells.visit_day(at)
        self._days: dict[str, date] = {}
        self._channels: set[str] = set()

    def batches(self, faults: Faults) -> Iterator[list[Marked]]:
        """The rows without a fault, some at a time; the others become faults."""
        rows = self.sheet.rows()
        self.header = header_of(rows)
        columns = self._columns()
        if not columns.check(self.sheet, self.header, faults):
            return
        self._prepare()
        batch: list[Marked] = []
        for row in rows:
            found = self._row(row, faults)
            if found is not None:
                batch.append(found)
            if len(batch) == READ_BATCH:
                yield batch
                batch = []
        check_not_empty(self.sheet, faults)
        yield batch

    @property
    def items(self) -> list[ItemRow | None]:
        """In the order of the columns."""
        return [(self._items or {}).get(self.header[p]) for p in self._item_places]

    @property
    def item_codes(self) -> list[str]:
        return [self.header[p] for p in self._item_places]

    def _columns(self) -> Columns:
        items = tuple(self._items) if self._items is not None else tuple(self.header[:MOST_COLUMNS])
        known = (*AUDIT_COLUMNS, CHANNEL)
        wanted = tuple(item for item in items if item not in known)
        return Columns((*AUDIT_COLUMNS, *wanted), (CHANNEL,))

    def _prepare(self) -> None:
        place = self.header.index
        self._width = len(self.header)
        self._code, self._branch, self._day, self._shopper = (place(column) for column in AUDIT_COLUMNS)
        self._channel = place(CHANNEL) if CHANNEL in self.header else None
        known = (*AUDIT_COLUMNS, CHANNEL)
        self._item_places = [p for p, column in enumerate(self.header) if column not in known]
        self._marks = Marks(self.items)

    def _row(self, row: list[str], faults: Faults) -> Marked | None:
        if len(row) != self._width:
            faults.add(self.sheet.file, self.sheet.row, None, width_fault(self.header, row))
            return None
        found = faults.number
        self._check_single(row[self._code], faults)
        marks = [row[p] for p in self._item_places]
        audit = AuditRow(
            self.sheet.row,
            self._checked(row, self._code, faults),
            self._checked(row, self._branch, faults),
            self._visited(row, faults),
            self._checked(row, self._shopper, faults),
            VISIT if self._channel is None else self._checked(row, self._channel, faults),
            marks,
        )
        won = self._won(marks, faults)
        return (audit, won) if faults.number == found else None

    def _check_single(self, code: str, faults: Faults) -> None:
        before = self.rows.setdefault(code, self.sheet.row)
        if before != self.sheet.row and code:
            faults.add(self.sheet.file, self.sheet.row, AUDIT_COLUMNS[0], repeated(code, before))

    def _checked(self, row: list[str], place: int, faults: Faults) -> str:
        cell = row[place]
        try:
            if place == self._code:
                cells.code(cell)
            elif place == self._branch:
                self._check_branch(cell)
            elif place == self._shopper:
                self._check_shopper(cell)
            elif cell not in self._channels:
                self._channels.add(cells.channel(cell))
        except Refused as refused:
            faults.add(self.sheet.file, self.sheet.row, self.header[place], refused)
        return cell

    def _check_branch(self, cell: str) -> None:
        if self._branches is None or cell in self._branches:
            return
        cells.code(cell)
        raise Refused("There is no branch {branch} in branches.csv.", branch=shown(cell))

    def _check_shopper(self, cell: str) -> None:
        if cell and cell not in self.shoppers:
            self.shoppers[cells.shopper(cell)] = None

    def _visited(self, row: list[str], faults: Faults) -> date:
        cell = row[self._day]
        day = self._days.get(cell)
        if day is not None:
            return day
        try:
            return self._days.setdefault(cell, self._visit_day(cell))
        except Refused as refused:
            faults.add(self.sheet.file, self.sheet.row, self.header[self._day], refused)
            return cells.EARLIEST

    def _won(self, marks: list[str], faults: Faults) -> Sequence[Won]:
        won = self._marks.won(marks)
        if None in won:
            for position, one in enumerate(won):
                if one is None:
                    won[position] = self._look(position, marks[position], faults)
        return won  # type: ignore[return-value]

    def _look(self, position: int, mark: str, faults: Faults) -> Won | None:
        try:
            return self._marks.look(position, mark)
        except Refused as refused:
            faults.add(self.sheet.file, self.sheet.row, self.header[self._item_places[position]], refused)
            return None
