"""Alerts: what has happened between reports that its readers want to be told, derived from history."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from branches import audits
from branches.audits import Audit, Outcome
from branches.database import in_parts
from branches.flags import Flag
from branches.history import Event
from branches.places import Branch
from branches.states import COUNTED
from branches.weeks import Week


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
        columns = (col(Audit.id), col(Audit.standard_id), col(Audit.visited_on), Branch)  # no shopper
        query = sa.select(*columns).join(Branch).options(joinedload(Branch.region))  # type: ignore[arg-type]
        query = query.where(col(Audit.outcome) == Outcome.CRITICAL_FAIL.value, col(Audit.state).in_(COUNTED))
        rows += [tuple(row) for row in session.execute(query.where(col(Audit.id).in_(part)))]
    failed = audits.failed_items(session, [number for number, *_ in rows], critical=True)
    return [
        Fact(released[number], What.CRITICAL, branch, Week.of(day).monday, version, tuple(failed.get(number, ())))
        for number, version, day, branch in rows
        if day is not None
    ]


def _flags(session: Session, events: Sequence[Event]) -> list[Fact]:
    about = [event for event in events if event.thing == "flag"]
    held: dict[int, Flag] = {}
    placed = joinedload(Flag.branch).joinedload(Branch.region)  # type: ignore[arg-type]
    for part in in_parts(sorted({event.thing_id for event in about})):
        query = select(Flag).where(col(Flag.id).in_(part)).options(placed)
        held |= {flag.id: flag for flag in session.exec(query)}
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
