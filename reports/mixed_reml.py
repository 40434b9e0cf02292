"""Restricted maximum likelihood of the mixed model: the variances the audits speak for (Patterson & Thompson 1971)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from reports.mixed import Solution, pull, solve
from reports.mixed_sums import STRANGER, Sums
from reports.sheet import Floats

LOG_2PI = float(np.log(2.0 * np.pi))
OFF_BOUNDARY = 1e-6
SETTLED = 1e-5
"""A Newton step as short as this leaves an error of its square."""
LEAST_START = 0.3
LARGEST_RATIO = 1e6
"""An effect a million times the residual variance: the residual is rounding."""


@dataclass(frozen=True)
class Fit:
    """Variances in squared units of the responses, "residual" among them, and the equations solved at them."""

    variances: Mapping[str, float]
    criterion: float
    """−2 log restricted likelihood, constants included."""
    solution: Solution

    @property
    def residual(self) -> float:
        return self.variances["residual"]


@dataclass(frozen=True)
class Point:
    """The likelihood at given variances."""

    criterion: float
    slopes: Mapping[str, float]
    """Derivative of the criterion in each variance, "residual" among them."""
    solution: Solution


def likelihood(sums: Sums, variances: Mapping[str, float]) -> Point:
    """How badly do these variances explain the scores?

    Args:
        sums: the audits, summed.
        variances: each effect's variance ≥ 0 and "residual" > 0.

    Returns:
        −2 log restricted likelihood with its derivatives (Searle, Casella & McCulloch 1992, chapter 6).
    """
    residual = variances["residual"]
    ratios = {name: variances.get(name, 0.0) / residual for name in sums.free}
    solution = solve(sums, ratios)
    m, freedom = sums.responses, sums.responses * sums.freedom
    criterion = freedom * (LOG_2PI + np.log(residual)) + m * solution.log_determinant + solution.rest / residual
    slopes = {}
    for name in sums.free:
        trace, score = pull(solution, name)
        slopes[name] = (m * trace - score / residual) / residual
    inward = sum(ratios[name] * slopes[name] for name in sums.free)
    slopes["residual"] = (freedom - solution.rest / residual) / residual - inward
    return Point(float(criterion), slopes, solution)


def fit_at(sums: Sums, variances: Mapping[str, float]) -> Fit:
    """What would the effects be, were the variances known?"""
    point = likelihood(sums, variances)
    return Fit(variances, point.criterion, point.solution)


def typical_audits(sums: Sums) -> dict[str, float]:
    """Gives the mean weight of audits on a level of each effect that has any."""
    count = np.asarray(sums.count.known)
    inner = np.diagonal(np.asarray(sums.inner.known))
    if sums.count.unknown is not None:
        count, inner = np.asarray(sums.count.at(1.0)), np.diagonal(np.asarray(sums.inner.at(1.0)))
    held = {name: count * sums.alive if name == sums.out else inner[sums.columns[name]] for name in sums.effects}
    each = {name: float(part.sum() / max(np.count_nonzero(part), 1)) or 1.0 for name, part in held.items()}
    return each | {STRANGER: 1.0}


def _start(sums: Sums, audits: Floats) -> Floats:
    """Where to begin: the spread of each effect's plain means less what chance gives them (Henderson's method I)."""
    count, left = np.asarray(sums.count.known), np.asarray(sums.left.known)
    inner, right = np.diagonal(np.asarray(sums.inner.known)), np.asarray(sums.right.known)
    total = sum(sums.square) / sums.responses / sums.freedom
    steps = np.full(audits.size, LEAST_START)
    for i, name in enumerate(sums.effects):
        n, sum_ = (count, left) if name == sums.out else (inner[sums.columns[name]], right[sums.columns[name]])
        seen = n > 0
        if seen.sum() > 1:
            spread = float((sum_[seen] ** 2 / n[seen, None]).sum()) / sums.responses / float(n[seen].sum())
            steps[i] = np.log1p(audits[i] * max(spread / total - 1.0 / audits[i], 0.0))
    return steps


def _at_steps(sums: Sums, steps: Floats, audits: Floats) -> tuple[float, Floats, Floats]:
    """The criterion with the scale profiled out, its gradient in log(1 + nγ), and the ratios themselves."""
    ratios = np.expm1(steps) / audits
    named = dict(zip(sums.free, ratios.tolist(), strict=True))
    solution = solve(sums, named)
    freedom = sums.responses * sums.freedom
    residual = solution.rest / freedom
    criterion = freedom * (1.0 + LOG_2PI + np.log(residual)) + sums.responses * solution.log_determinant
    gradient = np.zeros(len(sums.free))
    for i, name in enumerate(sums.free):
        trace, score = pull(solution, name)
        gradient[i] = sums.responses * trace - score / residual
    return float(criterion), gradient * np.exp(steps) / audits, ratios


def _polish(sums: Sums, steps: Floats, audits: Floats, most: Floats) -> Floats:
    """Two Newton steps on the effects off the boundary, for the last digits."""
    for _ in range(2):
        free = np.flatnonzero(steps > OFF_BOUNDARY)
        if not free.size:
            break
        value, gradient, _ = _at_steps(sums, steps, audits)
        curvature = np.empty((free.size, free.size))
        for column, i in enumerate(free):
            nudged = steps.copy()
            nudged[i] += 1e-4
            curvature[:, column] = (_at_steps(sums, nudged, audits)[1] - gradient)[free] / 1e-4
        curvature = (curvature + curvature.T) / 2
        if np.linalg.eigvalsh(curvature)[0] <= 1e-8 * max(1.0, float(np.abs(curvature).max())):
            break
        moved = steps.copy()
        moved[free] = np.clip(steps[free] - np.linalg.solve(curvature, gradient[free]), 0.0, most[free])
        if _at_steps(sums, moved, audits)[0] > value + 1e-9 * abs(value):
            break
        settled = float(np.abs(moved - steps).max()) < SETTLED
        steps = moved
        if settled:
            break
    return steps


def _found(sums: Sums, audits: Floats) -> Floats:
    """The lowest criterion in log(1 + nγ): bounded quasi-Newton, then polished."""
    most = np.log1p(audits * LARGEST_RATIO)

    def cost(x: Floats) -> tuple[float, Floats]:
        criterion, gradient, _ = _at_steps(sums, x, audits)
        return criterion, gradient

    found = minimize(
        cost,
        np.clip(_start(sums, audits), LEAST_START, most),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, float(end)) for end in most],
        options={"ftol": 1e-10, "gtol": 1e-3},
    )
    return _polish(sums, np.asarray(found.x), audits, most)


def fit(sums: Sums) -> Fit | None:
    """Which variances do the audits speak for?

    Returns None where there is nothing to fit: no audit more than fixed effects, or all scores equal. A variance at
    the boundary is exactly 0. Method: profiled scale, analytic gradient, bounded quasi-Newton in log(1 + nγ).
    """
    if sums.freedom < 1 or sum(sums.square) <= 1e-12 * sums.freedom:
        return None
    per_level = typical_audits(sums)
    audits = np.array([per_level[name] for name in sums.free])
    steps = _found(sums, audits) if sums.free else np.zeros(0)
    ratios = dict(zip(sums.free, (np.expm1(steps) / audits).tolist(), strict=True))
    criterion = _at_steps(sums, steps, audits)[0]
    solution = solve(sums, ratios)
    residual = solution.rest / (sums.responses * sums.freedom)
    return Fit(
        {**{name: ratio * residual for name, ratio in ratios.items()}, "residual": residual}, criterion, solution
    )
