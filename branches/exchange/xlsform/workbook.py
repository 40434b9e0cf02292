"""A workbook's sheets as texts by row and column, exactly as they stand: numbers are not calculated with, formulas not at all."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath

from branches.errors import Refused
from branches.exchange.xlsform.markup import walk
from branches.exchange.xlsform.numbers import shortest
from branches.exchange.xlsform.unpacking import Package

MOST_SHEETS = 100
MOST_ROWS = 5_000
MOST_COLUMNS = 500
LONGEST_CELL = 32_767
"""As in a spreadsheet."""

_WORKBOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,7}", re.ASCII)
_WRITTEN_OTHERWISE = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a sign is written that XML has no place for."""
_SURROGATES = range(0xD800, 0xE000)


@dataclass
class Grid:
    """A sheet's cells by row and column, both counted from 1; cells without a text are not there."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    calculated: set[tuple[int, int]] = field(default_factory=set)
    """Where a formula stands."""


def read_workbook(data: bytes, names: Iterable[str]) -> dict[str, Grid]:
    """The sheets of these names, whatever their capitals; the others are not unpacked."""
    package = Package(data)
    sheets = _Sheets()
    walk(package.part(_WORKBOOK), sheets)
    links = _Links()
    walk(package.part(_LINKS), links)
    wanted = {name: sheets.found[name] for name in names if name in sheets.found}
    strings = _strings(package) if wanted else []
    return {name: _grid(package, name, links.targets.get(link, ""), strings) for name, link in wanted.items()}


def _strings(package: Package) -> list[str]:
    strings = _Strings()
    if _STRINGS in package:
        walk(package.part(_STRINGS), strings)
    return strings.found


def _grid(package: Package, name: str, target: str, strings: list[str]) -> Grid:
    path = target[1:] if target.startswith("/") else normpath(join("xl", target))
    cells = _Cells(Grid(name), strings)
    walk(package.part(path), cells)
    return cells.grid


class _Listing:
    """Of a part whose elements say everything in their attributes."""

    def said(self, text: str) -> None:
        """Nothing is said between the tags."""

    def closed(self, name: str) -> None:
        """Nothing follows from it."""


class _Sheets(_Listing):
    """Which sheets there are, each by the link to its part."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            self.found.setdefault(attributes.get("name", "").strip().lower(), attributes.get("id", ""))
            if len(self.found) > MOST_SHEETS:
                raise Refused("The file has more than {most} sheets.", most=MOST_SHEETS)


class _Links(_Listing):
    """Where the parts lie that the workbook names."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Texts:
    """Gathers what is said within the elements that hold texts; how a text is to be pronounced is passed over."""

    def __init__(self, holders: frozenset[str]) -> None:
        self._holders = holders
        self._listening = False
        self._pronounced = 0
        self._pieces: list[str] = []

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - those after it read them
        self._pronounced += name == "rPh"
        self._listening = name in self._holders and not self._pronounced

    def said(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)

    def closed(self, name: str) -> None:
        self._pronounced -= name == "rPh"
        self._listening = False

    def _taken(self) -> str:
        """What was gathered; from here on anew."""
        text = "".join(self._pieces)
        self._pieces = []
        if len(text) > LONGEST_CELL:
            raise Refused("The text of a cell has more than {most} characters.", most=LONGEST_CELL)
        return _WRITTEN_OTHERWISE.sub(_sign, text)


class _Strings(_Texts):
    """The texts that cells name by their number."""

    def __init__(self) -> None:
        super().__init__(frozenset({"t"}))
        self.found: list[str] = []

    def closed(self, name: str) -> None:
        super().closed(name)
        if name == "si":
            self.found.append(self._taken())


class _Cells(_Texts):
    """The cells of one sheet; a row or a cell that does not say where it stands follows the one before."""

    def __init__(self, grid: Grid, strings: list[str]) -> None:
        super().__init__(frozenset({"v", "t"}))
        self.grid = grid
        self._strings = strings
        self._row = self._column = 0
        self._kind = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        super().opened(name, attributes)
        if name == "row":
            self._row = _number(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif name == "c":
            self._kind = attributes.get("t", "n")
            self._column = _column(attributes["r"]) if "r" in attributes else self._column + 1
            self._taken()
        elif name == "f":
            self.grid.calculated.add((self._row, self._column))

    def closed(self, name: str) -> None:
        super().closed(name)
        if name == "c" and (text := self._text(self._taken())):
            self.grid.rows.setdefault(self._row, {})[self._column] = text
            self._check_bounds()

    def _text(self, said: str) -> str:
        match self._kind:
            case "s":
                number = _number(said.strip())
                return self._strings[number] if number < len(self._strings) else ""
            case "n":
                return shortest(said.strip())
            case "b":
                return "yes" if said.strip() == "1" else "no"
            case _:
                return said

    def _check_bounds(self) -> None:
        if len(self.grid.rows) > MOST_ROWS or self._column > MOST_COLUMNS:
            raise Refused(
                "The sheet {sheet} has more than {rows} rows or {columns} columns.",
                sheet=self.grid.name,
                rows=MOST_ROWS,
                columns=MOST_COLUMNS,
            )


def _sign(written: re.Match[str]) -> str:
    code = int(written[1], 16)
    return written[0] if code in _SURROGATES else chr(code)


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise Refused("The file is damaged, or no XLSX file.")
    return int(text)


def _column(place: str) -> int:
    match = _PLACE.fullmatch(place)
    if match is None:
        raise Refused("The file is damaged, or no XLSX file.")
    number = 0
    for letter in match[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
