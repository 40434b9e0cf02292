"""Noting what runs unattended: a line where a job did something or failed, else only when it last looked."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from branches import runs
from branches.database import reading, transaction
from monitor.jobs import Worker, in_words

log = logging.getLogger(__name__)

Did = Mapping[str, int]
"""How many of what a job did."""


def noted(worker: Worker, name: str, job: Callable[[Worker], Did]) -> Did:
    """Does the job and notes what came of it; that this cannot be written holds up nothing."""
    heard, began = list[str](), worker.clock()
    try:
        did = job(replace(worker, tell=heard.append))
    except Exception as error:
        _note(worker, name, began, {}, [*heard, in_words(error)])
        raise
    _note(worker, name, began, did, heard)
    return did


def _note(worker: Worker, name: str, began: datetime, did: Did, heard: list[str]) -> None:
    try:
        _write(worker, name, began, {what: n for what, n in did.items() if n}, "; ".join(heard))
    except Exception:
        log.exception("what the job %s did could not be noted", name)


def _write(worker: Worker, name: str, began: datetime, did: Did, failed: str) -> None:
    """A look that found nothing to do waits for nobody's writing, but for one in a minute."""
    now = worker.clock()
    if not did and not failed:
        with reading(worker.engine) as session:
            if runs.looked_lately(session, name, now):
                return
    with transaction(worker.engine) as session:
        runs.looked(session, name, at=now)
        if did or failed:
            runs.note(session, name, began=began, ended=now, did=did, failed=failed)
