"""The marks of a window's items added up, and what is known of an item once they are judged: values alone, no model."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.figures import Interval, Scale, Whose
from reports.sheet import Floats, Ints

RARE = 0.05
"""An item that fails less often than this is nobody's problem."""
SURE = 0.9
"""Whose problem an item is, is only said with at least this probability."""
LARGEST = 40_000
"""Branches times shoppers beyond which shoppers are left out: what they share is then counted as chance."""


@dataclass(frozen=True)
class ItemSums:
    """The marks of a window, added up: one row for each item, branch and shopper that met (G)."""

    items: tuple[tuple[str, str], ...]
    """Code and section of each item, in the order of the standard."""
    branches: tuple[str, ...]
    item: Ints
    """G: index into `items`; as `branch`."""
    branch: Ints
    shopper: Ints
    """G: any number of the shopper's own; negative where unknown or left out."""
    applicable: Ints
    kept: Ints
    earned: Floats
    """G × 4: summed over the marks, as in EARNED."""
    scales: tuple[Scale | None, ...]
    """How each item is graded; None: in order or not."""


EARNED = ("lost", "points", "squares", "marks")
"""Weight times missing share of full points; share of full points, and its square; marks of a graded item as they were given."""


@dataclass(frozen=True)
class Concentration:
    """How the failures of one item are spread over branches."""

    share: Interval
    """Share of all failures, whoever audits, at the fifth of branches that fail most: 0.2…1, with a 90 % interval."""
    few: float
    """Probability that this share is above one half."""
    spread: Interval
    """Standard deviation of branches in logits, with a 90 % interval."""
    failing: Floats
    """B: how often each branch probably fails, at a middling shopper."""
    sources: Mapping[str, Interval]
    """Share of "branch", "shopper" and "residual" in the variance of one mark in logits, 0…1, with 90 % intervals."""


@dataclass(frozen=True)
class JudgedItem:
    """One item over the whole chain."""

    code: str
    section: str
    branches: tuple[str, ...]
    applicable: Ints
    """B: marks of each branch to which the item applied; as `kept`."""
    kept: Ints
    whose: Whose
    probability: float | None
    found: Concentration | None
    earned: Floats
    """B × 4, as in EARNED."""
    scale: Scale | None
