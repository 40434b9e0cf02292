"""Webhooks: what chat systems are posted between reports; written in the transaction that makes it due, leased, retried."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, Column, ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from branches import alerts, telling
from branches.database import UtcTime, hold, public_id
from branches.editions import Scope
from branches.errors import Refused
from branches.telling import ASTRAY, BEFORE

FIRST_WAIT = timedelta(minutes=1)
"""After the first failure; each further one doubles it."""
LONGEST_WAIT = timedelta(hours=2)
PATIENCE = timedelta(days=5)
"""So long after it was written a post is given up."""
FORGOTTEN = timedelta(days=2)
"""So long nobody has looked after a name: whoever's settings have it does so once a day."""


class Hook(SQLModel, table=True):
    """One address that is posted to, by the name that the settings give it; the address itself is kept by nobody."""

    __tablename__ = "webhook"

    name: str = Field(primary_key=True, max_length=30)
    told_from: datetime = Field(sa_type=UtcTime)
    """Since when the settings name it: nothing earlier is told."""
    told_to: datetime = Field(sa_type=UtcTime)
    """When it was last looked what there is to tell."""


class Post(SQLModel, table=True):
    """What one address is posted on one day. It is worded when it is sent, as mail is."""

    __tablename__ = "webhook_post"

    id: int = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=16)
    """By which the receiver knows a post that comes twice."""
    key: str = Field(unique=True, max_length=64)
    name: str = Field(max_length=30, index=True)
    events: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """By the numbers that history gave them."""
    made_at: datetime = Field(sa_type=UtcTime)
    next_at: datetime = Field(sa_type=UtcTime)
    tries: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    holder: str = Field(default="", max_length=64)
    trouble: str = Field(default="", max_length=500)
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcTime)


@dataclass(frozen=True)
class Wish:
    """What the settings ask for: who is told what, in which language."""

    name: str
    region: str = ""
    """Its code; empty: the whole chain."""
    language: str = "en"


def known(session: Session) -> set[str]:
    """The names that somebody has looked after of late."""
    return set(session.exec(select(Hook.name)))


def abandoned(session: Session, names: Iterable[str], now: datetime) -> set[str]:
    """What neither these settings name nor those of another process that is at work."""
    return set(session.exec(select(Hook.name).where(_abandoned(names, now))))


def forget(session: Session, names: Iterable[str], now: datetime) -> None:
    """Whatever no settings name any longer: named again, it is told what comes from then on."""
    session.exec(sa.delete(Hook).where(_abandoned(names, now)))


def _abandoned(names: Iterable[str], now: datetime) -> ColumnElement[bool]:
    return col(Hook.name).not_in(list(names)) & (col(Hook.told_to) < now - FORGOTTEN)


def scope_of(wish: Wish, scopes: Collection[Scope]) -> Scope:
    """What the address is told about.

    Raises:
        Refused: there is no such region, or it has no branch.
    """
    for scope in scopes:
        if scope.region_code == (wish.region or None):
            return scope
    raise Refused("The webhook {name} is for the region {code}, which is not here.", name=wish.name, code=wish.region)


def is_due(session: Session, wish: Wish, scope: Scope, now: datetime) -> bool:
    """Whether the address has not been looked after today; one that is new is looked after at once."""
    hook = session.get(Hook, wish.name)
    return hook is None or telling.is_due(hook.told_to, telling.today(0, scope, now).at, now)


def tell(session: Session, wish: Wish, scope: Scope, *, at: datetime) -> Post | None:
    """Writes the post that tells what is new, and up to when that is; None: nothing is new.

    An address gets no weekly mail, so what a report did to a flag is told too.
    """
    hook = _held(session, wish.name, at)
    due = telling.today(0, scope, at)
    if not telling.is_due(hook.told_to, due.at, at):
        return None
    since = telling.looked_from(hook.told_from, hook.told_to, at)
    known = _told_since(session, wish.name, since - BEFORE)
    told = alerts.untold(session, since, asked=hook.told_from, known=known, regions=reached(scope))
    post = _write(session, wish.name, due.day, told, at) if told else None
    if post is not None and post.events != told:
        return None  # told today already, by another clock
    hook.told_to = at
    session.add(hook)
    return post


def reached(scope: Scope) -> frozenset[int] | None:
    """The region it is about; None: the whole chain."""
    return None if scope.region_id is None else frozenset({scope.region_id})


def _held(session: Session, name: str, at: datetime) -> Hook:
    hook = session.get(Hook, name)
    if hook is None:
        hook = Hook(name=name, told_from=at, told_to=at)
        try:
            with session.begin_nested():
                session.add(hook)
        except IntegrityError:  # another process has met it first
            hook = session.get_one(Hook, name)
    hold(session, hook)
    return hook


def _told_since(session: Session, name: str, since: datetime) -> set[int]:
    query = select(Post.events).where(Post.name == name, col(Post.made_at) >= since)
    return {event for events in session.exec(query) for event in events}


def _write(session: Session, name: str, day: date, events: list[int], at: datetime) -> Post:
    """The one post of that day; the same again changes nothing."""
    post = Post(key=f"{name}:{day}", name=name, events=events, made_at=at, next_at=at)
    try:
        with session.begin_nested():
            session.add(post)
    except IntegrityError:
        return session.exec(select(Post).where(Post.key == post.key)).one()
    return post


def waiting() -> ColumnElement[bool]:
    """Posts that are still to be sent."""
    return col(Post.sent_at).is_(None) & col(Post.dropped_at).is_(None)


def due(session: Session, now: datetime) -> list[Post]:
    """What is to be tried now, the longest due first; what a clock put off that has been set back since is ripe."""
    free = col(Post.lease_until).is_(None) | (col(Post.lease_until) <= now) | (col(Post.lease_until) > now + ASTRAY)
    ripe = (col(Post.next_at) <= now) | (col(Post.next_at) > now + ASTRAY)
    return list(session.exec(select(Post).where(waiting(), free, ripe).order_by(col(Post.next_at), col(Post.id))))


def claim(session: Session, post: Post, *, holder: str, clock: Callable[[], datetime], seconds: int) -> Post | None:
    """Takes the lease on a post; None where somebody living holds it, or it is done. The clock is read once it is held."""
    mine = select(Post).where(waiting(), Post.id == post.id).with_for_update()
    found = session.exec(mine.execution_options(populate_existing=True)).first()
    now = clock()
    if found is None or (found.lease_until is not None and now < found.lease_until <= now + ASTRAY):
        return None
    found.holder, found.lease_until = holder, now + timedelta(seconds=seconds)
    session.add(found)
    session.flush()
    return found


def mark_sent(session: Session, post: Post, *, at: datetime) -> None:
    """The address has taken it."""
    _end(session, post, sent_at=at, trouble="", tries=col(Post.tries) + 1)


def mark_failed(session: Session, post: Post, why: str, *, now: datetime) -> None:
    """It was not taken: it is tried again, later each time, and after some days given up."""
    values: dict[str, Any] = {"trouble": _cut(why), "tries": col(Post.tries) + 1}
    if now - post.made_at >= PATIENCE:
        values["dropped_at"] = now
    else:
        values["next_at"] = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(post.tries, 20))
    _end(session, post, col(Post.holder) == post.holder, **values)


def drop(session: Session, post: Post, why: str, *, at: datetime) -> None:
    """Gives a post up: nothing of it holds, or its address wants no more."""
    _end(session, post, col(Post.holder) == post.holder, dropped_at=at, trouble=_cut(why))


def _cut(why: str) -> str:
    """As much as is kept of it; a database takes no NUL."""
    return why[:500].replace("\0", "")


def _end(session: Session, post: Post, *still: ColumnElement[bool], **values: object) -> None:
    """Writes what became of it and ends the lease; what somebody else has sent meanwhile stays sent."""
    unsent = (col(Post.id) == post.id) & col(Post.sent_at).is_(None)
    session.exec(sa.update(Post).where(unsent, *still).values(holder="", lease_until=None, **values))


def in_trouble(session: Session, since: datetime, *, most: int) -> list[Post]:
    """Posts that were tried and not taken, and those that were given up since then, the latest first."""
    given_up = col(Post.dropped_at) >= since
    query = select(Post).where(col(Post.trouble) != "", waiting() | given_up)
    return list(session.exec(query.order_by(col(Post.id).desc()).limit(most)))


def sent_since(session: Session, at: datetime) -> int:
    """How many posts have been taken since then."""
    return session.exec(select(sa.func.count()).select_from(Post).where(col(Post.sent_at) >= at)).one()
