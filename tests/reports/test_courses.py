"""Where each branch was, four weeks at a time: nothing of shoppers, versions or the chain's own movement is left in it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reports import stored
from reports.adjusted import Adjusted, adjusted
from reports.courses import courses, worth_drawing
from reports.figures import Change, Move, State
from reports.kept import TOGETHER, Course, Courses
from reports.sheet import ScoreSheet
from tests.reports import invented
from tests.reports.chains import MONDAY, chain, sheet_of

FIRST = date.fromordinal(MONDAY)


def days(weeks: int) -> tuple[date, date]:
    return FIRST, FIRST + timedelta(days=7 * weeks - 1)


def plain(sheet: ScoreSheet) -> dict[int, Adjusted]:
    """As if there were no shoppers and a norm of 50 in every section."""
    order = np.lexsort((sheet.week, sheet.branch))
    starts = np.searchsorted(sheet.branch[order], np.arange(len(sheet.branches) + 1))
    noise = np.full(order.size, 16.0)
    values = (sheet.scores[order, k] - 50.0 for k in range(len(sheet.sections)))
    return {k: Adjusted(order, starts, one, noise, one, 9.0) for k, one in enumerate(values)}


def small() -> ScoreSheet:
    """Two branches; the second has no audit in the middle four weeks."""
    weeks = [0, 3, 4, 8, 11, 0, 9]
    sheet = sheet_of(
        [0, 0, 0, 0, 0, 1, 1],
        [0] * 7,
        [[60, 40], [62, 44], [50, 50], [40, 80], [42, 80], [70, 30], [52, 56]],
        [0, 0],
    )
    return replace(sheet, week=MONDAY + 7 * np.array(weeks))


def found(wanted: set[tuple[str, str]], weeks: int = 12) -> Courses | None:
    sheet = small()
    return courses(sheet, plain(sheet), days(weeks), wanted)


def test_each_stretch_is_the_mean_of_its_audits_and_an_empty_one_is_none() -> None:
    told = found({("b0000", "section0000"), ("b0001", "section0000")})
    assert told is not None
    assert told.starts == tuple(FIRST + timedelta(weeks=4 * turn) for turn in range(3))
    assert told.spreads == {"section0000": 4.0}
    assert told.of == (
        Course("b0000", "section0000", (2, 1, 2), (11.0, 0.0, -9.0)),
        Course("b0001", "section0000", (1, 0, 1), (20.0, None, 2.0)),
    )


def test_all_together_is_the_mean_of_each_audits_sections() -> None:
    told = found({("b0000", TOGETHER)})
    assert told is not None
    assert told.of == (Course("b0000", TOGETHER, (2, 1, 2), (1.5, 0.0, 10.5)),)
    assert list(told.spreads) == [TOGETHER]


def test_stretches_end_with_the_window_and_what_is_older_is_left_out() -> None:
    told = found({("b0000", "section0000")}, weeks=15)
    assert told is not None
    assert told.starts[0] == FIRST + timedelta(weeks=3)
    assert told.of[0].audits == (2, 1, 1)


@pytest.mark.parametrize(("wanted", "weeks"), [(set(), 12), ({("b0000", TOGETHER)}, 11)])
def test_nothing_is_kept_where_nothing_is_asked_or_the_window_is_short(
    wanted: set[tuple[str, str]], weeks: int
) -> None:
    assert found(wanted, weeks) is None


def test_a_branch_that_fell_is_seen_to_and_the_chains_own_fall_is_not() -> None:
    sheet, _ = chain(11, branches=40, audits=24, sections=1)
    turn = np.arange(sheet.branch.size) % 24
    drop = 20.0 * ((sheet.branch == 0) & (turn >= 12)) + 15.0 * (turn >= 12)
    sheet = replace(sheet, week=MONDAY + 7 * turn, scores=sheet.scores - drop[:, None])
    told = courses(sheet, adjusted(sheet), days(24), {(code, "section0000") for code in sheet.branches})
    assert told is not None
    halves = np.array([one.points for one in told.of], dtype=float).reshape(40, 2, 3).mean(axis=2)
    moved = halves[:, 1] - halves[:, 0]
    assert moved[0] < -10.0
    assert abs(moved[1:].mean()) < 3.0


def test_what_stands_out_or_has_changed_is_worth_drawing_and_each_branch_as_a_whole() -> None:
    figures = invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM), "b2": (State.AS_NORM, State.ABOVE)})
    change = Change("b2", "greeting", Move.FALLING, MONDAY, -5.0, ())
    told = worth_drawing(figures.cells, (change,), ("b1",))
    assert told == {("b1", "greeting"), ("b2", "cut"), ("b2", "greeting"), ("b1", TOGETHER)}


def test_an_edition_keeps_them_and_an_older_one_has_none() -> None:
    figures = replace(invented.figures({"b1": (State.AS_NORM, State.AS_NORM)}), courses=found({("b0000", TOGETHER)}))
    content = stored.dump(figures)
    assert stored.load(content) == figures
    del content["courses"], content["praise"]
    old = stored.load(content)
    assert (old.courses, old.praise) == (None, ())
