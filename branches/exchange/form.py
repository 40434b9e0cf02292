"""The form: what a checked folder says, as values. Audits stay in their file, which may be larger than memory."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from branches.scoring import ItemRule, ItemType

BRANCHES = "branches.csv"
ITEMS = "items.csv"
AUDITS = "audits.csv"
AUDIT_COLUMNS = ("audit", "branch", "date", "shopper")
CHANNEL = "channel"
VISIT = "visit"
"""The channel of audits in a form without that column."""


@dataclass(frozen=True)
class BranchRow:
    """A row of branches.csv; the region's code is its name."""

    code: str
    name: str
    region: str
    address: str
    latitude: float | None
    longitude: float | None
    timezone: str
    """Empty: the region's."""
    opened: date | None
    closed: date | None
    cells: Mapping[str, str]


@dataclass(frozen=True)
class ItemRow:
    """A row of items.csv."""

    code: str
    section: str
    text: str
    type: ItemType
    weight: str
    critical: bool
    scored: bool
    worst: str | None
    best: str | None
    na: bool
    cells: Mapping[str, str]

    @property
    def rule(self) -> ItemRule:
        return ItemRule(
            code=self.code,
            section=self.section,
            type=self.type,
            weight=Fraction(self.weight),
            critical=self.critical,
            scored=self.scored,
            worst=Fraction(0 if self.worst is None else self.worst),
            best=Fraction(1 if self.best is None else self.best),
        )


class AuditRow(NamedTuple):
    """A row of audits.csv, its marks in the order of that file's columns."""

    number: int
    code: str
    branch: str
    day: date
    shopper: str
    channel: str
    marks: Sequence[str]


@dataclass(frozen=True)
class Form:
    """A folder in which no fault was found."""

    branches: tuple[BranchRow, ...]
    items: tuple[ItemRow, ...]
    audits: int
    shoppers: tuple[str, ...]
    """Known ones, in the order in which they first appear."""
    headers: Mapping[str, Sequence[str]]
    """Columns by file: "branches", "items", "audits"."""
    checksum: int
    """Of audits.csv when it was checked."""

    @property
    def fingerprint(self) -> str:
        """Of the standard as it is written: another cell makes another version."""
        content = [self.headers["items"], [list(item.cells.values()) for item in self.items]]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
