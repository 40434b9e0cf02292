"""Which place could a branch truly have among the others? Usually any of very many, and a list by rank hides that.

Goldstein & Spiegelhalter (1996, "League tables and their limitations"): the rank is as uncertain as what it is made from,
and is given with its interval or not at all.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from reports.sheet import Floats, Ints

CONFIDENT = 1.6448536269514722
"""Of a 90 % interval, in standard deviations."""
TAIL = 0.05
NODES, GRID, REACH = 60, 1001, 5.0
HALVINGS = 24
FINEST = 1 / 400
"""No difference is taken to be known better than this share of the range, to which the grid is fine enough."""
LEAST, NARROW = 1e-9, 1e-4


def _cumulative(points: Floats, middle: Floats, below: Floats, above: Floats) -> Floats:
    """P(difference < point): a normal curve with a spread of its own to each side."""
    away = points - middle
    return np.asarray(ndtr(away / np.where(away < 0.0, below, above)))


def _quantile(share: float, away: Floats, error: Floats) -> Floats:
    """B: the least rank with a probability of at least `share`, the mean over nodes of normal curves (B × nodes)."""
    low, high = np.zeros(len(away)), np.full(len(away), float(len(away)))
    for _ in range(HALVINGS):
        rank = (low + high) / 2
        short = ndtr((rank[:, None] - away) / error).mean(axis=1) < share
        low, high = np.where(short, rank, low), np.where(short, high, rank)
    return np.asarray(np.ceil(np.clip(high, 0.5, None) - 0.5 + 1e-6))


def _under(middle: Floats, below: Floats, above: Floats) -> tuple[Floats, Floats]:
    """B × nodes: rank to be expected at each quantile of a branch's own difference, and its standard deviation."""
    grid = np.linspace((middle - REACH * below).min(), (middle + REACH * above).max(), GRID)
    sums, spreads = np.zeros(GRID), np.zeros(GRID)
    for one in zip(middle, below, above, strict=True):
        under = _cumulative(grid, *one)
        sums += under
        spreads += under * (1.0 - under)
    z = ndtri((np.arange(NODES) + 0.5) / NODES)
    own = ndtr(z)
    nodes = middle[:, None] + z * np.where(z < 0.0, below[:, None], above[:, None])
    variance = np.interp(nodes, grid, spreads) - own * (1.0 - own)
    return 1.0 + np.interp(nodes, grid, sums) - own, np.sqrt(np.maximum(variance, NARROW))


def rank_intervals(estimate: Floats, low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Between which ranks does each branch lie in a section, 1 the farthest below?

    Args:
        estimate: B true differences from the others, as believed, in points; NaN where nothing is.
        low: B, lower ends of their 90 % intervals.
        high: B, upper ends.

    Returns:
        Lowest and highest rank of a 90 % interval, of the branches of which something is believed; 0 of the others. Were a
        branch's difference known, its rank would be the sum of what each other one is to the other side of it, taken
        for normal; that is averaged over what is believed of the branch. Beliefs are taken to be independent.
    """
    told = np.flatnonzero(~np.isnan(estimate))
    first, last = np.zeros(estimate.size, dtype=np.int64), np.zeros(estimate.size, dtype=np.int64)
    if not told.size:
        return first, last
    middle = estimate[told]
    least = max(float(np.ptp(middle)) * FINEST, LEAST)
    below, above = (np.maximum(np.abs(end[told] - middle) / CONFIDENT, least) for end in (low, high))
    under, error = _under(middle, below, above)
    first[told], last[told] = (_quantile(share, under, error) for share in (TAIL, 1.0 - TAIL))
    return np.clip(first, 0, told.size), np.clip(last, 0, told.size)
