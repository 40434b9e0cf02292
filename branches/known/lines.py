"""Lines: how what is known is handed on; keys in plain English, values as JSON has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d)?", re.ASCII)
_DAY = 10
"""Letters of a day in ISO form."""
Line = dict[str, Any]
Lines = dict[str, list[Line]]
"""By subject."""


@dataclass(frozen=True)
class Picture:
    """A photo: what it is called here, and the hash under which its bytes lie."""

    name: str
    sha256: str
    bytes: int


def to_the_day(lines: Lines) -> Lines:
    """The same with the day alone of every moment."""
    return {subject: [{key: _day(value) for key, value in one.items()} for one in of] for subject, of in lines.items()}


def _day(value: object) -> object:
    return value[:_DAY] if isinstance(value, str) and _MOMENT.fullmatch(value) else value


def line(**known: object) -> Line:
    """Without what is not there; moments and days in ISO form."""
    return {key: _plain(value) for key, value in known.items() if value not in (None, "")}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value
