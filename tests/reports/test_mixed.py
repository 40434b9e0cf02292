"""The equations against the textbook's large matrices."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from reports.mixed import solve
from reports.mixed_effects import deviations
from reports.mixed_reml import fit, likelihood
from reports.mixed_sums import sums
from reports.norms import Bools
from reports.observed import EFFECTS, Observations
from reports.sheet import Floats

REGIONS = 3
SPREADS = [(3.0, 4.0, 5.0), (0.0, 2.0, 1.0), (1.0, 0.0, 0.0)]
DESIGNS = [*product([(12, 5), (5, 12)], [0.0, 0.3], [False, True])]
"""(branches, shoppers), share of unknown shoppers, whether audits have weights."""


def audits(size: tuple[int, int], unknown: float, weighted: bool) -> Observations:
    branches, shoppers = size
    rng = np.random.default_rng(20)
    shopper = np.where(rng.random(60) < unknown, -1, rng.integers(0, shoppers, 60))
    return Observations(
        branch=rng.integers(0, branches - 1, 60),
        shopper=shopper,
        version=rng.integers(1, 3, 60),
        region_of=rng.integers(0, REGIONS, branches),
        values=rng.normal(70, 10, (60, 2)),
        weight=rng.choice([1.0, 2.0], 60) if weighted else np.ones(60),
        shoppers=shoppers,
    )


def unfolded(data: Observations) -> Observations:
    """The same with audits of weight 2 written twice."""
    times = data.weight.astype(int)
    return replace(
        data,
        branch=np.repeat(data.branch, times),
        shopper=np.repeat(data.shopper, times),
        version=np.repeat(data.version, times),
        values=np.repeat(data.values, times, axis=0),
    )


class Textbook:
    """V, P, G and Z written out; an audit that counts twice stands there twice."""

    def __init__(self, data: Observations, effects: tuple[str, ...], variances: dict[str, float]) -> None:
        data = unfolded(data)
        codes = {"region": data.region_of[data.branch], "branch": data.branch, "shopper": data.shopper}
        sizes = {"region": REGIONS, "branch": data.region_of.size, "shopper": data.shoppers}
        self.Z = np.hstack([(codes[name][:, None] == np.arange(sizes[name])) * 1.0 for name in effects])
        self.G = np.diag(np.concatenate([np.full(sizes[name], variances[name]) for name in effects]))
        self.V = self.Z @ self.G @ self.Z.T + variances["residual"] * np.eye(data.branch.size)
        if "shopper" in effects:
            self.V += np.diag((data.shopper < 0) * variances["shopper"])
        self.X = np.column_stack([np.ones(data.branch.size), data.version == 2])
        inverse = np.linalg.inv(self.V)
        self.XVX = self.X.T @ inverse @ self.X
        self.P = inverse - inverse @ self.X @ np.linalg.inv(self.XVX) @ self.X.T @ inverse
        self.y = data.values

    def criterion(self) -> float:
        rows, fixed = self.X.shape
        determinants = np.linalg.slogdet(self.V)[1] + np.linalg.slogdet(self.XVX)[1]
        one = (rows - fixed) * np.log(2 * np.pi) + determinants
        return float(self.y.shape[1] * one + np.trace(self.y.T @ self.P @ self.y))


@pytest.mark.parametrize("effects", [EFFECTS, ("branch", "shopper"), ("shopper",), ("region", "branch")])
@pytest.mark.parametrize("spreads", SPREADS)
@pytest.mark.parametrize("design", DESIGNS)
def test_likelihood_and_its_slopes_are_the_textbooks(
    design: tuple[tuple[int, int], float, bool], spreads: tuple[float, ...], effects: tuple[str, ...]
) -> None:
    data = audits(*design)
    given = dict(zip(EFFECTS, spreads, strict=True))
    variances = {name: given[name] for name in effects} | {"residual": 7.0}
    point = likelihood(sums(data, effects), variances)
    book = Textbook(data, effects, variances)
    assert point.criterion == pytest.approx(book.criterion(), abs=1e-8)
    step = 1e-5
    for name in variances:
        ahead = Textbook(data, effects, variances | {name: variances[name] + step}).criterion()
        further = Textbook(data, effects, variances | {name: variances[name] + 2 * step}).criterion()
        forward = (4 * ahead - further - 3 * book.criterion()) / (2 * step)
        assert point.slopes[name] == pytest.approx(forward, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("spreads", SPREADS)
@pytest.mark.parametrize("design", DESIGNS)
def test_deviations_are_the_contrasts_of_the_textbook(
    design: tuple[tuple[int, int], float, bool], spreads: tuple[float, ...]
) -> None:
    data = audits(*design)
    variances = dict(zip(EFFECTS, spreads, strict=True)) | {"residual": 7.0}
    book = Textbook(data, EFFECTS, variances)
    solution = solve(sums(data, EFFECTS), {name: variances[name] / 7.0 for name in EFFECTS})
    branches, shoppers = data.region_of.size, data.shoppers
    places = np.hstack([np.eye(REGIONS)[data.region_of], np.eye(branches), np.zeros((branches, shoppers))])
    own = REGIONS + np.arange(branches)
    among = np.bincount(data.branch, minlength=branches) > 0
    contrast = against_the_others(places, among)
    error = book.G - book.G @ book.Z.T @ book.P @ book.Z @ book.G
    weight = book.Z.T @ book.P
    found = deviations(solution, "branch", branches, among, data.region_of)
    np.testing.assert_allclose(found.estimate, contrast @ book.G @ weight @ book.y, atol=1e-9)
    np.testing.assert_allclose(found.variance * 7.0, np.diag(contrast @ error @ contrast.T), atol=1e-9)
    np.testing.assert_allclose(found.precision / 7.0, np.diag(weight @ book.Z)[own], atol=1e-9)
    np.testing.assert_allclose(found.score / 7.0, (weight @ book.y)[own], atol=1e-9)
    slopes = contrast[:, own] - (weight @ book.Z @ book.G @ contrast.T)[own].T
    np.testing.assert_allclose(found.slope, np.diag(slopes), atol=1e-9)
    tastes = np.hstack([np.zeros((shoppers, REGIONS + branches)), np.eye(shoppers)])
    contrast = against_the_others(tastes, np.ones(shoppers, dtype=bool))
    found = deviations(solution, "shopper", shoppers, np.ones(shoppers, dtype=bool))
    np.testing.assert_allclose(found.estimate, contrast @ book.G @ weight @ book.y, atol=1e-9)
    np.testing.assert_allclose(found.variance * 7.0, np.diag(contrast @ error @ contrast.T), atol=1e-9)


def against_the_others(rows: Floats, among: Bools) -> Floats:
    """Each row less the mean of the other rows of the group."""
    size = among.sum()
    mean = rows[among].mean(axis=0)
    return np.asarray(np.where(among[:, None], (rows - mean) * size / (size - 1), rows - mean))


def test_fit_finds_the_boundary_exactly() -> None:
    """Branch means closer together than chance would have them: the variance is 0, not nearly 0."""
    values = np.array([[60.0], [80.0], [62.0], [78.0], [61.0], [79.0]])
    data = Observations(
        branch=np.array([0, 0, 1, 1, 2, 2]),
        shopper=np.full(6, -1),
        version=np.ones(6, dtype=np.int64),
        region_of=np.zeros(3, dtype=np.int64),
        values=values,
        weight=np.ones(6),
        shoppers=0,
    )
    found = fit(sums(data, ("branch",)))
    assert found is not None
    assert found.variances["branch"] == 0.0
    assert found.variances["residual"] == pytest.approx(values.var(ddof=1), rel=1e-12)


def test_fit_of_equal_scores_is_none() -> None:
    data = audits((12, 5), 0.0, weighted=False)
    level = replace(data, values=np.full((60, 1), 100.0))
    assert fit(sums(level, EFFECTS)) is None


def test_unknown_effect_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^A model can hold region, branch and shopper, not weather\.$"):
        sums(audits((12, 5), 0.0, weighted=False), ("weather",))
