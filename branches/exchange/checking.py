"""Checking a folder: all three files, every fault, before anything is written."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from branches.errors import Refused
from branches.exchange.audit_rows import AuditTable
from branches.exchange.branch_rows import read_branches
from branches.exchange.faults import Fault, Faults, FormRefused, shown
from branches.exchange.form import AUDITS, BRANCHES, ITEMS, Form
from branches.exchange.item_rows import read_items
from branches.exchange.reading import Sheet, UnreadableError

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


def unwatched(done: int, of: int) -> None:
    """Progress that nobody looks at."""


def read_folder(folder: Path, *, at: datetime, progress: Progress = unwatched) -> Form:
    """Checks the whole form as seen from the moment `at`; refuses it with all of its faults."""
    if not folder.is_dir():
        refused = Refused("There is no such folder.")
        raise FormRefused((Fault(shown(str(folder)), None, None, refused.message),))
    faults = Faults()
    branches = read_branches(Sheet(folder / BRANCHES), faults)
    items = read_items(Sheet(folder / ITEMS), faults)
    sheet = Sheet(folder / AUDITS)
    codes = None if branches.codes is None else frozenset(branches.codes)
    audits = AuditTable(sheet, codes, items.rows, at)
    number = _read_audits(audits, faults, progress)
    faults.refuse()
    return Form(
        branches=tuple(branches.rows),
        items=tuple(item for item in (items.rows or {}).values() if item is not None),
        audits=number,
        shoppers=tuple(audits.shoppers),
        headers={"branches": branches.header, "items": items.header, "audits": audits.header},
        checksum=sheet.checksum,
    )


def _read_audits(table: AuditTable, faults: Faults, progress: Progress) -> int:
    """Goes through the audits once; gives their number."""
    sheet, size = table.sheet, table.sheet.size()
    try:
        for _ in table.batches(faults):
            progress(sheet.bytes, size)
    except UnreadableError as broken:
        faults.add(sheet.file, broken.row, None, broken.refused)
    return len(table.rows)


def reread(folder: Path, form: Form, *, at: datetime) -> AuditTable:
    """The audits of a form that has been checked, for another time through them."""
    items = {item.code: item for item in form.items}
    return AuditTable(Sheet(folder / AUDITS), frozenset(branch.code for branch in form.branches), {**items}, at)
