"""Which branches share shoppers? Where some share none with the others, a few audits are given to somebody else."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reports.rota_match import Chosen
from reports.rota_pairs import Ask, Pairs
from reports.sheet import Ints

TRIED = 6
"""So many moves of each group of branches are tried."""


@dataclass(frozen=True)
class Met:
    """Who was where of late, as places: branches that want nothing now stand behind the others."""

    branch: Ints
    shopper: Ints
    branches: int
    shoppers: int


@dataclass(frozen=True)
class Groups:
    """Into which group each falls; who was nowhere and goes nowhere is in none, −1."""

    number: int
    branch: Ints
    shopper: Ints


@dataclass(frozen=True)
class _Move:
    """One audit of a branch goes from one shopper to another."""

    cost: float
    branch: int
    old: int
    new: int


def met(asked: Ask) -> Met:
    """Who was where of late? A shopper who is not asked any more connects branches all the same."""
    branches, shoppers = dict(asked.branches), dict(asked.shoppers)
    pairs = sorted({(one.branch, one.shopper) for one in asked.field.been})
    rows = [branches.setdefault(branch, len(branches)) for branch, _ in pairs]
    columns = [shoppers.setdefault(shopper, len(shoppers)) for _, shopper in pairs]
    return Met(np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), len(branches), len(shoppers))


def groups(known: Met, chosen: Chosen) -> Groups:
    """Into how many groups do branches fall that share no shopper, of late and in this choice?"""
    branch = np.concatenate([known.branch, chosen.branch])
    shopper = np.concatenate([known.shopper, chosen.shopper])
    size = known.branches + known.shoppers
    links = coo_array((np.ones(len(branch)), (branch, known.branches + shopper)), shape=(size, size))
    _, part = connected_components(links, directed=False)
    on = np.zeros(size, dtype=bool)
    on[branch] = on[known.branches + shopper] = True
    label: Ints = np.where(on, part, -1).astype(np.int64)
    return Groups(len(np.unique(label[on])), label[: known.branches], label[known.branches :])


def join(asked: Ask, known: Pairs, chosen: Chosen) -> tuple[Chosen, set[tuple[int, int]]]:
    """Gives single audits to somebody else where that lets groups share a shopper and costs less than it is worth.

    Returns:
        The choice, and the pairs of branch and shopper that came by it.
    """
    before, moved = met(asked), set[tuple[int, int]]()
    while True:
        found = groups(before, chosen)
        better = _better(asked, known, chosen, before, found) if found.number > 1 else None
        if better is None:
            return chosen, moved
        chosen, new = better
        moved |= new


def _better(
    asked: Ask, known: Pairs, chosen: Chosen, before: Met, found: Groups
) -> tuple[Chosen, set[tuple[int, int]]] | None:
    """The same with the moves that pay, the cheapest first; None where none does."""
    worth, moved = asked.field.rules.apart_km, set[tuple[int, int]]()
    number = found.number
    for move in _moves(asked, known, chosen, found):
        if not _fits(asked, chosen, move):
            continue
        there = (chosen.branch == move.branch) & (chosen.shopper == move.old)
        trial = replace(chosen, shopper=np.where(there, move.new, chosen.shopper))
        then = groups(before, trial).number
        if move.cost < worth * (number - then):
            chosen, number = trial, then
            moved.add((move.branch, move.new))
    return (chosen, moved) if moved else None


def _fits(asked: Ask, chosen: Chosen, move: _Move) -> bool:
    """Whether both still stand as they did, and the new one has room."""
    at = chosen.shopper[chosen.branch == move.branch]
    room = asked.most[move.new] - int((chosen.shopper == move.new).sum())
    return move.old in at and move.new not in at and room > 0


def _moves(asked: Ask, known: Pairs, chosen: Chosen, found: Groups) -> list[_Move]:
    """The cheapest moves of each group: to a shopper of another group who may go there as early and has room."""
    room = asked.most - np.bincount(chosen.shopper, minlength=len(asked.most))
    free = np.nonzero((room > 0) & (found.shopper[: len(asked.most)] >= 0))[0]
    moves = dict[int, list[_Move]]()
    for branch, old in zip(chosen.branch.tolist(), chosen.shopper.tolist(), strict=True):
        group = int(found.branch[branch])
        other = free[found.shopper[free] != group]
        other = other[known.may[branch, other] & (known.start[branch, other] <= known.start[branch, old])]
        if other.size:
            new = int(other[np.argmin(known.cost[branch, other])])
            cost = float(known.cost[branch, new] - known.cost[branch, old])
            moves.setdefault(group, []).append(_Move(cost, branch, old, new))
    cheapest = (sorted(of_group, key=_order)[:TRIED] for of_group in moves.values())
    return sorted((move for some in cheapest for move in some), key=_order)


def _order(move: _Move) -> tuple[float, int, int]:
    return (move.cost, move.branch, move.old)
