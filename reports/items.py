"""How often is one item in order, and is it the chain's problem or a few branches'?"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import minimize_scalar
from scipy.special import betaincinv, log_expit, logit

from reports.figures import Interval
from reports.sheet import Floats, Ints

TAIL = 0.05
NODES, WEIGHTS = hermegauss(30)
WIDEST = 6.0
"""Largest spread of branches tried, in logits."""
DROP = 2.705543454095414
"""Fall of twice the log likelihood at the ends of a 90 % interval."""
RARE = 0.05
"""An item that fails less often than this is nobody's problem."""
FEW = 0.10
"""With branches this far apart in their chances, the failures belong to a few branches."""
LEAST_BRANCHES, LEAST_MARKS = 5, 30


class Whose(StrEnum):
    """Whose problem an item is."""

    NOBODY = "nobody"
    CHAIN = "chain"
    BRANCHES = "branches"
    UNTOLD = "untold"


@dataclass(frozen=True)
class ItemFigures:
    """One item over the window."""

    rate: Interval
    """Share in order of all applicable marks with its 90 % Clopper-Pearson interval, 0…1."""
    applicable: int
    spread: Interval | None
    """Standard deviation of the branches in logits with its 90 % interval; None without enough marks."""
    whose: Whose


def rate(yes: int, applicable: int) -> Interval | None:
    """How often is it in order? Exact 90 % interval (Clopper & Pearson 1934); None without a mark.

    Raises:
        ValueError: more in order than applicable, or a negative count.
    """
    if not 0 <= yes <= applicable:
        raise ValueError(f"{yes} of {applicable} marks in order is no count.")
    if not applicable:
        return None
    low = float(betaincinv(yes, applicable - yes + 1, TAIL)) if yes else 0.0
    high = float(betaincinv(yes + 1, applicable - yes, 1.0 - TAIL)) if yes < applicable else 1.0
    return Interval(yes / applicable, low, high)


def _log_likelihood(yes: Floats, no: Floats, middle: float, spread: float) -> float:
    """Of a logistic model with normal branches, by Gauss-Hermite quadrature."""
    chance = middle + spread * NODES
    logs = yes[:, None] * log_expit(chance) + no[:, None] * log_expit(-chance)
    top = logs.max(axis=1, keepdims=True)
    return float((top[:, 0] + np.log(np.exp(logs - top) @ WEIGHTS)).sum()) - yes.size * 0.5 * float(np.log(2 * np.pi))


def _profile(yes: Floats, no: Floats, spread: float) -> float:
    """The best log likelihood with this spread between branches."""
    start = float(logit((yes.sum() + 0.5) / (yes.sum() + no.sum() + 1.0)))
    reach = 3.0 + 2.0 * spread
    found = minimize_scalar(
        lambda middle: -_log_likelihood(yes, no, middle, spread),
        bounds=(start - reach, start + reach),
        method="bounded",
    )
    return -float(found.fun)


def branch_spread(yes: Ints, applicable: Ints) -> Interval | None:
    """How far apart are branches in one item? Standard deviation in logits, with a 90 % profile interval.

    Args:
        yes: B, marks in order.
        applicable: B, marks that were applicable.

    Returns:
        None with fewer than five branches or thirty marks, or where all marks are the same.
    """
    seen = applicable > 0
    good, bad = yes[seen].astype(float), (applicable - yes)[seen].astype(float)
    if good.size < LEAST_BRANCHES or good.sum() + bad.sum() < LEAST_MARKS or not good.sum() or not bad.sum():
        return None
    grid = np.linspace(0.0, WIDEST, 49)
    heights = np.array([_profile(good, bad, float(spread)) for spread in grid])
    best = int(heights.argmax())
    inside = np.flatnonzero(2.0 * (heights.max() - heights) <= DROP)
    return Interval(float(grid[best]), float(grid[inside[0]]), float(grid[inside[-1]]))


def item(yes: Ints, applicable: Ints) -> ItemFigures | None:
    """How is one item kept, and whose problem is it?

    The chain's: it fails in more than 5 % of marks and branches may be alike (the interval of their spread reaches 0).
    A few branches': it fails and the spread is surely above 0. Untold: too few marks.

    Args:
        yes: B, marks in order at each branch.
        applicable: B, applicable marks at each branch.
    """
    total = rate(int(yes.sum()), int(applicable.sum()))
    if total is None:
        return None
    spread = branch_spread(yes, applicable)
    return ItemFigures(total, int(applicable.sum()), spread, _whose(total, spread))


def _whose(total: Interval, spread: Interval | None) -> Whose:
    if 1.0 - total.low < RARE or (spread is None and total.value == 1.0):
        return Whose.NOBODY
    if spread is None:
        return Whose.UNTOLD
    if spread.low > FEW:
        return Whose.BRANCHES
    return Whose.CHAIN if 1.0 - total.high > RARE else Whose.UNTOLD
