"""The outbox: mail to send, written in the transaction that makes it due, retried until the mail server takes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column, ColumnElement, Index
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history, stand_ins, subscriptions
from branches.database import UtcTime
from branches.editions import Edition
from branches.people import Role, User
from branches.subscriptions import Wanted

FIRST_WAIT = timedelta(minutes=1)
"""After the first failure; each further one doubles it."""
LONGEST_WAIT = timedelta(hours=1)
SELDOM = timedelta(days=1)
"""After a refusal for good: the address may come to life again, or be corrected."""
ASTRAY = timedelta(days=1)
"""So far the clocks of two machines may be apart; a lease that ends later still is from one set back since."""


class MailKind(StrEnum):
    """What a mail is about."""

    EDITION = "edition"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    CLOSING = "closing"
    DUE_TOMORROW = "due_tomorrow"
    OVERDUE = "overdue"
    ALERTS = "alerts"
    CASE = "case"
    SIGN_IN = "sign_in"


class Mail(SQLModel, table=True):
    """One mail to one person. It is worded when it is sent, from what it is about."""

    __table_args__ = (Index("ix_mail_sent_at_next_at", "sent_at", "next_at"),)

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=120)
    """What it is about and whom it is for: there is one mail of each."""
    kind: str = Field(max_length=16)
    user_id: int = Field(foreign_key="person.id", index=True)
    about: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Public ids of what it is about, such as its edition and the editions it lists."""
    made_at: datetime = Field(sa_type=UtcTime)
    next_at: datetime = Field(sa_type=UtcTime)
    """When it is tried next."""
    tries: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    """While a process is at work on it."""
    holder: str = Field(default="", max_length=64)
    trouble: str = Field(default="", max_length=500)
    """What the mail server said last."""
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was given up, because its reader has gone or may no longer read it."""
    folded_into_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    """The mail of a later edition that lists this one's."""
    message_id: str = Field(default="", max_length=200)
    """Given when it is first tried, and kept."""

    user: User = Relationship()


def waiting() -> ColumnElement[bool]:
    """Mail that is still to be sent."""
    return col(Mail.sent_at).is_(None) & col(Mail.dropped_at).is_(None) & col(Mail.folded_into_id).is_(None)


def write(session: Session, kind: MailKind, user: User, about: dict[str, Any], *, key: str, at: datetime) -> Mail:
    """Puts a mail into the outbox, in the transaction that makes it due; the same key again changes nothing."""
    mail = Mail(key=key, kind=kind.value, user_id=user.id, about=about, made_at=at, next_at=at)
    try:
        with session.begin_nested():
            session.add(mail)
    except IntegrityError:
        return session.exec(select(Mail).where(Mail.key == key)).one()
    return mail


def for_edition(session: Session, edition: Edition, *, at: datetime) -> list[Mail]:
    """Mail about an edition for everybody it is made for and who wants it.

    A region's is made for its managers and who stands in for one today, the chain's for head office.
    """
    about = {
        "edition": edition.public_id,
        "scope": edition.scope,
        "week": edition.week.isoformat(),
        "revision": edition.revision,
    }
    return [
        write(session, MailKind.EDITION, reader, about, key=edition_key(edition, reader), at=at)
        for reader in readers(session, edition, at=at)
        if subscriptions.is_wanted(Wanted(subscriptions.of(session, reader).wanted), [edition])
    ]


def edition_key(edition: Edition, reader: User) -> str:
    """What the one mail that brings an edition to a reader is known by."""
    return f"edition:{edition.public_id}:{reader.public_id}"


def readers(session: Session, edition: Edition, *, at: datetime) -> list[User]:
    """Whom an edition is made for, as far as they have an address."""
    query = select(User).where(col(User.active), col(User.email).is_not(None))
    if edition.region_id is None:
        query = query.where(User.role == Role.OFFICE.value)
    else:
        lent = [one.stand_in_id for one in stand_ins.in_region(session, edition.region_id, at=at)]
        own = (col(User.role) == Role.MANAGER.value) & (col(User.region_id) == edition.region_id)
        query = query.where(own | col(User.id).in_(lent))
    return list(session.exec(query.order_by(col(User.id))))


def for_alerts(session: Session, reader: User, events: Sequence[int], day: date, *, at: datetime) -> Mail:
    """The one mail of that day that tells its reader what has happened, by the numbers that history gave it."""
    about = {"events": list(events), "day": day.isoformat()}
    return write(session, MailKind.ALERTS, reader, about, key=f"alerts:{day}:{reader.public_id}", at=at)


def told_since(session: Session, reader: User, since: datetime) -> set[int]:
    """What mails that were made since then tell that reader between reports, whether or not they have gone out."""
    query = select(Mail.about).where(Mail.user_id == reader.id, Mail.kind == MailKind.ALERTS.value)
    return {event for about in session.exec(query.where(col(Mail.made_at) >= since)) for event in about["events"]}


def editions_mailed(session: Session, reader: User, since: datetime, *, waits_since: datetime) -> set[str]:
    """The editions, by their public ids, that mails made since then tell that reader of.

    A mail that lists others names none of their flags; one that has waited for longer may yet become one of the listed.
    """
    query = select(Mail.about).where(Mail.user_id == reader.id, Mail.kind == MailKind.EDITION.value)
    there = col(Mail.dropped_at).is_(None) & col(Mail.folded_into_id).is_(None)
    goes = col(Mail.sent_at).is_not(None) | (col(Mail.made_at) >= waits_since)
    query = query.where(col(Mail.made_at) >= since, there, goes)
    return {about["edition"] for about in session.exec(query)}


def for_audit(
    session: Session, kind: MailKind, shopper: User, audit: str, *, at: datetime, **about: Any
) -> Mail | None:
    """Mail to a shopper about the audit of that public id; none where nobody knows their address.

    An audit is assigned and withdrawn once, but may be returned or moved again and again.
    """
    if shopper.email is None or not shopper.active:
        return None
    key = f"{kind.value}:{audit}:{shopper.public_id}"
    if kind in (MailKind.RETURNED, MailKind.MOVED):
        key += f":{at:%Y%m%d%H%M%S%f}"
    return write(session, kind, shopper, {"audit": audit, **about}, key=key, at=at)


def due(session: Session, now: datetime) -> list[Mail]:
    """What is to be tried now, the longest due first.

    What would wait longer than any mail does was put off by a clock that has been set back since.
    """
    free = col(Mail.lease_until).is_(None) | (col(Mail.lease_until) <= now) | (col(Mail.lease_until) > now + ASTRAY)
    ripe = (col(Mail.next_at) <= now) | (col(Mail.next_at) > now + 2 * SELDOM)
    return list(session.exec(select(Mail).where(waiting(), free, ripe).order_by(col(Mail.next_at), col(Mail.id))))


def claim(
    session: Session, mail: Mail, *, holder: str, clock: Callable[[], datetime], seconds: int, domain: str
) -> Mail | None:
    """Takes the lease on a mail, and lets it speak for earlier editions of the same scope, or alerts, that its reader waits for.

    None where there is nothing to send: somebody living holds it, it is done, or a later edition speaks for it.
    The clock is read when the reader's mail is held: a time read before that may be older than somebody's lease.
    """
    mine = select(Mail).where(waiting(), Mail.user_id == mail.user_id)
    rows = list(session.exec(mine.order_by(col(Mail.id)).with_for_update().execution_options(populate_existing=True)))
    now, lease = clock(), timedelta(seconds=seconds)
    free = [row for row in rows if row.lease_until is None or not now < row.lease_until <= now + lease + ASTRAY]
    found = next((row for row in free if row.id == mail.id), None)
    if found is None:
        return None
    _fold(session, found, free)
    if found.folded_into_id is not None:
        return None
    found.holder, found.lease_until = holder, now + lease
    found.message_id = found.message_id or _message_id(found.key, domain)
    session.add(found)
    session.flush()
    return found


def _fold(session: Session, mail: Mail, free: list[Mail]) -> None:
    """Of the editions of one scope that wait for one reader, the latest first edition lists the earlier ones.

    Of one week only the newest revision goes out, and what it changed is told: it is folded into no other week's mail.
    """
    if mail.kind == MailKind.ALERTS.value:
        _fold_alerts(session, [row for row in free if row.kind == mail.kind])
    if mail.kind != MailKind.EDITION.value:
        return
    scope = [row for row in free if row.kind == mail.kind and row.about["scope"] == mail.about["scope"]]
    scope.sort(key=lambda row: (row.about["week"], row.about["revision"]))
    newest = {row.about["week"]: row for row in scope}
    first = [newest[row.about["week"]] for row in scope if not row.about["revision"]]
    for row in scope:
        into = newest[row.about["week"]]
        if row is into and not row.about["revision"]:
            into = first[-1]
        if row is not into:
            _fold_into(into, row)
    session.add_all(scope)
    session.flush()


def _fold_alerts(session: Session, rows: list[Mail]) -> None:
    """Days that no mail could go out are told in one mail, the latest."""
    *earlier, into = sorted(rows, key=lambda row: row.id)
    events = {event for row in rows for event in row.about["events"]}
    into.about = {**into.about, "events": sorted(events)}
    for row in earlier:
        row.folded_into_id = into.id
    session.add_all(rows)
    session.flush()


def _fold_into(into: Mail, row: Mail) -> None:
    listed = [*into.about.get("earlier", ()), *row.about.get("earlier", ()), row.about["edition"]]
    into.about = {**into.about, "earlier": listed}
    row.folded_into_id = into.id


def _message_id(key: str, domain: str) -> str:
    """The same each time the mail is sent: mail programs show a message that comes twice once."""
    return f"<{key.replace(':', '.')}@{domain}>"


def mark_sent(session: Session, mail: Mail, *, at: datetime) -> None:
    """The mail server has taken it."""
    _end(session, mail, sent_at=at, trouble="", tries=col(Mail.tries) + 1)


def mark_failed(session: Session, mail: Mail, why: str, *, for_good: bool, now: datetime) -> None:
    """The mail was not taken: it is tried again, later each time; after a refusal for good but once a day."""
    wait = SELDOM if for_good else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(mail.tries, 20))
    said = why[:500].replace("\0", "")
    _end(session, mail, col(Mail.holder) == mail.holder, next_at=now + wait, trouble=said, tries=col(Mail.tries) + 1)


def drop(session: Session, mail: Mail, why: str, *, at: datetime) -> None:
    """Gives a mail up: there is nobody any more who may read it."""
    _end(session, mail, col(Mail.holder) == mail.holder, dropped_at=at, trouble=why[:500].replace("\0", ""))


def _end(session: Session, mail: Mail, *still: ColumnElement[bool], **values: object) -> None:
    """Writes what became of it and ends the lease; what has been sent by somebody else meanwhile stays sent."""
    unsent = (col(Mail.id) == mail.id) & col(Mail.sent_at).is_(None)
    session.exec(sa.update(Mail).where(unsent, *still).values(holder="", lease_until=None, **values))


def retry(session: Session, *, by: User | None, at: datetime) -> int:
    """Whatever waits is tried at the next look; how many mails that is. History notes it of those in trouble."""
    free = waiting() & (col(Mail.lease_until).is_(None) | (col(Mail.lease_until) <= at))
    for mail in session.exec(select(Mail).where(free, Mail.trouble != "").order_by(col(Mail.id))):
        history.write(session, "retry", mail, by=by, at=at)
    return session.exec(sa.update(Mail).where(free).values(next_at=at)).rowcount


@dataclass(frozen=True)
class Counts:
    """How the outbox stands."""

    waiting: int
    troubled: int
    """Of those that wait: tried, and not taken."""
    sent: int
    folded: int
    """Spoken for by a later mail."""
    dropped: int


def counts(session: Session) -> Counts:
    one = sa.func.count()
    columns = (
        one.filter(waiting()),
        one.filter(waiting() & (col(Mail.trouble) != "")),
        one.filter(col(Mail.sent_at).is_not(None)),
        one.filter(col(Mail.folded_into_id).is_not(None)),
        one.filter(col(Mail.dropped_at).is_not(None)),
    )
    return Counts(*session.execute(sa.select(*columns).select_from(Mail)).one())


def sent_since(session: Session, at: datetime) -> int:
    """How many mails have been taken since then."""
    return session.exec(select(sa.func.count()).select_from(Mail).where(col(Mail.sent_at) >= at)).one()


def troubled(session: Session, *, most: int = 50) -> list[Mail]:
    """Mail that was tried and not taken, the oldest first."""
    query = select(Mail).where(waiting(), Mail.trouble != "").order_by(col(Mail.made_at), col(Mail.id))
    return list(session.exec(query.limit(most)))
