"""How surely a shortfall is flagged: held against simulation, an oracle, and the report itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from reports.figures import Interval, Rules, SectionFigures, State
from reports.noticing import certainly, likely, power
from reports.planning import Spreads, crews, plan
from reports.screening import assess
from tests.reports.chains import sheet_of


def section(branch: Interval, region: Interval | None = None) -> SectionFigures:
    parts = {"branch": branch, "residual": Interval(100.0, 90.0, 110.0)} | ({"region": region} if region else {})
    return SectionFigures("s", 320, 40, 80.0, parts)


@pytest.mark.parametrize("audits", [4, 12, 26])
def test_power_is_what_simulation_finds(audits: int) -> None:
    """Branches 15 points below in an endless chain that the report's own rule judges with the true prior."""
    rules, error = Rules(margin=5.0), 116.0 / audits
    rng = np.random.default_rng(1)
    share = 36.0 / (36.0 + error)
    truth = rng.normal(0, 6.0, 400_000)
    estimate = share * (truth + np.sqrt(error) * rng.normal(0, 1, truth.size))
    false = 1 - ndtr((-5.0 - estimate) / np.sqrt(36.0 * (1 - share)))
    in_order = np.sort(false)
    last = in_order[np.flatnonzero(np.cumsum(in_order) <= rules.false_share * np.arange(1, truth.size + 1))[-1]]
    fallen = share * (-15.0 + np.sqrt(error) * rng.normal(0, 1, 200_000))
    flagged = 1 - ndtr((-5.0 - fallen) / np.sqrt(36.0 * (1 - share))) <= last
    assert power(certainly(36.0), error, 15.0, rules) == pytest.approx(flagged.mean(), abs=0.02)
    assert (truth[false <= last] >= -5.0).mean() == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(("audits", "oracle"), [(4, 0.069), (8, 0.223), (12, 0.334), (26, 0.547)])
def test_power_is_near_an_oracles(audits: int, oracle: float) -> None:
    """The yardstick "gauss": margin 4, spreads 2, 4, 3 | 4, 2 | 6, 10. The oracle sees six sections, the plan one: it may promise less, not more."""
    between, error = 4.0 + 16.0 + 9.0, (16.0 + 4.0 + 36.0 + 100.0) / audits
    short = np.arange(4.005, 30.0, 0.01)
    weight = np.exp(-(short**2) / (2 * between))
    found = [power(certainly(between), error, points, Rules(margin=4.0)) for points in short[::20]]
    mean = float(np.interp(short, short[::20], found) @ weight / weight.sum())
    assert oracle - 0.06 < mean < oracle + 0.01


@given(st.floats(0.0, 400.0), st.floats(0.05, 400.0), st.floats(1.0, 20.0), st.integers(2, 500))
def test_deeper_falls_are_never_noticed_less(between: float, error: float, margin: float, branches: int) -> None:
    differ, rules = certainly(between, branches), Rules(margin=margin)
    near, far = (power(differ, error, margin + points, rules) for points in (5.0, 7.0))
    assert 0.0 <= near <= far + 0.005 <= 1.005


def test_branches_known_to_be_alike_are_never_flagged() -> None:
    assert power(certainly(0.0), 10.0, 10.0, Rules()) == 0.0


def test_scores_without_chance_notice_everything_beyond_the_margin() -> None:
    assert power(certainly(16.0), 0.0, 6.0, Rules(margin=5.0)) == 1.0
    assert power(certainly(16.0), 0.0, 4.0, Rules(margin=5.0)) == 0.0


def test_likely_spreads_are_as_wide_as_the_interval() -> None:
    wide = likely(section(Interval(16.0, 4.0, 36.0)))
    assert wide.masses.sum() == pytest.approx(1.0)
    assert 0.75 < wide.masses[(wide.variances > 4.0) & (wide.variances < 36.0)].sum() < 0.97
    none = likely(section(Interval(0.0, 0.0, 9.0)))
    assert 0.0 < none.variances @ none.masses < 9.0
    exact = likely(section(Interval(9.0, 9.0, 9.0), Interval(4.0, 4.0, 4.0)))
    assert (exact.variances.tolist(), exact.branches) == ([pytest.approx(13.0)], 40)


def told(seed: int, audits: int, shoppers: int, spread: Spreads) -> tuple[bool, float]:
    """Whether `assess` flags the one branch of 40 that is 15 points below, and what the plan said of it beforehand."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, spread.branch**0.5, 40)
    truth[0] = truth[1:].mean() - 15.0
    gave = rng.normal(0.0, spread.shopper**0.5, shoppers)
    branch = np.repeat(np.arange(40), audits)
    shopper = np.concatenate([np.resize(rng.permutation(shoppers), audits) for _ in range(40)])
    scores = 60.0 + truth[branch] + gave[shopper] + rng.normal(0.0, spread.residual**0.5, branch.size)
    found = assess(sheet_of(branch.tolist(), shopper.tolist(), scores[:, None]), Rules())
    planned = plan(found.sections[0], audits, crews(found.design, found.cells[0].shoppers), Rules(), [15.0])
    return found.cells[0].state is State.FALLS_SHORT, planned.noticing[0].power if planned else 0.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("audits", "shoppers", "spread"),
    [
        (30, 3, Spreads(16.0, 36.0, 100.0)),
        (8, 12, Spreads(0.0, 9.0, 100.0)),
        (8, 12, Spreads(16.0, 16.0, 100.0)),
        (12, 12, Spreads(4.0, 16.0, 100.0)),
    ],
)
def test_the_report_flags_as_often_as_the_plan_says(audits: int, shoppers: int, spread: Spreads) -> None:
    """Few shoppers who go everywhere, branches that are all alike but one, and usual ones: 24 chains each."""
    flagged, said = np.mean([told(seed, audits, shoppers, spread) for seed in range(24)], axis=0)
    assert said == pytest.approx(flagged, abs=0.2)
