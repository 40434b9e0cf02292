"""ScoreSheet: the section scores of a window as frozen numpy columns, the one thing the figures are made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNKNOWN_SHOPPER = -1


@dataclass(frozen=True)
class ScoreSheet:
    """Which audits count, and what did each section score?

    One row per audit (N), one column per section (K). Codes are those of the chain's own lists; the integer columns
    index into the tuples of codes, so two sheets with the same content in another order describe the same chain.
    """

    sections: tuple[str, ...]
    """K section codes, in the order of the standard."""
    branches: tuple[str, ...]
    """B branch codes: every branch open in the window, also those without an audit."""
    regions: tuple[str, ...]
    shoppers: tuple[str, ...]
    region_of: Ints
    """B: the region of each branch, an index into `regions`."""
    branch: Ints
    """N: index into `branches`."""
    shopper: Ints
    """N: index into `shoppers`, or UNKNOWN_SHOPPER."""
    version: Ints
    """N: number of the standard's version the audit was made under."""
    week: Ints
    """N: the Monday of the audit's week as a proleptic ordinal (date.toordinal)."""
    scores: Floats
    """N × K: points 0…100; NaN where the section has no score."""

    def __post_init__(self) -> None:
        for column in (self.region_of, self.branch, self.shopper, self.version, self.week, self.scores):
            column.setflags(write=False)

    def same_as(self, other: "ScoreSheet") -> bool:
        """Whether both hold the same audits with the same scores, row by row."""
        lists = ("sections", "branches", "regions", "shoppers")
        columns = ("region_of", "branch", "shopper", "version", "week")
        return (
            all(getattr(self, name) == getattr(other, name) for name in lists)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in columns)
            and np.array_equal(self.scores, other.scores, equal_nan=True)
        )
