"""Which varies more, shoppers or branches? The restricted likelihood integrated over the spreads."""

from collections.abc import Mapping

import numpy as np
from scipy.interpolate import RectBivariateSpline, make_interp_spline
from scipy.special import ndtr

from reports.figures import Interval
from reports.mixed import solve
from reports.mixed_profile import LARGE
from reports.mixed_reml import Fit, likelihood
from reports.mixed_sums import STRANGER, Sums
from reports.observed import EFFECTS
from reports.sheet import Floats

RATE = 3.0
"""Each spread has an exponential prior with this rate over the total spread: small spreads are likelier beforehand."""
NODES, REGION_NODES = 7, 7
FINE, REGION_FINE = 120, 40
REACH = 1.8
"""The grid reaches this many half intervals beyond the estimate."""


def _axis(span: Interval, residual: float, nodes: int) -> Floats:
    """Ratios of spreads λ to be tried, from the variance's interval."""
    value, low, high = (np.sqrt(v / residual) for v in (span.value, span.low, span.high))
    return np.linspace(max(0.0, value - REACH * (value - low)), value + REACH * (high - value), nodes)


def _log_posterior(sums: Sums, spreads: Mapping[str, float], total: float, stranger: float) -> float:
    """Log posterior of ratios of spreads, the residual integrated out by Laplace's method."""
    solution = solve(sums, {name: spread**2 for name, spread in spreads.items()} | {STRANGER: stranger})
    residual = solution.rest / sums.freedom
    scale = float(np.sqrt(residual))
    prior = -RATE / total * scale * (1.0 + sum(spreads.values()))
    fitted = -0.5 * (sums.freedom * np.log(residual) + solution.log_determinant)
    return float(fitted + prior + (len(spreads) + 1) * np.log(scale))


def _fine(axis: Floats, parts: int) -> Floats:
    """Midpoints of a fine division of the axis."""
    step = (axis[-1] - axis[0]) / parts
    return np.asarray(axis[0] + step * (np.arange(parts) + 0.5))


def _by_grid(sums: Sums, fit: Fit, spans: Mapping[str, Interval]) -> float:
    total = float(np.sqrt(sum(fit.variances[name] for name in (*sums.effects, "residual"))))
    stranger = fit.variances.get(STRANGER, 0.0) / fit.residual
    branch, shopper = (_axis(spans[name], fit.residual, NODES) for name in ("branch", "shopper"))
    region = _axis(spans["region"], fit.residual, REGION_NODES) if "region" in spans else np.zeros(1)
    found = np.empty((region.size, branch.size, shopper.size))
    for place in np.ndindex(found.shape):
        spreads = dict(
            zip(EFFECTS, (axis[i] for axis, i in zip((region, branch, shopper), place, strict=True)), strict=True)
        )
        found[place] = _log_posterior(sums, {name: spreads[name] for name in sums.effects}, total, stranger)
    b, s = _fine(branch, FINE), _fine(shopper, FINE)
    planes = np.array([RectBivariateSpline(branch, shopper, plane)(b, s) for plane in found - found.max()])
    r = region
    if region.size > 1:
        r = _fine(region, REGION_FINE)
        planes = make_interp_spline(region, planes, k=3)(r)
    weight = np.exp(planes)
    return float(weight[s**2 > (b**2)[:, None] + (r**2)[:, None, None]].sum() / weight.sum())


def _by_normal(sums: Sums, fit: Fit) -> float | None:
    """Treats the log variances as jointly normal, their curvature found from the gradient; None where it has no top."""
    variances = dict(fit.variances)
    names = [name for name in sums.effects if variances[name] > 0.0]
    curvature = np.empty((len(names), len(names)))
    for column, name in enumerate(names):
        slopes = []
        for factor in (0.95, 1.05):
            point = likelihood(sums, variances | {name: variances[name] * factor})
            slopes.append([point.slopes[other] * variances[other] for other in names])
        curvature[:, column] = (np.array(slopes[1]) - np.array(slopes[0])) / np.log(1.05 / 0.95)
    curvature = (curvature + curvature.T) / 2
    if float(np.linalg.eigvalsh(curvature).min()) <= 0.0:
        return None
    covariance = 2.0 * np.linalg.inv(curvature)
    place = sum(variances[name] for name in names if name != "shopper")
    share = np.array([1.0 if name == "shopper" else -variances[name] / place for name in names])
    lead = float(np.log(variances["shopper"] / place))
    return float(ndtr(lead / np.sqrt(float(share @ covariance @ share))))


def shopper_over_branch(sums: Sums, fit: Fit, spans: Mapping[str, Interval]) -> float | None:
    """How probable is it that shoppers differ more than branches do?

    Args:
        sums: one section's audits.
        fit: its restricted maximum likelihood fit.
        spans: the 90 % intervals of its variances; they set the grid.

    Returns:
        P(σ²_shopper > σ²_branch + σ²_region), with an exponential prior on every spread (penalised complexity,
        Simpson et al. 2017); None where the model does not hold both, or a large chain's likelihood has no top there.
    """
    if not {"branch", "shopper"} <= set(sums.effects):
        return None
    width = max(part.stop for part in sums.columns.values())
    if width > LARGE and min(spans["branch"].low, spans["shopper"].low) > 0.0:
        return _by_normal(sums, fit)
    return _by_grid(sums, fit, spans)
