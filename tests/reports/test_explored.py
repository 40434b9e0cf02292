"""A window of one's own choice: judged as an edition would be, within one scope, and kept without loss."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from branches import editions
from branches.places import Branch
from branches.timetable import DueTimes
from reports import explored, weekly
from reports.against import Turn
from reports.collect import Window, reach
from reports.figures import Rules
from tests import make
from tests.make import NOON

LATER = NOON + timedelta(days=60)
DAYS = Window(NOON.date() - timedelta(days=6), NOON.date())


def _audited(session: Session) -> list[Branch]:
    """Two branches of two regions; one audit of each in the window, two in the one before."""
    branches = [make.branch(session, make.region(session, name), name) for name in ("North", "South")]
    for branch in branches:
        for back, score in ((0, 80), (8, 60), (9, 70)):
            make.audit(session, branch, score=score, visited_at=NOON - timedelta(days=back))
    return branches


def test_the_window_before_is_as_long_and_ends_the_day_before() -> None:
    days = Window(date(2026, 3, 2), date(2026, 3, 15))
    assert explored.before(days) == Window(date(2026, 2, 16), date(2026, 3, 1))
    assert explored.before(Window(date(2026, 3, 1), date(2026, 3, 1))).first == date(2026, 2, 28)


def test_the_audits_that_count_reach_from_the_first_to_the_last(session: Session) -> None:
    assert reach(session) is None
    _audited(session)
    assert reach(session) == Window(NOON.date() - timedelta(days=9), NOON.date())


def test_both_windows_are_judged_as_an_edition_would_be(session: Session) -> None:
    _audited(session)
    chain = editions.scopes(session, "UTC", DueTimes())[0]
    found = explored.explore(session, DAYS, chain, Rules(), LATER)
    then = weekly.look(session, explored.before(DAYS), LATER, Rules())
    assert (found.now.design.audits, found.before.design.audits) == (2, 4)
    assert found.before.cells == then.assessment.cells
    assert {one.turn for one in found.against} == {Turn.NOT_ENOUGH}
    assert (found.now.by_days, found.now.new, found.now.shoppers, found.now.changes) == (True, (), (), ())


def test_a_region_holds_nothing_of_other_branches(session: Session) -> None:
    north, south = _audited(session)
    _, *regions = editions.scopes(session, "UTC", DueTimes())
    scope = next(one for one in regions if one.region_id == north.region_id)
    found = explored.explore(session, DAYS, scope, Rules(), LATER)
    text = explored.dump(found).decode()
    assert ({one.branch for one in found.against}, found.now.scope_name) == ({north.code}, "North")
    assert [name in text for name in (north.code, south.code, "South")] == [True, False, False]


def test_what_is_kept_is_what_was_found(session: Session) -> None:
    _audited(session)
    found = explored.explore(session, DAYS, editions.scopes(session, "UTC", DueTimes())[0], Rules(), LATER)
    assert explored.load(explored.dump(found)) == found
    with pytest.raises(ValueError, match="valid"):
        explored.load(b"")


def test_what_is_released_later_does_not_count(session: Session) -> None:
    _audited(session)
    chain = editions.scopes(session, "UTC", DueTimes())[0]
    known_at: datetime = NOON - timedelta(days=30)
    assert explored.explore(session, DAYS, chain, Rules(), known_at).now.design.audits == 0
