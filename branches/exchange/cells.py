"""Cells: what one of them may hold. Each parser takes the text as written and refuses what it cannot mean."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

from branches.errors import Refused
from branches.exchange.faults import shown
from branches.scoring import DECIMAL, NO, YES, ItemType
from branches.weeks import zone_name

LONGEST_CELL = 2000
LONGEST_CODE = 200
LONGEST_ITEM_CODE = 100
LONGEST_ADDRESS = 500
LONGEST_CHANNEL = 32
LONGEST_NUMBER = 30
LONGEST_LANGUAGE = 8
LANGUAGE = re.compile(r"(?=.{2,8}\Z)[a-z]{2,3}(-[A-Za-z0-9]+)*", re.ASCII)
"""A language's code, such as hu or pt-BR."""
EARLIEST = date(1970, 1, 1)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text(cell: str, most: int = LONGEST_CELL) -> str:
    """Anything that fits, kept as it is."""
    if len(cell) > most:
        raise Refused("The text has {n} characters; at most {most} fit.", n=len(cell), most=most)
    return cell


def filled(cell: str, most: int = LONGEST_CELL) -> str:
    if not cell:
        raise Refused("The cell is empty; fill it in.")
    return text(cell, most)


def code(cell: str, most: int = LONGEST_CODE) -> str:
    """A name to find a thing by: on one line, kept with its spaces."""
    if _CONTROL.search(filled(cell, most)):
        raise Refused("{text} holds a line break or another control character; take it out.", text=shown(cell))
    return cell


def item_code(cell: str) -> str:
    return code(cell, LONGEST_ITEM_CODE)


def address(cell: str) -> str:
    return text(cell, LONGEST_ADDRESS)


def channel(cell: str) -> str:
    """Where the column is there, each row says its channel: an empty cell could not be told from "visit" later."""
    return code(cell, LONGEST_CHANNEL)


def shopper(cell: str) -> str:
    return code(cell) if cell else ""


def decimal(cell: str) -> str:
    """A number as it is written; exact, never a float."""
    if DECIMAL.fullmatch(cell) is None:
        raise Refused(
            "{text} is not a number of at most {most} characters; write it like 12.5.",
            text=shown(cell),
            most=LONGEST_NUMBER,
        )
    return cell


def bound(cell: str) -> str | None:
    return decimal(cell) if cell else None


def weight(cell: str) -> str:
    if decimal(cell or "1").startswith("-"):
        raise Refused("{text} is below 0, which a weight cannot be.", text=shown(cell))
    return cell or "1"


def coordinate(most: int) -> Callable[[str], float | None]:
    def parse(cell: str) -> float | None:
        if not cell:
            return None
        if abs(Fraction(decimal(cell))) > most:
            raise Refused("{text} is not between -{most} and {most} degrees.", text=shown(cell), most=most)
        return float(cell)

    return parse


def yes_or_no(default: bool | None) -> Callable[[str], bool | None]:
    def parse(cell: str) -> bool | None:
        if cell not in ("", YES, NO):
            raise Refused("{text} is neither yes nor no.", text=shown(cell))
        return cell == YES if cell else default

    return parse


def language(cell: str) -> str:
    if LANGUAGE.fullmatch(cell) is None:
        raise Refused("{text} is not the code of a language, such as hu or pt-BR.", text=shown(cell))
    return cell


def item_type(cell: str) -> ItemType:
    try:
        return ItemType(cell or ItemType.YES_NO.value)
    except ValueError as error:
        raise Refused(
            "{text} is not a type of item; these are: {types}.", text=shown(cell), types=", ".join(ItemType)
        ) from error


def whole(cell: str) -> int:
    if _WHOLE.fullmatch(cell) is None:
        raise Refused("{text} is not a whole number.", text=shown(cell))
    return int(cell)


def time_zone(cell: str) -> str:
    return zone_name(cell) if cell else ""


def day(cell: str) -> date:
    if _DATE.fullmatch(filled(cell)) is None:
        raise Refused("{text} is not a date; write it like 2026-11-23.", text=shown(cell))
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise Refused("{text} is not in the calendar.", text=shown(cell)) from error


def day_or_none(cell: str) -> date | None:
    return day(cell) if cell else None


def visit_day(at: datetime) -> Callable[[str], date]:
    """The day of a visit, seen from the moment `at`: somewhere on earth it may be tomorrow already."""
    last = (at + timedelta(days=1)).date()

    def parse(cell: str) -> date:
        found = day(cell)
        if found > last:
            raise Refused("{text} has not come yet.", text=shown(cell))
        if found < EARLIEST:
            raise Refused("{text} is before {earliest}.", text=shown(cell), earliest=EARLIEST.isoformat())
        return found

    return parse
