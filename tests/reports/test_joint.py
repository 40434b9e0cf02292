"""What a branch's sections have in common is never less than nothing."""

from dataclasses import replace

import numpy as np
import pytest

from reports.beliefs import believe
from reports.joint import helmert, known, part, within_spread
from reports.mixed_reml import likelihood
from reports.mixed_shared import fit_alike
from tests.reports.chains import ALIKE, chain, with_gaps
from tests.reports.test_level import shares


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_sections_that_vary_against_each_other_have_nothing_in_common(gaps: float) -> None:
    """By chance the mean of three unrelated sections varies less here than their contrasts.

    A branch's difference moves with its own effect at most as far as the effect itself.
    """
    sheet = shares(7)
    for section in known(with_gaps(sheet, 1, gaps) if gaps else sheet).values():
        assert section.shared is not None
        assert (section.shared.variance * section.shared.share).tolist() == [0.0] * 40
        left = 1.0 - section.own_variance * section.precision
        assert float((section.slope / left).max()) <= 1.0
        assert float((section.slope / left).min()) > 0.7


@pytest.mark.parametrize("seed", [7, 8])
def test_two_parts_with_a_variance_in_common_are_where_neither_slope_is_left(seed: int) -> None:
    sheet = chain(seed, sections=3)[0]
    turned = sheet.scores / within_spread(sheet.branch, sheet.scores[:, 0]) @ helmert(3).T
    among, weight = np.ones(40, dtype=bool), np.ones(sheet.branch.size)
    parts = [part(sheet, values, weight, among) for values in (turned[:, :1], turned[:, 1:])]
    assert parts[0] is not None
    assert parts[1] is not None
    fits = parts[0].fitted, parts[1].fitted
    apart = [found.variances["branch"] for found in fits]
    first, second = fit_alike(fits, "branch")
    assert first.variances["branch"] == second.variances["branch"]
    assert min(apart) < first.variances["branch"] < max(apart)
    points = [likelihood(found.solution.sums, found.variances) for found in (first, second)]
    assert sum(point.slopes["branch"] for point in points) == pytest.approx(0.0, abs=0.01)
    for point, found in zip(points, (first, second), strict=True):
        for name in set(found.variances) - {"branch"}:
            assert point.slopes[name] > -0.01
            assert point.slopes[name] * found.variances[name] == pytest.approx(0.0, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [0.0, 0.1])
@pytest.mark.parametrize("sections", [1, 3])
def test_nothing_is_lost_where_branches_have_no_effect_of_their_own(sections: int, gaps: float) -> None:
    """At a fitted variance of exactly 0 the likelihood of an effect is still there: the limit of smaller and smaller ones."""
    sheets = [with_gaps(chain(s, sections=sections, spreads=ALIKE)[0], s, gaps) for s in range(20)]
    found = [(sheet, known(sheet)) for sheet in sheets]
    edges = [(sheet, fitted) for sheet, fitted in found if not any(s.own_variance for s in fitted.values())]
    assert len(edges) > 3
    for sheet, fitted in edges:
        assert all(np.isfinite(part).all() for s in fitted.values() for part in (s.precision, s.score, s.slope))
        tiny = {k: replace(s, own_variance=1e-9) for k, s in fitted.items()}
        at, near = believe(sheet, fitted, 5.0), believe(sheet, tiny, 5.0)
        for name in ("estimate", "low", "high", "short", "above"):
            np.testing.assert_allclose(getattr(at, name), getattr(near, name), atol=5e-3)
        assert (at.low < at.high).all()
