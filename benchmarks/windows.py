"""How often is a branch called better or worse than in the window before, where nothing has changed and where some have fallen?

python -m benchmarks.windows [--chains 20] [--seed 9701] [--audits 13 26] [--step 12]
"""

import argparse
from collections import Counter

import numpy as np

from reports.against import Turn, against
from reports.figures import Assessment, Rules
from reports.screening import assess
from reports.sheet import Floats, ScoreSheet

BRANCHES, SECTIONS, SHOPPERS, REGIONS = 60, 4, 20, 4
LEVEL = (1.5, 2.5, 2.0)
"""Spreads of regions, branches and branches in a section, points; then of shoppers; then of visits and what is left."""
LENIENCY = (4.0, 2.0)
CHANCE = (6.0, 10.0)
LOW, FALLEN, STEP = 0.06, 0.05, 12.0
"""Share of cells that lie low in both windows, of those that fall in between, and by how many points both."""
NAMED = {Turn.BETTER, Turn.WORSE}


def both(rng: np.random.Generator, rows: int, spreads: tuple[float, float]) -> Floats:
    """What all sections of a row share, and what each has of its own."""
    return spreads[0] * rng.standard_normal((rows, 1)) + spreads[1] * rng.standard_normal((rows, SECTIONS))


def window(rng: np.random.Generator, truth: Floats, taste: Floats, audits: int) -> Assessment:
    """What is said of one window of a chain with that truth; a branch has about so many audits."""
    branch = np.repeat(np.arange(BRANCHES), rng.poisson(audits, BRANCHES).clip(1))
    shopper = rng.integers(0, SHOPPERS, branch.size)
    scores = 75.0 + truth[branch] + taste[shopper] + both(rng, branch.size, CHANCE)
    sheet = ScoreSheet(
        sections=tuple(f"s{i}" for i in range(SECTIONS)),
        branches=tuple(f"b{i}" for i in range(BRANCHES)),
        regions=tuple(f"r{i}" for i in range(REGIONS)),
        shoppers=tuple(f"p{i}" for i in range(SHOPPERS)),
        region_of=np.arange(BRANCHES) % REGIONS,
        branch=branch,
        shopper=shopper,
        version=np.ones(branch.size, dtype=np.int64),
        week=np.full(branch.size, 739_001, dtype=np.int64),
        scores=scores.clip(0.0, 100.0),
    )
    return assess(sheet, Rules())


def count(seed: int, audits: int, step: float) -> Counter[str]:
    """One chain: what is named where nothing has changed, and where some cells have fallen."""
    rng, found = np.random.default_rng(seed), Counter[str]()
    regions = LEVEL[0] * rng.standard_normal((REGIONS, SECTIONS))[np.arange(BRANCHES) % REGIONS]
    truth = regions + both(rng, BRANCHES, LEVEL[1:]) - STEP * (rng.random((BRANCHES, SECTIONS)) < LOW)
    fallen = np.less(rng.random(truth.shape), FALLEN)
    taste = both(rng, SHOPPERS, LENIENCY)
    was, same, worse = (window(rng, t, taste, audits) for t in (truth, truth, truth - step * fallen))
    false = sum(one.turn in NAMED for one in against(same, was, Rules().false_share))
    found.update(unchanged=1, named_of_unchanged=false, any_named=int(false > 0), fallen=int(fallen.sum()))
    for one in against(worse, was, Rules().false_share):
        if one.turn in NAMED:
            true = one.turn is Turn.WORSE and fallen[int(one.branch[1:]), int(one.section[1:])]
            found["found" if true else "false_beside"] += 1
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--chains", type=int, default=20)
    asked.add_argument("--seed", type=int, default=9701)
    asked.add_argument("--audits", type=int, nargs="+", default=[13, 26])
    asked.add_argument("--step", type=float, default=STEP)
    wanted = asked.parse_args()
    for audits in wanted.audits:
        total = sum((count(wanted.seed + n, audits, wanted.step) for n in range(wanted.chains)), Counter[str]())
        print(
            f"{audits} audits a branch: of {total['unchanged']} unchanged chains {total['any_named']} name a branch; "
            f"of {total['fallen']} falls {total['found']} are named, and {total['false_beside']} other differences.",
            flush=True,
        )


if __name__ == "__main__":
    main()
