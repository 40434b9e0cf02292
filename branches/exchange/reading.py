"""Reading one file of the form row by row: bounded in bytes, rows and cells, however it was made."""

import csv
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from branches.errors import Refused
from branches.exchange.faults import Faults, shown

MOST_COLUMNS = 1_010
MOST_ROW_BYTES = 1 << 20
MEBIBYTE = 1 << 20
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Bounds:
    """How much of a file is read at all."""

    mebibytes: int
    rows: int


BOUNDS = {"branches.csv": Bounds(64, 60_000), "items.csv": Bounds(8, 1_000), "audits.csv": Bounds(1_024, 1_000_000)}


class UnreadableError(Exception):
    """From this row on the file cannot be read."""

    def __init__(self, row: int | None, refused: Refused) -> None:
        super().__init__(str(refused))
        self.row = row
        self.refused = refused


class Sheet:
    """A file of the form; `rows` may be gone through more than once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.name
        self.bounds = BOUNDS[path.name]
        self.row = 0
        """The row read last, as a spreadsheet numbers it."""
        self.bytes = 0
        """Read so far."""
        self.checksum = 0
        self._row_bytes = 0

    def size(self) -> int:
        try:
            return self.path.stat().st_size if self.path.is_file() else 0
        except OSError:
            return 0

    def rows(self) -> Iterator[list[str]]:
        """Each row that is not blank, the header first."""
        self.row = self.bytes = self.checksum = self._row_bytes = 0
        try:
            self._check_file()
            with self.path.open("rb") as file:
                reader = csv.reader(self._lines(file), strict=True)
                yield from self._records(reader)
        except csv.Error as error:
            raise UnreadableError(self.row + 1, _csv_fault(str(error))) from error
        except OSError as error:
            raise UnreadableError(None, Refused("The file cannot be read: {why}.", why=error.strerror)) from error

    def _records(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        for cells in reader:
            self.row += 1
            self._row_bytes = 0
            if self.row > self.bounds.rows + 1:
                raise UnreadableError(
                    self.row, Refused("The file has more than {most} rows; divide it.", most=self.bounds.rows)
                )
            if cells:
                yield cells

    def _check_file(self) -> None:
        if not self.path.is_file():
            raise UnreadableError(None, Refused("The file is missing."))
        if self.size() == 0:
            raise UnreadableError(None, Refused("The file is empty."))
        if self.size() > self.bounds.mebibytes * MEBIBYTE:
            raise UnreadableError(
                None, Refused("The file is larger than {most} MiB; divide it.", most=self.bounds.mebibytes)
            )

    def _lines(self, file: IO[bytes]) -> Iterator[str]:
        first = True
        while raw := file.readline(MOST_ROW_BYTES + 1):
            self.bytes += len(raw)
            self._row_bytes += len(raw)
            self.checksum = zlib.crc32(raw, self.checksum)
            if self._row_bytes > MOST_ROW_BYTES:
                raise UnreadableError(
                    self.row + 1, Refused("The row is too long; perhaps a quotation mark is not closed.")
                )
            yield self._text(raw.removeprefix(BOM) if first else raw)
            first = False

    def _text(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise UnreadableError(
                self.row + 1,
                Refused("Byte {byte} of the row is not UTF-8; save the file as CSV in UTF-8.", byte=error.start + 1),
            ) from error
        if "\0" in text:
            byte = raw.index(b"\0") + 1
            raise UnreadableError(
                self.row + 1,
                Refused("Byte {byte} of the row is a zero byte; save the file as CSV in UTF-8.", byte=byte),
            )
        return text


def _csv_fault(message: str) -> Refused:
    if "limit" in message:
        return Refused("A cell is much too long; perhaps a quotation mark is not closed.")
    if "new-line" in message:
        return Refused("The row ends in a carriage return alone; save the file as CSV in UTF-8.")
    return Refused('A quotation mark is not closed, or text follows it; write " inside a cell twice.')


@dataclass(frozen=True)
class Columns:
    """What a header must and may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    def check(self, sheet: Sheet, header: list[str], faults: Faults) -> bool:
        """Whether rows under this header can be read at all."""
        found = faults.number
        if len(header) == 1 and ";" in header[0]:
            refused = Refused("The cells are parted by semicolons; save the file with commas.")
            faults.add(sheet.file, 1, None, refused)
            return False
        if len(header) > MOST_COLUMNS:
            faults.add(sheet.file, 1, None, Refused("There are more than {most} columns.", most=MOST_COLUMNS))
            return False
        for column in dict.fromkeys(header):
            self._check_column(sheet, header, column, faults)
        present = frozenset(header)
        for column in self.required:
            if column not in present:
                faults.add(sheet.file, 1, column, Refused("The column is missing."))
        return faults.number == found

    def _check_column(self, sheet: Sheet, header: list[str], column: str, faults: Faults) -> None:
        if column not in self.required and column not in self.optional:
            known = shown_list(self.optional)
            refused = Refused("The column is not known; besides the required ones there may be: {known}.", known=known)
            faults.add(sheet.file, 1, column, refused)
        elif header.count(column) > 1:
            faults.add(sheet.file, 1, column, Refused("The column is there twice."))


def shown_list(words: tuple[str, ...]) -> str:
    return ", ".join(shown(word) for word in words)


Parsers = Mapping[str, Callable[[str], object]]


def header_of(rows: Iterator[list[str]]) -> list[str]:
    header = next(rows, [])
    if not header:
        raise UnreadableError(None, Refused("The file is empty."))
    return header


def check_not_empty(sheet: Sheet, faults: Faults) -> None:
    """A fault where no row was below the header."""
    if sheet.row == 1:
        faults.add(sheet.file, None, None, Refused("There is no row below the header."))


def repeated(code: str, row: int) -> Refused:
    return Refused("{code} is in row {row} already.", code=shown(code), row=row)


Coded = tuple[str, list[str], dict[str, Any] | None]
"""A row's code, its cells, and its values by column, None where it has a fault."""


def coded_rows(
    sheet: Sheet, rows: Iterator[list[str]], header: list[str], parsers: Parsers, faults: Faults
) -> Iterator[Coded]:
    """Each row under the header whose code is new; the code is in the column that is parsed first."""
    column, lines = next(iter(parsers)), dict[str, int]()
    place = header.index(column)
    for row in rows:
        values = parsed(sheet, header, row, parsers, faults)
        code = row[place] if len(row) == len(header) else ""
        if code in lines:
            faults.add(sheet.file, sheet.row, column, repeated(code, lines[code]))
        elif code:
            lines[code] = sheet.row
            yield code, row, values
    check_not_empty(sheet, faults)


def parsed(
    sheet: Sheet, header: list[str], cells: list[str], parsers: Parsers, faults: Faults
) -> dict[str, Any] | None:
    """The values of a row by column, or None where a cell cannot be read; all such cells become faults."""
    if len(cells) != len(header):
        faults.add(sheet.file, sheet.row, None, width_fault(header, cells))
        return None
    named = dict(zip(header, cells, strict=True))
    values, found = {}, faults.number
    for column, parse in parsers.items():
        try:
            values[column] = parse(named.get(column, ""))
        except Refused as refused:
            faults.add(sheet.file, sheet.row, column, refused)
    return values if faults.number == found else None


def width_fault(header: list[str], cells: list[str]) -> Refused:
    return Refused("The row has {n} cells, the header has {columns}.", n=len(cells), columns=len(header))
