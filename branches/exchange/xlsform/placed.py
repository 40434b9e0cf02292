"""Tables as a TOML file would have them that know where in the workbook their values stand, so that its checks name the place."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from branches.errors import Refused
from branches.exchange.toml import Entry


class Place(NamedTuple):
    """Where a person finds it."""

    sheet: str
    row: int | None = None
    column: str | None = None


class Placed(dict[str, Any]):
    """One table; keys that have no place of their own stand where the table does."""

    def __init__(self, values: Mapping[str, Any], place: Place, places: Mapping[str, Place] | None = None) -> None:
        super().__init__(values)
        self._place = place
        self._places = places or {}

    def place(self, key: str, refused: Refused) -> Place:
        """Where the value lies that is refused; where several rules are, the first that is named."""
        named = str(refused.values.get("item") or refused.values.get("items") or "").split(", ")[0]
        return self._places.get(f"{named}.{key}") or self._places.get(key) or self._place


class PlacedEntry(Entry):
    """An entry whose faults say sheet, row and column."""

    def fault(self, key: str, refused: Refused) -> None:
        """Adds it at its place."""
        table = self._table
        assert isinstance(table, Placed)
        self._faults.add(*table.place(key, refused), refused)
