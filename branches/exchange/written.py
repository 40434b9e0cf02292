"""A standard as its TOML files say it, not yet stored."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from branches.scoring import Total


@dataclass(frozen=True)
class WrittenItem:
    """An item; `values` are those of a row of items.csv."""

    code: str
    values: dict[str, Any]
    judgement: bool
    required: bool
    condition: str
    timed: str
    channels: tuple[str, ...]
    options: tuple[str, ...]
    wording: dict[str, dict[str, Any]]
    """By language; languages other than the first are added as their files are read."""


@dataclass(frozen=True)
class WrittenSection:
    """A section with its items."""

    code: str
    weight: str
    scored: bool
    titles: dict[str, str]
    """By language."""
    items: tuple[WrittenItem, ...]


@dataclass(frozen=True)
class WrittenStandard:
    """What all files of a standard say together."""

    title: str
    total: Total
    bands: dict[str, str]
    sections: tuple[WrittenSection, ...]
    files: dict[str, Any] = field(repr=False)

    @property
    def items(self) -> dict[str, WrittenItem]:
        return {item.code: item for section in self.sections for item in section.items}

    @property
    def fingerprint(self) -> str:
        text = json.dumps(self.files, ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
