"""The rota that one would make by hand: branch by branch, each time whoever is nearest and still has room."""

import numpy as np

from reports.rota_match import Chosen
from reports.rota_pairs import Ask, Pairs
from reports.sheet import Ints


def greedy(asked: Ask, known: Pairs) -> Chosen:
    """Who goes where if nobody looks ahead? Branches with the fewest shoppers who may go there come first."""
    room, branches, shoppers = asked.most.copy(), list[int](), list[int]()
    for branch in np.lexsort((np.arange(len(asked.wants)), known.may.sum(axis=1))):
        for shopper in _nearest(known, int(branch), int(asked.wants[branch]), room):
            room[shopper] -= 1
            branches.append(int(branch))
            shoppers.append(shopper)
    return Chosen(np.array(branches, dtype=np.int64), np.array(shoppers, dtype=np.int64))


def _nearest(known: Pairs, branch: int, wants: int, room: Ints) -> list[int]:
    """The cheapest ones with room, as far as windows are left in which they may go."""
    taken, found = np.zeros(wants, dtype=bool), list[int]()
    there = np.nonzero(known.may[branch] & (room > 0))[0]
    for shopper in there[np.argsort(known.cost[branch, there], kind="stable")]:
        left = np.nonzero(~taken)[0]
        left = left[left >= known.start[branch, shopper]]
        if left.size:
            taken[left[-1]] = True
            found.append(int(shopper))
        if taken.all():
            break
    return found
