"""Telling: who is told between reports and when, of what their weekly mail does not say; each thing once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from branches import access, alerts, editions, outbox, stand_ins, subscriptions
from branches.access import Reach, Right
from branches.alerts import Fact, What
from branches.database import hold
from branches.editions import CHAIN, Edition, Scope
from branches.outbox import Mail
from branches.people import Role, User
from branches.subscriptions import FALLS_SHORT
from branches.weeks import Week, local_date, moment

LATE = timedelta(days=3)
"""A change may be committed later than the time it bears, and another machine's clock be behind: by less than this."""
BEFORE = timedelta(days=31)
"""So much earlier what bears on it may have been told: that a flag was raised which is withdrawn now."""
ASTRAY = timedelta(days=1)
"""So far ahead a clock may have been that has been set back since."""
WAITS = LATE - timedelta(days=1)
"""So long a weekly mail that has not gone out is trusted to tell its flags: one look later they lie too far back."""
MOST_NAMED = 12
"""So many flags the weekly mail names; of further ones it only says how many there are."""


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
    asked = row.alerts_from or at
    since = looked_from(asked, row.told_to or asked, at)
    mailed = outbox.editions_mailed(session, reader, since - BEFORE, waits_since=at - WAITS)
    told = alerts.untold(
        session,
        since,
        asked=asked,
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


def looked_from(asked: datetime, told_to: datetime, at: datetime) -> datetime:
    """From when on history is looked at: a while before the last look, never before somebody asked to be told."""
    return max(asked, min(told_to, at) - LATE)


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


def _not_in_a_report(session: Session, mailed: Collection[str], found: list[Fact]) -> list[Fact]:
    """Without flags raised that a weekly mail names: of the same week, of a report that knew as much as the one that did it.

    No weekly mail names flags that were cleared, nor more than the first few that were raised.
    """
    weeks = {fact.week for fact in found if fact.by_report}
    if not mailed or not weeks:
        return found
    columns = (Edition.scope, Edition.week, Edition.due_at, Edition.public_id, Edition.states)
    query = sa.select(*(col(column) for column in columns))
    rows = session.execute(query.where(col(Edition.week).in_(weeks), col(Edition.revision) == 0)).all()
    due_at = {(scope, week): at for scope, week, at, *_ in rows}
    told = {
        (scope, week): at
        for scope, week, at, public, states in rows
        if public in mailed and 0 < states.get(FALLS_SHORT, 0) <= MOST_NAMED
    }

    def is_said(fact: Fact) -> bool:
        own = editions.region_key(fact.branch.region)
        raised = due_at.get((own, fact.week))
        said = [told[key, fact.week] for key in (own, CHAIN) if (key, fact.week) in told]
        return fact.what is What.RAISED and fact.by_report and raised is not None and any(at >= raised for at in said)

    return [fact for fact in found if not is_said(fact)]
