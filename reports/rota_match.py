"""Which pairs of branch and shopper, so that as many audits as can be are given, at the least cost? A flow in a network.

A branch wants n audits, a shopper may be given so many, and nobody goes to a branch twice. Who may go only from a later
window on is held in sums that lie within each other, so the matrix is one of a network and every corner of the
linear programme is whole (Ahuja, Magnanti and Orlin 1993, chapter 11).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow

from reports.norms import Bools
from reports.rota_pairs import Ask, Codes, Pairs
from reports.sheet import Floats, Ints

NEAREST = 12
"""So many of a branch's cheapest shoppers are looked at first, for each audit that it wants; prices tell whom else."""
MOST_ROUNDS = 60
EXACT = 1e-6
ALMOST = 2.0
"""Kilometres: a pair that is dearer by no more may be called for once others are looked at."""


@dataclass(frozen=True)
class Chosen:
    """E pairs, each a place of a branch and one of a shopper."""

    branch: Ints
    shopper: Ints


@dataclass(frozen=True)
class Limits:
    """The sums that no choice exceeds: of each branch, of its later windows alone, of each shopper."""

    level: Ints
    """B × K: the row of the sum over the shoppers who may go from window k on only; −1 where nobody is such a one."""
    most: Ints
    """R + S: of those rows, then of the shoppers."""

    @property
    def rows(self) -> int:
        return len(self.most)


def match(asked: Ask, known: Pairs) -> Chosen:
    """Who goes where? As many audits as can be, and of all ways to give so many one of the cheapest.

    A few pairs are looked at first; then those that their prices call for, until none is left that could
    lower the cost (column generation, Dantzig and Wolfe 1960). What is found is therefore the best of all pairs.
    """
    limits = limits_of(asked, known)
    flow = most_given(asked, known, limits)
    total = len(flow.branch)
    if total == 0:
        return flow
    held = _first(asked, known, flow)
    for _ in range(MOST_ROUNDS):
        found = solve(held, known, limits, total)
        worth = _worth(known, limits, found)
        further = _further(worth, held)
        if not further.any():
            break
        held |= further
    return found.chosen


@dataclass(frozen=True)
class Solved:
    """A choice, and what more room would be worth."""

    chosen: Chosen
    row: Floats
    """What one more would be worth in each row of the limits, at most 0."""
    whole: float
    """And of the number that is given in all."""


def limits_of(asked: Ask, known: Pairs) -> Limits:
    """Which sums may not be exceeded? A row for each branch, each window from which on alone somebody may go, each shopper."""
    start, may = known.start, known.may
    longest = int(asked.wants.max(initial=1))
    level, most, rows = np.full((len(asked.wants), longest), -1, dtype=np.int64), [], 0
    for place in range(longest):
        late = ((start == place) & may).any(axis=1) if place else np.ones(len(asked.wants), dtype=bool)
        late &= asked.wants > place
        level[late, place] = rows + np.arange(late.sum())
        most.append(asked.wants[late] - place)
        rows += int(late.sum())
    return Limits(level, np.concatenate([*most, asked.most]))


def most_given(asked: Ask, known: Pairs, limits: Limits) -> Chosen:
    """How many audits can be given at all? One way to do it, whatever it costs (Dinic 1970)."""
    branch, shopper = np.nonzero(known.may)
    levels = limits.rows - len(asked.most)
    source, sink = limits.rows, limits.rows + 1
    above = _above(limits)
    tails = np.concatenate(
        [above, limits.level[branch, known.start[branch, shopper]], levels + np.arange(len(asked.most))]
    )
    heads = np.concatenate([np.arange(levels), levels + shopper, np.full(len(asked.most), sink)])
    room = np.concatenate([limits.most[:levels], np.ones(len(branch), dtype=np.int64), asked.most])
    network = csr_array((room.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(network, source, sink).flow
    on = flow[limits.level[branch, known.start[branch, shopper]], levels + shopper] if len(branch) else np.zeros(0)
    used = np.asarray(on).ravel() > 0
    return Chosen(branch[used], shopper[used])


def _above(limits: Limits) -> Ints:
    """From which row each row of a branch is filled: the one before it in the branch; the first from the source."""
    above = np.full(int(limits.level.max(initial=-1)) + 1, limits.rows, dtype=np.int64)
    for row in limits.level:
        there = row[row >= 0]
        above[there[1:]] = there[:-1]
    return above


def _first(asked: Ask, known: Pairs, flow: Chosen) -> Bools:
    """The cheapest shoppers of each branch, and those pairs with which as many as can be are given."""
    held = np.zeros(known.cost.shape, dtype=bool)
    held[flow.branch, flow.shopper] = True
    cost = np.where(known.may, known.cost, np.inf)
    for place, wants in enumerate(asked.wants):
        few = min(int(wants) * NEAREST, cost.shape[1] - 1)
        held[place, np.argpartition(cost[place], few)[: few + 1]] = True
    return held & known.may


def solve(held: Bools, known: Pairs, limits: Limits, total: int) -> Solved:
    """Which is the cheapest choice of so many among the pairs that are held?"""
    branch, shopper = np.nonzero(held)
    rows, columns = _sums(branch, shopper, known.start[branch, shopper], limits, held.shape[1])
    sums: Any = coo_array((np.ones(len(rows)), (rows, columns)), shape=(limits.rows, len(branch))).tocsr()
    whole: Any = csr_array(np.ones((1, len(branch))))  # the stubs of scipy know no sparse sums
    solved = linprog(
        known.cost[branch, shopper],
        A_ub=sums,
        b_ub=limits.most,
        A_eq=whole,
        b_eq=[total],
        bounds=(0.0, 1.0),
        method="highs-ds",
    )
    if solved.x is None:
        raise ArithmeticError(solved.message)  # no choice of ours: some give as many, so there is a cheapest
    used = solved.x > 0.5  # noqa: PLR2004 - a corner of a network is whole
    return Solved(Chosen(branch[used], shopper[used]), solved.ineqlin.marginals, float(solved.eqlin.marginals[0]))


def _sums(branch: Ints, shopper: Ints, start: Codes, limits: Limits, shoppers: int) -> tuple[Ints, Ints]:
    """Each pair stands in its shopper's row and in each of its branch's rows up to the window it may begin with."""
    pair = np.arange(len(branch))
    rows, columns = [limits.rows - shoppers + shopper], [pair]
    for place in range(limits.level.shape[1]):
        level = limits.level[branch, place]
        there = (level >= 0) & (start >= place)
        rows.append(level[there])
        columns.append(pair[there])
    return np.concatenate(rows), np.concatenate(columns)


def _worth(known: Pairs, limits: Limits, found: Solved) -> Floats:
    """By how much one more of each pair would change the cost; infinite of pairs that may not be. B × S."""
    shoppers = known.cost.shape[1]
    price = np.zeros(limits.level.shape)
    there = limits.level >= 0
    price[there] = found.row[limits.level[there]]
    until = price.cumsum(axis=1)
    of_branch = np.take_along_axis(until, known.start.astype(np.int64), axis=1) if until.size else until
    worth = known.cost - of_branch - found.row[limits.rows - shoppers :][None, :] - found.whole
    return np.where(known.may, worth, np.inf)


def _further(worth: Floats, held: Bools) -> Bools:
    """Pairs that would lower the cost and are not looked at yet, and then those that almost would: else they call next."""
    left = np.where(held, np.inf, worth)
    if not (left < -EXACT).any():
        return np.zeros_like(held)
    few = min(NEAREST, worth.shape[1])
    best = np.partition(left, few - 1, axis=1)[:, few - 1 : few]
    return np.asarray((left < ALMOST) & (left <= best))
