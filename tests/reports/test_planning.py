from dataclasses import replace
from math import inf

import numpy as np
import pytest

from reports.figures import Interval, Rules, SectionFigures
from reports.planning import (
    Spreads,
    audits_for,
    ceiling,
    error_variance,
    generalizability,
    neediest,
    plan,
    power,
    reliability,
    spreads,
)
from reports.screening import assess
from tests.reports.chains import chain

BRENNAN = Spreads(branch=0.0574, shopper=0.0754, residual=0.1269)
"""Brennan (2001), synthetic data set 1: persons × 12 items."""


def section(**variances: float) -> SectionFigures:
    return SectionFigures("s", 100, 20, 80.0, {name: Interval(v, v, v) for name, v in variances.items()})


def test_brennans_reliabilities() -> None:
    assert reliability(BRENNAN, 12) == pytest.approx(0.773, abs=5e-4)
    assert generalizability(BRENNAN.branch, BRENNAN.residual / 12) == pytest.approx(0.844, abs=5e-4)


def test_error_has_a_floor_where_shoppers_are_few() -> None:
    spread = Spreads(branch=16.0, shopper=9.0, residual=100.0)
    assert error_variance(spread, 4) == pytest.approx(9.0 / 4 + 25.0)
    assert error_variance(spread, 100, shoppers=3) == pytest.approx(3.0 + 1.0)
    assert ceiling(spread, 3) == pytest.approx(16.0 / 19.0)
    assert ceiling(spread, inf) == 1.0


def test_audits_for_a_goal_is_the_least_number() -> None:
    spread = Spreads(branch=16.0, shopper=9.0, residual=100.0)
    needed = audits_for(spread, 0.8)
    assert needed == 28
    assert reliability(spread, 28) >= 0.8 > reliability(spread, 27)


def test_goal_beyond_the_shoppers_there_are_is_out_of_reach() -> None:
    assert audits_for(Spreads(branch=16.0, shopper=9.0, residual=100.0), 0.9, shoppers=3) is None


@pytest.mark.parametrize("audits", [4, 12, 26])
def test_power_is_what_simulation_finds(audits: int) -> None:
    """A branch 12 points below, judged with a normal prior of the right spread."""
    spread, rules = Spreads(branch=36.0, shopper=16.0, residual=100.0), Rules(margin=5.0)
    rng = np.random.default_rng(1)
    share, error = reliability(spread, audits), error_variance(spread, audits)
    estimate = share * (-12.0 + np.sqrt(error) * rng.normal(0, 1, 200_000))
    likely = (-5.0 - estimate) / np.sqrt(36.0 * (1 - share)) > 1.2815515655446004
    assert power(spread, 12.0, audits, rules) == pytest.approx(likely.mean(), abs=0.005)


def test_power_without_differences_is_nothing() -> None:
    assert power(Spreads(0.0, 4.0, 100.0), 10.0, 10, Rules()) == 0.0


def test_plan_says_what_is_and_what_would_be() -> None:
    found = plan(section(region=4.0, branch=12.0, shopper=9.0, residual=100.0), 8, 0, Rules(), 10.0)
    assert found is not None
    assert found.reliability == pytest.approx(16.0 / (16.0 + 109.0 / 8))
    assert found.error == pytest.approx(np.sqrt(109.0 / 8))
    assert found.audits_for == {0.7: 16, 0.8: 28, 0.9: 62}
    assert found.audits_for_power is not None
    assert 0.0 < found.power < 0.8


@pytest.mark.parametrize(
    ("variances", "audits"), [({}, 5), ({"shopper": 4.0, "residual": 9.0}, 5), ({"branch": 4.0, "residual": 9.0}, 0)]
)
def test_nothing_fitted_is_no_plan(variances: dict[str, float], audits: int) -> None:
    assert plan(section(**variances), audits, 5, Rules(), 10.0) is None


def test_region_counts_as_the_branchs_own() -> None:
    assert spreads(section(region=4.0, branch=12.0, residual=100.0)) == Spreads(16.0, 0.0, 100.0)


def test_neediest_are_the_unjudged_then_the_undecided() -> None:
    sheet, _ = chain(3, branches=20, audits=12)
    sheet = replace(sheet, branches=(*sheet.branches, "new"), region_of=np.append(sheet.region_of, 0))
    found = assess(sheet, Rules())
    order = neediest(found, 21)
    assert (order[0], len(set(order))) == ("new", 21)
    doubt = {
        branch: sum(c.p_short * (1 - c.p_short) for c in found.cells if c.branch == branch and c.p_short is not None)
        for branch in order[1:]
    }
    assert list(doubt.values()) == sorted(doubt.values(), reverse=True)
    assert neediest(found, 2) == order[:2]
