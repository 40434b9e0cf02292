"""Agreement of raters: worked examples with their source, and laws."""

from itertools import product
from math import comb, isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.agreement import Counts, Level, alpha, alpha_interval, gwet, same, same_interval

FOUR = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Four observers, twelve units, marks from 1 to 5: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C."""
TWO = ((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
"""Two observers, ten units, two marks: the same, section A."""
A_COUNT = st.lists(st.integers(0, 8), min_size=2, max_size=6)
COUNTS = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 6), min_size=k, max_size=k), min_size=1, max_size=8)
)
LEVELS = st.sampled_from(Level)


def counted(raters: tuple[tuple[int | None, ...], ...], marks: range) -> Counts:
    units = zip(*raters, strict=True)
    return np.array([[list(unit).count(mark) for mark in marks] for unit in units], dtype=np.int64)


def table(rows: list[list[int]]) -> Counts:
    return np.array(rows, dtype=np.int64)


@pytest.mark.parametrize(
    ("level", "expected"), [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849)]
)
def test_alpha_of_four_observers_as_published(level: Level, expected: float) -> None:
    found = alpha(counted(FOUR, range(1, 6)), level)
    assert found is not None
    assert round(found, 3) == expected


def test_alpha_of_two_observers_as_published() -> None:
    found = alpha(counted(TWO, range(2)))
    assert found is not None
    assert round(found, 3) == 0.095


@pytest.mark.parametrize(
    ("level", "expected"), [(Level.NOMINAL, 0.77544), (Level.ORDINAL, 0.89894), (Level.INTERVAL, 0.91400)]
)
def test_gwet_of_the_same_observers_as_the_package_of_its_author(level: Level, expected: float) -> None:
    """AC1, and AC2 with ordinal and quadratic weights, of irrCAC 0.4.4 for the same marks."""
    found = gwet(counted(FOUR, range(1, 6)), level)
    assert found is not None
    assert round(found, 5) == expected


def test_gwet_stays_where_one_mark_is_common_and_alpha_does_not() -> None:
    """Of 125 units two raters said yes to 118, and never both no: nearly all pairs agree, and yes is expected anyway."""
    counts = table([[2, 0]] * 118 + [[1, 1]] * 7)
    ac1, a = gwet(counts), alpha(counts)
    assert ac1 is not None
    assert a is not None
    assert (round(ac1, 2), a < 0) == (0.94, True)


def test_share_of_pairs_that_gave_the_same_mark() -> None:
    assert (same([3, 1]), same([2, 2, 2]), same([5]), same([1, 0]), same([])) == (0.5, 0.2, 1.0, None, None)


def test_interval_of_an_even_split_narrows_with_more_raters() -> None:
    found = [same_interval([n, n]) for n in (3, 5, 10, 40)]
    assert [(round(one.low, 2), round(one.high, 2)) for one in found if one is not None] == [
        (0.4, 0.74),
        (0.44, 0.65),
        (0.47, 0.58),
        (0.49, 0.52),
    ]


def test_few_who_agree_are_not_sure_of_much() -> None:
    found = same_interval([4, 0])
    assert found is not None
    assert (found.value, round(found.low, 2), found.high) == (1.0, 0.5, 1.0)


def test_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Every way in which seven raters can mark, weighed by how probable it is, for many true shares of three marks."""
    ways = [(a, b, 7 - a - b) for a, b in product(range(8), repeat=2) if a + b <= 7]
    found = {way: same_interval(way) for way in ways}
    for a, b in ((0.34, 0.33), (0.5, 0.5), (0.6, 0.3), (0.9, 0.05), (0.98, 0.02), (0.75, 0.25)):
        shares, truth = (a, b, max(1 - a - b, 0.0)), a**2 + b**2 + max(1 - a - b, 0.0) ** 2
        held = 0.0
        for way, interval in found.items():
            chance = comb(7, way[0]) * comb(7 - way[0], way[1]) * float(np.prod(np.power(shares, way)))
            held += chance if interval is not None and interval.low <= truth <= interval.high else 0.0
        assert held >= 0.9


@given(A_COUNT)
def test_interval_lies_within_bounds_and_around_what_was_seen(counts: list[int]) -> None:
    found, seen = same_interval(counts), same(counts)
    assert (found is None) == (seen is None) == (sum(counts) < 2)
    if found is not None:
        assert found.value == seen
        assert 0 <= found.low <= found.value <= found.high <= 1


@given(A_COUNT)
def test_order_of_the_marks_changes_no_interval(counts: list[int]) -> None:
    shuffled = sorted(counts)
    before, after = same_interval(counts), same_interval(shuffled)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert isclose(before.low, after.low, abs_tol=1e-9)
        assert isclose(before.high, after.high, abs_tol=1e-9)


@given(st.integers(2, 6), st.lists(st.integers(0, 4), min_size=2, max_size=8), LEVELS)
def test_full_agreement_is_one(raters: int, marks: list[int], level: Level) -> None:
    counts = np.zeros((len(marks), 5), dtype=np.int64)
    counts[range(len(marks)), marks] = raters
    assert isclose(gwet(counts, level) or 0, 1)
    found = alpha(counts, level)
    assert found is None if len(set(marks)) == 1 else isclose(found or 0, 1)


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from((None, 0, 1, 2)), min_size=4, max_size=4), min_size=2, max_size=6), st.data())
def test_order_of_the_raters_changes_nothing(raters: list[list[int | None]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(raters))
    one, other = (counted(tuple(map(tuple, some)), range(3)) for some in (raters, shuffled))
    assert (one == other).all()
    assert (gwet(one), alpha(one), alpha_interval(one)) == (gwet(other), alpha(other), alpha_interval(other))


@given(COUNTS, LEVELS)
def test_units_that_nobody_marked_change_nothing(rows: list[list[int]], level: Level) -> None:
    counts = table(rows)
    more = np.vstack([counts, np.zeros((2, counts.shape[1]), dtype=np.int64)])
    assert (gwet(counts, level), alpha(counts, level)) == (gwet(more, level), alpha(more, level))


@pytest.mark.slow
@given(COUNTS, LEVELS)
def test_no_coefficient_is_above_one(rows: list[list[int]], level: Level) -> None:
    found, around = [gwet(table(rows), level), alpha(table(rows), level)], alpha_interval(table(rows), level)
    assert all(one is None or one <= 1 + 1e-9 for one in found)
    assert (around is None) == (found[1] is None)
    assert around is None or around.low <= around.value <= around.high <= 1 + 1e-9
