"""ScoreSheet: the section scores of a window as frozen numpy columns, the one thing the figures are made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

UNKNOWN_SHOPPER = -1
MOST = 1e6
"""Points: no score lies beyond this; sums of fourth powers stay far from what a number can hold."""


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


def check(sheet: ScoreSheet) -> None:
    """Refuses a sheet that cannot be one.

    Raises:
        ValueError: a score beyond a million points, a code outside its list, or columns of unequal length.
    """
    rows = sheet.branch.size
    if sheet.scores.shape != (rows, len(sheet.sections)) or {
        column.size for column in (sheet.shopper, sheet.version, sheet.week)
    } != {rows}:
        raise ValueError("Every audit needs a branch, a shopper, a version, a week and one score per section.")
    if np.isinf(sheet.scores).any():
        raise ValueError("A score is infinite; scores are numbers, or empty where a section was not scored.")
    if (np.abs(sheet.scores) > MOST).any():
        raise ValueError("A score lies beyond a million points; scores are points, usually 0 to 100.")
    for codes, names, least in (
        (sheet.branch, sheet.branches, 0),
        (sheet.shopper, sheet.shoppers, UNKNOWN_SHOPPER),
        (sheet.region_of, sheet.regions, 0),
    ):
        if codes.size and (codes.min() < least or codes.max() >= len(names)):
            raise ValueError("An audit or a branch refers to a branch, shopper or region that is not in the list.")
    if sheet.region_of.size != len(sheet.branches):
        raise ValueError("Every branch needs its region.")
