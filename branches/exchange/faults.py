"""Faults of a form: what is wrong, in which file, row and column; all of them, not the first alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from branches.errors import Refused

MOST_SHOWN = 200
"""Faults kept; the rest are counted."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHOWN_LENGTH = 60


@dataclass(frozen=True)
class Fault:
    """One thing to put right; `row` is the one a spreadsheet shows, where the header is row 1."""

    file: str
    row: int | None
    column: str | None
    message: str
    """An English sentence with {named} fields, as in Refused."""
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column {shown(self.column)}" if self.column is not None else ""
        return f"{self.file}{row}{column}: {self.message.format(**self.values)}"


class FormRefused(Refused):
    """The folder was not taken; `faults` says all that is wrong with it and `more` how many faults are not listed."""

    def __init__(self, faults: tuple[Fault, ...], more: int = 0) -> None:
        super().__init__("Nothing was imported. Faults in the form: {n}.", n=len(faults) + more)
        self.faults = faults
        self.more = more


class Faults:
    """Collects faults, never more than can be read."""

    def __init__(self) -> None:
        self._kept: list[Fault] = []
        self.number = 0

    def add(self, file: str, row: int | None, column: str | None, refused: Refused) -> None:
        self.number += 1
        if len(self._kept) < MOST_SHOWN:
            self._kept.append(Fault(file, row, column, refused.message, refused.values))

    def refuse(self) -> None:
        """Raises all that was found, if anything was."""
        if self.number:
            raise FormRefused(tuple(self._kept), self.number - len(self._kept))


def shown(text: str) -> str:
    """A cell as a message may show it: short, on one line, without control characters."""
    plain = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return plain if len(plain) <= _SHOWN_LENGTH else f"{plain[:_SHOWN_LENGTH]}…"
