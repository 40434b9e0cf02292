"""TOML from outside: bounded before it is parsed, since the parser's time and memory grow with the square of a nesting."""

import re
import tomllib
from decimal import Decimal
from typing import Any, Self

from branches.errors import Refused
from branches.exchange.faults import Faults

MOST_BYTES = 512_000
DEEPEST = 8
MOST_DOTS = 15_000
"""In keys and numbers: each dot of a key is a table of its own to the parser."""
LONGEST_WORD = 32
MOST_BITS = 99
"""Of a whole number: it then fits the digits that a cell of the form may have."""

# Each alternative takes what it can and gives nothing back, so that the search is linear whatever the file holds.
_TEXT = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5})?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_NOT_A_KEY = re.compile(r"[^\w.\-]+")


def read_toml(data: bytes) -> dict[str, Any]:
    """Parses a file; numbers with a point are exact decimals."""
    if len(data) > MOST_BYTES:
        raise Refused("The file has more than {most} bytes.", most=MOST_BYTES)
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Refused("Byte {byte} of the file is not UTF-8.", byte=error.start + 1) from error
    bare = _TEXT.sub("_", text)
    _check_depth(bare)
    if bare.count(".") > MOST_DOTS:
        raise Refused("The file has more than {most} dots in its keys and numbers.", most=MOST_DOTS)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Refused("The file is not TOML: {why}.", why=str(error)[:200]) from error


def _check_depth(bare: str) -> None:
    """Of a text whose strings have been taken out."""
    depth = 0
    for sign in re.findall(r"[\[\]{}]", bare):
        depth += 1 if sign in "[{" else -1
        if depth > DEEPEST:
            break
    if depth > DEEPEST or any(map(_is_deep, bare.splitlines())):
        raise _too_deep()


def _too_deep() -> Refused:
    return Refused("The file is nested more than {most} deep.", most=DEEPEST)


def _is_deep(line: str) -> bool:
    """Whether a key is parted by dots too often."""
    return any(key.count(".") >= DEEPEST for key in _NOT_A_KEY.split("".join(line.split())))


class Entry:
    """A table of a file, asked key by key; what is not as it should be becomes a fault at its place."""

    def __init__(self, file: str, place: str, table: dict[str, Any], faults: Faults) -> None:
        self.file = file
        self.place = place
        self._table = table
        self._faults = faults

    def fault(self, key: str, refused: Refused) -> None:
        self._faults.add(self.file, None, f"{self.place}.{key}" if self.place else key, refused)

    def only(self, known: frozenset[str]) -> None:
        for key in self._table.keys() - known:
            self.fault(key, Refused("The key is not known; these are: {known}.", known=", ".join(sorted(known))))

    def names(self) -> list[str]:
        return list(self._table)

    def text(self, key: str, most: int, default: str = "") -> str:
        found = self._table.get(key, default)
        if isinstance(found, str) and len(found) <= most:
            return found
        self.fault(key, Refused("A text of at most {most} characters belongs here.", most=most))
        return default

    def flag(self, key: str, *, default: bool | None = False) -> bool | None:
        found = self._table.get(key, default)
        if found is None or isinstance(found, bool):
            return found
        self.fault(key, Refused("true or false belongs here."))
        return default

    def number(self, key: str) -> str:
        """As a form's cell would say it; empty where there is none."""
        found = self._table.get(key, "")
        if found == "" or isinstance(found, Decimal):
            return str(found)
        if isinstance(found, int) and not isinstance(found, bool) and found.bit_length() <= MOST_BITS:
            return str(found)
        self.fault(key, Refused("A number belongs here."))
        return ""

    def words(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self._table.get(key, list(default))
        if isinstance(found, list) and all(isinstance(w, str) and 0 < len(w) <= LONGEST_WORD for w in found):
            return tuple(found)
        self.fault(key, Refused("A list of words belongs here."))
        return default

    def table(self, key: str) -> Self:
        found = self._table.get(key, {})
        if not isinstance(found, dict):
            self.fault(key, Refused("A table belongs here."))
            found = {}
        return type(self)(self.file, f"{self.place}.{key}" if self.place else key, found, self._faults)

    def tables(self, key: str) -> list[Self]:
        """A list of tables, each to be known by its code."""
        found = self._table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.fault(key, Refused("A list of tables belongs here."))
            return []
        return [type(self)(self.file, f"{key} {number}", one, self._faults) for number, one in enumerate(found, 1)]
