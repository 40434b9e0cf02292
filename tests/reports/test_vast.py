"""The sparse way for vast chains agrees with the exact one where both can go."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from reports.figures import Rules, State
from reports.mixed_effects import deviations
from reports.mixed_reml import fit
from reports.mixed_sums import sums
from reports.observed import EFFECTS, Observations
from reports.screening import assess
from reports.sheet import ScoreSheet
from reports.trend import changes
from reports.variance import components, is_vast, observations
from reports.vast import conjugate, fit_vast, vast_deviations, vast_intervals
from tests.reports.chains import MONDAY, Spreads, chain, with_strangers

MANY = 3_001


def audits(seed: int = 1, strangers: float = 0.0, spreads: Spreads | None = None) -> tuple[ScoreSheet, Observations]:
    sheet, _ = chain(seed, branches=300, audits=10, sections=1, shoppers=200, regions=30, spreads=spreads)
    sheet = with_strangers(sheet, 1, strangers)
    sheet = replace(sheet, version=np.where(np.arange(sheet.branch.size) % 3 == 0, 2, 1))
    everyone = np.ones(sheet.branch.size, dtype=bool)
    return sheet, observations(sheet, everyone, sheet.scores, np.ones(sheet.branch.size))


def test_conjugate_gradients_solve_several_systems_at_once() -> None:
    rng = np.random.default_rng(1)
    root = rng.normal(0, 1, (30, 30))
    matrix = root @ root.T + 30 * np.eye(30)
    right = np.column_stack([rng.normal(0, 1, (30, 3)), np.zeros(30)])
    found = conjugate(sparse.csr_array(matrix), right, np.zeros((30, 4)))
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("strangers", [0.0, 0.1])
def test_vast_fit_agrees_with_the_exact_one(strangers: float) -> None:
    sheet, data = audits(strangers=strangers)
    exact, vast = fit(sums(data, EFFECTS)), fit_vast(data, EFFECTS)
    assert exact is not None
    assert vast is not None
    for name, most in (("branch", 0.1), ("shopper", 0.15), ("residual", 0.02)):
        assert vast.variances[name] == pytest.approx(exact.variances[name], rel=most)
    among = np.ones(300, dtype=bool)
    one = deviations(exact.solution, "branch", 300, among, sheet.region_of)
    other = vast_deviations(vast, "branch", among, sheet.region_of)
    assert np.corrcoef(one.estimate[:, 0], other.estimate[:, 0])[0, 1] > 0.999
    ratio = other.variance * vast.residual / (one.variance * exact.residual)
    assert 0.8 < ratio.min() < ratio.max() < 1.25
    np.testing.assert_allclose(other.precision, one.precision, rtol=0.15)
    np.testing.assert_allclose(other.slope, one.slope, rtol=0.15)


def test_same_seed_is_the_same_answer() -> None:
    _, data = audits()
    one, other = fit_vast(data, EFFECTS), fit_vast(data, EFFECTS)
    assert one is not None
    assert other is not None
    assert one.variances == other.variances


@pytest.mark.slow
def test_vast_intervals_hold_the_truth_most_of_the_time() -> None:
    truth = {"branch": 25.0, "shopper": 20.0, "residual": 136.0}
    held = dict.fromkeys(truth, 0)
    for seed in range(40):
        vast = fit_vast(audits(seed)[1], EFFECTS)
        assert vast is not None
        for name, interval in vast_intervals(vast).items():
            held[name] = held.get(name, 0) + (interval.low < truth.get(name, 4.0) < interval.high)
    assert min(held.values()) >= 32


def test_branches_all_alike_have_next_to_no_variance() -> None:
    _, data = audits(4, spreads=Spreads(region=0.0, branch=0.0, cell=0.0))
    vast = fit_vast(data, ("branch", "shopper"))
    assert vast is not None
    assert vast.variances["branch"] < 1.5


@pytest.mark.slow
def test_interval_of_branches_all_alike_ends_where_the_exact_one_does() -> None:
    """Found to be nothing, it may still be something: 0 to 4, not 0 to 0."""
    ends = []
    for seed in range(4, 12):
        sheet, data = audits(seed, spreads=Spreads(region=0.0, branch=0.0, cell=0.0))
        vast = fit_vast(data, ("branch", "shopper"))
        assert vast is not None
        interval = vast_intervals(vast)["branch"]
        if interval.value == 0.0:
            exact = components(sheet, "section0000", ("branch", "shopper")).variances["branch"]
            assert (interval.low, exact.low) == (0.0, 0.0)
            ends.append(interval.high / exact.high)
    assert len(ends) >= 2
    assert 0.7 < min(ends) <= max(ends) < 1.4


def test_nothing_to_fit_is_none() -> None:
    _, data = audits()
    assert fit_vast(replace(data, values=np.full(data.values.shape, 80.0)), EFFECTS) is None


def vast_chain() -> ScoreSheet:
    """More than 3,000 branches and shoppers; branch 7 is 40 points short."""
    rng = np.random.default_rng(4)
    sheet, _ = chain(4, branches=MANY, audits=3, sections=1, shoppers=MANY, regions=20, short={(7, 0): 40.0})
    return replace(sheet, week=sheet.week + 7 * rng.integers(0, 20, sheet.week.size))


@pytest.mark.slow
def test_vast_chain_is_judged_like_any_other() -> None:
    sheet = vast_chain()
    assert is_vast(sheet)
    found = assess(sheet, Rules())
    short = {(cell.branch, cell.section) for cell in found.cells if cell.state is State.FALLS_SHORT}
    assert ("b0007", "section0000") in short
    for section in found.sections:
        assert list(section.variances) == ["region", "branch", "shopper", "residual"]
        assert section.variances["branch"].low < 25.0 < section.variances["branch"].high
        assert section.shopper_over_branch is not None
    assert len(changes(sheet)) == MANY


@pytest.mark.slow
def test_either_way_says_the_same_where_both_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """One chain of 300 branches and 200 shoppers, on either side of the limit: estimates, states, charts and intervals."""
    short = {(branch, 0): 25.0 for branch in range(12)}
    sheet, _ = chain(5, branches=300, audits=10, sections=1, shoppers=200, regions=30, short=short)
    sheet = replace(sheet, week=MONDAY + 7 * (np.arange(sheet.branch.size) % 10))
    assert not is_vast(sheet)
    exact, plain = assess(sheet, Rules()), changes(sheet)
    monkeypatch.setattr("reports.variance.DENSE_LIMIT", 199)
    assert is_vast(sheet)
    vast, other = assess(sheet, Rules()), changes(sheet)
    for name, interval in exact.sections[0].variances.items():
        assert vast.sections[0].variances[name].value == pytest.approx(interval.value, rel=0.15), name
    points = [np.array([(c.estimate, c.low, c.high) for c in found.cells], dtype=float) for found in (exact, vast)]
    np.testing.assert_allclose(points[0], points[1], atol=1.5)
    sure = [np.array([c.p_short for c in found.cells], dtype=float) for found in (exact, vast)]
    np.testing.assert_allclose(sure[0], sure[1], atol=0.1)
    flagged = [{c.branch for c in found.cells if c.state is State.FALLS_SHORT} for found in (exact, vast)]
    assert len(flagged[0] & flagged[1]) >= 10
    assert len(flagged[0] ^ flagged[1]) <= 2
    assert np.mean([one.move is two.move for one, two in zip(plain, other, strict=True)]) > 0.97


@pytest.mark.slow
def test_components_of_a_vast_chain_have_no_criterion() -> None:
    sheet = vast_chain()
    found = components(sheet, "section0000", ("branch", "shopper"))
    assert found.criterion is None
    assert list(found.variances) == ["branch", "shopper", "residual"]
    level = replace(sheet, scores=np.full(sheet.scores.shape, 80.0))
    assert components(level, "section0000", EFFECTS).variances == {}
