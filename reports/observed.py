"""What the mixed models observe: scores with who, where and under which version, and the cells in which these agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reports.sheet import Floats, Ints

EFFECTS = ("region", "branch", "shopper")


@dataclass(frozen=True)
class Observations:
    """N scores of m responses with who, where and under which version of the standard."""

    branch: Ints
    shopper: Ints
    version: Ints
    region_of: Ints
    """Region of each branch, by the branch's index."""
    values: Floats
    """N × m, without gaps."""
    weight: Floats
    """N: an audit of weight ½ counts as half an audit."""
    shoppers: int
    """Number of shoppers in the chain's list."""


@dataclass(frozen=True)
class Cells:
    """Audits of one branch, shopper and version, taken together: N audits in G cells."""

    row: Ints
    """N: each audit's cell."""
    branch: Ints
    """G, like the two that follow."""
    shopper: Ints
    """UNKNOWN_SHOPPER for all of the branch's audits by unknown shoppers."""
    version: Ints
    """From 0, the earliest first."""
    versions: int

    def codes(self, region_of: Ints) -> dict[str, Ints]:
        """Each effect's level in every cell; negative where it has none."""
        return {"region": region_of[self.branch], "branch": self.branch, "shopper": self.shopper}


@dataclass(frozen=True)
class Eliminated:
    """The effect that is taken out of the equations beforehand."""

    name: str
    levels: int
    """A stand-in for unknown shoppers included."""
    level: Ints
    """G: each cell's."""


def cells(data: Observations) -> Cells:
    """Which audits share branch, shopper and version?"""
    versions, version = np.unique(data.version, return_inverse=True)
    key = (data.branch * (data.shoppers + 1) + data.shopper + 1) * versions.size + version
    keys, row = np.unique(key, return_inverse=True)
    pairs, version = np.divmod(keys, versions.size)
    branch, shopper = np.divmod(pairs, data.shoppers + 1)
    return Cells(row, branch, shopper - 1, version, versions.size)


def totals(data: Observations, found: Cells, centred: Floats) -> tuple[Floats, Floats]:
    """What do the audits of each cell weigh, and what do their scores sum to?

    Args:
        data: N audits, weights included.
        found: which of G cells each audit belongs to.
        centred: N × m scores in points, without gaps, usually less their mean.

    Returns:
        G weights, and G × m weighed sums in points.
    """
    weight = np.bincount(found.row, weights=data.weight).astype(np.float64)
    sums = [np.bincount(found.row, weights=data.weight * column) for column in centred.T]
    return weight, np.column_stack(sums).astype(np.float64)


def sizes_of(data: Observations, found: Cells) -> dict[str, int]:
    """How many levels has each effect, and how many norms are there ("fixed")?"""
    return {
        "fixed": found.versions,
        "region": int(data.region_of.max()) + 1,
        "branch": data.region_of.size,
        "shopper": data.shoppers,
    }


def placed(names: Iterable[str], sizes: Mapping[str, int]) -> dict[str, slice]:
    """Where does each effect stand when one follows the other?"""
    columns, start = {}, 0
    for name in names:
        columns[name] = slice(start, start + sizes[name])
        start += sizes[name]
    return columns


def eliminated(effects: tuple[str, ...], sizes: Mapping[str, int], found: Cells) -> Eliminated:
    """Which effect leaves the fewest equations when it is taken out: the larger of branch and shopper."""
    if "shopper" in effects and sizes["shopper"] > sizes["branch"]:
        level = np.where(found.shopper < 0, sizes["shopper"], found.shopper)
        return Eliminated("shopper", sizes["shopper"] + 1, level)
    return Eliminated("branch", sizes["branch"], found.branch)
