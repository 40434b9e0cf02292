"""Chains with known truth, as the model of `docs/statistics.md` describes them, and small sheets made by hand."""

from dataclasses import dataclass, replace

import numpy as np

from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints, ScoreSheet

MONDAY = 739_000 + 1


@dataclass(frozen=True)
class Spreads:
    """Standard deviations in points."""

    region: float = 2.0
    branch: float = 4.0
    cell: float = 3.0
    shopper: float = 4.0
    taste: float = 2.0
    visit: float = 6.0
    residual: float = 10.0


ALIKE = Spreads(region=0.0, branch=0.0, cell=0.0)


def names(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{i:04d}" for i in range(count))


def sheet_of(
    branch: list[int], shopper: list[int], scores: Floats | list[list[float]], regions: list[int] | None = None
) -> ScoreSheet:
    """A sheet from columns; scores N × K; one region unless `regions` gives each branch's."""
    table = np.asarray(scores, dtype=float)
    region_of = np.array(regions if regions is not None else [0] * (max(branch, default=-1) + 1), dtype=np.int64)
    rows = len(branch)
    return ScoreSheet(
        sections=names("section", table.shape[1]),
        branches=names("b", region_of.size),
        regions=names("r", int(region_of.max(initial=0)) + 1),
        shoppers=names("s", max(shopper, default=-1) + 1),
        region_of=region_of,
        branch=np.array(branch, dtype=np.int64),
        shopper=np.array(shopper, dtype=np.int64),
        version=np.ones(rows, dtype=np.int64),
        week=np.full(rows, MONDAY, dtype=np.int64),
        scores=table,
    )


def chain(
    seed: int,
    *,
    branches: int = 40,
    audits: int = 8,
    sections: int = 3,
    shoppers: int = 12,
    regions: int = 4,
    spreads: Spreads | None = None,
    short: dict[tuple[int, int], float] | None = None,
) -> tuple[ScoreSheet, Floats]:
    """A chain with `audits` audits of each branch, and the true differences B × K; `short` sinks cells by points."""
    spread = spreads or Spreads()
    rng = np.random.default_rng(seed)
    region_of = np.arange(branches) % regions
    truth = rng.normal(0, 1, (regions, sections))[region_of] * spread.region
    truth = (
        truth + rng.normal(0, 1, (branches, 1)) * spread.branch + rng.normal(0, 1, (branches, sections)) * spread.cell
    )
    for cell, points in (short or {}).items():
        truth[cell] -= points
    taste = rng.normal(0, 1, (shoppers, 1)) * spread.shopper + rng.normal(0, 1, (shoppers, sections)) * spread.taste
    branch = np.repeat(np.arange(branches), audits)
    shopper = rng.integers(0, shoppers, branch.size)
    visit = (
        rng.normal(0, 1, (branch.size, 1)) * spread.visit + rng.normal(0, 1, (branch.size, sections)) * spread.residual
    )
    scores = 75.0 + truth[branch] + taste[shopper] + visit
    return sheet_of(branch.tolist(), shopper.tolist(), scores, region_of.tolist()), truth


def with_gaps(sheet: ScoreSheet, seed: int, share: float) -> ScoreSheet:
    """The sheet with a share of its scores missing."""
    scores = sheet.scores.copy()
    scores[np.random.default_rng(seed).random(scores.shape) < share] = np.nan
    return replace(sheet, scores=scores)


def with_strangers(sheet: ScoreSheet, seed: int, share: float) -> ScoreSheet:
    """The sheet with a share of its shoppers unknown."""
    shopper = sheet.shopper.copy()
    shopper[np.random.default_rng(seed).random(shopper.size) < share] = UNKNOWN_SHOPPER
    return replace(sheet, shopper=shopper)


def chosen(sheet: ScoreSheet, rows: Ints) -> ScoreSheet:
    """The sheet with only these audits, in this order."""
    columns = ("branch", "shopper", "version", "week", "scores")
    return replace(sheet, **{name: getattr(sheet, name)[rows] for name in columns})
