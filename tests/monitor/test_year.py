"""A year of Mondays with two scheduler processes that are killed again and again: every edition once, none early or late."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches.database import reading, transaction
from branches.editions import Edition
from tests.monitor import punctual, years
from tests.monitor.chains import audit_weekly, small_chain
from tests.monitor.schedulers import WEEKS, YEAR_BEGINS, Fate, live_through, schedulers

FATE = Fate(kills=24, set_back=5, outages=((9, 8), (40, 30), (70, 1), (120, 20)))


@pytest.mark.long
def test_a_year_with_kills_and_both_clock_changes_issues_every_edition_once_and_in_time(
    engine: sa.Engine, database_url: str, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        audit_weekly(session, small_chain(session), YEAR_BEGINS.date(), weeks=WEEKS)
    calendar = years.calendar_of(engine)
    with schedulers(database_url, tmp_path) as at_work:
        outages = live_through(at_work, sorted(set(calendar.values())), FATE, random.Random(20260105))
        years.wait_until(lambda: years.are_issued(engine, calendar), at_work, step=timedelta(seconds=20))
    assert punctual.unpunctual(calendar, years.begun(at_work.lines), outages) == {}
    with reading(engine) as session:
        rows = session.exec(select(Edition)).all()
    assert [row for row in rows if row.revision] == []
    years.check_first_editions(rows, calendar)
