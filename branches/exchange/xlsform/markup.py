"""The XML of a workbook's parts, walked through once and never held: bounded in elements and depth, and without entities."""

from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from branches.errors import Refused

MOST_ELEMENTS = 300_000
DEEPEST = 40
_BETWEEN = " "
"""Parts a name from the address of its vocabulary, which differs between the two kinds of .xlsx."""


class Reader(Protocol):
    """What a part's elements are told to, by their names without vocabularies."""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def said(self, text: str) -> None: ...

    def closed(self, name: str) -> None: ...


class _Walk:
    """Counts what it passes on."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._elements = 0
        self._depth = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise Refused("The file's tables hold more than fits.")
        self._reader.opened(_bare(name), {_bare(key): value for key, value in attributes.items()})

    def closed(self, name: str) -> None:
        self._depth -= 1
        self._reader.closed(_bare(name))


def walk(part: bytes, reader: Reader) -> None:
    """Tells the reader what the part holds, from its beginning to its end."""
    told = _Walk(reader)
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.buffer_text = True
    parser.StartElementHandler = told.opened
    parser.EndElementHandler = told.closed
    parser.CharacterDataHandler = reader.said
    parser.StartDoctypeDeclHandler = _no_entities
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("The file is damaged, or no XLSX file.") from error


def _bare(name: str) -> str:
    return name.rpartition(_BETWEEN)[2]


def _no_entities(*_: object) -> None:
    """A type declaration is where a text that is its own square would be declared; no spreadsheet writes one."""
    raise Refused("The file is damaged, or no XLSX file.")
