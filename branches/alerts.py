"""Alerts: what has happened between reports that its readers want to be told, derived from history; each told once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import access, audits, editions, outbox, stand_ins, subscriptions
from branches.access import Reach, Right
from branches.audits import Audit, Outcome
from branches.database import hold, in_parts
from branches.editions import CHAIN, Edition, Scope
from branches.flags import Flag
from branches.history import Event
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.states import COUNTED
from branches.subscriptions import Subscription
from branches.weeks import Week, local_date, moment

LATE = timedelta(days=3)
"""A change may be committed later than the time it bears, and another machine's clock be behind: by less than this."""
BEFORE = timedelta(days=31)
"""So much earlier what bears on it may have been told: that a flag was raised which is withdrawn now."""
ASTRAY = timedelta(days=1)
"""So far ahead a clock may have been that has been set back since."""


class What(StrEnum):
    """What is told."""

    CRITICAL = "critical"
    """An audit at which a critical item failed began to count."""
    RAISED = "raised"
    CLEARED = "cleared"
    WITHDRAWN = "withdrawn"
    """After a correction the report that raised the flag would not have raised it."""


VERBS: Mapping[tuple[str, str], What] = {
    ("audit", "released"): What.CRITICAL,
    ("flag", "raise"): What.RAISED,
    ("flag", "clear"): What.CLEARED,
    ("flag", "withdraw"): What.WITHDRAWN,
}
"""What history calls it. An import is not among them: what a folder brings is in the next report."""


@dataclass(frozen=True)
class Fact:
    """One thing to tell. Neither who the shopper was nor the moment of anything is part of it."""

    event: int
    """Its number in history."""
    what: What
    branch: Branch
    week: date
    """Of the visit, or of the report that raised or ended the flag."""
    standard_id: int | None = None
    failed: tuple[str, ...] = ()
    """Critical items, by their codes."""
    section: str = ""
    flag_id: int | None = None
    by_report: bool = False
    """Whether the week's first edition did it, and no revision."""


@dataclass(frozen=True)
class Due:
    """When a reader is to be told, on which day."""

    user_id: int
    day: date
    at: datetime


def due(session: Session, scopes: Collection[Scope], now: datetime) -> list[Due]:
    """Who is to be told now: at the hour at which their own reports are due, once a day."""
    found = []
    for row in subscriptions.with_alerts(session):
        scope = _own(row.user, scopes)
        if scope is not None:
            one = today(row.user_id, scope, now)
            found += [one] if is_due(row.told_to, one.at, now) else []
    return found


def _own(reader: User, scopes: Collection[Scope]) -> Scope | None:
    """A manager's region, by whose clock they live; the chain for everybody else."""
    own = reader.region_id if reader.role == Role.MANAGER.value else None
    by_region = {scope.region_id: scope for scope in scopes}
    return by_region.get(own) or by_region.get(None)


def today(user_id: int, scope: Scope, now: datetime) -> Due:
    """Today by the scope's clock, and the moment at which its reader is told."""
    day = local_date(now, scope.zone)
    hour = scope.times.of(Week.of(day).plus(-1)).at
    return Due(user_id, day, moment(day, hour, scope.zone))


def is_due(told_to: datetime | None, at: datetime, now: datetime) -> bool:
    """Not looked yet today; a look that lies far ahead was made by a clock that has been set back since."""
    return at <= now and (told_to is None or told_to < at or told_to > now + ASTRAY)


def tell(session: Session, reader: User, due: Due, *, at: datetime) -> Mail | None:
    """Writes the mail that tells what is new to that reader, and up to when they have been told; None: nothing is new.

    Both in the caller's transaction, with the reader's choice held: of two processes the second finds it done.
    """
    row = subscriptions.find(session, reader)
    if row is None:
        return None
    hold(session, row)
    if not row.alerts or not is_due(row.told_to, due.at, at):
        return None
    since = _since(row, at)
    mailed = outbox.editions_mailed(session, reader, since - BEFORE)
    told = untold(
        session,
        since,
        asked=row.alerts_from or at,
        known=outbox.told_since(session, reader, since - BEFORE),
        regions=reached(session, reader, at=at),
        left_out=lambda found: _not_in_a_report(session, mailed, found),
    )
    mail = outbox.for_alerts(session, reader, told, due.day, at=at) if told else None
    if mail is not None and mail.about["events"] != told:
        return None  # told today already, by another clock: what is new since is told tomorrow
    row.told_to = at
    session.add(row)
    return mail


def _since(row: Subscription, at: datetime) -> datetime:
    """From when on history is looked at: a while before the last look, never before they asked to be told."""
    asked = row.alerts_from or at
    return max(asked, min(row.told_to or asked, at) - LATE)


def untold(
    session: Session,
    since: datetime,
    *,
    asked: datetime,
    known: Collection[int],
    regions: Collection[int] | None,
    left_out: Callable[[list[Fact]], list[Fact]] = list,
) -> list[int]:
    """What is to be told of what history knows since then, by its numbers.

    Args:
        session: only read from.
        since: as far back is looked.
        asked: nothing earlier is told.
        known: what has been told already.
        regions: whose events may be told; None: the whole chain's.
        left_out: gives what is left without that which is said elsewhere.
    """
    window = {event.id: event for event in happened(session, since)}
    withdrawn = [event.thing_id for event in window.values() if _what(event) is What.WITHDRAWN]
    events = {event.id: event for event in _raised(session, withdrawn, asked)} | window
    found = facts(session, [event for event in events.values() if event.id not in known], regions)
    return sorted(fact.event for fact in standing(left_out(found)) if fact.event in window)


def reached(session: Session, reader: User, *, at: datetime) -> frozenset[int] | None:
    """The regions whose events that person may know today, lent ones too; None: the whole chain."""
    match access.reach(reader, Right.READ_EDITIONS):
        case Reach.CHAIN:
            return None
        case Reach.REGION:
            lent = {held.region_id for held in stand_ins.held_by(session, reader, at=at)}
            return frozenset(lent | ({reader.region_id} if reader.region_id is not None else set()))
        case _:
            return frozenset()


def happened(session: Session, since: datetime) -> list[Event]:
    """What history knows since then that may have to be told."""
    kinds = [(col(Event.thing) == thing) & (col(Event.verb) == verb) for thing, verb in VERBS]
    query = select(Event).where(col(Event.at) >= since, sa.or_(*kinds))
    return list(session.exec(query.order_by(col(Event.id))))


def _raised(session: Session, flags: Sequence[int], asked: datetime) -> list[Event]:
    """When these flags were raised: who was never told of that is not told that they are withdrawn."""
    found: list[Event] = []
    for part in in_parts(sorted(flags)):
        query = select(Event).where(Event.thing == "flag", Event.verb == "raise", col(Event.thing_id).in_(part))
        found += session.exec(query.where(col(Event.at) >= asked))
    return found


def _what(event: Event) -> What:
    return VERBS[event.thing, event.verb]


def facts(session: Session, events: Sequence[Event], regions: Collection[int] | None) -> list[Fact]:
    """What still holds of these events, in these regions: an audit that counts no longer is not told."""
    found = [*_failures(session, events), *_flags(session, events)]
    there = [fact for fact in found if regions is None or fact.branch.region_id in regions]
    order = list(What)
    return sorted(there, key=lambda f: (order.index(f.what), f.branch.name.casefold(), f.week, f.section, f.failed))


def _failures(session: Session, events: Sequence[Event]) -> list[Fact]:
    released = {event.thing_id: event.id for event in events if _what(event) is What.CRITICAL}
    rows: list[tuple[int, int | None, date | None, Branch]] = []
    for part in in_parts(sorted(released)):
        query = sa.select(col(Audit.id), col(Audit.standard_id), col(Audit.visited_on), Branch).join(
            Branch
        )  # no shopper
        query = query.where(col(Audit.outcome) == Outcome.CRITICAL_FAIL.value, col(Audit.state).in_(COUNTED))
        rows += [tuple(row) for row in session.execute(query.where(col(Audit.id).in_(part)))]
    failed = audits.failed_critical(session, [number for number, *_ in rows])
    return [
        Fact(released[number], What.CRITICAL, branch, Week.of(day).monday, version, tuple(failed.get(number, ())))
        for number, version, day, branch in rows
        if day is not None
    ]


def _flags(session: Session, events: Sequence[Event]) -> list[Fact]:
    about = [event for event in events if event.thing == "flag"]
    held: dict[int, Flag] = {}
    for part in in_parts(sorted({event.thing_id for event in about})):
        held |= {flag.id: flag for flag in session.exec(select(Flag).where(col(Flag.id).in_(part)))}
    return [
        Fact(
            event.id,
            _what(event),
            held[event.thing_id].branch,
            date.fromisoformat(event.details["week"]),
            section=held[event.thing_id].section,
            flag_id=event.thing_id,
            by_report=not event.details.get("revised", False),
        )
        for event in about
        if event.thing_id in held
    ]


def standing(found: Iterable[Fact]) -> list[Fact]:
    """Without flags that were raised and withdrawn again before anybody was told."""
    known = list(found)
    both = [{fact.flag_id for fact in known if fact.what is what} for what in (What.RAISED, What.WITHDRAWN)]
    gone = (both[0] & both[1]) - {None}
    return [fact for fact in known if fact.flag_id not in gone]


def _not_in_a_report(session: Session, mailed: Collection[str], found: list[Fact]) -> list[Fact]:
    """Without what a weekly mail says: of the same week, and of a report that knew at least as much as the one that did it."""
    weeks = {fact.week for fact in found if fact.by_report}
    if not mailed or not weeks:
        return found
    query = sa.select(col(Edition.scope), col(Edition.week), col(Edition.due_at), col(Edition.public_id))
    rows = session.execute(query.where(col(Edition.week).in_(weeks), col(Edition.revision) == 0)).all()
    due_at = {(scope, week): at for scope, week, at, _ in rows}
    told = {(scope, week): at for scope, week, at, public in rows if public in mailed}

    def is_said(fact: Fact) -> bool:
        own = editions.region_key(fact.branch.region)
        raised = due_at.get((own, fact.week))
        said = [told[key, fact.week] for key in (own, CHAIN) if (key, fact.week) in told]
        return fact.by_report and raised is not None and any(at >= raised for at in said)

    return [fact for fact in found if not is_said(fact)]
