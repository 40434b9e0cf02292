"""Several words in one cell, parted by commas: visit, phone. A word that holds a comma stands in quotation marks."""

import csv
import re
from collections.abc import Iterable

from branches.errors import Refused

ALL = "*"
"""Says that no word restricts: all channels."""
_PLAIN = re.compile(r'[^\s,"](?:[^",\r\n]*[^\s,"])?')


def read(cell: str) -> list[str]:
    """The words; none where it says all."""
    if cell.strip() == ALL:
        return []
    try:
        rows = list(csv.reader([cell], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise Refused("The words cannot be told apart; part them by commas, as visit, phone.") from error
    return rows[0]


def written(words: Iterable[str]) -> str:
    """What `read` reads as these words."""
    return ", ".join(map(_quoted, words)) or ALL


def _quoted(word: str) -> str:
    doubled = word.replace('"', '""')
    return word if _PLAIN.fullmatch(word) and word != ALL else f'"{doubled}"'
