"""The job that looks, each hour, whether all that was accepted is there; what it finds is for people to see to."""

import logging
from datetime import timedelta

from branches import editions, reconciled
from branches.database import reading
from branches.reconciled import Gaps
from monitor.jobs import Worker

log = logging.getLogger(__name__)

LATELY = timedelta(weeks=5)
"""Of audits and editions those of the last weeks; photos whatever their age."""


def reconcile(worker: Worker) -> dict[str, int]:
    """How much is missing of each kind, which the log names; nobody's name is among it."""
    gaps = look(worker)
    for kind, gap in gaps.kinds.items():
        if gap.n:
            log.warning("missing of what was accepted, %s: %d, among them %s", kind, gap.n, ", ".join(gap.names))
    return gaps.counts


def look(worker: Worker) -> Gaps:
    """What is missing at this moment."""
    now, settings = worker.clock(), worker.settings
    with reading(worker.engine) as session:
        scopes = editions.scopes(session, settings.chain_zone, settings.due)
        return reconciled.look(session, worker.photos, scopes, since=now - LATELY, at=now)
