"""How soon is a fall noticed, and how often is one seen where there is none? Fresh chains with known truth.

python -m benchmarks.changes [--chains 40] [--seed 7001] [--step 12]
python -m benchmarks.changes --improved [--chains 40] [--seed 7001]   who is said to have improved, in a window of 26 weeks
"""

import argparse

import numpy as np

from reports.figures import Change, Move
from reports.norms import Bools
from reports.sheet import Floats, ScoreSheet
from reports.trend import changes, lasting

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
WINDOW = 26
LOWEST = 20
"""Branches with the lowest mean in the earlier half of the window: those whom luck gives back the most."""
ONE_SIDED = 1.645


def total(spreads: tuple[float, ...]) -> float:
    return float(np.sqrt(np.sum(np.square(spreads))))


def draw(rng: np.random.Generator, step: float = STEP, weeks: int = WEEKS, watched: int = WATCHED) -> ScoreSheet:
    """Weekly audits of a year; in the last weeks, those watched, the first branches have fallen by so many points."""
    branch, turn = np.repeat(np.arange(BRANCHES), weeks), np.tile(np.arange(weeks), BRANCHES)
    region_of = np.arange(BRANCHES) % REGIONS
    local = rng.integers(0, SHOPPERS // REGIONS, branch.size) * REGIONS + region_of[branch]
    shopper = np.where(rng.random(branch.size) < HOME, local, rng.integers(0, SHOPPERS, branch.size))
    truth = LEVEL[0] * rng.standard_normal(REGIONS)[region_of] + total(LEVEL[1:]) * rng.standard_normal(BRANCHES)
    scores = 75.0 + truth[branch] + total(LENIENCY) * rng.standard_normal(SHOPPERS)[shopper]
    scores = scores + total(CHANCE) * rng.standard_normal(branch.size)
    scores = scores - step * ((branch < FALLEN) & (turn >= weeks - watched))
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


def print_noticed(chains: int, seed: int, step: float) -> None:
    print(f"| chart | within {WITHIN[0]} weeks | {WITHIN[1]} | {WITHIN[2]} | false alarms in {WATCHED} |")
    print("|---|---|---|---|---|")
    for name, cusum in (("EWMA", False), ("CUSUM", True)):
        shares = row(chains, seed, step, cusum=cusum)
        print(f"| {name} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")


def plainly(sheet: ScoreSheet) -> Bools:
    """Which branches a plain comparison would praise: the later half above the earlier, one-sided, with 5 % by chance."""
    scores = sheet.scores[:, 0].reshape(BRANCHES, WINDOW)
    halves = scores[:, : WINDOW // 2], scores[:, WINDOW // 2 :]
    error = np.sqrt(sum(half.var(axis=1, ddof=1).mean() / half.shape[1] for half in halves))
    return np.asarray(halves[1].mean(axis=1) - halves[0].mean(axis=1) > ONE_SIDED * error)


def improved(chains: int, seed: int, step: float) -> Floats:
    """Share of branches said to have improved, by the report and plainly: of those that rose, of the others, of the lowest of these."""
    found = []
    for number in range(chains):
        sheet = draw(np.random.default_rng(seed + number), -step, WINDOW, WINDOW // 2)
        told = np.array([one.move is Move.RISING and lasting(one) for one in changes(sheet, SHARE)])
        start = sheet.scores[:, 0].reshape(BRANCHES, WINDOW)[:, : WINDOW // 2].mean(axis=1)
        lowest = FALLEN + np.argsort(start[FALLEN:])[:LOWEST]
        found.append([[by[:FALLEN].mean(), by[FALLEN:].mean(), by[lowest].mean()] for by in (told, plainly(sheet))])
    means: Floats = np.asarray(found).mean(axis=0)
    return means


def print_improved(chains: int, seed: int, step: float) -> None:
    print(
        "| said to have improved | of those that rose | of the others | of the others, those with the poorest start |"
    )
    print("|---|---|---|---|")
    for name, shares in zip(("by the report", "plainly"), improved(chains, seed, step), strict=True):
        print(f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--chains", type=int, default=40)
    given.add_argument("--seed", type=int, default=7001)
    given.add_argument("--step", type=float, default=STEP, help="points; 0 for chains in which nothing falls")
    given.add_argument("--improved", action="store_true")
    asked = given.parse_args()
    if asked.improved:
        print_improved(asked.chains, asked.seed, asked.step)
    else:
        print_noticed(asked.chains, asked.seed, asked.step)


if __name__ == "__main__":
    main()
