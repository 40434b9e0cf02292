"""What the audits without gaps say of the variances: where the search of `gaps` begins, and on large chains where it ends."""

from dataclasses import dataclass, replace

import numpy as np

from reports.mixed_reml import Fit, fit
from reports.mixed_shared import fit_alike
from reports.mixed_sums import STRANGER, sums
from reports.observed import Observations
from reports.sheet import Floats
from reports.variance import tellable

LEAST_COMPLETE = 0.25
"""Share of audits with every section below which they are too few to say anything."""


@dataclass(frozen=True)
class Start:
    """Variance ratios, as `gaps.solve_gaps` takes them."""

    ratios: dict[str, tuple[float, float]]
    visit: float


def from_complete(data: Observations, turn: Floats, effects: tuple[str, ...]) -> Start | None:
    """Which variances do the audits that have every section speak for?

    Args:
        data: N × K values in the sections' common scale, NaN where a section was left out.
        turn: K × K rotation, first row the mean.
        effects: which of region, branch and shopper vary; "branch" among them.

    Returns:
        By the rotated fits (restricted maximum likelihood); None where such audits are few or cannot tell the effects apart.
    """
    whole = ~np.isnan(data.values).any(axis=1)
    if float(whole.mean()) < LEAST_COMPLETE:
        return None
    columns = ("branch", "shopper", "version", "values", "weight")
    chosen = replace(data, **{name: getattr(data, name)[whole] for name in columns})
    if tellable(chosen) != effects:
        return None
    turned = chosen.values @ turn.T
    mean, rest = (fit(sums(replace(chosen, values=part), effects)) for part in (turned[:, :1], turned[:, 1:]))
    if mean is None or rest is None or rest.residual <= 0.0:
        return None
    if mean.variances["branch"] < rest.variances["branch"]:
        mean, rest = fit_alike((mean, rest), "branch")
    return _start(mean, rest, len(turn))


def _start(mean: Fit, rest: Fit, sections: int) -> Start:
    unit = rest.residual
    names = [name for name in (*rest.variances, STRANGER) if name != "residual"]
    ratios = {name: (mean.variances.get(name, 0.0) / unit, rest.variances.get(name, 0.0) / unit) for name in names}
    return Start(ratios, max(mean.residual / unit - 1.0, 0.0) / sections)
