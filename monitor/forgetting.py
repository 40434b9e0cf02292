"""Forgetting, unattended and by hand: what has been kept for as long as the settings say goes, a part at a time."""

from zoneinfo import ZoneInfo

from branches import keeping
from branches.database import reading, transaction
from branches.keeping import KINDS, Kind
from branches.runs import FORGETTING
from monitor.jobs import Worker
from monitor.noting import Did, noted

NIGHT = range(1, 5)
"""The hours of the chain's own clock in which it is done unattended: what must not go can be kept until then."""


def nightly(worker: Worker) -> Did:
    """At night what is due is forgotten, and noted how many of what; by day nothing is looked at."""
    hour = worker.clock().astimezone(ZoneInfo(worker.settings.chain_zone)).hour
    return noted(worker, FORGETTING, forget) if hour in NIGHT else {}


def due(worker: Worker) -> dict[str, int]:
    """How many of what would go now; nothing is written."""
    with reading(worker.engine) as session:
        return {name: len(rows) for name, rows in keeping.due(session, worker.terms, worker.clock()).items()}


def forget(worker: Worker) -> Did:
    """Forgets all that is due at this moment, and gives how many of what that was."""
    found = {kind.name: _all_of(worker, kind) for kind in KINDS}
    return {name: n for name, n in found.items() if n}


def _all_of(worker: Worker, kind: Kind) -> int:
    """A look that finds nothing waits for nobody's writing."""
    at, gone = worker.clock(), 0
    with reading(worker.engine) as session:
        left = len(keeping.due_of(session, kind, worker.terms, at))
    while left > 0:
        with transaction(worker.engine) as session:
            part = keeping.forget(session, kind, worker.terms, by=None, at=at)
        gone, left = gone + part, left - part if part else 0
    return gone
