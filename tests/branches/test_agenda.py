"""Where each scope's reports stand."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches import agenda, editions, places
from branches.agenda import Standing
from branches.database import reading, transaction
from branches.editions import CHAIN, Scope
from branches.timetable import DueTimes
from branches.weeks import DueTime, Week
from tests import make

WEEK = Week.parse("2025-W27")
LATER = DueTimes(DueTime("tuesday", time(7)))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def north(session: Session) -> Scope:
    """A region that is reported from WEEK on, beside the chain."""
    make.branch(session, make.region(session))
    for scope in editions.scopes(session, "Europe/Budapest", LATER):
        editions.switch_on(session, scope, None, WEEK)
    return editions.scopes(session, "Europe/Budapest", LATER)[1]


def standing(session: Session, scope: Scope, now: datetime) -> Standing:
    (found,) = agenda.standings(session, [scope], now)
    return found


def issue(session: Session, scope: Scope, week: Week) -> editions.Edition:
    due = scope.due_at(week)
    return editions.issue(session, scope, week, {}, due_at=due, at=due, standard_id=None)


def test_before_the_first_report_it_is_the_next(session: Session, north: Scope) -> None:
    found = standing(session, north, make.NOON - timedelta(days=40))
    assert (found.week, found.due_at, found.missing, found.last) == (WEEK, north.due_at(WEEK), (), None)


def test_a_report_is_late_when_it_has_been_due_for_a_while(session: Session, north: Scope) -> None:
    due = north.due_at(WEEK)
    at_once, later = standing(session, north, due + 4 * MINUTE), standing(session, north, due + 5 * MINUTE)
    assert (at_once.missing, at_once.week) == ((), WEEK.plus(1))
    assert (later.missing, later.week) == ((WEEK,), WEEK.plus(1))
    weeks = standing(session, north, north.due_at(WEEK.plus(3)) + 5 * MINUTE).missing
    assert weeks == (WEEK, WEEK.plus(1), WEEK.plus(2), WEEK.plus(3))


def test_the_last_report_is_the_newest_revision_of_the_last_week(session: Session, north: Scope) -> None:
    issue(session, north, WEEK)
    second = issue(session, north, WEEK.plus(1))
    revised = editions.revise(session, second, {}, {}, at=second.due_at + MINUTE)
    found = standing(session, north, second.due_at + 6 * MINUTE)
    assert found.last is not None
    assert (found.last.public_id, found.last.revision, found.missing) == (revised.public_id, 1, ())


def test_a_scope_whose_branches_are_closed_has_no_next_report(session: Session, north: Scope) -> None:
    branch = places.open_branches(session, WEEK.monday, WEEK.sunday)[0]
    places.close_branch(session, branch, WEEK.plus(1).monday, by=None, at=make.NOON)
    closed = editions.scopes(session, "UTC", LATER)[1]
    now = closed.due_at(WEEK.plus(2))
    found = standing(session, closed, now)
    assert (found.week, found.due_at, found.missing) == (None, None, (WEEK,))


def test_a_scope_whose_first_week_is_not_fixed_begins_with_this_week(session: Session) -> None:
    make.branch(session)
    found = agenda.standings(session, editions.scopes(session, "UTC", DueTimes()), make.NOON)
    assert [(one.week, one.missing) for one in found] == [(WEEK, ())] * 2


@pytest.mark.parametrize(("begun", "first"), [(WEEK, WEEK), (WEEK.plus(1), WEEK), (WEEK.plus(-1), WEEK.plus(1))])
def test_a_new_region_begins_with_the_chain_and_later_with_the_week_to_come(begun: Week, first: Week) -> None:
    region = Scope("region-1", "UTC")
    assert region.first_to_come({CHAIN: begun}, make.NOON) == first
    assert replace(region, key=CHAIN).first_to_come({}, make.NOON) == WEEK


def test_many_regions_are_asked_about_as_one_is(engine: sa.Engine) -> None:
    asked: list[str] = []
    with transaction(engine) as session:
        for n in range(3):
            make.branch(session, make.region(session, f"Region {n}"))
    with reading(engine) as session:
        scopes = editions.scopes(session, "UTC", DueTimes())
        sa.event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        agenda.standings(session, scopes, make.NOON)
        assert len(asked) == 3
