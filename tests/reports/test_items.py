import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc

from reports.figures import Interval, Scale, Whose
from reports.item_sums import RARE, ItemSums, JudgedItem
from reports.items import judge, mean_share, of_chain, of_scope, rate
from reports.kept import ChainItem


def sums(*kept: list[int], each: int = 12) -> ItemSums:
    """Items greeting0, greeting1 …, each with the marks in order of every branch."""
    table = np.array(kept, dtype=np.int64)
    items, branches = table.shape
    return ItemSums(
        items=tuple((f"greeting{place}", "greeting") for place in range(items)),
        branches=tuple(f"b{place}" for place in range(branches)),
        item=np.repeat(np.arange(items), branches),
        branch=np.tile(np.arange(branches), items),
        shopper=np.full(table.size, -1),
        applicable=np.full(table.size, each),
        kept=table.ravel(),
        earned=np.column_stack([2.0 * (each - table.ravel()), *[table.ravel()] * 2, np.zeros(table.size)]),
        scales=(None,) * items,
    )


def alone(kept: list[int], each: int = 12) -> JudgedItem:
    (found,) = judge(sums(kept, each=each))
    return found


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


def test_item_that_fails_everywhere_alike_is_the_chains() -> None:
    found = alone(np.random.default_rng(2).binomial(12, 0.62, 60).tolist())
    assert found.whose is Whose.CHAIN
    assert found.probability is not None
    assert found.probability > 0.9


def test_item_that_fails_at_some_is_the_branches_and_names_them() -> None:
    found = alone([2, 0, 1, 3, *[12] * 55, 11])
    assert found.whose is Whose.BRANCHES
    (figures,) = of_scope([found])
    assert [one.branch for one in figures.worst] == ["b1", "b2", "b0"]
    assert (figures.worst[0].applicable, figures.worst[0].kept) == (12, 0)
    assert figures.share is not None
    assert figures.share.value > 0.8


def test_scope_has_its_own_rate_beside_the_chains() -> None:
    (figures,) = of_scope([alone([2, 0, 1, 3, *[12] * 56])], {"b3", "b4"})
    assert (figures.applicable, figures.kept) == (24, 15)
    assert figures.rate == rate(15, 24)
    assert figures.chain == rate(6 + 56 * 12, 60 * 12)
    assert [one.branch for one in figures.worst] == ["b3"]


def test_scope_without_a_mark_has_no_item() -> None:
    assert of_scope([alone([3] * 10)], {"b999"}) == ()


def test_item_that_hardly_fails_is_nobodys() -> None:
    found = alone([12] * 60)
    assert (found.whose, found.probability, found.found) == (Whose.NOBODY, None, None)


def test_item_that_three_branches_never_keep_is_theirs_however_seldom_it_fails() -> None:
    found = alone([0, 0, 0, *[12] * 97])
    assert found.whose is Whose.BRANCHES
    (figures,) = of_scope([found])
    assert figures.rate.low > 1.0 - RARE
    assert [one.branch for one in figures.worst] == ["b0", "b1", "b2"]


def test_seldom_failures_that_chance_can_have_heaped_are_nobodys() -> None:
    """Two failures at one branch of a hundred say nothing; nor do single ones name a branch."""
    assert alone([10, *[12] * 99]).whose is Whose.NOBODY
    (figures,) = of_scope([alone([0, *[12] * 98, 11])])
    assert [one.branch for one in figures.worst] == ["b0"]


def test_item_with_few_marks_is_untold() -> None:
    found = alone([1, 0, 2], each=2)
    assert (found.whose, found.probability, found.found) == (Whose.UNTOLD, None, None)


def test_item_between_the_two_is_untold() -> None:
    found = alone([8, 8, *[12] * 6, 11, 11, 11], each=12)
    assert (found.whose, found.probability) == (Whose.UNTOLD, None)
    assert found.found is not None


def test_items_are_judged_each_alone() -> None:
    some, others = np.random.default_rng(2).binomial(12, 0.62, 60).tolist(), [12] * 60
    both = judge(sums(some, others))
    assert [one.code for one in both] == ["greeting0", "greeting1"]
    assert [one.whose for one in both] == [Whose.CHAIN, Whose.NOBODY]
    assert both[0].probability == alone(some).probability


def test_no_items_are_no_figures() -> None:
    empty = np.array([], dtype=np.int64)
    assert judge(ItemSums((), ("b0",), empty, empty, empty, empty, empty, np.zeros((0, 4)), ())) == ()


def test_what_an_item_cost_is_its_weight_times_what_was_missing() -> None:
    judged = alone([2, 0, 1, 3, *[12] * 56])
    assert [of_scope([judged], some)[0].lost for some in (None, {"b1", "b5"})] == [2.0 * (48 - 6), 24.0]


def graded() -> JudgedItem:
    """Marks of one to five: 1, 3 and 5 at the first branch, 5 and 5 at the second; the item weighs three."""
    (found,) = judge(
        ItemSums(
            items=(("agreed", "service"),),
            branches=("b0", "b1"),
            item=np.zeros(2, dtype=np.int64),
            branch=np.arange(2),
            shopper=np.full(2, -1),
            applicable=np.array([3, 2]),
            kept=np.array([1, 2]),
            earned=np.array([[3 * 1.5, 1.5, 1.25, 9.0], [0.0, 2.0, 2.0, 10.0]]),
            scales=(Scale("rating", 1.0, 5.0),),
        )
    )
    return found


def test_a_graded_item_has_its_mean_mark_and_is_nobodys_problem() -> None:
    (figures,) = of_scope([graded()], {"b0"})
    assert (figures.whose, figures.applicable, figures.kept, figures.lost) == (Whose.UNTOLD, 3, 1, 4.5)
    assert figures.grade is not None
    assert (figures.grade.mark, figures.grade.chain, figures.grade.scale.best) == (3.0, 3.5 / 5, 5.0)
    (whole,) = of_scope([graded()])
    assert whole.grade is not None
    assert (whole.grade.mark, whole.grade.earned.value, whole.grade.chain) == (19 / 5, 3.5 / 5, None)


def test_mean_share_has_the_interval_of_students_t() -> None:
    found = mean_share(3, 1.5, 1.25)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
    many = mean_share(26, 13.0, 8.5)
    assert many.low == pytest.approx(0.5 - 1.708 * (2.0 / 25 / 26) ** 0.5, abs=1e-4)
    assert many.high == pytest.approx(1.0 - many.low)
    assert mean_share(1, 1.0, 1.0) == Interval(1.0, 0.0, 1.0)


def test_rate_of_four_in_nine_is_that_of_the_tables() -> None:
    found = rate(4, 9)
    assert found is not None
    assert (found.value, round(found.low, 4), round(found.high, 4)) == (4 / 9, 0.1688, 0.7486)


def test_the_whole_chain_is_added_up_and_what_nobody_marked_left_out() -> None:
    judged = [alone([12, 12, 5, 11]), *judge(sums([0, 0], each=0))]
    assert of_chain(judged) == (ChainItem("greeting0", "greeting", branches=4, audits=48, kept=40, marks=None),)


def test_marks_of_a_graded_item_are_added_up_over_the_chain() -> None:
    (whole,), (figures,) = of_chain([graded()]), of_scope([graded()])
    assert figures.grade is not None
    assert whole.marks == pytest.approx(figures.grade.mark * whole.audits)
