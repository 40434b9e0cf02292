from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from reports.mixed_posterior import _by_normal, sources
from reports.mixed_profile import _by_curvature, intervals
from reports.mixed_reml import Point, likelihood
from reports.mixed_sums import Sums, sums
from reports.shares import Sources
from reports.variance import components, observations, section_fit, section_vast
from reports.vast import vast_intervals, vast_shopper_over_branch
from tests.reports.chains import Spreads, chain, sheet_of, with_strangers

ALL = ("region", "branch", "shopper")


@pytest.mark.slow
def test_components_are_near_the_truth_and_their_intervals_hold_it() -> None:
    """Over forty chains with known variances: 90 % intervals hold the truth nine times in ten, give or take chance."""
    truth = {"branch": 4.0**2 + 3.0**2, "shopper": 4.0**2 + 2.0**2, "residual": 6.0**2 + 10.0**2, "region": 2.0**2}
    held = dict.fromkeys(truth, 0)
    for seed in range(40):
        sheet, _ = chain(seed, branches=60, audits=10, sections=1, shoppers=30, regions=8)
        found = components(sheet, "section0000", ALL)
        for name, true in truth.items():
            held[name] += found.variances[name].low < true < found.variances[name].high
    assert min(held.values()) >= 32


def test_components_hold_what_was_asked() -> None:
    sheet, _ = chain(2)
    found = components(sheet, "section0001", ("shopper",))
    assert list(found.variances) == ["shopper", "residual"]
    assert found.shopper_over_branch is None


def test_shoppers_that_differ_much_more_than_branches_are_said_to() -> None:
    sheet, _ = chain(3, spreads=Spreads(region=0.0, branch=1.0, cell=0.0, shopper=12.0))
    over = components(sheet, "section0000", ("branch", "shopper")).shopper_over_branch
    assert over is not None
    assert over > 0.99
    sheet, _ = chain(3, spreads=Spreads(branch=12.0, shopper=1.0, taste=0.0))
    under = components(sheet, "section0000", ("branch", "shopper")).shopper_over_branch
    assert under is not None
    assert under < 0.01


def test_unknown_shoppers_are_left_out_when_asked() -> None:
    sheet = with_strangers(chain(4)[0], 1, 0.25)
    known = int((sheet.shopper >= 0).sum())
    assert components(sheet, "section0000", ALL, known_shoppers=True).audits == known
    assert components(sheet, "section0000", ALL).audits == sheet.shopper.size > known


def test_unknown_shoppers_count_as_one_each() -> None:
    """Given names of their own, unknown shoppers change nothing."""
    sheet = with_strangers(chain(5)[0], 1, 0.25)
    unknown = np.flatnonzero(sheet.shopper < 0)
    named = sheet.shopper.copy()
    named[unknown] = len(sheet.shoppers) + np.arange(unknown.size)
    names = (*sheet.shoppers, *(f"one{i}" for i in range(unknown.size)))
    variances = {"region": 3.0, "branch": 20.0, "shopper": 15.0, "residual": 120.0}
    criteria = []
    for given in (sheet, replace(sheet, shopper=named, shoppers=names)):
        rows = np.ones(given.branch.size, dtype=bool)
        data = observations(given, rows, given.scores[:, :1], np.ones(rows.size))
        criteria.append(likelihood(sums(data, ALL), variances).criterion)
    assert criteria[0] == pytest.approx(criteria[1], abs=1e-7)


def test_odd_audits_by_unknown_shoppers_are_no_difference_between_shoppers() -> None:
    """Unknown shoppers' audits made wild: the known ones' variance stays as it was."""
    sheet = with_strangers(chain(5, spreads=Spreads(shopper=1.0, taste=0.0))[0], 1, 0.2)
    unknown = sheet.shopper < 0
    wild = sheet.scores + 40.0 * np.random.default_rng(1).normal(0, 1, sheet.scores.shape) * unknown[:, None]
    before, after = (
        components(s, "section0000", ALL, known_shoppers=known).variances["shopper"]
        for s, known in ((sheet, True), (replace(sheet, scores=wild), False))
    )
    assert after.value == pytest.approx(before.value, abs=2.0)
    assert after.high < 30.0


def test_components_of_equal_scores_are_nothing() -> None:
    sheet, _ = chain(6)
    found = components(replace(sheet, scores=np.full(sheet.scores.shape, 80.0)), "section0000", ALL)
    assert (found.audits, found.norm, found.variances, found.criterion) == (320, None, {}, None)


def test_components_of_a_section_without_scores_are_nothing() -> None:
    found = components(sheet_of([0, 1], [0, 0], [[float("nan")]] * 2), "section0000", ALL)
    assert (found.audits, found.variances) == (0, {})


@pytest.mark.parametrize(
    ("section", "effects", "sentence"),
    [
        ("kitchen", ALL, r"^There is no section kitchen in this standard\.$"),
        ("section0000", ("weather",), r"^A model can hold region, branch and shopper, not weather\.$"),
    ],
)
def test_components_of_what_there_is_not_are_refused(section: str, effects: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        components(chain(7)[0], section, effects)


@pytest.mark.slow
def test_intervals_of_a_large_chain_are_near_the_profiled_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 300 dense columns intervals come from the curvature: on a chain just below, both agree within a tenth."""
    sheet, _ = chain(8, branches=200, audits=12, sections=1, shoppers=60)
    found = section_fit(sheet, 0, np.ones(sheet.branch.size))
    assert found is not None
    exact, quick = intervals(*found), _by_curvature(*found)
    for name in ("branch", "shopper", "residual"):
        assert quick[name].low == pytest.approx(exact[name].low, rel=0.1)
        assert quick[name].high == pytest.approx(exact[name].high, rel=0.1)
    grid = sources(*found, exact)
    monkeypatch.setattr("reports.mixed_posterior.LARGE", 10)
    normal = sources(*found, exact)
    assert normal.shopper_over_branch == pytest.approx(grid.shopper_over_branch, abs=0.1)
    for name in ("branch", "shopper", "residual"):
        assert normal.shares[name].low == pytest.approx(grid.shares[name].low, abs=0.02)
        assert normal.shares[name].high == pytest.approx(grid.shares[name].high, abs=0.02)


def test_curvature_without_a_top_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An indefinite curvature is no certainty."""
    found = section_fit(chain(8)[0], 0, np.ones(320))
    assert found is not None

    def bent(sums: Sums, variances: Mapping[str, float]) -> Point:
        return replace(likelihood(sums, variances), slopes={name: -value for name, value in variances.items()})

    monkeypatch.setattr("reports.mixed_posterior.likelihood", bent)
    monkeypatch.setattr("reports.mixed_posterior.LARGE", 1)
    widths = {name: replace(span, low=span.value / 2) for name, span in intervals(*found).items()}
    assert _by_normal(*found) is None
    assert sources(*found, widths) == Sources()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 3])
def test_few_regions_that_differ_widely_are_integrated_over_finely(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight regions: their spread is hardly known, and a coarse grid of it once gave .001 where .08 is right."""
    spreads = Spreads(region=4.0, branch=3.0, cell=0.0, shopper=5.0, taste=0.0)
    sheet, _ = chain(seed, branches=300, audits=6, sections=1, shoppers=100, regions=8, spreads=spreads)
    found = section_fit(sheet, 0, np.ones(sheet.branch.size))
    assert found is not None
    widths = intervals(*found)
    usual = sources(*found, widths)
    monkeypatch.setattr("reports.mixed_posterior.NODES", 15)
    finer = sources(*found, widths)
    assert usual.shopper_over_branch == pytest.approx(finer.shopper_over_branch, abs=0.02)
    assert usual.shares["region"].low == pytest.approx(finer.shares["region"].low, abs=0.01)
    assert usual.shares["region"].high == pytest.approx(finer.shares["region"].high, abs=0.01)
    vast = section_vast(sheet, 0, np.ones(sheet.branch.size))
    assert vast is not None
    roughly = vast_shopper_over_branch(vast_intervals(vast))
    assert roughly == pytest.approx(usual.shopper_over_branch, abs=0.1)


@pytest.mark.slow
def test_large_chain_is_fitted_with_intervals_at_once() -> None:
    sheet, _ = chain(9, branches=700, audits=6, sections=1, shoppers=400)
    found = components(sheet, "section0000", ALL)
    assert found.variances["shopper"].low < 20.0 < found.variances["shopper"].high
    assert found.variances["branch"].low < 25.0 < found.variances["branch"].high
    assert found.shopper_over_branch is not None


def test_interval_at_the_boundary_of_a_large_chain_starts_at_zero() -> None:
    sheet, _ = chain(10, branches=40, audits=6, sections=1, spreads=Spreads(region=0.0, branch=0.0, cell=0.0))
    found = section_fit(sheet, 0, np.ones(sheet.branch.size))
    assert found is not None
    exact, quick = intervals(*found), _by_curvature(*found)
    for name in ("region", "branch"):
        assert quick[name].low == exact[name].low == 0.0
        assert quick[name].high == pytest.approx(exact[name].high, rel=0.5)
