"""Exporting a folder: the chain's branches, its standard and the audits that count, cell for cell as they came in."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import standards
from branches.audits import Answer, Audit
from branches.errors import Refused
from branches.exchange.cells_out import audit_header, branch_cells, branch_header, item_rows_of
from branches.exchange.form import AUDIT_COLUMNS, AUDITS, BRANCHES, CHANNEL, ITEMS, VISIT
from branches.exchange.stored import stored_audits
from branches.places import Branch, Region
from branches.standards import Standard
from branches.states import COUNTED

FILES = frozenset({BRANCHES, ITEMS, AUDITS})
_VERSION = re.compile(r"version-[0-9]+", re.ASCII)
BATCH = 500
"""Audits held at a time."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    branches: int
    audits: int
    versions: tuple[int, ...]
    """Earlier ones, each in a folder of its own."""


def export_folder(session: Session, folder: Path, *, at: datetime) -> Exported:
    """Writes the form, by the version in force at that moment, into a folder, whole or not at all; one with anything else in it is refused."""
    folder = folder.absolute()
    current = standards.current(session, at)
    if current is None:
        raise Refused("There is nothing to export: no standard is published yet.")
    _check_replaceable(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".export-", dir=folder.parent) as held:
            new = Path(held, "new")
            done = _write(session, new, current)
            _put(new, folder, Path(held, "before"))
    except OSError as error:
        raise Refused(
            "The folder {folder} cannot be written: {why}.", folder=str(folder), why=str(error.strerror)
        ) from error
    return done


def _check_replaceable(folder: Path) -> None:
    """An empty folder or an earlier export may be written over, nothing else."""
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir() or not all(map(_belongs, folder.iterdir())):
        raise Refused(
            "{folder} holds something else; name a folder that is new or empty, or an earlier export.",
            folder=str(folder),
        )


def _belongs(entry: Path) -> bool:
    if entry.is_symlink():
        return False
    if entry.is_dir():
        return _VERSION.fullmatch(entry.name) is not None and all(e.name in FILES for e in entry.iterdir())
    return entry.name in FILES


def _put(new: Path, folder: Path, before: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    folder.rename(before)
    try:
        new.rename(folder)
    except OSError:
        before.rename(folder)
        raise


def _write(session: Session, folder: Path, current: Standard) -> Exported:
    branches = _branch_rows(session, current)
    query = select(Standard).where(col(Standard.published_at).is_not(None), Standard.version != current.version)
    earlier = [s for s in session.exec(query.order_by(col(Standard.version))) if _has_audits(session, s)]
    number = _write_form(session, folder, current, branches)
    for standard in earlier:
        number += _write_form(session, folder / f"version-{standard.version}", standard, branches)
    return Exported(len(branches) - 1, number, tuple(standard.version for standard in earlier))


def _branch_rows(session: Session, current: Standard) -> list[list[str]]:
    query = select(Branch, Region).join(Region, col(Region.id) == Branch.region_id).order_by(col(Branch.id))
    branches = list(session.exec(query.where(col(Branch.merged_into_id).is_(None))))
    header = branch_header((current.headers or {}).get("branches"), branches)
    rows = (branch_cells(branch, region) for branch, region in branches)
    return [header, *([row[column] for column in header] for row in rows)]


def _write_form(session: Session, folder: Path, standard: Standard, branches: list[list[str]]) -> int:
    """Gives the number of audits."""
    folder.mkdir()
    header = audit_header(standard, channels=_has_audits(session, standard, other_channels=True))
    _write_csv(folder / BRANCHES, branches)
    _write_csv(folder / ITEMS, item_rows_of(standard))
    return _write_csv(folder / AUDITS, _audit_rows(session, standard, header)) - 1


def _has_audits(session: Session, standard: Standard, *, other_channels: bool = False) -> bool:
    query = select(col(Audit.id)).where(*_counted(standard))
    if other_channels:
        query = query.where(Audit.channel != VISIT)
    return session.exec(query.limit(1)).first() is not None


def _counted(standard: Standard) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Audit.standard_id) == standard.id,
        col(Audit.visited_on).is_not(None),
        col(Audit.state).in_([state.value for state in COUNTED]),
    )


def _audit_rows(session: Session, standard: Standard, header: list[str]) -> Iterator[list[str]]:
    yield header
    items = {item.id: item.code for section in standard.sections for item in section.items}
    last = 0
    while batch := stored_audits(session, *_counted(standard), col(Audit.id) > last, most=BATCH):
        last = batch[-1].number
        marks = _marks(session, [audit.number for audit in batch], items)
        for audit in batch:
            about = (audit.code, audit.branch, audit.written_day, audit.shopper)
            row = {**marks[audit.number], **dict(zip(AUDIT_COLUMNS, about, strict=True)), CHANNEL: audit.channel}
            yield [row.get(column, "") for column in header]


def _marks(session: Session, audits: list[int], items: dict[int, str]) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    query = select(col(Answer.audit_id), col(Answer.item_id), col(Answer.mark)).where(col(Answer.audit_id).in_(audits))
    for audit, item, mark in session.exec(query):
        found[audit][items[item]] = mark
    return found


def _write_csv(path: Path, rows: Iterable[Sequence[str]]) -> int:
    """Gives the number of rows. A lone carriage return in a cell would end the row unless it is quoted."""
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in rows:
            (quoted if any("\r" in cell for cell in row) else plain).writerow(row)
            number += 1
    return number
