"""How far is a branch or shopper from the others in each section, by the joint model of audits with gaps?"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from reports.gaps import Gapped, blocks_of, stacked
from reports.mixed_sums import Matrix
from reports.norms import Bools
from reports.sheet import Floats, Ints

MOST_AT_ONCE = 4_000_000
"""Entries of a wide dense product held in memory at once."""


@dataclass(frozen=True)
class GappedDeviations:
    """L branches (or shoppers) × K sections; variances in units of σ²_e. Fields as in `mixed_effects.Deviations`."""

    estimate: Floats
    variance: Floats
    precision: Floats
    score: Floats
    slope: Floats


@dataclass(frozen=True)
class _Rows:
    """L · K functionals: each level's rotated effects, its region's included, after elimination."""

    dense: sparse.csr_array
    """LK × QK: the dense blocks themselves."""
    reduced: sparse.csr_array
    """LK × QK: less what elimination takes."""
    shrink: Floats
    """L × K × K; zero for a level that was not eliminated."""
    out: bool
    start: int
    """The first dense block of a level that was not eliminated."""


def _rows(solution: Gapped, name: str, levels: int, region_of: Ints | None) -> _Rows:
    joined, k = solution.joined, solution.joined.sections
    here, size = np.arange(levels), solution.right.size // k
    columns = [
        joined.blocks[effect].start + code
        for effect, code in ((name, here), ("region", region_of))
        if effect in joined.blocks and code is not None
    ]
    none = sparse.csr_array((levels * k, size * k))
    one = np.broadcast_to(np.eye(k), (levels, k, k))
    dense = sum((blocks_of(here, column, one, (levels, size)) for column in columns), none)
    if name != joined.out:
        return _Rows(dense, dense, np.zeros((levels, k, k)), out=False, start=joined.blocks[name].start)
    shrink = solution.shrink[:levels]
    return _Rows(dense, dense - stacked(shrink) @ solution.cross[: levels * k], shrink, out=True, start=0)


@dataclass(frozen=True)
class _Own:
    """What the data know of a level's own effects: K × K blocks of Z'PZ in parts, and of Z'Py."""

    unit: Floats
    gain: Matrix
    """LK × QK."""
    own: Floats
    seen: Floats
    """L × K."""


def _own(solution: Gapped, name: str, levels: int) -> _Own:
    joined, k = solution.joined, solution.joined.sections
    if name == joined.out:
        unit = solution.keep[:levels]
        seen = np.einsum("eij,ej->ei", unit, solution.left[:levels])
        return _Own(unit, stacked(unit) @ solution.cross[: levels * k], unit @ solution.count[:levels], seen)
    part = slice(joined.blocks[name].start * k, joined.blocks[name].stop * k)
    here = np.arange(levels)
    own = solution.inner[part, part].reshape(levels, k, levels, k)[here, :, here, :]
    unit = np.broadcast_to(np.eye(k), (levels, k, k))
    return _Own(unit, solution.inner[part], own, solution.right[part].reshape(levels, k))


def _blockwise(solution: Gapped, first: Matrix, second: Matrix) -> Floats:
    """L × K × K: of each level, its rows of the first times C⁻¹ times its rows of the second."""
    k, size = solution.joined.sections, solution.right.size
    levels = first.shape[0] // k
    step = max(1, MOST_AT_ONCE // (k * size))
    parts = []
    for start in range(0, levels, step):
        rows = slice(start * k, min(start + step, levels) * k)
        reached = np.asarray(first[rows] @ solution.inverse).reshape(-1, k, size)
        parts.append(reached @ _filled(second[rows]).reshape(-1, k, size).transpose(0, 2, 1))
    return np.concatenate(parts)


def _filled(rows: Matrix) -> Floats:
    return np.asarray(rows.toarray()) if sparse.issparse(rows) else np.asarray(rows)


def _estimates(solution: Gapped, rows: _Rows) -> Floats:
    values = (rows.dense @ solution.dense).reshape(-1, solution.joined.sections)
    return np.asarray(values + solution.eliminated[: len(values)] if rows.out else values)


def gapped_deviations(
    solution: Gapped, turn: Floats, name: str, among: Bools, region_of: Ints | None = None
) -> GappedDeviations:
    """How far is each level from the mean of the others, section by section, and how sure is that?

    Args:
        solution: the solved equations.
        turn: the K × K rotation they were solved with.
        name: "branch" or "shopper".
        among: L × K, the levels that make up each section's mean.
        region_of: L, the region whose effect counts as the branch's own.
    """
    levels = len(among)
    rows, own = _rows(solution, name, levels, region_of), _own(solution, name, levels)
    values = _estimates(solution, rows) @ turn
    spread = rows.shrink + _blockwise(solution, rows.reduced, rows.reduced)
    precision = own.own - _blockwise(solution, own.gain, own.gain)
    slope = own.unit - _blockwise(solution, own.gain, rows.reduced)
    score = own.seen - (own.gain @ solution.dense).reshape(own.seen.shape)

    def of_section(blocks: Floats) -> Floats:
        return np.asarray(np.einsum("ik,lij,jk->lk", turn, blocks, turn))

    found = GappedDeviations(values, of_section(spread), of_section(precision), score @ turn, of_section(slope))
    for k in range(turn.shape[1]):
        _against_mean(solution, (rows, own), found, (k, turn[:, k]), among[:, k])
    return found


def _against_mean(
    solution: Gapped, level: tuple[_Rows, _Own], found: GappedDeviations, section: tuple[int, Floats], among: Bools
) -> None:
    """Measures one section's column from the mean of the others, in place."""
    (rows, own), (k, h) = level, section
    size = int(among.sum())
    if not size:
        return
    share, levels = among / size, among.size
    each = np.outer(share, h)
    raw = rows.reduced.T @ each.ravel()
    dense = solution.inverse @ raw
    with_mean = (rows.dense @ dense).reshape(levels, -1)
    taken = -(own.gain @ dense).reshape(levels, -1)
    if rows.out:
        rest = each - (solution.cross[: levels * h.size] @ dense).reshape(levels, -1)
        with_mean = with_mean + np.einsum("lij,lj->li", rows.shrink, rest)
        taken = taken + np.einsum("lij,lj->li", own.unit, each)
    else:
        start = rows.start * h.size
        taken = taken + raw[start : start + levels * h.size].reshape(levels, -1)
    covariance = with_mean @ h
    stretch = np.where(among & (size > 1), size / max(size - 1, 1), 1.0)
    found.estimate[:, k] = (found.estimate[:, k] - found.estimate[among, k].mean()) * stretch
    middle = float(covariance[among].mean())
    found.variance[:, k] = np.maximum(found.variance[:, k] - 2.0 * covariance + middle, 0.0) * stretch**2
    found.slope[:, k] = (found.slope[:, k] - taken @ h) * stretch
