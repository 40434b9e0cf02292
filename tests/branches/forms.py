"""Small forms for tests of the exchange: good ones, and ones with a single cell changed."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from branches.exchange import FormRefused, Imported, import_folder

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""A Wednesday."""
ZONE = "Europe/Budapest"
Rows = Sequence[Sequence[str]]

BRANCHES: Rows = (("branch", "name", "region"), ("b1", "Fő utca", "North"), ("b2", "=SUM(A1)", "South"))
ITEMS: Rows = (
    ("item", "section", "text", "type", "weight", "critical", "scored", "from", "to", "na"),
    ("greeted", "greeting", "Greeted?", "", "2", "", "", "", "", ""),
    ("drink", "offerings", "A drink?", "yes_no", "1", "no", "yes", "", "", "yes"),
    ("cut", "greeting", "The cut", "rating", "", "", "", "1", "5", "no"),
    ("wait", "service", "Minutes", "number", "0.3", "", "", "20", "5", ""),
    ("tools", "service", "Clean tools?", "", "3", "yes", "", "", "", ""),
    ("why", "remarks", "Remarks", "text", "", "", "", "", "", ""),
)
AUDITS: Rows = (
    ("audit", "branch", "date", "shopper", "greeted", "drink", "cut", "wait", "tools", "why"),
    ("a1", "b1", "2026-02-02", "ann", "yes", "na", "4", "12.5", "yes", "fine, thanks"),
    ("a2", "b2", "2026-02-03", "", "no", "", "5", "30", "no", ""),
    ("a3", "b1", "2026-02-09", "ben", "", "", "", "", "", "nobody\nwas there"),
)


def write(folder: Path, branches: Rows = BRANCHES, items: Rows = ITEMS, audits: Rows = AUDITS) -> Path:
    """A folder with these three files."""
    folder.mkdir(exist_ok=True)
    for name, rows in (("branches", branches), ("items", items), ("audits", audits)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def read(folder: Path) -> dict[str, list[list[str]]]:
    """All cells of a folder, by file."""
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[str(path.relative_to(folder))] = list(csv.reader(file, strict=True))
    return found


def cells(branches: Rows = BRANCHES, items: Rows = ITEMS, audits: Rows = AUDITS) -> dict[str, list[list[str]]]:
    """What `read` gives for a folder of these."""
    files = {"audits.csv": audits, "branches.csv": branches, "items.csv": items}
    return {name: [list(row) for row in rows] for name, rows in files.items()}


def with_cell(rows: Rows, row: int, column: str, cell: str) -> Rows:
    """The same rows but for one cell; `row` as a spreadsheet shows it."""
    place = rows[0].index(column)
    return [[*r[:place], cell, *r[place + 1 :]] if n == row else r for n, r in enumerate(rows, 1)]


def with_column(rows: Rows, column: str, found: Mapping[str, str] | None = None) -> Rows:
    """The same rows with one more column: its cell by the row's first cell."""
    return [[*rows[0], column], *([*row, (found or {}).get(row[0], "")] for row in rows[1:])]


def take(session: Session, folder: Path, at: datetime = NOW) -> Imported:
    return import_folder(session, folder, at=at, default_timezone=ZONE)


def faults(session: Session, folder: Path) -> list[str]:
    """The sentences with which a folder is refused."""
    with pytest.raises(FormRefused) as refused:
        take(session, folder)
    return [str(fault) for fault in refused.value.faults]
