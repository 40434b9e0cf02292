from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import Interval, Rules, SectionFigures
from reports.planning import (
    STRANGERS,
    Crew,
    Plan,
    Spreads,
    audits_for,
    ceiling,
    crews,
    error_variance,
    neediest,
    plan,
    reliability,
    spreads,
)
from reports.screening import assess
from tests.reports.chains import chain
from tests.reports.invented import ENOUGH

BRENNAN = Spreads(branch=0.0574, shopper=0.0754, residual=0.1269)
"""Brennan (2001), synthetic data set 1: persons × 12 items."""


def section(**variances: float) -> SectionFigures:
    return SectionFigures("s", 100, 20, 80.0, {name: Interval(v, v, v) for name, v in variances.items()})


def planned(figures: SectionFigures, audits: float, shortfalls: tuple[float, ...] = (), crew: Crew = STRANGERS) -> Plan:
    found = plan(figures, audits, (crew, crew), Rules(), shortfalls)
    assert found is not None
    return found


def test_brennans_reliabilities() -> None:
    """Dependability Φ of items drawn anew for each person; generalizability Eρ² where all persons answer the same twelve."""
    assert reliability(BRENNAN, 12) == pytest.approx(0.773, abs=5e-4)
    assert reliability(BRENNAN, 12, Crew(12, 12)) == pytest.approx(0.844, abs=5e-4)


def test_leniency_stays_where_nothing_is_shared_and_cancels_where_all_come_everywhere() -> None:
    spread = Spreads(branch=16.0, shopper=9.0, residual=100.0)
    assert error_variance(spread, 4) == pytest.approx(9.0 / 4 + 25.0)
    assert error_variance(spread, 100, Crew(3)) == pytest.approx(3.0 + 1.0)
    assert error_variance(spread, 100, Crew(3, 3)) == pytest.approx(1.0)
    assert error_variance(spread, 4, Crew(12, 12)) == pytest.approx(9.0 / 4 - 9.0 / 12 + 25.0)
    assert ceiling(spread, Crew(3)) == pytest.approx(16.0 / 19.0)
    assert ceiling(spread, Crew(3, 3)) == ceiling(spread, STRANGERS) == 1.0


@pytest.mark.parametrize(("audits", "come", "there"), [(2, 2, 3), (4, 4, 12), (30, 3, 3), (9, 3, 12)])
def test_error_is_that_of_score_less_norm(audits: int, come: int, there: int) -> None:
    """4,000 branches, each by `come` of `there` shoppers drawn for it, score − norm counted out."""
    rng, spread = np.random.default_rng(5), Spreads(branch=0.0, shopper=36.0, residual=4.0)
    found = []
    for _ in range(200):
        leniency = rng.normal(0.0, 6.0, there)
        who = np.argsort(rng.random((400, there)), axis=1)[:, :come]
        score = np.tile(leniency[who], (1, audits // come)).mean(axis=1) + rng.normal(0.0, 2.0 / audits**0.5, 400)
        found.append(score.var(ddof=1))
    assert error_variance(spread, audits, Crew(come, there)) == pytest.approx(np.mean(found), rel=0.05)


def test_crews_share_the_shoppers_whom_audits_connect() -> None:
    assert crews(ENOUGH, 4.0) == (Crew(4.0, 7.0), Crew(7.0, 7.0))
    assert crews(replace(ENOUGH, unknown_shopper_audits=5), 9.0) == (Crew(9.0, 12.0), Crew(7.0, 7.0))
    assert crews(replace(ENOUGH, groups=2), 4.0) == (Crew(4.0), Crew(7.0))
    assert crews(replace(ENOUGH, shoppers=0, groups=0), 9.0) == (Crew(9.0), STRANGERS)


def test_audits_for_a_goal_is_the_least_number() -> None:
    spread = Spreads(branch=16.0, shopper=9.0, residual=100.0)
    needed = audits_for(spread, 0.8)
    assert needed == 28
    assert reliability(spread, 28) >= 0.8 > reliability(spread, 27)


def test_goal_is_out_of_reach_only_where_no_number_of_audits_reaches_it() -> None:
    """Three shoppers who go everywhere are as strict to all: 57 audits of each branch do, whoever the three are."""
    spread = Spreads(branch=16.0, shopper=9.0, residual=100.0)
    assert audits_for(spread, 0.9, Crew(3)) is None
    assert audits_for(spread, 0.9, Crew(3, 3)) == 57


@given(st.tuples(*[st.floats(0.01, 400.0)] * 3), st.integers(1, 60), st.integers(1, 50), st.booleans())
def test_more_audits_and_more_shoppers_are_never_worth_less(
    variances: tuple[float, float, float], audits: int, shoppers: int, shared: bool
) -> None:
    spread = Spreads(*variances)
    few, more = (Crew(n, n) if shared else Crew(n) for n in (shoppers, shoppers + 1))
    assert reliability(spread, audits, few) <= reliability(spread, audits + 1, few) + 1e-12
    assert reliability(spread, audits, few) <= ceiling(spread, few) + 1e-12
    if not shared:
        assert reliability(spread, audits, few) <= reliability(spread, audits, more) + 1e-12


def test_plan_says_what_is_and_what_would_be() -> None:
    found = planned(section(region=4.0, branch=12.0, shopper=9.0, residual=100.0), 8, (10.0, 15.0))
    assert found.reliability == pytest.approx(16.0 / (16.0 + 109.0 / 8))
    assert found.error == pytest.approx(np.sqrt(109.0 / 8))
    assert found.audits_for == {0.7: 16, 0.8: 28, 0.9: 62}
    assert (found.shoppers_for, found.ceiling, found.shoppers, found.limited) == ({}, 1.0, inf, False)
    ten, fifteen = found.noticing
    assert ten.audits is not None
    assert fifteen.audits is not None
    assert fifteen.audits < ten.audits
    assert 0.0 < ten.power < fifteen.power < 0.8


def test_plan_counts_the_shoppers_who_came() -> None:
    figures = section(branch=16.0, shopper=9.0, residual=100.0)
    alone, many = (plan(figures, 8, (Crew(came, 30), Crew(30, 30)), Rules(), []) for came in (1, 8))
    assert alone is not None
    assert many is not None
    assert alone.reliability == pytest.approx(16.0 / (16.0 + 9.0 * (1 - 1 / 30) + 12.5))
    assert many.reliability == pytest.approx(16.0 / (16.0 + 9.0 * (1 / 8 - 1 / 30) + 12.5))


def test_plan_says_how_many_shoppers_bring_a_goal_into_reach_where_none_are_shared() -> None:
    found = planned(section(branch=16.0, shopper=9.0, residual=100.0), 8, crew=Crew(3))
    assert found.audits_for == {0.7: 26, 0.8: 100, 0.9: None}
    assert (found.shoppers_for, found.limited) == ({0.9: 8}, True)
    assert found.ceiling == pytest.approx(16.0 / 19.0)


def test_branches_that_have_not_been_shown_to_differ_are_still_noticed() -> None:
    """A fitted variance of 0 is the likeliest of many, and a branch far below stands out the more."""
    none = section(branch=0.0, shopper=9.0, residual=100.0)
    found = planned(none, 26, (15.0,), Crew(30, 30))
    assert (found.audits_for, found.shoppers_for) == (dict.fromkeys((0.7, 0.8, 0.9)), dict.fromkeys((0.7, 0.8, 0.9)))
    assert found.noticing[0].power > 0.9


@pytest.mark.parametrize(
    ("variances", "audits"), [({}, 5), ({"shopper": 4.0, "residual": 9.0}, 5), ({"branch": 4.0, "residual": 9.0}, 0)]
)
def test_nothing_fitted_is_no_plan(variances: dict[str, float], audits: int) -> None:
    assert plan(section(**variances), audits, (STRANGERS, STRANGERS), Rules(), [10.0]) is None


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
