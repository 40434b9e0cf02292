"""What do the fits cost? Processor time, memory, and the ratio to the floor: reading the same rows once and summing them.

python -m benchmarks.fits [--short] [--write docs/fits-table.md]
"""

import argparse
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import process_time

import numpy as np

from reports.adjusted import adjusted
from reports.figures import Rules
from reports.joint import known
from reports.screening import assess
from reports.sheet import Floats, ScoreSheet
from reports.trend import chain_moves, changes

REGIONS = 20
HOME = 0.85
KIB = 1024.0
WEEKS = 26


FITTED, JUDGED, WATCHED = "fitted", "judged", "watched"
"""All sections by exact REML, or the sparse way; as the weekly run does, intervals of every section included; charts."""
TITLE = """# What do the fits cost?

Made by `python -m benchmarks.fits`, each line in a process of its own: seconds of one processor and the most memory it held, of which so much before
the fit began (the program, numpy and scipy, the scores themselves). The floor: every score read once and summed by branch and shopper.
*Fitted*: every section's variances by restricted maximum likelihood, every branch's and shopper's effect with its uncertainty. *Judged*: that, with the
intervals of variances, the shape of the differences, states, ranks and leniencies. *Watched*: a chart of every branch and section, and the chain's own movement.

"""
HEAD = (
    "| chain | | s | floor, s | ratio | memory, MiB | of which before |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Size:
    """A chain to be fitted."""

    name: str
    audits: int
    branches: int
    shoppers: int
    sections: int
    gaps: float = 0.0
    what: str = FITTED


SIZES = (
    Size("half a year, 200 branches, 4 sections", 5_200, 200, 67, 4, what=JUDGED),
    Size("the same", 5_200, 200, 67, 4, what=WATCHED),
    Size("the same, a fifth of the scores missing", 5_200, 200, 67, 4, gaps=0.2, what=JUDGED),
    Size("100,000 section scores: 1,000 branches, 400 shoppers, 6 sections", 16_667, 1_000, 400, 6),
    Size("100,000 section scores with gaps: a fiftieth of 102,000 missing", 17_000, 1_000, 400, 6, gaps=0.02),
    Size("62,500 audits: 5,000 branches, 1,000 shoppers, 6 sections", 62_500, 5_000, 1_000, 6, what=JUDGED),
    Size("the same", 62_500, 5_000, 1_000, 6, what=WATCHED),
    Size("1,000,000 section scores: 5,000 branches, 1,500 shoppers, 6 sections", 166_667, 5_000, 1_500, 6),
    Size("1,000,000 audits: 50,000 branches, 20,000 shoppers, 1 section", 1_000_000, 50_000, 20_000, 1),
)
QUICK = 5


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
        week=739_001 + 7 * (np.arange(n) % WEEKS),
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


def watched(sheet: ScoreSheet) -> None:
    found = adjusted(sheet)
    changes(sheet, known=found)
    chain_moves(sheet, found)


def held() -> float:
    """The most memory this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB


def line(size: Size) -> str:
    """The table's line for one chain."""
    sheet = draw(size, np.random.default_rng(7))
    floor, before = seconds(partial(summed, sheet)), held()
    jobs: dict[str, Callable[[], object]] = {
        FITTED: partial(known, sheet),
        JUDGED: partial(assess, sheet, Rules()),
        WATCHED: partial(watched, sheet),
    }
    spent = seconds(jobs[size.what])
    ratio = spent / max(floor, 1e-4)
    return f"| {size.name} | {size.what} | {spent:.1f} | {floor:.3f} | {ratio:,.0f} | {held():.0f} | {before:.0f} |"


def lines(sizes: tuple[Size, ...]) -> Iterator[str]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as fresh:
        yield from fresh.map(line, sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description="What the fits cost.")
    parser.add_argument("--short", action="store_true", help="leave out the chains that take more than seconds")
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    table = list(HEAD)
    print("\n".join(table), flush=True)
    for found in lines(SIZES[:QUICK] if asked.short else SIZES):
        print(found, flush=True)
        table.append(found)
    if asked.write is not None:
        made = f"{datetime.now(tz=UTC).date().isoformat()}; one processor.\n\n"
        asked.write.write_text(TITLE + made + "\n".join(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
