"""How far is a branch or shopper from the mean of the others? Contrasts of the fitted mixed model."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from reports.mixed import CHUNK, Rows, Solution, predict, prediction_variance
from reports.norms import Bools
from reports.sheet import Floats, Ints


@dataclass(frozen=True)
class Deviations:
    """L branches (or shoppers) against the mean of the others, m responses; variances in units of σ²_e."""

    estimate: Floats
    """L × m: region and own effect together, less the mean of the others."""
    variance: Floats
    """L: prediction error variance of the estimate; not conditional on the norm."""
    precision: Floats
    """L: what the data know of the own effect, tr of its part of Z'PZ."""
    score: Floats
    """L × m: what the data say of it, Z'Py."""
    slope: Floats
    """L: how the estimate's error moves with the own effect's prior, C⁻¹ of the contrast over the effect's variance."""


@dataclass(frozen=True)
class _Mean:
    """The mean over the compared levels, solved: parts of C⁻¹ of the mean."""

    dense: Floats
    """q: C⁻¹ of the mean, dense part."""
    raw_dense: Floats
    """q: the mean itself with the eliminated effect taken out."""
    out: Floats
    """E: C⁻¹ of the mean, eliminated part, over its prior's share."""
    shrink: Floats

    def out_of(self, levels: Ints) -> Floats:
        return np.asarray((self.shrink * self.out)[levels])


def level_rows(solution: Solution, name: str, levels: int, region_of: Ints | None = None) -> Rows:
    """One row per level of `name`: its own effect, with its region's where `region_of` is given."""
    columns = solution.sums.columns
    shape = (levels, max(part.stop for part in columns.values()))
    here, ones = np.arange(levels), np.ones(levels)
    rows = sparse.csr_array(shape)
    if name in columns:
        rows = rows + sparse.csr_array((ones, (here, columns[name].start + here)), shape)
    if region_of is not None and "region" in columns:
        rows = rows + sparse.csr_array((ones, (here, columns["region"].start + region_of)), shape)
    return Rows(sparse.csr_array(rows), here if solution.sums.out == name else np.full(levels, -1))


def _mean(solution: Solution, rows: Rows, share: Floats) -> _Mean:
    raw_out = np.zeros(solution.shrink.size)
    np.add.at(raw_out, rows.out[rows.out >= 0], share[rows.out >= 0])
    raw = np.asarray(share @ rows.dense) - solution.cross.T @ (solution.shrink * raw_out)
    dense = solution.inverse @ raw
    return _Mean(dense, raw, raw_out - solution.cross @ dense, solution.shrink)


def _eliminated_terms(solution: Solution, rows: Rows, mean: _Mean) -> tuple[Floats, Floats, Floats]:
    """Precision, score and slopes (of each level and of the mean) of an effect that was eliminated."""
    levels = rows.out
    own = solution.ratios.get(solution.sums.out, 0.0)
    keep = (solution.sums.alive / (1.0 + own * solution.count))[levels]
    count, shrink = solution.count[levels], solution.shrink[levels]
    own_spread, cross_spread = np.empty(levels.size), np.empty(levels.size)
    matrix, dense = sparse.csr_array(solution.cross), sparse.csr_array(rows.dense)
    for start in range(0, levels.size, CHUNK):
        part = slice(start, start + CHUNK)
        a = matrix[levels[part]].toarray()
        reached = a @ solution.inverse
        own_spread[part] = (reached * a).sum(axis=1)
        cross_spread[part] = (reached * dense[part].toarray()).sum(axis=1)
    precision = keep * count - keep**2 * own_spread
    score = keep[:, None] * (solution.left - solution.cross @ solution.dense)[levels]
    slopes = keep * (1.0 + shrink * own_spread - cross_spread) - keep * mean.out[levels]
    return precision, score, slopes


def _dense_terms(solution: Solution, rows: Rows, name: str, mean: _Mean) -> tuple[Floats, Floats, Floats]:
    """The same for an effect among the dense columns."""
    part = solution.sums.columns[name]
    inner = solution.inner[part]
    reached = inner @ solution.inverse
    precision = np.diagonal(solution.inner)[part] - (reached * inner).sum(axis=1)
    score = solution.right[part] - inner @ solution.dense
    dense = sparse.csr_array(rows.dense)
    slopes = 1.0 - np.asarray(dense.multiply(reached).sum(axis=1)).ravel()
    return precision, score, slopes - (mean.raw_dense[part] - reached @ mean.raw_dense)


def deviations(solution: Solution, name: str, levels: int, among: Bools, region_of: Ints | None = None) -> Deviations:
    """How far is each level from the mean of the others, and how sure is that?

    Args:
        solution: a solved model that holds the effect `name`.
        name: "branch" or "shopper".
        levels: L, how many there are.
        among: L, the levels that make up the mean; each of them is compared with the others.
        region_of: L, the region whose effect counts as the branch's own.
    """
    rows = level_rows(solution, name, levels, region_of)
    size = int(among.sum())
    mean = _mean(solution, rows, among / max(size, 1))
    value, variance = predict(solution, rows), prediction_variance(solution, rows)
    with_mean = np.asarray(rows.dense @ mean.dense) + np.where(rows.out >= 0, mean.out_of(rows.out), 0.0)
    of_mean = float(with_mean[among].mean()) if size else 0.0
    if rows.out[0] >= 0:
        precision, score, slope = _eliminated_terms(solution, rows, mean)
    else:
        precision, score, slope = _dense_terms(solution, rows, name, mean)
    stretch = np.where(among & (size > 1), size / max(size - 1, 1), 1.0)
    middle = value[among].mean(axis=0) if size else 0.0
    return Deviations(
        estimate=(value - middle) * stretch[:, None],
        variance=np.maximum(variance - 2.0 * with_mean + of_mean, 0.0) * stretch**2,
        precision=np.maximum(precision, 0.0),
        score=score,
        slope=slope * stretch,
    )
