import numpy as np
import pytest

from reports.ranks import CONFIDENT, rank_intervals
from reports.sheet import Floats

SPREAD = 3.0


def interval(estimate: Floats, spread: Floats | float) -> tuple[list[int], list[int]]:
    first, last = rank_intervals(estimate, estimate - CONFIDENT * spread, estimate + CONFIDENT * spread)
    return first.tolist(), last.tolist()


def test_branches_surely_apart_have_their_rank() -> None:
    assert interval(np.array([0.0, -50.0, 100.0, 50.0]), 1.0) == ([2, 1, 4, 3], [2, 1, 4, 3])


def test_branches_believed_alike_could_be_anywhere() -> None:
    first, last = interval(np.zeros(100), SPREAD)
    assert set(first) == {first[0]}
    assert first[0] == pytest.approx(5, abs=2)
    assert last[0] == pytest.approx(96, abs=2)
    assert interval(np.zeros(100), 0.0) == (first, last)


@pytest.mark.parametrize("seed", range(4))
def test_ranks_are_those_of_drawn_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    estimate, spread = rng.normal(0, 4, 50), rng.uniform(1, 4, 50)
    drawn = estimate + spread * rng.standard_normal((8000, 50))
    ranks = 1 + drawn.argsort(axis=1).argsort(axis=1)
    first, last = interval(estimate, spread)
    np.testing.assert_allclose(first, np.quantile(ranks, 0.05, axis=0), atol=1.5)
    np.testing.assert_allclose(last, np.quantile(ranks, 0.95, axis=0), atol=1.5)


def test_order_of_branches_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    estimate, order = rng.normal(0, 4, 30), rng.permutation(30)
    first, last = interval(estimate, SPREAD)
    again = interval(estimate[order], SPREAD)
    assert again == (np.array(first)[order].tolist(), np.array(last)[order].tolist())


def test_branch_of_which_nothing_is_believed_has_no_rank() -> None:
    assert interval(np.array([np.nan, 10.0, -10.0]), 1.0) == ([0, 2, 1], [0, 2, 1])
    assert interval(np.array([np.nan]), 1.0) == ([0], [0])
    assert interval(np.array([5.0]), 1.0) == ([1], [1])
