"""The joint model of audits with gaps against the textbook's large matrices, and against rotation where nothing is missing."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from reports.gaps import Gapped, Pairs, _Search, fit_gaps, solve_gaps
from reports.gaps_effects import GappedDeviations, gapped_deviations
from reports.gaps_start import from_complete
from reports.gaps_sums import MOST_ENTRIES, joined
from reports.joint import helmert, known, part
from reports.norms import Bools
from reports.observed import EFFECTS, Observations
from reports.sheet import Floats, Ints, ScoreSheet
from reports.variance import observations
from tests.reports.chains import chain, with_gaps, with_strangers

K, REGIONS, VISIT = 3, 2, 0.7
TURN = helmert(K)
RATIOS: list[Pairs] = [
    {"region": (0.3, 0.2), "branch": (0.9, 0.4), "shopper": (0.5, 0.6)},
    {"region": (0.3, 0.0), "branch": (0.0, 0.0), "shopper": (0.5, 0.0)},
    {"region": (0.0, 0.0), "branch": (0.4, 0.0), "shopper": (0.0, 0.3)},
]
DESIGNS = [*product([(8, 5), (5, 9)], [0.0, 0.3])]
"""(branches, shoppers), share of unknown shoppers."""


def audits(size: tuple[int, int], unknown: float) -> Observations:
    sheet, _ = chain(3, branches=size[0], audits=5, shoppers=size[1], regions=REGIONS)
    sheet = with_strangers(with_gaps(sheet, 1, 0.3), 2, unknown)
    sheet = replace(sheet, version=np.random.default_rng(1).integers(1, 3, sheet.branch.size))
    rows = np.asarray(~np.isnan(sheet.scores).all(axis=1), dtype=np.bool_)
    return observations(sheet, rows, sheet.scores[rows] / 10.0 - 7.5, np.ones(rows.size))


def with_a_new_section(data: Observations) -> Observations:
    """The first version of the standard had no third section, the second has no first."""
    values = data.values.copy()
    values[data.version == 1, 2] = np.nan
    values[data.version == 2, 0] = np.nan
    kept = np.asarray(~np.isnan(values).all(axis=1), dtype=np.bool_)
    return replace(
        data,
        branch=data.branch[kept],
        shopper=data.shopper[kept],
        version=data.version[kept],
        values=values[kept],
        weight=data.weight[kept],
    )


def solved(data: Observations, ratios: Pairs) -> Gapped:
    summed = joined(data, EFFECTS)
    assert summed is not None
    return solve_gaps(summed, TURN, ratios, VISIT)


class Textbook:
    """V, P, G and Z written out, one row per score; residual variance 1."""

    def __init__(self, data: Observations, ratios: Pairs) -> None:
        audit, self.section = np.nonzero(~np.isnan(data.values))
        self.y = data.values[audit, self.section]
        size = self.y.size
        codes = {"region": data.region_of[data.branch], "branch": data.branch, "shopper": data.shopper}
        sizes = {"region": REGIONS, "branch": data.region_of.size, "shopper": data.shoppers}
        blocks = {name: TURN.T @ np.diag([mean, *[rest] * (K - 1)]) @ TURN for name, (mean, rest) in ratios.items()}
        self.Z = np.hstack([self._design(codes[name][audit], sizes[name]) for name in EFFECTS])
        self.G = np.zeros((self.Z.shape[1],) * 2)
        start = 0
        for name in EFFECTS:
            for _ in range(sizes[name]):
                self.G[start : start + K, start : start + K] = blocks[name]
                start += K
        same = audit[:, None] == audit
        strangers = same * (data.shopper < 0)[audit][:, None] * blocks["shopper"][np.ix_(self.section, self.section)]
        self.V = self.Z @ self.G @ self.Z.T + np.eye(size) + VISIT * same + strangers
        second = data.version[audit] == 2
        X = np.hstack([self._design(np.where(second, -1, 0), 1), self._design(np.where(second, 0, -1), 1)])
        X = X[:, X.any(axis=0)]
        inverse = np.linalg.inv(self.V)
        self.XVX = X.T @ inverse @ X
        self.P = inverse - inverse @ X @ np.linalg.inv(self.XVX) @ X.T @ inverse

    def _design(self, codes: Ints, size: int) -> Floats:
        design = np.zeros((codes.size, size * K))
        here = np.flatnonzero(codes >= 0)
        design[here, codes[here] * K + self.section[here]] = 1.0
        return design


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize("design", DESIGNS)
def test_likelihood_with_gaps_is_the_textbooks(design: tuple[tuple[int, int], float], ratios: Pairs) -> None:
    data = audits(*design)
    found, book = solved(data, ratios), Textbook(data, ratios)
    assert found.rest == pytest.approx(book.y @ book.P @ book.y)
    determinants = np.linalg.slogdet(book.V)[1] + np.linalg.slogdet(book.XVX)[1]
    assert found.log_determinant == pytest.approx(determinants)
    assert found.joined.freedom == book.y.size - 2 * K


def test_sections_that_come_and_go_with_the_standard_have_norms_where_they_were_scored() -> None:
    data = with_a_new_section(audits((8, 5), 0.0))
    found, book = solved(data, RATIOS[0]), Textbook(data, RATIOS[0])
    assert found.rest == pytest.approx(book.y @ book.P @ book.y)
    determinants = np.linalg.slogdet(book.V)[1] + np.linalg.slogdet(book.XVX)[1]
    assert found.log_determinant == pytest.approx(determinants)
    assert found.joined.freedom == book.y.size - 4


@pytest.mark.parametrize("ratios", RATIOS)
@pytest.mark.parametrize("design", DESIGNS)
def test_deviations_with_gaps_are_the_textbooks(design: tuple[tuple[int, int], float], ratios: Pairs) -> None:
    data = audits(*design)
    book = Textbook(data, ratios)
    branches, shoppers = data.region_of.size, data.shoppers
    among = np.zeros((branches, K), dtype=bool)
    audit, section = np.nonzero(~np.isnan(data.values))
    among[data.branch[audit], section] = True
    among[0, 1] = False
    found = gapped_deviations(solved(data, ratios), TURN, "branch", among, data.region_of)
    for k in range(K):
        rows = np.zeros((branches, book.Z.shape[1]))
        own = (REGIONS + np.arange(branches)) * K + k
        rows[np.arange(branches), data.region_of * K + k] = rows[np.arange(branches), own] = 1.0
        contrast = against_the_others(rows, among[:, k])
        check(found, k, contrast, book)
        weight = book.Z.T @ book.P
        np.testing.assert_allclose(found.precision[:, k], np.diag(weight @ book.Z)[own], atol=1e-9)
        np.testing.assert_allclose(found.score[:, k], (weight @ book.y)[own], atol=1e-9)
        slopes = contrast[:, own] - (weight @ book.Z @ book.G @ contrast.T)[own].T
        np.testing.assert_allclose(found.slope[:, k], np.diag(slopes), atol=1e-9)
    found = gapped_deviations(solved(data, ratios), TURN, "shopper", np.ones((shoppers, K), dtype=bool))
    for k in range(K):
        rows = np.zeros((shoppers, book.Z.shape[1]))
        rows[np.arange(shoppers), (REGIONS + branches + np.arange(shoppers)) * K + k] = 1.0
        check(found, k, against_the_others(rows, np.ones(shoppers, dtype=bool)), book)


def against_the_others(rows: Floats, among: Bools) -> Floats:
    """Each row less the mean of the other rows of the group."""
    size = among.sum()
    mean = rows[among].mean(axis=0)
    return np.asarray(np.where(among[:, None], (rows - mean) * size / (size - 1), rows - mean))


def check(found: GappedDeviations, k: int, contrast: Floats, book: Textbook) -> None:
    """Estimates and their prediction error variances are those of the contrasts."""
    reach = book.G @ book.Z.T @ book.P
    np.testing.assert_allclose(found.estimate[:, k], contrast @ reach @ book.y, atol=1e-9)
    error = book.G - reach @ book.Z @ book.G
    np.testing.assert_allclose(found.variance[:, k], np.diag(contrast @ error @ contrast.T), atol=1e-9)


def test_without_gaps_the_fit_is_the_rotated_one() -> None:
    sheet, _ = chain(1)
    weight, among = np.ones(sheet.branch.size), np.ones(40, dtype=bool)
    data = observations(sheet, weight > 0, sheet.scores, weight)
    summed = joined(replace(data, values=data.values - data.values.mean(axis=0)), EFFECTS)
    assert summed is not None
    found = fit_gaps(summed, TURN, EFFECTS)
    turned = sheet.scores @ TURN.T
    mean, rest = part(sheet, turned[:, :1], weight, among), part(sheet, turned[:, 1:], weight, among)
    assert mean is not None
    assert rest is not None
    assert found.residual == pytest.approx(rest.fitted.residual, rel=1e-4)
    for name in EFFECTS:
        first, others = (ratio * found.residual for ratio in found.ratios[name])
        assert first == pytest.approx(mean.fitted.variances[name], rel=2e-3, abs=1e-3)
        assert others == pytest.approx(rest.fitted.variances[name], rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("design", DESIGNS)
def test_slopes_with_gaps_are_those_of_the_criterion(design: tuple[tuple[int, int], float], alike: bool) -> None:
    summed = joined(audits(*design), EFFECTS)
    assert summed is not None
    search = _Search(summed, TURN, EFFECTS, alike=alike)
    steps = np.array([0.5, 0.3, 0.8, 0.2, 0.6, 0.4, 0.9, 0.7, 1.1])[-search.audits.size :]
    _, slopes = search.cost(steps)
    for i, unit in enumerate(np.eye(steps.size) * 1e-5):
        ahead, behind = search.solve(steps + unit).criterion, search.solve(steps - unit).criterion
        assert slopes[i] == pytest.approx((ahead - behind) / 2e-5, abs=2e-3)


def test_chain_too_large_for_the_tables_is_not_joined() -> None:
    data = audits((8, 5), 0.0)
    crowd = replace(data, shoppers=MOST_ENTRIES)
    assert joined(crowd, EFFECTS) is None


def alone_or_not(sheet: ScoreSheet) -> set[bool]:
    return {section.shared is None for section in known(sheet).values()}


@pytest.mark.slow
def test_one_missing_score_changes_next_to_nothing() -> None:
    """1,000 branches and 100 shoppers: the sections stay in one model, and estimates where they were."""
    sheet, _ = chain(4, branches=1_000, audits=10, sections=6, shoppers=100, regions=8)
    scores = sheet.scores.copy()
    scores[0, 0] = np.nan
    gappy = replace(sheet, scores=scores)
    assert alone_or_not(gappy) == {False}
    whole, found = known(sheet), known(gappy)
    for k in range(6):
        far = np.abs(found[k].estimate - whole[k].estimate)
        assert float(np.delete(far, sheet.branch[0]).max()) < 0.05
        assert far.max() < 2.0
        np.testing.assert_allclose(found[k].variance[1:], whole[k].variance[1:], rtol=0.01)


@pytest.mark.parametrize("unknown", [0.0, 0.3])
def test_search_ends_in_one_place_wherever_it_begins(unknown: float) -> None:
    sheet = with_strangers(with_gaps(chain(5, branches=30, audits=8, shoppers=12)[0], 1, 0.1), 2, unknown)
    rows = np.asarray(~np.isnan(sheet.scores).all(axis=1), dtype=np.bool_)
    data = observations(sheet, rows, sheet.scores[rows] / 10.0 - 7.5, np.ones(rows.size))
    summed, start = joined(data, EFFECTS), from_complete(data, TURN, EFFECTS)
    assert summed is not None
    assert start is not None
    found, other = fit_gaps(summed, TURN, EFFECTS, start), fit_gaps(summed, TURN, EFFECTS)
    assert found.criterion == pytest.approx(other.criterion, abs=1e-3)


def test_large_chain_has_the_variances_of_the_audits_without_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    data = audits((8, 5), 0.0)
    summed, start = joined(data, EFFECTS), from_complete(data, TURN, EFFECTS)
    assert summed is not None
    assert start is not None
    monkeypatch.setattr("reports.gaps.SEARCHED", 0)
    assert fit_gaps(summed, TURN, EFFECTS, start).ratios == start.ratios
    assert fit_gaps(summed, TURN, EFFECTS).ratios != start.ratios


def test_few_audits_without_gaps_say_nothing_of_the_variances() -> None:
    data = audits((8, 5), 0.0)
    values = data.values.copy()
    values[1:, 0] = np.nan
    assert from_complete(replace(data, values=values), TURN, EFFECTS) is None
