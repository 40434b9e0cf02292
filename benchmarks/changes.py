"""How soon is a fall noticed, and how often is one seen where there is none? Fresh chains with known truth.

python -m benchmarks.changes [--chains 40] [--seed 7001] [--step 12]
"""

import argparse

import numpy as np

from reports.figures import Change
from reports.sheet import Floats, ScoreSheet
from reports.trend import changes

BRANCHES, SHOPPERS, REGIONS, WEEKS, WATCHED = 200, 67, 8, 52, 26
LEVEL = (2.0, 4.0, 3.0)
"""Spreads of regions, branches and branches in the section, points; then of shoppers; then of visits and what is left."""
LENIENCY = (4.0, 2.0)
CHANCE = (6.0, 10.0)
HOME = 0.85
STEP = 12.0
FALLEN = 12
SHARE = 0.05
WITHIN = (8, 13, 26)
MONDAY = 739_001


def total(spreads: tuple[float, ...]) -> float:
    return float(np.sqrt(np.sum(np.square(spreads))))


def draw(rng: np.random.Generator, step: float = STEP) -> ScoreSheet:
    """A year of weekly audits; in the second half the first branches have fallen by so many points."""
    branch, turn = np.repeat(np.arange(BRANCHES), WEEKS), np.tile(np.arange(WEEKS), BRANCHES)
    region_of = np.arange(BRANCHES) % REGIONS
    local = rng.integers(0, SHOPPERS // REGIONS, branch.size) * REGIONS + region_of[branch]
    shopper = np.where(rng.random(branch.size) < HOME, local, rng.integers(0, SHOPPERS, branch.size))
    truth = LEVEL[0] * rng.standard_normal(REGIONS)[region_of] + total(LEVEL[1:]) * rng.standard_normal(BRANCHES)
    scores = 75.0 + truth[branch] + total(LENIENCY) * rng.standard_normal(SHOPPERS)[shopper]
    scores = scores + total(CHANCE) * rng.standard_normal(branch.size)
    scores = scores - step * ((branch < FALLEN) & (turn >= WEEKS - WATCHED))
    return ScoreSheet(
        sections=("s",),
        branches=tuple(f"b{i}" for i in range(BRANCHES)),
        regions=tuple(f"r{i}" for i in range(REGIONS)),
        shoppers=tuple(f"p{i}" for i in range(SHOPPERS)),
        region_of=region_of,
        branch=branch,
        shopper=shopper,
        version=np.ones(branch.size, dtype=np.int64),
        week=MONDAY + 7 * turn,
        scores=scores[:, None],
    )


def first_alarm(change: Change) -> float:
    """After how many audits the chart first says that the branch is falling; infinite if never."""
    return next((n for n, p in enumerate(change.points, start=1) if p.average < -p.limit), np.inf)


def row(chains: int, seed: int, step: float, *, cusum: bool) -> Floats:
    """Share of falls noticed within 8, 13 and 26 weeks, and of unfallen branches that alarm within 26.

    A chart's limit is set for the 26 audits that are watched in all: what is noticed within 8 or 13 is read off the
    same chart.
    """
    fallen, others = [], []
    for number in range(chains):
        sheet = draw(np.random.default_rng(seed + number), step)
        found = [first_alarm(c) for c in changes(sheet, SHARE, MONDAY + 7 * (WEEKS - WATCHED), cusum=cusum)]
        fallen += found[:FALLEN]
        others += found[FALLEN:]
    return np.array([*(np.mean(np.array(fallen) <= weeks) for weeks in WITHIN), np.isfinite(others).mean()])


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--chains", type=int, default=40)
    given.add_argument("--seed", type=int, default=7001)
    given.add_argument("--step", type=float, default=STEP, help="points; 0 for chains in which nothing falls")
    asked = given.parse_args()
    print(f"| chart | within {WITHIN[0]} weeks | {WITHIN[1]} | {WITHIN[2]} | false alarms in {WATCHED} |")
    print("|---|---|---|---|---|")
    for name, cusum in (("EWMA", False), ("CUSUM", True)):
        shares = row(asked.chains, asked.seed, asked.step, cusum=cusum)
        print(f"| {name} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")


if __name__ == "__main__":
    main()
