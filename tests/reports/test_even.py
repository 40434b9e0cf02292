from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.beliefs import believe
from reports.even import Scale, even, rough, turned
from reports.joint import known
from reports.norms import Bools
from reports.sheet import Floats, Ints
from tests.reports.test_level import shares

SCALES = st.builds(Scale, norm=st.floats(5, 99), power=st.floats(0, 2))
LEVELS = st.floats(-20, 120)


@given(scale=SCALES, level=LEVELS)
def test_turning_and_turning_back_changes_nothing(scale: Scale, level: float) -> None:
    assert scale.back(scale.turn(np.array([level])))[0] == pytest.approx(level, abs=1e-6)


@given(scale=SCALES, level=LEVELS, more=st.floats(0.01, 30))
def test_scale_rises_with_the_points(scale: Scale, level: float, more: float) -> None:
    low, high = scale.turn(np.array([level, level + more]))
    assert low < high


@given(norm=st.floats(5, 95), level=LEVELS)
def test_scale_of_an_even_spread_is_points(norm: float, level: float) -> None:
    scale = Scale(norm, 0.0)
    assert scale.turn(np.array([level]))[0] == pytest.approx(level)
    assert (scale.spread(np.array([level]))[0], scale.stretch(np.array([level]))[0]) == (1.0, pytest.approx(1.0))
    assert scale.bend(np.array([level]))[0] == 0.0


def test_spread_of_shares_is_that_of_the_textbook() -> None:
    """At 90 % against 80 %: √(0.9 · 0.1 / (0.8 · 0.2))."""
    assert Scale(80.0, 1.0).spread(np.array([90.0]))[0] == pytest.approx(0.75)


def test_spreads_on_the_scales_are_the_same_at_every_level() -> None:
    sheet = shares(1)
    found = even(sheet)
    assert found is not None
    levels = rough(sheet).levels
    for k in range(3):
        low = levels[:, k] < np.median(levels[:, k])
        ratios = [_within(s.scores[:, k], sheet.branch, low) for s in (sheet, found.sheet)]
        assert ratios[0] > 1.3
        assert ratios[1] == pytest.approx(1.0, abs=0.2)


def _within(scores: Floats, branch: Ints, low: Bools) -> float:
    """Spread within the branches of the lower half over that of the upper one."""
    own = np.array([scores[branch == b].var(ddof=1) for b in range(low.size)])
    return float(np.sqrt(own[low].mean() / own[~low].mean()))


@given(points=st.floats(0.1, 50), audit=st.integers(0, 799))
def test_better_answer_never_lowers_a_score_on_fixed_scales(points: float, audit: int) -> None:
    """With scales and levels held, as variances are in the law for points; found anew, they shift all scores a little."""
    sheet, branches = shares(2), rough(shares(2))
    scales = tuple(Scale(80.0, 1.2) for _ in sheet.sections)
    better = sheet.scores.copy()
    better[audit] += points
    changed = replace(sheet, scores=better)
    before, after = (turned(one, scales, branches) for one in (sheet, changed))
    assert (after[audit] > before[audit]).all()
    rest = np.arange(before.shape[0]) != audit
    np.testing.assert_array_equal(after[rest], before[rest])


def test_scores_turned_upside_down_swap_short_and_above() -> None:
    sheet = shares(5)
    upside_down = replace(sheet, scores=100.0 - sheet.scores)
    beliefs = []
    for one in (sheet, upside_down):
        scales = even(one)
        assert scales is not None
        beliefs.append(believe(one, known(scales.sheet), 5.0, scales=scales))
    np.testing.assert_allclose(beliefs[1].above, beliefs[0].short, atol=0.03)
    np.testing.assert_allclose(beliefs[1].estimate, -beliefs[0].estimate, atol=0.2)


def test_low_cells_are_less_sure_than_high_ones() -> None:
    sheet = shares(7)
    scales = even(sheet)
    assert scales is not None
    found = believe(sheet, known(scales.sheet), 5.0, scales=scales)
    widths, levels = found.high - found.low, rough(sheet).levels
    assert widths[levels < 70].mean() > 1.4 * widths[levels > 90].mean()
