"""What is put in order unattended: audits that nobody sent in time, photos that belong to no audit, old lines of what ran."""

from datetime import datetime, timedelta
from pathlib import Path

from branches import assignments, photos, runs
from branches.audits import Audit
from branches.database import reading, transaction
from branches.listing import uploads
from monitor.jobs import Worker

UNUSED = timedelta(days=1)
"""How long a photo that belongs to no audit is left: its sender may be about to name it."""

KEPT = timedelta(days=90)
"""How long it can be read what ran."""


def expire_audits(worker: Worker) -> list[Audit]:
    """Ends what was not sent in time."""
    with transaction(worker.engine) as session:
        return assignments.expire_overdue(session, worker.clock())


def sweep_photos(worker: Worker) -> int:
    """Deletes the files of photos that were taken away, or whose audit never came to name them."""
    if worker.photos is None:
        return 0
    before = worker.clock() - UNUSED
    with reading(worker.engine) as session:
        found = photos.unused(session, worker.photos, before=before)
    return sum(_drop(worker, file, before) for file in found)


def _drop(worker: Worker, file: Path, before: datetime) -> bool:
    """One file at a time, so that nobody's writing waits for a long sweep."""
    with transaction(worker.engine) as session:
        return photos.drop(session, file, before=before)


def sweep_runs(worker: Worker) -> int:
    """Forgets what ran long ago, and lists of people and branches that nobody confirmed."""
    with transaction(worker.engine) as session:
        uploads.sweep(session, worker.clock() - uploads.KEPT)
        return runs.sweep(session, worker.clock() - KEPT)
