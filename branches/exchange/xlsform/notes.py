"""What is said of an XLSForm that was read: its faults, and what of it has no place in a standard and was left out."""

from branches.errors import Refused
from branches.exchange.faults import Fault, Faults, FormRefused

SHEETS = ("settings", "bands", "survey", "choices")


class Told(Faults):
    """Says one thing of a cell, though two readers may stumble over it."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[tuple[str, int | None, str | None, str]] = set()

    def add(self, file: str, row: int | None, column: str | None, refused: Refused) -> None:
        """Takes it down, unless something is said of the cell already."""
        key = (file, row, column, "" if column else str(refused))
        if key not in self._said:
            self._said.add(key)
            super().add(file, row, column, refused)

    @property
    def listed(self) -> tuple[Fault, ...]:
        """From the top of each sheet to its bottom."""
        return tuple(sorted(self._kept, key=_place))

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.number - len(self._kept)

    def refuse(self) -> None:
        """Raises all that was found, if anything was."""
        if self.number:
            raise FormRefused(self.listed, self.more)


def _place(fault: Fault) -> tuple[int, int]:
    return SHEETS.index(fault.file) if fault.file in SHEETS else -1, fault.row or 0


class Notes:
    """What is wrong, and what is merely left out or taken for granted."""

    def __init__(self) -> None:
        self.faults = Told()
        self.remarks = Told()
