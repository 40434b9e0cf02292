"""The job that tells between reports: who is due is told what is new, each in a transaction of its own."""

import logging
from datetime import timedelta

from branches import editions, telling
from branches.database import reading, transaction
from branches.people import User
from branches.telling import Due
from monitor import jobs
from monitor.jobs import Worker

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
"""How long reports that are being made are waited for: what they say by mail is not told twice."""


def tell(worker: Worker) -> int:
    """Writes the mail of everybody who is due; how many mails that is. What is told and that it was are kept as one."""
    made = 0
    for one in _due(worker):
        try:
            made += _tell(worker, one)
        except Exception as error:
            log.exception("alerts for person %s failed and are tried again", one.user_id)
            worker.tell(jobs.in_words(error))
    return made


def _due(worker: Worker) -> list[Due]:
    now, settings = worker.clock(), worker.settings
    with reading(worker.engine) as session:
        scopes = editions.scopes(session, settings.chain_zone, settings.due)
        due = telling.due(session, scopes, now)
    if due and jobs.due_editions(worker):
        return [one for one in due if now - one.at >= PATIENCE]
    return due


def _tell(worker: Worker, due: Due) -> bool:
    with transaction(worker.engine) as session:
        reader = session.get_one(User, due.user_id)
        return telling.tell(session, reader, due, at=worker.clock()) is not None
