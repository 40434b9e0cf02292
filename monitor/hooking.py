"""The jobs of webhooks: what is new is written for each address that is due, and what is written is posted, each under a lease."""

import logging
from time import sleep

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from branches import editions, webhooks
from branches.database import reading, transaction
from branches.editions import Scope
from branches.errors import Refused
from branches.language import language
from branches.telling import today
from branches.webhooks import Post, Wish
from monitor import jobs
from monitor.alerting import PATIENCE
from monitor.jobs import Worker
from monitor.webhooks import LONGEST_SECONDS, NotTaken, send
from reports import posted
from reports.alerted import NothingLeft
from reports.deliver import PAUSES

log = logging.getLogger(__name__)


def write(worker: Worker) -> int:
    """Writes the posts of all addresses that are due; how many those are."""
    _forget(worker)
    made = 0
    for wish in worker.hooks:
        try:
            made += _write(worker, wish)
        except Refused as refused:
            worker.tell(str(refused))
        except Exception as error:
            log.exception("what there is to post to %s could not be written and is tried again", wish.name)
            worker.tell(jobs.in_words(error))
    return made


def _forget(worker: Worker) -> None:
    names, now = _names(worker), worker.clock()
    with reading(worker.engine) as session:
        if not webhooks.abandoned(session, names, now):
            return
    with transaction(worker.engine) as session:
        webhooks.forget(session, names, now)


def _names(worker: Worker) -> set[str]:
    return {wish.name for wish in worker.hooks}


def _write(worker: Worker, wish: Wish) -> bool:
    now = worker.clock()
    with reading(worker.engine) as session:
        scopes = _scopes(session, worker)
        if not scopes:
            return False  # a chain without a branch yet
        scope = webhooks.scope_of(wish, scopes)
        if not webhooks.is_due(session, wish, scope, now):
            return False
    if now - today(0, scope, now).at < PATIENCE and jobs.due_editions(worker):
        return False  # reports are being made: what they raise is told with the rest
    with transaction(worker.engine) as session:
        return webhooks.tell(session, wish, scope, at=worker.clock()) is not None


def _scopes(session: Session, worker: Worker) -> list[Scope]:
    return editions.scopes(session, worker.settings.chain_zone, worker.settings.due)


def post(worker: Worker) -> int:
    """Sends what is due, one after the other, outside of any transaction; how many were taken.

    An address that takes nothing is left alone until the next round: it holds up no other.
    """
    with reading(worker.engine) as session:
        due = webhooks.due(session, worker.clock())
        others = webhooks.known(session) - _names(worker)  # named by the settings of another process
    sent, failed = 0, set[str]()
    for one in due:
        if one.name not in failed | others:
            taken = _attempt(worker, one)
            sent += bool(taken)
            failed |= {one.name} if taken is False else set()
    return sent


def _attempt(worker: Worker, one: Post) -> bool | None:
    """As `_post`; a fault of ours, such as a database that stays busy, holds up no other address either."""
    try:
        return _post(worker, one)
    except Exception as error:
        log.exception("what became of a post to %s could not be noted", one.name)
        worker.tell(jobs.in_words(error))
        return False


def _post(worker: Worker, one: Post) -> bool | None:
    """Whether it was taken; None where there was nothing to send."""
    with transaction(worker.engine) as session:
        held = webhooks.claim(
            session, one, holder=worker.holder, clock=worker.clock, seconds=worker.lease_seconds + LONGEST_SECONDS
        )
    if held is None:
        return None
    trouble = _tried(worker, held)
    if trouble is None:
        _sent(worker, held)
        return True
    with transaction(worker.engine) as session:
        if trouble.gone:
            webhooks.drop(session, held, trouble.why, at=worker.clock())
        else:
            log.warning("a post to %s was not taken: %s", held.name, trouble.why)
            webhooks.mark_failed(session, held, trouble.why, now=worker.clock())
    return None if trouble.gone else False


def _sent(worker: Worker, held: Post) -> None:
    """What the address has taken must be noted, or it is posted again: a database that is busy is asked again."""
    at = worker.clock()
    for pause in (*PAUSES, None):
        try:
            with transaction(worker.engine) as session:
                webhooks.mark_sent(session, held, at=at)
        except DBAPIError as error:
            if pause is None:
                raise
            log.warning("a post to %s was taken, which could not be noted yet: %s", held.name, error.orig)
            sleep(pause)
        else:
            return


def _tried(worker: Worker, held: Post) -> NotTaken | None:
    """What went wrong; None where it was taken."""
    try:
        _send(worker, held)
    except NothingLeft as nothing:
        return NotTaken(nothing.why, gone=True)
    except NotTaken as refused:
        return refused
    except Refused as refused:
        return NotTaken(str(refused))
    except Exception:
        log.exception("a post to %s could not be made and is tried again", held.name)
        return NotTaken("The post could not be made; the log says why.")
    return None


def _send(worker: Worker, held: Post) -> None:
    wish = next((wish for wish in worker.hooks if wish.name == held.name), None)
    if wish is None or worker.target is None:
        raise NotTaken("The settings name it no longer.", gone=True)
    to = worker.target(held.name)
    with reading(worker.engine) as session:
        scope = webhooks.scope_of(wish, _scopes(session, worker))
        body = posted.body(session, held, scope, language(wish.language))
    send(to, held.public_id, body, at=worker.clock())
