"""How far is a branch or shopper from the others in each section, by the joint model of audits with gaps?"""

from dataclasses import dataclass

import numpy as np

from reports.gaps import Gapped
from reports.norms import Bools
from reports.sheet import Floats, Ints


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
    """L × K functionals: each level's rotated effects, its region's included, after elimination."""

    dense: Floats
    """L × K × QK: the dense blocks themselves."""
    reduced: Floats
    """L × K × QK: less what elimination takes."""
    shrink: Floats
    """L × K × K; zero for a level that was not eliminated."""
    out: bool
    start: int
    """The first dense block of a level that was not eliminated."""


def _rows(solution: Gapped, name: str, levels: int, region_of: Ints | None) -> _Rows:
    joined, k = solution.joined, solution.joined.sections
    dense = np.zeros((levels, k, solution.right.size))
    here, unit = np.arange(levels), np.arange(k)
    for effect, code in ((name, here), ("region", region_of)):
        if effect in joined.blocks and code is not None:
            start = (joined.blocks[effect].start + code) * k
            dense[here[:, None], unit, start[:, None] + unit] = 1.0
    if name != joined.out:
        return _Rows(dense, dense, np.zeros((levels, k, k)), out=False, start=joined.blocks[name].start)
    shrink = solution.shrink[:levels]
    return _Rows(dense, dense - shrink @ solution.cross[:levels], shrink, out=True, start=0)


@dataclass(frozen=True)
class _Own:
    """What the data know of a level's own effects: K × K blocks of Z'PZ in parts, and of Z'Py."""

    unit: Floats
    gain: Floats
    precision: Floats
    score: Floats


def _own(solution: Gapped, name: str, levels: int) -> _Own:
    joined, k = solution.joined, solution.joined.sections
    if name == joined.out:
        unit = solution.keep[:levels]
        gain, own = unit @ solution.cross[:levels], unit @ solution.count[:levels]
        seen = np.einsum("eij,ej->ei", unit, solution.left[:levels])
    else:
        part = slice(joined.blocks[name].start * k, joined.blocks[name].stop * k)
        unit = np.broadcast_to(np.eye(k), (levels, k, k))
        gain = solution.inner[part].reshape(levels, k, -1)
        here = np.arange(levels)
        own = solution.inner[part, part].reshape(levels, k, levels, k)[here, :, here, :]
        seen = solution.right[part].reshape(levels, k)
    reached = (gain.reshape(-1, gain.shape[2]) @ solution.inverse).reshape(gain.shape)
    return _Own(unit, gain, own - reached @ gain.transpose(0, 2, 1), seen - gain @ solution.dense)


def _estimates(solution: Gapped, rows: _Rows) -> Floats:
    values = rows.dense @ solution.dense
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
    reached = (rows.reduced.reshape(-1, solution.right.size) @ solution.inverse).reshape(rows.reduced.shape)
    spread = rows.shrink + reached @ rows.reduced.transpose(0, 2, 1)
    slope = own.unit - own.gain @ reached.transpose(0, 2, 1)

    def of_section(blocks: Floats) -> Floats:
        return np.asarray(np.einsum("ik,lij,jk->lk", turn, blocks, turn))

    found = GappedDeviations(values, of_section(spread), of_section(own.precision), own.score @ turn, of_section(slope))
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
    share = among / size
    raw = np.einsum("l,i,liq->q", share, h, rows.reduced)
    dense = solution.inverse @ raw
    levels = len(share)
    with_mean = rows.dense @ dense
    if rows.out:
        rest = share[:, None] * h - solution.cross[:levels] @ dense
        with_mean = with_mean + np.einsum("lij,lj->li", rows.shrink, rest)
        taken = np.einsum("lij,lj->li", own.unit, share[:, None] * h) - own.gain @ dense
    else:
        start = rows.start * h.size
        taken = raw[start : start + levels * h.size].reshape(levels, -1) - own.gain @ dense
    covariance = with_mean @ h
    stretch = np.where(among & (size > 1), size / max(size - 1, 1), 1.0)
    found.estimate[:, k] = (found.estimate[:, k] - found.estimate[among, k].mean()) * stretch
    middle = float(covariance[among].mean())
    found.variance[:, k] = np.maximum(found.variance[:, k] - 2.0 * covariance + middle, 0.0) * stretch**2
    found.slope[:, k] = (found.slope[:, k] - taken @ h) * stretch
