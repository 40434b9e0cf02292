from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

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
    """Branches 15 points below in a chain that the report's own rule judges with the true prior."""
    spread, rules = Spreads(branch=36.0, shopper=16.0, residual=100.0), Rules(margin=5.0)
    rng = np.random.default_rng(1)
    share, error = reliability(spread, audits), error_variance(spread, audits)
    truth = rng.normal(0, 6.0, 400_000)
    estimate = share * (truth + np.sqrt(error) * rng.normal(0, 1, truth.size))
    false = 1 - ndtr((-5.0 - estimate) / np.sqrt(36.0 * (1 - share)))
    in_order = np.sort(false)
    last = in_order[np.flatnonzero(np.cumsum(in_order) <= rules.false_share * np.arange(1, truth.size + 1))[-1]]
    fallen = share * (-15.0 + np.sqrt(error) * rng.normal(0, 1, 200_000))
    flagged = 1 - ndtr((-5.0 - fallen) / np.sqrt(36.0 * (1 - share))) <= last
    assert power(spread, 15.0, audits, rules) == pytest.approx(flagged.mean(), abs=0.02)
    assert (truth[false <= last] >= -5.0).mean() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(("audits", "oracle"), [(4, 0.069), (8, 0.223), (12, 0.334), (26, 0.547)])
def test_power_is_near_an_oracles(audits: int, oracle: float) -> None:
    """The yardstick "gauss": margin 4, spreads 2, 4, 3 | 4, 2 | 6, 10. The oracle sees six sections, the plan one: it may promise less, not more."""
    spread = Spreads(branch=4.0 + 16.0 + 9.0, shopper=16.0 + 4.0, residual=36.0 + 100.0)
    short = np.arange(4.005, 30.0, 0.01)
    weight = np.exp(-(short**2) / (2 * spread.branch))
    found = [power(spread, points, audits, Rules(margin=4.0)) for points in short[::20]]
    mean = float(np.interp(short, short[::20], found) @ weight / weight.sum())
    assert oracle - 0.06 < mean < oracle + 0.01


@given(
    st.tuples(*[st.floats(0.01, 400.0)] * 3),
    st.integers(1, 60),
    st.floats(1.0, 20.0),
    st.integers(1, 50),
)
def test_more_audits_and_deeper_falls_are_never_noticed_less(
    variances: tuple[float, float, float], audits: int, margin: float, shoppers: int
) -> None:
    spread, rules = Spreads(*variances), Rules(margin=margin)
    assert reliability(spread, audits, shoppers) <= reliability(spread, audits + 1, shoppers) + 1e-12
    assert reliability(spread, audits, shoppers) <= reliability(spread, audits, shoppers + 1) + 1e-12
    assert reliability(spread, audits, shoppers) <= ceiling(spread, shoppers) + 1e-12
    assert power(spread, margin + 5.0, audits, rules) <= power(spread, margin + 6.0, audits, rules)
    assert 0.0 <= power(spread, margin + 5.0, audits, rules, shoppers) <= 1.0


def test_power_without_differences_is_nothing() -> None:
    assert power(Spreads(0.0, 4.0, 100.0), 10.0, 10, Rules()) == 0.0


def test_plan_says_what_is_and_what_would_be() -> None:
    found = plan(section(region=4.0, branch=12.0, shopper=9.0, residual=100.0), 8, 0, Rules(), [10.0, 15.0])
    assert found is not None
    assert found.reliability == pytest.approx(16.0 / (16.0 + 109.0 / 8))
    assert found.error == pytest.approx(np.sqrt(109.0 / 8))
    assert found.audits_for == {0.7: 16, 0.8: 28, 0.9: 62}
    assert (found.shoppers_for, found.ceiling, found.shoppers) == ({}, 1.0, inf)
    ten, fifteen = found.noticing
    assert ten.audits is not None
    assert fifteen.audits is not None
    assert fifteen.audits < ten.audits
    assert 0.0 < ten.power < fifteen.power < 0.8


def test_plan_counts_the_shoppers_who_came() -> None:
    figures = section(branch=16.0, shopper=9.0, residual=100.0)
    alone = plan(figures, 8, 30, Rules(), [], seen_by=1)
    many = plan(figures, 8, 30, Rules(), [], seen_by=8)
    assert alone is not None
    assert many is not None
    assert alone.reliability == pytest.approx(16.0 / (16.0 + 9.0 + 12.5))
    assert many.reliability == pytest.approx(16.0 / (16.0 + 109.0 / 8))


def test_plan_says_how_many_shoppers_bring_a_goal_into_reach() -> None:
    found = plan(section(branch=16.0, shopper=9.0, residual=100.0), 8, 3, Rules(), [])
    assert found is not None
    assert found.audits_for == {0.7: 26, 0.8: 100, 0.9: None}
    assert found.shoppers_for == {0.9: 8}
    assert found.ceiling == pytest.approx(16.0 / 19.0)


def test_branches_that_do_not_differ_are_out_of_reach_whoever_comes() -> None:
    found = plan(section(branch=0.0, shopper=9.0, residual=100.0), 8, 30, Rules(), [10.0])
    assert found is not None
    assert found.shoppers_for == {0.7: None, 0.8: None, 0.9: None}
    assert [(one.power, one.audits) for one in found.noticing] == [(0.0, None)]


def test_scores_without_chance_notice_everything_beyond_the_margin() -> None:
    assert power(Spreads(16.0, 0.0, 0.0), 6.0, 1, Rules(margin=5.0)) == 1.0
    assert power(Spreads(16.0, 0.0, 0.0), 4.0, 1, Rules(margin=5.0)) == 0.0


@pytest.mark.parametrize(
    ("variances", "audits"), [({}, 5), ({"shopper": 4.0, "residual": 9.0}, 5), ({"branch": 4.0, "residual": 9.0}, 0)]
)
def test_nothing_fitted_is_no_plan(variances: dict[str, float], audits: int) -> None:
    assert plan(section(**variances), audits, 5, Rules(), [10.0]) is None


def test_region_counts_as_the_branchs_own() -> None:
    assert spreads(section(region=4.0, branch=12.0, residual=100.0)) == Spreads(16.0, 0.0, 100.0)


def test_neediest_are_the_unjudged_then_the_undecided() -> None:
    sheet, _ = chain(3, branches=20, audits=12)
    sheet = replace(sheet, branches=(*sheet.branches, "new"), region_of=np.append(sheet.region_of, 0))
    found = assess(sheet, Rules())
    order = neediest(found.cells, 21)
    assert (order[0], len(set(order))) == ("new", 21)
    doubt = {
        branch: sum(c.p_short * (1 - c.p_short) for c in found.cells if c.branch == branch and c.p_short is not None)
        for branch in order[1:]
    }
    assert list(doubt.values()) == sorted(doubt.values(), reverse=True)
    assert neediest(found.cells, 2) == order[:2]
