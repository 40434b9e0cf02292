"""What do the audits say of all variances together? The restricted likelihood integrated over the spreads."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.special import ndtr

from reports.figures import Interval
from reports.mixed import solve
from reports.mixed_profile import LARGE
from reports.mixed_reml import LOG_2PI, Fit, likelihood, typical_audits
from reports.mixed_sums import STRANGER, Sums
from reports.observed import EFFECTS
from reports.shares import CHANCE, DRAWS, Sources, nothing_found, share_intervals
from reports.sheet import Floats

RATE = 3.0
"""Each spread has an exponential prior with this rate over the total spread: small spreads are likelier beforehand."""
NODES = 7
FINE = {"region": 40, "branch": 80, "shopper": 80}
REACH = 1.8
"""The grid reaches this many half intervals beyond the estimate."""
APART = 1.05
"""The curvature is taken between variances this much larger and smaller."""


@dataclass(frozen=True)
class _Grid:
    """What the audits say of the ratios of spreads λ of region, branch and shopper, point by point."""

    spreads: tuple[Floats, ...]
    """A single 0 for what the model lacks."""
    weight: Floats
    """Any scale."""

    def shopper_over_branch(self) -> float:
        region, branch, shopper = np.ix_(*self.spreads)
        return float(self.weight[shopper**2 > branch**2 + region**2].sum() / self.weight.sum())

    def draws(self) -> tuple[Floats, ...]:
        """Variance ratios of region, branch and shopper: DRAWS points, evenly over the weight."""
        total = self.weight.ravel().cumsum()
        places = np.searchsorted(total, (np.arange(DRAWS) + 0.5) / DRAWS * total[-1])
        at = np.unravel_index(places, self.weight.shape)
        return tuple(np.asarray(axis[i] ** 2) for axis, i in zip(self.spreads, at, strict=True))


def _axis(span: Interval, residual: float) -> Floats:
    """Ratios of spreads λ to be tried, from the variance's interval: as many below the estimate as above.

    Evenly over the whole they would be too far apart below, where few levels make the upper end lie far off.
    """
    value, low, high = (np.sqrt(v / residual) for v in (span.value, span.low, span.high))
    first, last = max(0.0, value - REACH * (value - low)), value + REACH * (high - value)
    if first >= value:
        return np.linspace(value, last, NODES)
    half = NODES // 2 + 1
    return np.concatenate([np.linspace(first, value, half), np.linspace(value, last, half)[1:]])


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


def _by_grid(sums: Sums, fit: Fit, spans: Mapping[str, Interval]) -> _Grid:
    total = float(np.sqrt(sum(fit.variances[name] for name in (*sums.effects, "residual"))))
    stranger = fit.variances.get(STRANGER, 0.0) / fit.residual
    axes = [_axis(spans[name], fit.residual) if name in sums.effects else np.zeros(1) for name in EFFECTS]
    found = np.empty([axis.size for axis in axes])
    for place in np.ndindex(found.shape):
        spreads = {name: axis[i] for name, axis, i in zip(EFFECTS, axes, place, strict=True) if name in sums.effects}
        found[place] = _log_posterior(sums, spreads, total, stranger)
    found -= found.max()
    for along in reversed(range(len(axes))):
        if axes[along].size > 1:
            spline = make_interp_spline(axes[along], found, k=3, axis=along)
            axes[along] = _fine(axes[along], FINE[EFFECTS[along]])
            found = spline(axes[along])
    found -= found.max()  # between nodes that lie far apart a spline may rise above them
    return _Grid(tuple(axes), np.exp(found))


def _by_normal(sums: Sums, fit: Fit) -> tuple[tuple[str, ...], Floats] | None:
    """Treats the logs of the variances over the residual one as jointly normal: the effects that vary, and covariances.

    The curvature is found from the gradient; None where it has no top. The residual is at its best at every ratio: the
    criterion's curvature along all variances together is the freedom itself, and what it shares with one of them is
    the slope of the squares that remain.
    """
    variances = dict(fit.variances)
    names = tuple(name for name in sums.effects if variances[name] > 0.0)
    curvature, along = np.empty((len(names), len(names))), np.empty(len(names))
    for column, name in enumerate(names):
        slopes, rests = [], []
        for factor in (1.0 / APART, APART):
            here = variances | {name: variances[name] * factor}
            point = likelihood(sums, here)
            slopes.append([point.slopes[other] * here[other] for other in names])
            rests.append(point.solution.rest / fit.residual)
        curvature[:, column] = (np.array(slopes[1]) - np.array(slopes[0])) / (2.0 * np.log(APART))
        along[column] = (rests[1] - rests[0]) / (2.0 * np.log(APART))
    curvature = (curvature + curvature.T) / 2 - np.outer(along, along) / sums.freedom
    if not names or float(np.linalg.eigvalsh(curvature).min()) <= 0.0:
        return None
    return names, np.asarray(2.0 * np.linalg.inv(curvature))


def _lead(fit: Fit, names: tuple[str, ...], covariance: Floats) -> float | None:
    """How probable is it that shoppers lead, where the logs of the ratios are normal?"""
    if not {"branch", "shopper"} <= set(names):
        return None
    place = sum(fit.variances[name] for name in names if name != "shopper")
    share = np.array([1.0 if name == "shopper" else -fit.variances[name] / place for name in names])
    lead = float(np.log(fit.variances["shopper"] / place))
    return float(ndtr(lead / np.sqrt(float(share @ covariance @ share))))


def _normal_draws(
    sums: Sums, fit: Fit, spans: Mapping[str, Interval], names: tuple[str, ...], covariance: Floats
) -> dict[str, Floats]:
    """Variance ratios, normal together in log(1 + nγ), so that one hardly known may be zero."""
    audits = typical_audits(sums)
    grown = np.array([audits[name] * fit.variances[name] / fit.residual for name in names])
    width = np.linalg.cholesky(covariance) * (grown / (1.0 + grown))[:, None]
    steps = np.log1p(grown)[:, None] + width @ np.random.default_rng(1).standard_normal((len(names), DRAWS))
    found = {name: np.expm1(np.maximum(x, 0.0)) / audits[name] for name, x in zip(names, steps, strict=True)}
    none = {name: nothing_found(spans[name].high / fit.residual) for name in sums.effects if name not in names}
    return found | none


def _all_chance(sums: Sums, fit: Fit, spans: Mapping[str, Interval]) -> bool:
    """Would the scores be as likely if nothing but single audits differed?"""
    if max(spans[name].low for name in sums.effects) > 0.0:
        return False
    stranger = fit.variances.get(STRANGER, 0.0) / fit.residual
    solution = solve(sums, dict.fromkeys(sums.effects, 0.0) | {STRANGER: stranger})
    criterion = sums.freedom * (1.0 + LOG_2PI + np.log(solution.rest / sums.freedom)) + solution.log_determinant
    return bool(criterion - fit.criterion <= CHANCE[len(sums.effects) - 1])


def sources(sums: Sums, fit: Fit, spans: Mapping[str, Interval]) -> Sources:
    """Do shoppers differ more than branches, and which share of the variance of one score has each source?

    Args:
        sums: one section's audits.
        fit: its restricted maximum likelihood fit.
        spans: the 90 % intervals of its variances; they set the grid.

    Returns:
        P(σ²_shopper > σ²_branch + σ²_region), None where the model does not hold both, and the shares with 90 %
        intervals, with an exponential prior on every spread (penalised complexity, Simpson et al. 2017). Of a large
        chain both come from the likelihood's curvature; nothing is said where that has no top.
    """
    if not sums.effects:
        return Sources()
    width = max(part.stop for part in sums.columns.values())
    sides = [name for name in sums.effects if name != "region"] or ["region"]
    if width > LARGE and min(spans[name].low for name in sides) > 0.0:
        normal = _by_normal(sums, fit)
        if normal is None:
            return Sources()
        return Sources(_lead(fit, *normal), share_intervals(spans, _normal_draws(sums, fit, spans, *normal)))
    grid = _by_grid(sums, fit, spans)
    draws = dict(zip(EFFECTS, grid.draws(), strict=True))
    both = {"branch", "shopper"} <= set(sums.effects)
    return Sources(
        grid.shopper_over_branch() if both else None,
        share_intervals(spans, draws, all_chance=_all_chance(sums, fit, spans)),
    )
