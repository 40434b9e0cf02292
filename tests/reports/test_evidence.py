from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.beliefs import Beliefs, believe
from reports.evidence import Evidence, plain, unevenness
from reports.joint import known
from reports.sheet import ScoreSheet
from reports.uneven import rough, uneven
from tests.reports.test_level import shares

POINTS = np.linspace(-60.0, 5.0, 3001)


def at_ninety(place: float, audits: float, power: float = 1.0, tails: float = np.inf) -> Evidence:
    """One cell of a section at 90, one unit a point; a single audit is one item answered yes or no."""
    usual = unevenness(np.array([90.0]), power)
    noise = np.array([90.0 * 10.0 / audits])
    none = np.zeros(1)
    return Evidence(
        np.array([place]), noise, none, np.array([90.0]), np.ones(1), usual, none, np.array([tails]), np.ones(1), power
    )


def test_likelihood_of_shares_is_the_binomial_one() -> None:
    """20 items, 14 of them in order: the quasi-likelihood of p = 1 is y log m + (n − y) log(1 − m)."""
    found = at_ninety(-20.0, 20.0).log_likelihood(POINTS)[0]
    level = (90.0 + POINTS) / 100.0
    textbook = 14 * np.log(level) + 6 * np.log(1.0 - level)
    np.testing.assert_allclose(found, textbook - textbook.max(), atol=1e-3)


@given(place=st.floats(-30, 5), audits=st.floats(1, 50))
def test_likelihood_of_an_even_spread_is_the_normal_one(place: float, audits: float) -> None:
    found = at_ninety(place, audits, power=0.0).log_likelihood(POINTS)[0]
    normal = -0.5 * (place - POINTS) ** 2 * audits / 900.0
    np.testing.assert_allclose(found, normal - normal.max(), atol=1e-6)


def test_few_low_scores_say_less_near_the_ceiling_than_an_even_spread_would() -> None:
    even, shared = (at_ninety(-30.0, 20.0, power).log_likelihood(POINTS)[0] for power in (0.0, 1.0))
    norm = np.argmin(np.abs(POINTS))
    assert even[norm] < 1.4 * shared[norm] < 0.0


def test_long_tails_are_less_sure_of_what_lies_far() -> None:
    normal, long = (at_ninety(-10.0, 20.0, tails=t).log_likelihood(POINTS)[0] for t in (np.inf, 5.0))
    near, far = (np.argmin(np.abs(POINTS - place)) for place in (-11.0, 4.0))
    assert long[near] == pytest.approx(normal[near], abs=0.01)
    assert normal[far] < 1.1 * long[far] < 0.0


def test_lenient_shoppers_hide_more_of_a_low_branch() -> None:
    """Who gave a branch 2 points at 90 has given it more where marks vary more: its place is lower still."""
    cell = at_ninety(-20.0, 200.0)
    best = [float(POINTS[c.log_likelihood(POINTS)[0].argmax()]) for c in (cell, replace(cell, lent=np.array([2.0])))]
    assert best[0] == pytest.approx(-20.0, abs=0.1)
    assert best[1] == pytest.approx(-20.0 - 2.0 * (unevenness(np.array([68.0]), 1.0)[0] / 900.0 - 1.0), abs=0.4)


def test_cell_without_audits_says_nothing() -> None:
    np.testing.assert_array_equal(plain(np.zeros(1), np.zeros(1)).log_likelihood(POINTS), np.zeros((1, POINTS.size)))


def believed(sheet: ScoreSheet) -> Beliefs:
    return believe(sheet, known(sheet), 5.0, spread=uneven(sheet))


def test_scores_turned_upside_down_swap_short_and_above() -> None:
    sheet = shares(5)
    one, other = (believed(s) for s in (sheet, replace(sheet, scores=100.0 - sheet.scores)))
    np.testing.assert_allclose(other.above, one.short, atol=0.03)
    np.testing.assert_allclose(other.estimate, -one.estimate, atol=0.2)


def test_low_cells_are_less_sure_than_high_ones_and_nothing_exceeds_the_scale() -> None:
    sheet = shares(7)
    spread, found, levels = uneven(sheet), believed(sheet), rough(sheet).levels
    assert spread is not None
    widths = found.high - found.low
    assert widths[levels < 70].mean() > 1.2 * widths[levels > 90].mean()
    assert (spread.norms + found.high).max() <= 100.0
