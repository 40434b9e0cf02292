from dataclasses import replace

import numpy as np
import pytest

from reports.design import audits_wanted, cross_region_share, design, enough, groups
from tests.reports.chains import chain, sheet_of


@pytest.mark.parametrize(
    ("counts", "answer"),
    [
        ([2] * 30, True),
        ([2] * 29, False),
        ([32], False),
        ([16, 16], True),
        ([1] * 10 + [31], False),
        ([1] * 10 + [5] * 10, True),
        ([], False),
    ],
)
def test_enough_asks_for_thirty_repeats_and_a_median_of_two(counts: list[int], answer: bool) -> None:
    assert enough(np.array(counts, dtype=np.int64)) is answer


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ([2] * 29, 1),
        ([0, 0], 32),
        ([1, 0], 31),
        ([7], None),
        ([], None),
        ([1] * 11 + [31], 6),
        ([1] * 100, 51),
    ],
)
def test_audits_wanted_is_the_least_number_that_makes_it_enough(counts: list[int], wanted: int | None) -> None:
    assert audits_wanted(np.array(counts, dtype=np.int64)) == wanted


def test_audits_wanted_are_enough_when_made() -> None:
    """Placed at branches with one audit first, the wanted number is enough and one less is not."""
    counts = np.array([1] * 41 + [3] * 5)
    wanted = audits_wanted(counts)
    assert wanted == 20
    for made, answer in ((wanted, True), (wanted - 1, False)):
        after = counts.copy()
        after[np.arange(made)] += 1
        assert enough(after) is answer


def test_groups_are_branches_that_no_shopper_connects() -> None:
    sheet = sheet_of([0, 1, 1, 2, 3], [0, 0, 1, 2, -1], [[1.0]] * 5, regions=[0] * 5)
    assert groups(sheet) == 2  # {0, 1}, {2}; branch 3 was seen by an unknown shopper alone, branch 4 not at all
    assert groups(replace(sheet, shopper=np.full(5, -1))) == 0


def test_cross_region_share_counts_audits_away_from_home() -> None:
    sheet = sheet_of([0, 0, 0, 1, 1], [0, 0, 1, 0, 1], [[1.0]] * 5, regions=[0, 1])
    assert cross_region_share(sheet) == pytest.approx(2 / 5)
    assert cross_region_share(replace(sheet, region_of=np.array([0, 0]))) is None


def test_design_counts_what_there_is() -> None:
    sheet = sheet_of([0, 0, 0, 1], [0, 1, -1, 0], [[1.0]] * 4, regions=[0, 0, 0])
    found = design(sheet)
    assert (found.audits, found.branches, found.audited_branches) == (4, 3, 2)
    assert (found.shoppers, found.unknown_shopper_audits) == (2, 1)
    assert (found.median_audits, found.repeats, found.enough, found.audits_wanted) == (2.0, 2, False, 28)


def test_design_of_a_chain_with_enough_wants_nothing() -> None:
    found = design(chain(1)[0])
    assert (found.enough, found.audits_wanted, found.groups) == (True, 0, 1)
