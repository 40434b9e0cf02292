"""How long does a rota of a large chain take, how much memory, and how much better is it than one made by hand?

python -m benchmarks.rotation [--branches 5000] [--shoppers 1700] [--audits 1] [--seed 9701] [--map 1] [--spare 1.2] [--methods]
"""

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from scipy.optimize import linear_sum_assignment

from branches.rota import Available, Been, Field, Point, Proposal, Wanted, windows
from branches.weeks import Window
from reports.rota import by_hand, propose
from reports.rota_match import Chosen, limits_of, match, most_given, solve
from reports.rota_pairs import Ask, Pairs, ask, pairs
from tests.reports.fields import broken

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)
OF_A_TOWN = 15
"""Branches of a town, on average; a few towns have many."""
SPARE = 1.2
"""Shoppers could make about so many times as many audits as are wanted."""
CONFLICTS = 0.002
"""Share of pairs who know each other."""


def chain(branches: int, shoppers: int, audits: int, seed: int, *, size_of_it: float, spare: float) -> Field:
    """Towns on a map of so many times the size of Hungary, half a year of audits by shoppers near by, and some conflicts."""
    rng = np.random.default_rng(seed)
    towns = max(branches // OF_A_TOWN, 1)
    north, east = rng.uniform(0.0, 2.5 * size_of_it, towns), rng.uniform(0.0, 7.0 * size_of_it, towns)
    spots = np.column_stack([46.0 + north, 16.0 + east])
    size = rng.pareto(1.2, towns) + 0.3
    there, here = (rng.choice(towns, n, p=size / size.sum()) for n in (branches, shoppers))
    most = max(int(np.ceil(branches * audits / shoppers * spare)), 1)
    field = Field(
        tuple(
            Wanted(n, int(town) // 2, windows(FIRST, LAST, audits), _near(rng, spots[town], 0.08))
            for n, town in enumerate(there)
        ),
        tuple(
            Available(
                n, int(rng.integers(most // 2, most + most // 2 + 1)), int(town) // 2, _near(rng, spots[town], 0.15)
            )
            for n, town in enumerate(here)
        ),
    )
    pairs_there = rng.integers(0, [branches, shoppers], (int(CONFLICTS * branches * shoppers), 2))
    return replace(field, been=_been(rng, field), conflicts=frozenset((int(b), int(s)) for b, s in pairs_there))


def _near(rng: np.random.Generator, spot: np.ndarray, spread: float) -> Point:
    return Point(*(float(one) for one in spot + rng.normal(0.0, spread, 2)))


def _been(rng: np.random.Generator, field: Field) -> tuple[Been, ...]:
    """Six audits of each branch in the half-year before, by anybody who might have gone."""
    may, found = pairs(ask(field)).may, list[Been]()
    for branch, row in enumerate(may):
        near = np.nonzero(row)[0]
        for shopper in rng.choice(near, 6) if near.size else ():
            day = FIRST - timedelta(days=int(rng.integers(1, 183)))
            found.append(Been(branch, int(shopper), Window(day, day)))
    return tuple(found)


def told(name: str, made: Callable[[Field], Proposal], field: Field) -> Proposal:
    """Makes it and prints how good it is."""
    began = time.perf_counter()
    found = made(field)
    took, quality = time.perf_counter() - began, found.quality
    print(
        f"{name}: {took:.1f} s; {len(found.given)} placed, {quality.unplaced} not; {quality.km:.0f} km; {quality.again} by "
        f"somebody who was there; {quality.groups} groups; cost {quality.cost:.0f}; {len(broken_of(field, found))} hard rules broken",
        flush=True,
    )
    return found


def broken_of(field: Field, found: Proposal) -> list[str]:
    """The rules once more, without an array; only the visits of pairs that were given are looked at."""
    given = {(one.branch, one.shopper) for one in found.given}
    return broken(
        replace(field, been=tuple(one for one in field.been if (one.branch, one.shopper) in given)), found.given
    )


def methods(field: Field) -> None:
    """Three ways to the same choice: with prices, all pairs at once, and a dense assignment region by region."""
    asked = ask(field)
    known = pairs(asked)
    print(f"{int(known.may.sum())} pairs may be", flush=True)

    def at_once() -> Chosen:
        bounds = limits_of(asked, known)
        return solve(known.may, known, bounds, len(most_given(asked, known, bounds).branch)).chosen

    ways: tuple[tuple[str, Callable[[], Chosen]], ...] = (
        ("few pairs, then those that prices call for", lambda: match(asked, known)),
        ("all pairs in one linear programme", at_once),
        ("linear_sum_assignment, region by region", lambda: by_region(asked, known)),
    )
    for name, way in ways:
        began = time.perf_counter()
        chosen = way()
        cost = known.cost[chosen.branch, chosen.shopper].sum()
        print(f"{name}: {time.perf_counter() - began:.1f} s; {len(chosen.branch)} given at {cost:.0f} km", flush=True)


def by_region(asked: Ask, known: Pairs) -> Chosen:
    """A row for each audit, a column for each audit that a shopper may be given; nobody crosses into another region."""
    branches, shoppers = list[int](), list[int]()
    home = np.array([-1 if one.region is None else one.region for one in asked.field.shoppers])
    region = np.array([one.region for one in asked.field.wanted])
    for number in np.unique(region):
        rows = np.repeat(np.nonzero(region == number)[0], asked.wants[region == number])
        columns = np.repeat(np.nonzero(home == number)[0], asked.most[home == number])
        if not rows.size or not columns.size:
            continue
        cost = np.where(known.may[np.ix_(rows, columns)], known.cost[np.ix_(rows, columns)], 1e6)
        for row, column in zip(*linear_sum_assignment(cost), strict=True):
            if cost[row, column] < 1e6:
                branches.append(int(rows[row]))
                shoppers.append(int(columns[column]))
    kept = sorted(set(zip(branches, shoppers, strict=True)))
    return Chosen(*(np.array([one[at] for one in kept], dtype=np.int64) for at in (0, 1)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--branches", type=int, default=5000)
    asked.add_argument("--shoppers", type=int, default=1700)
    asked.add_argument("--audits", type=int, default=1)
    asked.add_argument("--seed", type=int, default=9701)
    asked.add_argument(
        "--map", type=float, default=1.0, help="its size; 1 is a country, 0.1 a city where all reach all"
    )
    asked.add_argument("--spare", type=float, default=SPARE, help="how many times as many audits shoppers could make")
    asked.add_argument("--methods", action="store_true", help="the ways to one choice beside each other instead")
    wanted = asked.parse_args()
    field = chain(
        wanted.branches, wanted.shoppers, wanted.audits, wanted.seed, size_of_it=wanted.map, spare=wanted.spare
    )
    print(f"{wanted.branches} branches, {wanted.audits} audits each, {wanted.shoppers} shoppers", flush=True)
    if wanted.methods:
        methods(field)
        return
    proposed, greedy = told("proposed", propose, field), told("by hand", by_hand, field)
    better = 1.0 - proposed.quality.cost / greedy.quality.cost if greedy.quality.cost else 0.0
    print(f"cost {better:.0%} lower; {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
