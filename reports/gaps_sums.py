"""What the joint model of `gaps` asks of audits that leave sections out, summed once."""

from dataclasses import dataclass

import numpy as np

from reports.norms import Bools
from reports.observed import Cells, Observations, cells, eliminated, placed, sizes_of
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints

MOST_ENTRIES = 12_000_000
"""Larger tables than this are not built; each section is then fitted alone. With six sections that is so beyond 570
shoppers (or branches, where these are fewer) or 55,000 pairs of a branch and a shopper."""


@dataclass(frozen=True)
class Visits:
    """Audits of known, or of unknown, shoppers, by the number n of sections they scored. G cells, K sections."""

    count: Floats
    """G × K: scores."""
    pairs: Floats
    """G × K × K × K: how often two sections were scored together, by n."""
    total: Floats
    """G × K: sums of scores."""
    whole: Floats
    """G × K × K: sums of the audits' totals over the sections they scored, by n."""
    square: float
    squares: Floats
    """K: squared totals, by n."""
    visits: Floats
    """K: audits, by n."""


@dataclass(frozen=True)
class Joined:
    """Cells of one branch, shopper and version, and where each stands among the effects' levels."""

    known: Visits
    stray: Visits | None
    out: str
    """The eliminated effect, "branch" or "shopper"."""
    levels: int
    """Levels of the eliminated effect, a stand-in for unknown shoppers included."""
    level: Ints
    """G: the cell's eliminated level."""
    members: Ints
    """G × 3: the cell's dense blocks: its version's norms, region, and the effect that was not eliminated; −1 for none."""
    blocks: dict[str, slice]
    """Where "fixed" and each dense effect stand among the dense blocks."""
    scored: Bools
    """Versions · K: whether a section was ever scored under a version of the standard; its norm is fitted only then."""
    freedom: float
    sections: int


def _visits(row: Ints, size: int, mask: Floats, values: Floats, weight: Floats) -> Visits:
    """Sums over audits; `row` is each audit's cell."""
    sections = mask.shape[1]
    n = mask.sum(axis=1).astype(int) - 1
    total = values.sum(axis=1)
    weighed = mask * weight[:, None]
    count, summed = np.zeros((size, sections)), np.zeros((size, sections))
    pairs, whole = np.zeros((size, sections, sections, sections)), np.zeros((size, sections, sections))
    np.add.at(count, row, weighed)
    np.add.at(summed, row, values * weight[:, None])
    np.add.at(pairs, (row, n), weighed[:, :, None] * mask[:, None, :])
    np.add.at(whole, (row, n), weighed * total[:, None])
    return Visits(
        count=count,
        pairs=pairs,
        total=summed,
        whole=whole,
        square=float((weight[:, None] * values**2).sum()),
        squares=np.bincount(n, weights=weight * total**2, minlength=sections).astype(np.float64),
        visits=np.bincount(n, weights=weight, minlength=sections).astype(np.float64),
    )


def _members(found: Cells, region_of: Ints, blocks: dict[str, slice]) -> Ints:
    members = np.full((found.branch.size, 3), -1)
    members[:, 0] = found.version
    codes = found.codes(region_of)
    for column, name in ((1, "region"), (2, "branch"), (2, "shopper")):
        if name in blocks:
            members[:, column] = np.where(codes[name] >= 0, blocks[name].start + codes[name], -1)
    return members


def _too_large(blocks: dict[str, slice], levels: int, cells: int, sections: int) -> bool:
    dense: int = max(part.stop for part in blocks.values()) * sections
    return max(levels * sections**2, cells * sections**3, dense**2) > MOST_ENTRIES


def joined(data: Observations, effects: tuple[str, ...]) -> Joined | None:
    """What has to be summed of audits with gaps? None where the tables would be too large.

    Args:
        data: N × K values in the sections' common scale, NaN where a section was left out, at least one score each.
        effects: which of region, branch and shopper vary; "branch" among them.
    """
    mask = (~np.isnan(data.values)).astype(float)
    values, k = np.where(mask > 0.0, data.values, 0.0), mask.shape[1]
    found = cells(data)
    sizes = sizes_of(data, found)
    out = eliminated(effects, sizes, found)
    blocks = placed((name for name in ("fixed", *effects) if name != out.name), sizes)
    if _too_large(blocks, out.levels, found.branch.size, k):
        return None
    normed = np.zeros((found.versions, k))
    np.add.at(normed, found.version[found.row], mask)
    lone = (data.shopper == UNKNOWN_SHOPPER) & ("shopper" in effects)

    def part(rows: Ints) -> Visits:
        return _visits(found.row[rows], found.branch.size, mask[rows], values[rows], data.weight[rows])

    return Joined(
        known=part(np.flatnonzero(~lone)),
        stray=part(np.flatnonzero(lone)) if lone.any() else None,
        out=out.name,
        levels=out.levels,
        level=out.level,
        members=_members(found, data.region_of, blocks),
        blocks=blocks,
        scored=(normed > 0.0).ravel(),
        freedom=float((data.weight[:, None] * mask).sum()) - int((normed > 0.0).sum()),
        sections=k,
    )
