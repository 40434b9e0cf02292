"""What a list would do: each row added, changed from what to what, left as it is, or refused and why."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from branches.errors import Refused

Value = TypeVar("Value")
MOST_ADDED, MOST_CHANGED = 5_000, 1_000
"""While it is done nobody else's writing gets its turn."""


@dataclass(frozen=True)
class Wrong:
    """Why a row is refused, and in which column."""

    column: str
    refused: Refused


@dataclass(frozen=True)
class Line:
    """What one row would do."""

    number: int
    name: str
    key: int | None = None
    """Whose row that is in the database; None: it would be added."""
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By column, from what to what, as the list writes it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What is taken over, with the row's own types."""
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a whole list would do."""

    lines: tuple[Line, ...]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.wrong]

    @property
    def added(self) -> list[Line]:
        return [line for line in self.lines if line.key is None and not line.wrong]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.key is not None and line.changes and not line.wrong]

    @property
    def same(self) -> int:
        return len(self.lines) - len(self.refused) - len(self.added) - len(self.changed)

    @property
    def digest(self) -> str:
        """Another one as soon as anything would be done otherwise, or to another state than was shown."""
        said = [[one.number, one.key, one.name, sorted(one.changes.items()), len(one.wrong)] for one in self.lines]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def bounded(plan: Plan) -> Plan:
    """The same, unless it would hold up everybody else."""
    if len(plan.added) > MOST_ADDED or len(plan.changed) > MOST_CHANGED:
        raise Refused(
            "A file adds at most {added} rows and changes at most {changed}; divide it.",
            added=MOST_ADDED,
            changed=MOST_CHANGED,
        )
    return plan


class Reading:
    """One row as it is read: what is wrong with a cell is kept beside its column, the others are read all the same."""

    def __init__(self) -> None:
        self.wrong: list[Wrong] = []

    def take(self, column: str, parse: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return parse()
        except Refused as refused:
            self.wrong.append(Wrong(column, refused))
            return otherwise


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The columns in which two states differ."""
    return {name: (before[name], new) for name, new in after.items() if before[name] != new}


def twice(keys: Iterable[Any]) -> set[Any]:
    """What a list names more than once."""
    met, again = set[Any](), set[Any]()
    for key in keys:
        (again if key in met else met).add(key)
    return again
