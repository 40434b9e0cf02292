"""Importing a folder: checked whole, then stored whole, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from branches import history
from branches.errors import Conflict
from branches.exchange import stored
from branches.exchange.audit_rows import AuditTable
from branches.exchange.checking import Progress, read_folder, reread, unwatched
from branches.exchange.faults import Faults
from branches.exchange.form import Form
from branches.exchange.storing import Places, take_shoppers, take_standard
from branches.exchange.storing_audits import AuditStore
from branches.people import User
from branches.standards import Standard
from branches.weeks import zone_name


@dataclass(frozen=True)
class Imported:
    """What an import has changed."""

    branches: int
    """New ones."""
    changed_branches: int
    audits: int
    """New ones."""
    unchanged: int
    """Audits that were stored already."""
    version: int | None
    """Of the standard, where a new one was published."""


def import_folder(
    session: Session,
    folder: Path,
    *,
    at: datetime,
    default_timezone: str,
    progress: Progress = unwatched,
    by: User | None = None,
) -> Imported:
    """Takes in a form; refuses it whole, with all of its faults, where anything is wrong."""
    zone_name(default_timezone)
    steps = _Steps(progress, passes=3 if stored.any_audits(session) else 2)
    form = read_folder(folder, at=at, progress=steps.of(0))
    again = _Again(session, folder, form, at, steps)
    known = again.compare() if steps.passes > _FRESH else b""
    places = Places(session, at=at, timezone=default_timezone, by=by)
    places.take(form.branches)
    standard, new_version = take_standard(session, form, at=at, by=by)
    added = form.audits - sum(known)
    if added:
        again.store(standard, places, known)
    version = standard.version if new_version else None
    done = Imported(places.added, places.changed, added, form.audits - added, version)
    _write_history(session, standard, done, at=at, by=by)
    steps.finish()
    return done


_FRESH = 2
"""Passes over the audits where none are stored yet."""


class _Steps:
    """The passes over audits.csv as one progress; each reports its own bytes."""

    def __init__(self, progress: Progress, passes: int) -> None:
        self._progress = progress
        self.passes = passes
        self._whole = 1

    def of(self, step: int) -> Progress:
        def report(done: int, of: int) -> None:
            self._whole = self.passes * of
            self._progress(step * of + done, self._whole)

        return report

    def finish(self) -> None:
        self._progress(self._whole, self._whole)


@dataclass(frozen=True)
class _Again:
    """Further passes over the audits of a checked form."""

    session: Session
    folder: Path
    form: Form
    at: datetime
    steps: _Steps

    def compare(self) -> bytearray:
        """1 at the row number of each audit that is stored already; refused where one says something else."""
        table, faults, known = self._table(), Faults(), bytearray(1)
        for batch in table.batches(faults):
            found = stored.compare(self.session, table, [row for row, _ in batch], faults)
            known.extend(bytes(table.sheet.row + 1 - len(known)))
            for number in found:
                known[number] = 1
            self.steps.of(1)(table.sheet.bytes, table.sheet.size())
        self._check_same(table)
        faults.refuse()
        return known

    def store(self, standard: Standard, places: Places, known: Sequence[int]) -> None:
        """Stores the audits that are not known."""
        shoppers = take_shoppers(self.session, self.form.shoppers, at=self.at)
        table, faults = self._table(), Faults()
        store: AuditStore | None = None
        for batch in table.batches(faults):
            store = store or AuditStore(
                self.session, standard, table.items, branches=places.branches, shoppers=shoppers, at=self.at
            )
            store.add([marked for marked in batch if not (known and known[marked[0].number])])
            self.steps.of(self.steps.passes - 1)(table.sheet.bytes, table.sheet.size())
        faults.refuse()
        self._check_same(table)

    def _table(self) -> AuditTable:
        return reread(self.folder, self.form, at=self.at)

    def _check_same(self, table: AuditTable) -> None:
        if table.sheet.checksum != self.form.checksum:
            raise Conflict("{file} was changed while it was being read; nothing was imported.", file=table.sheet.file)


def _write_history(session: Session, standard: Standard, done: Imported, *, at: datetime, by: User | None) -> None:
    """One line for the import as a whole, none where it changed nothing."""
    if done.branches or done.changed_branches or done.audits or done.version is not None:
        history.write(
            session, "import", standard, by=by, at=at, branches=done.branches, changed=done.changed_branches,
            audits=done.audits, unchanged=done.unchanged,
        )  # fmt: skip
