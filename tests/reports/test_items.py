import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc

from reports.items import Whose, branch_spread, item, rate
from reports.sheet import Ints


def marks(seed: int, branches: int, each: int, middle: float, spread: float) -> tuple[Ints, Ints]:
    """Marks in order and applicable marks of each branch, drawn from a logistic model."""
    rng = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-(middle + spread * rng.normal(0, 1, branches))))
    return rng.binomial(each, chance), np.full(branches, each)


def test_rate_without_marks_is_none() -> None:
    assert rate(0, 0) is None


def test_rate_of_all_in_order_still_has_doubt() -> None:
    found = rate(20, 20)
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.05 ** (1 / 20))


@given(yes=st.integers(0, 60), no=st.integers(0, 60))
def test_rate_ends_leave_five_percent_in_each_tail(yes: int, no: int) -> None:
    total = yes + no
    found = rate(yes, total)
    if found is None:
        assert total == 0
        return
    assert found.low <= found.value <= found.high
    if yes:
        assert bdtrc(yes - 1, total, found.low) == pytest.approx(0.05, rel=1e-6)
    if no:
        assert bdtr(yes, total, found.high) == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize(("yes", "applicable"), [(3, 2), (-1, 4)])
def test_rate_of_an_impossible_count_is_refused(yes: int, applicable: int) -> None:
    with pytest.raises(ValueError, match=rf"^{yes} of {applicable} marks in order is no count\.$"):
        rate(yes, applicable)


def test_spread_of_branches_is_near_the_truth() -> None:
    found = branch_spread(*marks(1, 120, 20, 1.0, 1.2))
    assert found is not None
    assert found.low < 1.2 < found.high
    assert found.value == pytest.approx(1.2, abs=0.3)


def test_item_that_fails_everywhere_alike_is_the_chains() -> None:
    found = item(*marks(2, 60, 12, 0.5, 0.0))
    assert found is not None
    assert found.whose is Whose.CHAIN


def test_item_that_fails_at_some_is_the_branches() -> None:
    yes, applicable = marks(3, 60, 12, 4.0, 0.0)
    yes[:5] = 2
    found = item(yes, applicable)
    assert found is not None
    assert found.whose is Whose.BRANCHES


def test_item_that_hardly_fails_is_nobodys() -> None:
    found = item(np.full(60, 12), np.full(60, 12))
    assert found is not None
    assert (found.whose, found.spread) == (Whose.NOBODY, None)


def test_item_with_few_marks_is_untold() -> None:
    found = item(np.array([1, 0, 2]), np.array([2, 2, 2]))
    assert found is not None
    assert (found.whose, found.spread, found.applicable) == (Whose.UNTOLD, None, 6)


def test_item_never_applicable_is_none() -> None:
    assert item(np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)) is None
