import numpy as np
import pytest

from reports.norms import norms
from tests.reports.chains import sheet_of

NAN = float("nan")


def test_norms_are_the_mean_of_the_other_branches_means() -> None:
    sheet = sheet_of([0, 0, 1, 2], [0, 0, 0, 0], [[60.0], [80.0], [90.0], [50.0]])
    found = norms(sheet)
    assert found.audits.tolist() == [[2], [1], [1]]
    assert found.scores.tolist() == [[70.0], [90.0], [50.0]]
    assert found.norms.tolist() == [[70.0], [60.0], [80.0]]
    assert found.overall.tolist() == [70.0]


def test_norms_pass_over_sections_without_a_score() -> None:
    sheet = sheet_of([0, 1, 1], [0, 0, 0], [[60.0, NAN], [80.0, NAN], [NAN, 40.0]])
    found = norms(sheet)
    assert found.audits.tolist() == [[1, 0], [1, 1]]
    np.testing.assert_array_equal(found.norms, [[80.0, 40.0], [60.0, NAN]])
    np.testing.assert_array_equal(found.overall, [70.0, 40.0])


def test_single_branch_has_no_norm() -> None:
    found = norms(sheet_of([0, 0], [0, 0], [[60.0], [80.0]]))
    np.testing.assert_array_equal(found.norms, [[NAN]])


def test_region_norm_leaves_a_branch_of_the_region_out_and_holds_others_against_all_of_it() -> None:
    sheet = sheet_of([0, 1, 2], [0, 0, 0], [[60.0], [80.0], [10.0]], regions=[0, 0, 1])
    found = norms(sheet, region="r0000")
    assert found.norms.tolist() == [[80.0], [60.0], [70.0]]
    assert found.overall.tolist() == [70.0]


def test_norms_of_an_unknown_region_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^There is no region North in this window\.$"):
        norms(sheet_of([0], [0], [[60.0]]), region="North")


def test_norms_without_audits_are_empty() -> None:
    found = norms(sheet_of([], [], np.zeros((0, 2)), regions=[0, 0]))
    assert found.audits.tolist() == [[0, 0], [0, 0]]
    assert np.isnan(found.norms).all()
    assert np.isnan(found.overall).all()


def test_norms_of_an_infinite_score_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^A score is infinite; scores are numbers, or empty where"):
        norms(sheet_of([0, 1], [0, 0], [[50.0], [float("inf")]]))
