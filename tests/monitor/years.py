"""A year's first editions: which there must be and when, when work on them began, and whether each is there once."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import select

from branches.database import reading
from branches.editions import CHAIN, Edition, region_key
from branches.places import regions
from tests.monitor import clockwork, punctual
from tests.monitor.chains import ZONES
from tests.monitor.clockwork import BEGINS, Line
from tests.monitor.schedulers import PATIENCE_SECONDS, WEEKS, YEAR_BEGINS, YEAR_ENDS, Schedulers

Calendar = dict[punctual.Edition, datetime]


def calendar_of(engine: sa.Engine) -> Calendar:
    """Every edition of the year and when it is due; each region is named after its zone."""
    with reading(engine) as session:
        scopes = [(region_key(region), region.name, [region.name]) for region in regions(session)]
    scopes.append((CHAIN, clockwork.settings().chain_zone, list(ZONES)))
    mondays = [YEAR_BEGINS.date() + timedelta(weeks=n) for n in range(WEEKS)]
    return {(key, monday): punctual.due(monday, zone, zones) for key, zone, zones in scopes for monday in mondays}


def wait_until(so: Callable[[], bool], at_work: Schedulers, *, step: timedelta) -> None:
    """Leases of the killed end, and what was put off comes up again, as the clock goes on."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    at = YEAR_ENDS
    while not so() and time.monotonic() < give_up:
        at += step
        at_work.show(at)


def are_issued(engine: sa.Engine, calendar: Calendar) -> bool:
    with reading(engine) as session:
        first = select(sa.func.count()).select_from(Edition).where(Edition.revision == 0)
        return session.exec(first).one() >= len(calendar)


def begun(lines: Iterable[Line]) -> Calendar:
    """When work on each edition first began, as the processes wrote it down."""
    found: Calendar = {}
    for line in (line for line in lines if line.what == BEGINS):
        edition = (line.scope, date.fromisoformat(line.week))
        found[edition] = min(line.at, found.get(edition, line.at))
    return found


def check_first_editions(rows: Iterable[Edition], calendar: Calendar) -> None:
    """Each is there once, none came early, and each counts what was released until it was due."""
    first = [row for row in rows if row.revision == 0]
    assert Counter((row.scope, row.week) for row in first) == Counter(calendar.keys())
    assert {(row.scope, row.week): row.due_at for row in first} == calendar
    assert [row for row in first if row.issued_at < calendar[row.scope, row.week]] == []
