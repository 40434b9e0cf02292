"""What the joint model of `gaps` asks of audits that leave sections out, summed once."""

from dataclasses import dataclass

import numpy as np

from reports.mixed_sums import Observations
from reports.norms import Bools
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints

MOST_ENTRIES = 4_000_000
"""Larger tables than this are not built; each section is then fitted alone."""


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


def joined(data: Observations, effects: tuple[str, ...]) -> Joined | None:
    """What has to be summed of audits with gaps? None where the tables would be too large.

    Args:
        data: N × K values in the sections' common scale, NaN where a section was left out, at least one score each.
        effects: which of region, branch and shopper vary; "branch" among them.
    """
    mask = (~np.isnan(data.values)).astype(float)
    values = np.where(mask > 0.0, data.values, 0.0)
    versions, version = np.unique(data.version, return_inverse=True)
    sizes = {
        "fixed": int(versions.size),
        "region": int(data.region_of.max()) + 1,
        "branch": data.region_of.size,
        "shopper": data.shoppers,
    }
    out = "shopper" if "shopper" in effects and data.shoppers > data.region_of.size else "branch"
    dense = [name for name in ("fixed", *effects) if name != out]
    ends = np.cumsum([sizes[name] for name in dense]).tolist()
    blocks = {name: slice(end - sizes[name], end) for name, end in zip(dense, ends, strict=True)}
    levels = sizes[out] + (out == "shopper")
    k = mask.shape[1]
    keys, row = np.unique(
        (data.branch * (data.shoppers + 1) + data.shopper + 1) * versions.size + version, return_inverse=True
    )
    if max(levels * ends[-1] * k**2, keys.size * k**3, (ends[-1] * k) ** 2) > MOST_ENTRIES:
        return None
    rest, cell_version = np.divmod(keys, versions.size)
    branch, shopper = np.divmod(rest, data.shoppers + 1)
    shopper -= 1
    members = np.full((keys.size, 3), -1)
    members[:, 0] = cell_version
    if "region" in blocks:
        members[:, 1] = blocks["region"].start + data.region_of[branch]
    if "branch" in blocks:
        members[:, 2] = blocks["branch"].start + branch
    if "shopper" in blocks:
        members[:, 2] = np.where(shopper >= 0, blocks["shopper"].start + shopper, -1)
    normed = np.zeros((versions.size, k))
    np.add.at(normed, version, mask)
    lone = (data.shopper == UNKNOWN_SHOPPER) & ("shopper" in effects)

    def part(rows: Ints) -> Visits:
        return _visits(row[rows], keys.size, mask[rows], values[rows], data.weight[rows])

    return Joined(
        known=part(np.flatnonzero(~lone)),
        stray=part(np.flatnonzero(lone)) if lone.any() else None,
        out=out,
        levels=levels,
        level=branch if out == "branch" else np.where(shopper < 0, sizes["shopper"], shopper),
        members=members,
        blocks=blocks,
        scored=(normed > 0.0).ravel(),
        freedom=float((data.weight[:, None] * mask).sum()) - int((normed > 0.0).sum()),
        sections=k,
    )
