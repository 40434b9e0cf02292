"""The mixed model of scores: a norm, crossed random effects of region, branch and shopper, and what remains.

    y = Xβ + region + branch + shopper + e

Variances come in as ratios σ²/σ²_e. Henderson's equations (Henderson 1950; Searle, Casella & McCulloch 1992) with
effects written as λu, λ² the ratio (Bates et al. 2015): a variance of exactly zero is an ordinary value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from reports.mixed_sums import STRANGER, Matrix, Sums
from reports.sheet import Floats, Ints

NOTHING = 1e-11
"""A ratio below this is zero: no chain has the audits to tell."""
CHUNK = 2_000
"""Rows of a wide dense product held in memory at once."""

Ratios = Mapping[str, float]


@dataclass(frozen=True)
class Solution:
    """Henderson's equations solved at given ratios; variances in units of σ²_e."""

    sums: Sums
    ratios: Ratios
    share: float
    """What an unknown shopper's audit counts."""
    count: Floats
    shrink: Floats
    """E: γ/(1 + γn), the eliminated part of C⁻¹ before the dense part is taken into account."""
    cross: Matrix
    inner: Floats
    """q × q: the dense part with the eliminated effect taken out."""
    inverse: Floats
    """q × q: the dense part of C⁻¹."""
    right: Floats
    """q × m."""
    left: Floats
    """E × m."""
    dense: Floats
    """q × m: estimates of the dense effects."""
    eliminated: Floats
    """E × m: estimates of the eliminated effect."""
    log_determinant: float
    rest: float
    """y'Py over all responses."""


def _inverse(matrix: Floats) -> tuple[Floats, float]:
    """Inverts a positive definite matrix; also its log determinant."""
    factor, failed = lapack.dpotrf(matrix, lower=1)
    if failed:
        raise ValueError("The audits do not determine the model.")
    lower, _ = lapack.dpotri(factor, lower=1)
    full = lower + lower.T  # above the diagonal dpotrf has left zeros
    full.flat[:: len(full) + 1] /= 2.0
    return full, 2.0 * float(np.log(factor.diagonal()).sum())


def weigh(cross: Matrix, weights: Floats) -> Floats:
    """What are the weighed cross products of a table's columns?

    Args:
        cross: A, rows × columns.
        weights: one for each row.

    Returns:
        A' diag(weights) A, columns × columns.
    """
    if sparse.issparse(cross):
        return np.asarray((cross.T @ sparse.diags_array(weights) @ cross).toarray())
    return np.asarray(cross.T @ (weights[:, None] * cross))


def _scales(sums: Sums, ratios: Ratios) -> Floats:
    """One λ per dense column; fixed effects have 1."""
    scales = np.ones(max(part.stop for part in sums.columns.values()))
    for name, part in sums.columns.items():
        if name != "fixed":
            ratio = ratios.get(name, 0.0)
            scales[part] = np.sqrt(ratio) if ratio > NOTHING else 0.0
    return scales


def scaled_inverse(inner: Floats, scales: Floats, fixed: int) -> tuple[Floats, float]:
    """Inverts ΛKΛ + I, the first `fixed` columns without the I, and scales it back; also the log determinant."""
    chosen = np.flatnonzero(scales)
    every = chosen.size == scales.size
    outer = scales[chosen, None] * scales[chosen]
    block = (inner if every else inner[np.ix_(chosen, chosen)]) * outer
    block.flat[fixed * (len(block) + 1) :: len(block) + 1] += 1.0
    small, log_determinant = _inverse(block)
    if every:
        return small * outer, log_determinant
    inverse = np.zeros_like(inner)
    inverse[np.ix_(chosen, chosen)] = small * outer
    return inverse, log_determinant


def solve(sums: Sums, ratios: Ratios) -> Solution:
    """What are the effects, were the variances these?

    Args:
        sums: q dense columns, E eliminated levels, m responses.
        ratios: variance of each effect over the residual variance, ≥ 0.

    Raises:
        ValueError: the audits do not determine the fixed effects.
    """
    own = ratios.get(sums.out, 0.0)
    share = 1.0 / (1.0 + ratios.get("shopper", 0.0) + ratios.get(STRANGER, 0.0))
    count, cross = np.asarray(sums.count.at(share)), sums.cross.at(share)
    left, first = np.asarray(sums.left.at(share)), np.asarray(sums.right.at(share))
    spread = 1.0 + own * sums.alive * count
    shrink = own * sums.alive / spread
    inner = np.asarray(sums.inner.at(share)) - weigh(cross, shrink)
    right = first - cross.T @ (shrink[:, None] * left)
    inverse, log_determinant = scaled_inverse(inner, _scales(sums, ratios), sums.columns["fixed"].stop)
    dense = inverse @ right
    square = sums.square[0] + share * sums.square[1]
    rest = square - float((shrink[:, None] * left**2).sum()) - float((dense * right).sum())
    return Solution(
        sums=sums,
        ratios=ratios,
        share=share,
        count=count,
        shrink=shrink,
        cross=cross,
        inner=inner,
        inverse=inverse,
        right=right,
        left=left,
        dense=dense,
        eliminated=shrink[:, None] * (left - cross @ dense),
        log_determinant=log_determinant + float(np.log(spread).sum()) - sums.strays * float(np.log(share)),
        rest=max(rest, 1e-12 * square),
    )


def _pull_of_dense(solution: Solution, name: str) -> tuple[float, float]:
    """tr(Z'PZ) and |Z'Py|² of one dense effect."""
    part = solution.sums.columns[name]
    ratio = solution.ratios.get(name, 0.0)
    score = solution.right[part] - solution.inner[part] @ solution.dense
    if ratio > NOTHING:
        inverse = np.diagonal(solution.inverse)[part]
        trace = (inverse.size - float(inverse.sum()) / ratio) / ratio
        score = solution.dense[part] / ratio
    else:
        rows = solution.inner[part]
        trace = float(np.trace(rows[:, part])) - float(((rows @ solution.inverse) * rows).sum())
    return trace, float((score**2).sum())


def _pull_of_eliminated(solution: Solution) -> tuple[float, float]:
    """tr(Z'PZ) and |Z'Py|² of the eliminated effect."""
    own = solution.ratios.get(solution.sums.out, 0.0)
    alive = solution.sums.alive
    keep = alive / (1.0 + own * solution.count)
    taken = weigh(solution.cross, keep**2)
    trace = float((keep * solution.count).sum()) - float((taken * solution.inverse).sum())
    score = keep[:, None] * (solution.left - solution.cross @ solution.dense)
    return trace, float((score**2).sum())


def _pull_of_unknown(solution: Solution) -> tuple[float, float]:
    """The share of unknown shoppers in the shopper effect's tr(Z'PZ) and |Z'Py|²."""
    unknown = solution.sums.unknown
    if unknown is None:
        return 0.0, 0.0
    rows = Rows(unknown.dense, unknown.out)
    fit, variance = predict(solution, rows), prediction_variance(solution, rows)
    trace = solution.share * float((unknown.weight * (1.0 - solution.share * variance)).sum())
    errors = solution.sums.square[1] + float(((unknown.weight[:, None] * fit - 2.0 * unknown.total) * fit).sum())
    return trace, solution.share**2 * errors


def pull(solution: Solution, name: str) -> tuple[float, float]:
    """How strongly do the data pull at one variance ratio?

    Returns tr(Z'PZ) and |Z'Py|² (over all responses) of the effect: the two halves of the derivative of −2 log
    restricted likelihood in the ratio.
    """
    if name == STRANGER:
        return _pull_of_unknown(solution)
    if name == solution.sums.out:
        trace, score = _pull_of_eliminated(solution)
    else:
        trace, score = _pull_of_dense(solution, name)
    if name == "shopper":
        more = _pull_of_unknown(solution)
        trace, score = trace + more[0], score + more[1]
    return trace, score


@dataclass(frozen=True)
class Rows:
    """Sums of effects to be predicted, one a row: dense columns and at most one eliminated level each."""

    dense: Matrix
    """Rows × q."""
    out: Ints
    """Rows: the eliminated level, or −1."""


def _out(rows: Rows, values: Floats) -> Floats:
    """Takes each row's value of the eliminated level, 0 where it has none."""
    taken = values[rows.out]
    taken[rows.out < 0] = 0.0
    return taken


def predict(solution: Solution, rows: Rows) -> Floats:
    """What are these sums of effects? Rows × m, in the responses' units."""
    return np.asarray(rows.dense @ solution.dense) + _out(rows, solution.eliminated)


def _reduced(solution: Solution, rows: Rows) -> Floats:
    """Rows × q: the dense side of each row after the eliminated level is taken out."""
    taken = sparse.diags_array(_out(rows, solution.shrink)) @ sparse.csr_array(solution.cross)[np.maximum(rows.out, 0)]
    return np.asarray((sparse.csr_array(rows.dense) - taken).toarray())


def _chunks(rows: Rows) -> list[Rows]:
    starts = range(0, rows.out.size, CHUNK)
    matrix = sparse.csr_array(rows.dense)
    return [Rows(matrix[start : start + CHUNK], rows.out[start : start + CHUNK]) for start in starts]


def prediction_variance(solution: Solution, rows: Rows) -> Floats:
    """How uncertain are these sums of effects? Prediction error variance of each row over σ²_e (diagonal of TC⁻¹T')."""
    parts = []
    for chunk in _chunks(rows):
        reduced = _reduced(solution, chunk)
        parts.append(_out(chunk, solution.shrink) + ((reduced @ solution.inverse) * reduced).sum(axis=1))
    return np.concatenate(parts) if parts else np.zeros(0)
