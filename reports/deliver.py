"""An edition leaves the house: what is due is taken from the outbox, worded for its reader, sent, and marked."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from time import monotonic, sleep

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from branches import outbox, reminders
from branches.database import reading, transaction
from branches.held import Look, Privacy
from branches.outbox import Mail, MailKind
from branches.people import User
from reports import addressed, alerted, case_mail, envelope, reminding, way_in_mail
from reports.addressed import Enclosed, Kept, NoReader
from reports.envelope import NotDelivered, Sender, Transport

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
"""How long an edition's mail waits for later editions that are being made."""
PAUSES = (0.2, 1.0, 5.0)
"""Seconds after which it is tried again to note what was sent."""


@dataclass(frozen=True)
class Post:
    """What every mail of the chain has in common."""

    sender: Sender
    address: str
    """Where people reach the pages, without a slash at its end."""
    holder: str
    lease_seconds: int
    round_seconds: float = 15
    """After so long no further mail is begun: who is asked to end need not wait for all; the next round goes on."""
    privacy: Privacy = field(default_factory=Privacy)


@dataclass(frozen=True)
class Sent:
    """What became of the mails of one round."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    cut_short: bool = False
    """The mail server is in trouble, or time was up: more may be due."""


@dataclass(frozen=True)
class _Round:
    engine: sa.Engine
    transport: Transport
    post: Post
    clock: Callable[[], datetime]
    kept: Kept = field(default_factory=dict)


def send_due(
    engine: sa.Engine,
    transport: Transport,
    post: Post,
    clock: Callable[[], datetime],
    *,
    being_made: Collection[str] = (),
) -> Sent:
    """Sends what is due, one after the other, each under a lease and outside of any transaction.

    Args:
        engine: the chain's database.
        transport: the way out of the house.
        post: whom mail is from, and where its links lead.
        clock: what time it is.
        being_made: scopes that still have editions to be made: their mail waits, so that the latest can speak for all.
    """
    going, done = _Round(engine, transport, post, clock), Sent()
    ends = monotonic() + post.round_seconds
    for mail in _ripe(going, being_made):
        if monotonic() > ends or done.cut_short:
            return replace(done, cut_short=True)
        done = _send(going, mail, done)
    return done


def _ripe(going: _Round, being_made: Collection[str]) -> list[Mail]:
    now = going.clock()
    with reading(going.engine) as session:
        due = outbox.due(session, now)
    return [mail for mail in due if mail.about.get("scope") not in being_made or now - mail.made_at >= PATIENCE]


def _send(going: _Round, mail: Mail, done: Sent) -> Sent:
    """Sends one mail, and counts it in."""
    claimed = _claim(going, mail)
    if claimed is None:
        return done
    try:
        message = _message(going, claimed)
        going.transport.send(message)
    except NoReader as nobody:
        why = nobody.why
        _end(going, lambda session: outbox.drop(session, claimed, why, at=going.clock()))
        return replace(done, dropped=done.dropped + 1)
    except NotDelivered as refused:
        _failed(going, claimed, refused.why, for_good=refused.for_good)
        return replace(done, failed=done.failed + 1, cut_short=refused.unreachable)
    except Exception:
        log.exception("mail %s could not be made and is tried again", claimed.key)
        _failed(going, claimed, "The mail could not be made; the log says why.", for_good=False)
        return replace(done, failed=done.failed + 1)
    _sent(going, claimed)
    return replace(done, sent=done.sent + 1)


def _claim(going: _Round, mail: Mail) -> Mail | None:
    post = going.post
    with transaction(going.engine) as session:
        return outbox.claim(
            session,
            mail,
            holder=post.holder,
            clock=going.clock,
            seconds=post.lease_seconds,
            domain=post.sender.domain,
        )


def _message(going: _Round, mail: Mail) -> EmailMessage:
    post = going.post
    with reading(going.engine) as session:
        reader = session.get_one(User, mail.user_id)
        if not reader.active or reader.email is None:
            raise NoReader
        enclosed = _enclosed(session, mail, reader, going)
        to = envelope.address(reader.email, reader.name)
    return envelope.enclose(
        enclosed.letter,
        post.sender,
        to,
        message_id=mail.message_id,
        at=going.clock(),
        papers=enclosed.papers,
        ended_at=enclosed.mails,
    )


def _enclosed(session: Session, mail: Mail, reader: User, going: _Round) -> Enclosed:
    links = addressed.Links(going.post.address, going.post.sender.domain)
    if mail.kind == MailKind.EDITION.value:
        return addressed.edition(session, mail, reader, links, now=going.clock(), kept=going.kept)
    if mail.kind in reminders.REMINDERS:
        return reminding.reminder(session, mail, reader, links, Look(going.post.privacy, going.clock()))
    if mail.kind == MailKind.ALERTS.value:
        return alerted.mail(session, mail, reader, links, now=going.clock())
    if mail.kind == MailKind.CASE.value:
        return case_mail.opened(session, mail, reader, links, now=going.clock())
    if mail.kind == MailKind.SIGN_IN.value:
        return way_in_mail.told(mail, reader, links)
    return addressed.audit(session, mail, reader, links)


def _sent(going: _Round, mail: Mail) -> None:
    """What the mail server has taken must be noted, or it goes out again: a database that is busy is asked again."""
    at = going.clock()
    for pause in PAUSES:
        try:
            _end(going, lambda session: outbox.mark_sent(session, mail, at=at))
        except DBAPIError as error:
            log.warning("mail %s was sent, which could not be noted yet: %s", mail.key, error.orig)
            sleep(pause)
        else:
            return
    _end(going, lambda session: outbox.mark_sent(session, mail, at=at))


def _failed(going: _Round, mail: Mail, why: str, *, for_good: bool) -> None:
    log.warning("mail %s was not taken: %s", mail.key, envelope.without_addresses(why))
    _end(going, lambda session: outbox.mark_failed(session, mail, why, for_good=for_good, now=going.clock()))


def _end(going: _Round, mark: Callable[[Session], None]) -> None:
    with transaction(going.engine) as session:
        mark(session)
