"""How sure is a variance: profile-likelihood intervals, and the probability that one variance exceeds another."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import minimize

from reports.figures import Interval
from reports.mixed_reml import Fit, likelihood, typical_audits
from reports.mixed_sums import Sums
from reports.sheet import Floats

DROP = 2.705543454095414
"""Rise of the criterion at the ends of a 90 % interval: the χ² quantile with one degree of freedom."""
TURNS = 25
NEAR = 1e-3
CLOSED = 1e-6


WIDEST = 18.0
"""Largest step tried: a variance e¹⁸ times what one audit shows."""
RESIDUAL_REACH = 4.0
"""The residual variance is sought within a factor e⁴ of the fitted one."""
LARGE = 300
"""With more dense columns than this the likelihood is near enough to a normal one in the steps."""
NUDGE = 1e-3


class Scale:
    """Variances as steps: log(1 + nσ²/s), s the fitted residual variance, so that zero is zero; the residual as log σ²/s."""

    def __init__(self, sums: Sums, residual: float) -> None:
        per_level = typical_audits(sums)
        self.names = (*sums.free, "residual")
        self.unit = {name: residual / per_level.get(name, 1.0) for name in self.names}

    def steps(self, variances: Mapping[str, float], names: tuple[str, ...]) -> Floats:
        """Where do these variances (points²) stand in steps, in the order of the names?"""
        shares = {name: variances[name] / self.unit[name] for name in names}
        return np.array([np.log(share) if name == "residual" else np.log1p(share) for name, share in shares.items()])

    def variances(self, steps: Floats, names: tuple[str, ...]) -> dict[str, float]:
        """Which variances (points²) do these steps stand for, by name?"""
        grown = {name: np.exp(x) - (name != "residual") for name, x in zip(names, steps, strict=True)}
        return {name: float(share * self.unit[name]) for name, share in grown.items()}


class _Profile:
    """The criterion with one variance held and the others at their best."""

    def __init__(self, sums: Sums, fit: Fit, name: str) -> None:
        self.sums, self.name = sums, name
        self.scale = Scale(sums, fit.residual)
        self.others = tuple(other for other in self.scale.names if other != name)
        self.start = self.scale.steps(fit.variances, self.others)
        reach = {"residual": (-RESIDUAL_REACH, RESIDUAL_REACH)}
        self.bounds = [reach.get(other, (0.0, WIDEST)) for other in self.others]

    def at(self, step: float) -> tuple[float, float]:
        """Gives the profiled criterion and its slope at one step of the held variance."""
        held = self.scale.variances(np.array([step]), (self.name,))

        def cost(steps: Floats) -> tuple[float, Floats]:
            point = likelihood(self.sums, held | self.scale.variances(steps, self.others))
            slopes = np.array([point.slopes[other] * self.scale.unit[other] for other in self.others])
            return point.criterion, slopes * np.exp(steps)

        if self.others:
            found = minimize(
                cost, self.start, jac=True, method="L-BFGS-B", bounds=self.bounds, options={"ftol": 1e-9, "gtol": 1e-3}
            )
            self.start = np.asarray(found.x)
        point = likelihood(self.sums, held | self.scale.variances(self.start, self.others))
        slope = point.slopes[self.name] * self.scale.unit[self.name] * float(np.exp(step))
        return point.criterion, slope


def _end(profile: _Profile, best: float, top: float, towards: float, first: float) -> float:
    """Finds the step where the profiled criterion has risen by DROP, between `best` and `towards`.

    Newton's method on the root of the rise, which is nearly linear, kept inside the bracket.
    """
    inside, outside, step = best, towards, first
    for _ in range(TURNS):
        criterion, slope = profile.at(step)
        rise = max(criterion - top, 0.0)
        if rise > DROP:
            outside = step
        else:
            inside = step
        miss = np.sqrt(rise) - np.sqrt(DROP)
        if abs(miss) < NEAR or abs(outside - inside) < CLOSED:
            break
        pace = slope / (2.0 * np.sqrt(max(rise, 1e-12)))
        aim = step - miss / pace if pace else np.inf
        low, high = sorted((inside, outside))
        step = float(aim) if low < aim < high else (low + high) / 2
    return step


def interval(sums: Sums, fit: Fit, name: str) -> Interval:
    """Between which values does a variance lie?

    Returns the estimate with its 90 % profile-likelihood interval, in squared points; the lower end is exactly 0
    where zero explains the scores nearly as well. Source: Venzon & Moolgavkar (1988).
    """
    profile = _Profile(sums, fit, name)
    best = float(profile.scale.steps(fit.variances, (name,))[0])
    low, high = (-RESIDUAL_REACH, RESIDUAL_REACH) if name == "residual" else (0.0, WIDEST)
    if best > low and profile.at(low)[0] - fit.criterion > DROP:
        profile.start = profile.scale.steps(fit.variances, profile.others)
        low = _end(profile, best, fit.criterion, low, best - 0.4 * min(best - low, 1.0))
    profile.start = profile.scale.steps(fit.variances, profile.others)
    high = _end(profile, best, fit.criterion, high, best + 0.4)
    ends = [profile.scale.variances(np.array([end]), (name,))[name] for end in (low, high)]
    return Interval(fit.variances[name], ends[0], ends[1])


def _by_curvature(sums: Sums, fit: Fit) -> dict[str, Interval]:
    """All intervals from the criterion's curvature at its lowest point; at the boundary along the variance itself."""
    scale = Scale(sums, fit.residual)
    names = scale.names
    best = scale.steps(fit.variances, names)

    def slopes(steps: Floats) -> Floats:
        point = likelihood(sums, scale.variances(steps, names))
        return np.array([point.slopes[name] * scale.unit[name] for name in names]) * np.exp(steps)

    here = slopes(best)
    curvature = np.stack([slopes(best + NUDGE * unit) - here for unit in np.eye(best.size)]) / NUDGE
    inside = np.flatnonzero((best > 0.0) | (np.array(names) == "residual"))
    spread = np.zeros(best.size)
    spread[inside] = np.sqrt(np.maximum(np.diagonal(np.linalg.inv(curvature[np.ix_(inside, inside)])), 0.0) * 2.0)
    found = {}
    for i, name in enumerate(names):
        reach = float(np.sqrt(DROP)) * spread[i]
        if not spread[i]:
            bend = max(float(curvature[i, i]), 1e-12)
            reach = (np.sqrt(here[i] ** 2 + 2.0 * bend * DROP) - here[i]) / bend
        low = best[i] - reach if name == "residual" else max(best[i] - reach, 0.0)
        ends = [scale.variances(np.array([end]), (name,))[name] for end in (low, best[i] + reach)]
        found[name] = Interval(fit.variances.get(name, 0.0), ends[0], ends[1])
    return found


def intervals(sums: Sums, fit: Fit) -> dict[str, Interval]:
    """Between which values does every variance of a fit lie, "residual" among them? See `interval`."""
    names = (*sums.effects, "residual")
    if max(part.stop for part in sums.columns.values()) > LARGE:
        quick = _by_curvature(sums, fit)
        return {name: quick[name] for name in names}
    return {name: interval(sums, fit, name) for name in names}
