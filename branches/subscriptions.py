"""Subscriptions: which mails somebody wants, weekly and between reports, and the token by which a mail itself can change that."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from branches import history
from branches.database import UtcTime, hold
from branches.editions import Edition
from branches.history import Actor
from branches.people import READERS, User

FALLS_SHORT = "falls_short"
"""What an edition calls the state in its counts."""


class Wanted(StrEnum):
    """When somebody is mailed the weekly report; sign-in mails, and mails to shoppers, are no part of it."""

    ALWAYS = "always"
    SHORT = "short"
    """Only when a branch falls short, or a revision has changed a branch's state."""
    NEVER = "never"


def new_token() -> str:
    """Nobody guesses it, and it says nothing of whose it is."""
    return secrets.token_urlsafe(24)


class Subscription(SQLModel, table=True):
    """What one person has chosen."""

    user_id: int = Field(foreign_key="person.id", primary_key=True)
    wanted: str = Field(default=Wanted.ALWAYS.value, max_length=16)
    alerts: bool = False
    """Whether they are told between reports."""
    alerts_from: datetime | None = Field(default=None, sa_type=UtcTime)
    """When they last asked for alerts: they are told of nothing earlier."""
    told_to: datetime | None = Field(default=None, sa_type=UtcTime)
    """When it was last looked what there is to tell them."""
    token: str = Field(default_factory=new_token, unique=True, max_length=64)
    """What the address in a mail carries. It opens this choice and nothing else, so it is kept as it is: each mail names it."""

    user: User = Relationship()


def find(session: Session, user: User) -> Subscription | None:
    """None for somebody who was never written to and never chose."""
    return session.get(Subscription, user.id)


def of(session: Session, user: User) -> Subscription:
    """A person's subscription; made where there is none yet."""
    found = find(session, user)
    if found is not None:
        return found
    made = Subscription(user_id=user.id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody else has made it in the meantime
        return session.get_one(Subscription, user.id)
    return made


def wanted(session: Session, user: User) -> Wanted:
    """What that person has chosen; every week's mail where they never chose."""
    found = find(session, user)
    return Wanted(found.wanted) if found is not None else Wanted.ALWAYS


def choose(session: Session, user: User, wanted: Wanted, *, by: Actor | None, at: datetime) -> None:
    """Keeps the choice; the same one again changes nothing."""
    row = of(session, user)
    hold(session, row)
    before = row.wanted
    if before == wanted.value:
        return
    row.wanted = wanted.value
    session.add(row)
    history.write(session, "choose_mails", user, by=by, at=at, before=before, after=wanted.value)


def wants_alerts(session: Session, user: User) -> bool:
    """Whether that person is told between reports; nobody is who never asked for it."""
    found = find(session, user)
    return found is not None and found.alerts


def choose_alerts(session: Session, user: User, wanted: bool, *, by: Actor | None, at: datetime) -> None:
    """Keeps whether they are told between reports; what was before they asked is never told."""
    row = of(session, user)
    hold(session, row)
    if row.alerts == wanted:
        return
    row.alerts = wanted
    if wanted:
        row.alerts_from = row.told_to = at
    session.add(row)
    before, after = ("no", "yes") if wanted else ("yes", "no")
    history.write(session, "choose_alerts", user, by=by, at=at, before=before, after=after)


def with_alerts(session: Session) -> list[Subscription]:
    """Those who are told between reports, as far as reports are made for them and they have an address."""
    query = select(Subscription).join(User).where(col(Subscription.alerts), col(User.active))
    query = query.where(col(User.email).is_not(None), col(User.role).in_([role.value for role in READERS]))
    known = contains_eager(Subscription.user)  # type: ignore[arg-type]
    return list(session.exec(query.order_by(col(Subscription.user_id)).options(known)))


def holder(session: Session, token: str) -> User | None:
    """Whose mails that token speaks of; nobody once they read no reports any more."""
    query = select(User).join(Subscription).where(Subscription.token == token, User.active)
    return session.exec(query.where(col(User.role).in_([role.value for role in READERS]))).first()


def renew(session: Session, user: User) -> None:
    """Mails that went to another mailbox change nothing any more."""
    found = find(session, user)
    if found is not None:
        hold(session, found)
        found.token = new_token()
        session.add(found)


def is_wanted(wanted: Wanted, told: Iterable[Edition]) -> bool:
    """Whether a mail that tells of these editions is to be sent: one of them is enough."""
    if wanted is Wanted.SHORT:
        return any(_falls_short(edition) for edition in told)
    return wanted is Wanted.ALWAYS


def _falls_short(edition: Edition) -> bool:
    return edition.states.get(FALLS_SHORT, 0) > 0 or bool((edition.changes or {}).get("state_changed"))
