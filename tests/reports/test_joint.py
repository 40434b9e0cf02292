"""What a branch's sections have in common is never less than nothing."""

import numpy as np
import pytest

from reports.joint import helmert, known, part, within_spread
from reports.mixed_reml import likelihood
from reports.mixed_shared import fit_alike
from tests.reports.chains import chain, with_gaps
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
