"""Owed: editions of which somebody who reads them, and did when they were issued, never had a mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from branches import history, outbox, subscriptions
from branches.database import in_parts
from branches.editions import WEEKLY, Edition
from branches.outbox import Mail
from branches.people import Role, User


def mails(session: Session, since: datetime | None) -> list[str]:
    """First editions issued since then, else all, that lack a mail.

    Who has been changed since an edition came may not have read it then: of these nothing is said.
    Nor of stand-ins, nor of revisions: they are mailed only where a branch's state has changed.
    """
    readers, keys = _readers(session), dict[str, str]()
    for edition in _editions(session, since):
        keys |= {outbox.edition_key(edition, reader): edition.public_id for reader in _had(session, edition, readers)}
    lost = set[str]()
    for part in in_parts(sorted(keys)):
        there = set(session.exec(select(Mail.key).where(col(Mail.key).in_(part))))
        lost |= {keys[key] for key in part if key not in there}
    return sorted(lost)


def _editions(session: Session, since: datetime | None) -> Iterator[Edition]:
    query = select(Edition).where(Edition.report == WEEKLY, Edition.revision == 0)
    if since is not None:
        query = query.where(col(Edition.issued_at) >= since)
    return iter(session.exec(query.order_by(col(Edition.id)).options(defer(Edition.content))))  # type: ignore[arg-type]


def _readers(session: Session) -> list[tuple[User, datetime | None]]:
    """Those who read editions and have an address, and when each was last changed."""
    kinds = [Role.OFFICE.value, Role.MANAGER.value]
    query = select(User).where(col(User.active), col(User.email).is_not(None), col(User.role).in_(kinds))
    people = list(session.exec(query.order_by(col(User.id))))
    changed = {event.thing_id: event.at for event in history.of_all(session, people)}  # the last of each stays
    return [(one, changed.get(one.id)) for one in people]


def _had(session: Session, edition: Edition, readers: Sequence[tuple[User, datetime | None]]) -> list[User]:
    """Of these the ones to whom the edition was to be mailed."""
    role = Role.OFFICE if edition.region_id is None else Role.MANAGER
    region = edition.region_id
    own = [
        one
        for one, changed in readers
        if one.role == role.value
        and (region is None or one.region_id == region)
        and (changed is None or changed < edition.issued_at)
    ]
    return [one for one in own if subscriptions.is_wanted(subscriptions.wanted(session, one), [edition])]
