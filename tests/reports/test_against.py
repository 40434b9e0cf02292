"""A window against the one before: what is called better or worse, and how often where nothing has changed."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.against import Against, Turn, against, largest_chance, of_branches
from reports.figures import Assessment, Cell, Interval, Rules, State
from reports.screening import assess
from reports.sheet import Floats, ScoreSheet
from tests.reports import invented
from tests.reports.chains import sheet_of

NINE_IN_TEN = 1.6448536269514722
NAMED = {Turn.BETTER, Turn.WORSE}
OPPOSITE = {Turn.BETTER: Turn.WORSE, Turn.WORSE: Turn.BETTER}
FALLEN = 12.0


def cell(estimate: float, below: float, above: float, branch: str = "b", section: str = "greeting") -> Cell:
    """A judged cell with that estimate and the distances of its ends; its scores say the same, and more."""
    plain = invented.cell(branch, section, State.AS_NORM)
    return replace(plain, estimate=estimate, low=estimate - below, high=estimate + above, variance=3.0 * estimate)


def window(*cells: Cell, single: float = 1.0) -> Assessment:
    """What is said of a window; `single` is the variance of a single audit."""
    plain = invented.figures({})
    spread = {"residual": Interval(single, single, single)}
    return Assessment(plain.design, tuple(replace(one, variances=spread) for one in plain.sections), cells, ())


def one(now: Cell, before: Cell | None, share: float = 0.1) -> Against:
    (found,) = against(window(now), window(*[before] if before is not None else []), share)
    return found


def test_a_difference_squares_and_adds_what_lies_between_estimates_and_ends() -> None:
    found = one(cell(-2.0, 3.0, 6.0), cell(-12.0, 8.0, 4.0))
    assert found.points is not None
    assert (found.points.value, found.points.low, found.points.high) == (10.0, 10.0 - 5.0, 10.0 + 10.0)
    assert (found.estimate, found.audits) == (-12.0, 9)


@pytest.mark.parametrize(("z", "chance"), [(1.959964, 0.05), (2.575829, 0.01), (0.674490, 0.5), (-1.959964, 0.05)])
def test_the_chance_of_a_difference_is_that_of_the_normal_curve(z: float, chance: float) -> None:
    ends = NINE_IN_TEN / sqrt(2.0)
    found = one(cell(z, ends, ends), cell(0.0, ends, ends))
    assert found.chance == pytest.approx(chance, abs=1e-6)


def test_what_is_sure_is_named_by_its_side() -> None:
    low, high = cell(-9.0, 2.0, 2.0), cell(3.0, 2.0, 2.0)
    turns = (one(high, low).turn, one(low, high).turn, one(high, high).turn)
    assert turns == (Turn.BETTER, Turn.WORSE, Turn.UNTOLD)


def test_nothing_is_said_where_either_window_could_not_judge() -> None:
    good, few = cell(3.0, 2.0, 2.0), invented.cell("b", "greeting", State.NOT_ENOUGH, 1)
    found = [one(good, few), one(few, good), one(good, None), one(good, cell(3.0, 2.0, 2.0, section="cut"))]
    assert {(each.turn, each.points, each.chance) for each in found} == {(Turn.NOT_ENOUGH, None, None)}
    assert [each.audits for each in found] == [1, 9, 0, 0]


def test_plain_scores_that_do_not_bear_a_difference_out_leave_it_untold() -> None:
    """The scores of nine audits each differ by 18 points: 1 audit varies by 9², so that is 4.2 spreads; by 27², 1.4."""
    now, was = cell(6.0, 1.0, 1.0), cell(0.0, 1.0, 1.0)
    found = [against(window(now, single=s**2), window(was, single=s**2), 0.1)[0] for s in (9.0, 27.0)]
    assert [each.turn for each in found] == [Turn.BETTER, Turn.UNTOLD]
    assert [each.chance for each in found] == pytest.approx([2.209e-5, 0.157299], rel=1e-3)


def test_plain_scores_that_point_the_other_way_or_have_no_spread_leave_it_untold() -> None:
    now, was = cell(6.0, 1.0, 1.0), cell(0.0, 1.0, 1.0)
    bare = window(now)
    bare = replace(bare, sections=tuple(replace(one, variances={}) for one in bare.sections))
    found = (one(replace(now, variance=-1.0), was), against(bare, window(was), 0.1)[0])
    assert [(each.turn, each.chance) for each in found] == [(Turn.UNTOLD, 1.0)] * 2


def test_where_all_scores_were_equal_nothing_is_claimed() -> None:
    flat = cell(0.0, 0.0, 0.0)
    assert (one(flat, flat).turn, one(flat, flat).chance) == (Turn.UNTOLD, 1.0)


def test_how_many_are_named_follows_the_example_of_benjamini_and_hochberg() -> None:
    """Their fifteen probabilities (1995, section 3.2): at 0.05 the first four are named."""
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719]
    published += [0.6528, 0.7590, 1.0]
    assert largest_chance(published[::-1], 0.05) == 0.0095
    assert (largest_chance([0.2, 0.9], 0.1), largest_chance([], 0.1)) == (-1.0, -1.0)


def test_what_is_said_of_a_branch_does_not_depend_on_who_looks() -> None:
    sure, doubtful = cell(9.0, 1.0, 1.0, "b1"), cell(2.4, 1.0, 1.0, "b2")
    was = [cell(0.0, 1.0, 1.0, "b1"), cell(0.0, 1.0, 1.0, "b2")]
    whole = against(window(sure, doubtful), window(*was), 0.1)
    assert of_branches(whole, ["b2"]) == whole[1:]


@given(
    st.lists(st.tuples(*[st.floats(-30, 30), st.floats(0.5, 20), st.floats(0.5, 20)] * 2), min_size=1, max_size=30),
    st.floats(0.01, 0.5),
)
def test_the_same_change_the_other_way_is_told_the_other_way(
    pairs: list[tuple[float, float, float, float, float, float]], share: float
) -> None:
    now = [cell(*pair[:3], branch=f"b{n}") for n, pair in enumerate(pairs)]
    was = [cell(*pair[3:], branch=f"b{n}") for n, pair in enumerate(pairs)]
    there, back = against(window(*now), window(*was), share), against(window(*was), window(*now), share)
    for way, other in zip(there, back, strict=True):
        assert way.points is not None
        assert other.points is not None
        mirrored = (-other.points.value, -other.points.high, -other.points.low)
        assert (way.points.value, way.points.low, way.points.high) == pytest.approx(mirrored)
        assert way.chance == pytest.approx(other.chance)
        assert OPPOSITE.get(way.turn, way.turn) is other.turn


@pytest.mark.slow
def test_where_nothing_has_changed_hardly_any_comparison_names_a_branch() -> None:
    """Normal truths seen twice with known errors, 200 cells each: a tenth of the comparisons may name one."""
    rng, often, spread = np.random.default_rng(1), 300, 4.0
    named = sum(_names_any(rng, spread, *rng.uniform(0.5, 12.0, 2)) for _ in range(often))
    assert named <= 0.1 * often


def _names_any(rng: np.random.Generator, spread: float, first_error: float, second_error: float) -> bool:
    truth = rng.normal(0.0, spread, 200)
    was, now = (_seen(rng, truth, spread, error) for error in (first_error, second_error))
    return any(found.turn in NAMED for found in against(window(*now), window(*was), 0.1))


def _seen(rng: np.random.Generator, truth: Floats, spread: float, error: float) -> list[Cell]:
    """The posterior of each truth under the prior it was drawn from."""
    kept = spread**2 / (spread**2 + error**2)
    reach = NINE_IN_TEN * spread * sqrt(1.0 - kept)
    estimates = kept * (truth + rng.normal(0.0, error, truth.size))
    return [cell(estimate, reach, reach, f"b{n}") for n, estimate in enumerate(estimates.tolist())]


def _windows(seed: int, *, fall: tuple[int, int] | None = None) -> tuple[ScoreSheet, ScoreSheet]:
    """The same 40 branches in two windows, 13 audits of each; one cell in sixteen lies low in both, one may fall."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 2.5, (40, 1)) + rng.normal(0, 2.0, (40, 3)) - FALLEN * (rng.random((40, 3)) < 1 / 16)
    taste = rng.normal(0, 4.0, (15, 1)) + rng.normal(0, 2.0, (15, 3))
    made = []
    for number in range(2):
        if number and fall is not None:
            truth[fall] -= 2 * FALLEN
        branch, shopper = np.repeat(np.arange(40), 13), rng.integers(0, 15, 520)
        noise = rng.normal(0, 6.0, (520, 1)) + rng.normal(0, 10.0, (520, 3))
        made.append(sheet_of(branch.tolist(), shopper.tolist(), 75.0 + truth[branch] + taste[shopper] + noise))
    return made[0], made[1]


def _compared(seed: int, **more: tuple[int, int]) -> dict[tuple[str, str], Turn]:
    was, now = (assess(sheet, Rules()) for sheet in _windows(seed, **more))
    return {(x.branch, x.section): x.turn for x in against(now, was, Rules().false_share)}


@pytest.mark.slow
def test_whole_chains_that_have_not_changed_are_hardly_ever_said_to_have() -> None:
    named = [sum(turn in NAMED for turn in _compared(seed).values()) for seed in range(20)]
    assert sum(n > 0 for n in named) <= 0.1 * len(named)


@pytest.mark.slow
def test_a_fall_that_is_large_is_named_and_nothing_else() -> None:
    found = _compared(3, fall=(7, 1))
    assert {key: turn for key, turn in found.items() if turn in NAMED} == {("b0007", "section0001"): Turn.WORSE}
