"""Lines: how what is known is handed on; keys in plain English, values as JSON has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Line = dict[str, Any]
Lines = dict[str, list[Line]]
"""By subject."""


@dataclass(frozen=True)
class Picture:
    """A photo: what it is called here, and the hash under which its bytes lie."""

    name: str
    sha256: str
    bytes: int


def line(**known: object) -> Line:
    """Without what is not there; moments and days in ISO form."""
    return {key: _plain(value) for key, value in known.items() if value not in (None, "")}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value
