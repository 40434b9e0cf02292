"""What do the fits cost? Processor time, memory, and the ratio to the floor: reading the same rows once and summing them.

python -m benchmarks.fits [--short]
"""

import argparse
import resource
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import process_time

import numpy as np

from reports.figures import Rules
from reports.joint import known
from reports.screening import assess
from reports.sheet import Floats, ScoreSheet

REGIONS = 20
HOME = 0.85
KIB = 1024.0


@dataclass(frozen=True)
class Size:
    """A chain to be fitted."""

    name: str
    audits: int
    branches: int
    shoppers: int
    sections: int
    gaps: float = 0.0
    whole: bool = False
    """Judge it as the weekly run does, intervals of every section included."""


SIZES = (
    Size("half a year, 200 branches", 5_200, 200, 67, 4, whole=True),
    Size("the same, a fifth of the scores missing", 5_200, 200, 67, 4, gaps=0.2, whole=True),
    Size("100,000 section scores", 16_667, 1_000, 400, 6),
    Size("1,000,000 section scores", 166_667, 5_000, 1_500, 6),
    Size("1,000,000 scores, 50,000 branches, 20,000 shoppers", 1_000_000, 50_000, 20_000, 1),
)


def _names(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{i}" for i in range(count))


def draw(size: Size, rng: np.random.Generator) -> ScoreSheet:
    """Audits of a chain whose shoppers mostly stay in their region."""
    normal, n, k = rng.standard_normal, size.audits, size.sections
    region_of = np.arange(size.branches) % REGIONS
    branch = rng.integers(0, size.branches, n)
    local = rng.integers(0, size.shoppers // REGIONS, n) * REGIONS + region_of[branch]
    shopper = np.where(rng.random(n) < HOME, local, rng.integers(0, size.shoppers, n))
    truth = 2.0 * normal((REGIONS, k))[region_of] + 4.0 * normal((size.branches, 1)) + 3.0 * normal((size.branches, k))
    leniency = 4.0 * normal((size.shoppers, 1)) + 2.0 * normal((size.shoppers, k))
    scores = 75.0 + truth[branch] + leniency[shopper] + 6.0 * normal((n, 1)) + 10.0 * normal((n, k))
    return ScoreSheet(
        sections=_names("s", k),
        branches=_names("b", size.branches),
        regions=_names("r", REGIONS),
        shoppers=_names("p", size.shoppers),
        region_of=region_of,
        branch=branch,
        shopper=shopper,
        version=np.ones(n, dtype=np.int64),
        week=np.full(n, 739_001),
        scores=np.where(rng.random(scores.shape) < size.gaps, np.nan, scores),
    )


def summed(sheet: ScoreSheet) -> list[Floats]:
    """The floor: every score read once and summed by branch and shopper."""
    pairs = np.unique(sheet.branch * len(sheet.shoppers) + sheet.shopper, return_inverse=True)[1]
    return [np.bincount(pairs, weights=column).astype(np.float64) for column in np.nan_to_num(sheet.scores).T]


def seconds(job: Callable[[], object]) -> float:
    begun = process_time()
    job()
    return process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description="What the fits cost.")
    parser.add_argument("--short", action="store_true", help="leave out the chains that take more than seconds")
    sizes = SIZES[:3] if parser.parse_args().short else SIZES
    print("| chain | fit, s of one processor | floor, s | ratio | peak memory so far, MiB |\n|---|---|---|---|---|")
    for size in sizes:
        sheet = draw(size, np.random.default_rng(7))
        floor = seconds(partial(summed, sheet))
        spent = seconds(partial(assess, sheet, Rules()) if size.whole else partial(known, sheet))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
        what = "judged" if size.whole else "fitted"
        print(f"| {size.name}, {what} | {spent:.1f} | {floor:.3f} | {spent / floor:.0f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
