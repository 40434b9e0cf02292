"""How many flags are right, and how many of the truly short are found? Invented chains with known truth, and an oracle.

python -m benchmarks.flags [--chains 20] [--alike 60] [--seed N] [--write docs/flags-table.md]

200 branches × 6 sections, 67 shoppers, 8 regions, 85 % of visits by shoppers of the branch's home region. The oracle
knows every variance and the true distribution of the differences; it uses the same equations. Every method sees the
same chains; seeds are fresh in every run and printed.
"""

import argparse
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import numpy as np

from reports.beliefs import believe
from reports.figures import Rules, State
from reports.joint import Known, combined, helmert, part
from reports.norms import Bools, norms
from reports.prior import Prior
from reports.screening import assess, false_shares
from reports.sheet import Floats, Ints, ScoreSheet

BRANCHES, SECTIONS, SHOPPERS, REGIONS = 200, 6, 67, 8
HOME = 0.85
SHOPPER, TASTE, VISIT, RESIDUAL = 4.0, 2.0, 6.0, 10.0
AUDITS = (4, 8, 12, 26)
TITLE = """# How many flags are right

Power / share of false flags: how many of the truly short cells are flagged, and how many of the flags are wrong. Made by
`python -m benchmarks.flags`, on chains drawn afresh in each run; the accepted share of false flags is 0.10. "Drops": most branches are alike
and 6 % of cells have fallen by 12 points, margin 7. "Gauss": differences are normal, margin 4. The oracle uses the same equations
and knows every variance and the true distribution of the differences; nobody can do better on average. Last come chains in which nothing may be
flagged: with one audit a branch never, of identical branches in at most one edition in ten.

"""
FALSE_SHARE = 0.10


@dataclass(frozen=True)
class World:
    """How the truth of a chain is drawn; standard deviations in points."""

    name: str
    region: float
    branch: float
    cell: float
    fallen: float
    """Share of cells fallen by `drop`."""
    drop: float
    margin: float

    def own_variance(self) -> float:
        return self.cell**2 + self.fallen * (1.0 - self.fallen) * self.drop**2

    def own_prior(self) -> Prior:
        """The true distribution of a branch's own effect in a section, on a fine grid."""
        points = np.linspace(-self.drop - 5 * self.cell, 5 * self.cell, 400)
        normal = np.exp(-0.5 * (points / self.cell) ** 2)
        shifted = np.exp(-0.5 * ((points + self.drop) / self.cell) ** 2)
        masses = (1.0 - self.fallen) * normal + self.fallen * shifted
        return Prior(points + self.fallen * self.drop, masses / masses.sum())


DROPS = World("drops", region=1.5, branch=2.5, cell=2.0, fallen=0.06, drop=12.0, margin=7.0)
GAUSS = World("gauss", region=2.0, branch=4.0, cell=3.0, fallen=0.0, drop=0.0, margin=4.0)
ALIKE = World("identical", region=0.0, branch=0.0, cell=0.0, fallen=0.0, drop=0.0, margin=4.0)


def _who(rng: np.random.Generator, branch: Ints, region_of: Ints, home: Ints) -> Ints:
    """Draws each visit's shopper: mostly one of the branch's region."""
    anyone = rng.integers(0, SHOPPERS, branch.size)
    locals_ = [np.flatnonzero(home == region) for region in range(REGIONS)]
    local = np.array([rng.choice(locals_[region]) if locals_[region].size else -1 for region in region_of[branch]])
    return np.where((rng.random(branch.size) < HOME) & (local >= 0), local, anyone)


def draw(world: World, audits: int, rng: np.random.Generator) -> tuple[ScoreSheet, Floats]:
    """A chain's audits and the true difference of each branch × section from the mean of the others."""
    normal = rng.standard_normal
    region_of, home = rng.integers(0, REGIONS, BRANCHES), rng.integers(0, REGIONS, SHOPPERS)
    truth = world.region * normal((REGIONS, SECTIONS))[region_of] + world.branch * normal((BRANCHES, 1))
    truth = truth + world.cell * normal((BRANCHES, SECTIONS))
    truth -= world.drop * (rng.random(truth.shape) < world.fallen)
    branch = np.repeat(np.arange(BRANCHES), audits)
    shopper = _who(rng, branch, region_of, home)
    leniency = SHOPPER * normal((SHOPPERS, 1)) + TASTE * normal((SHOPPERS, SECTIONS))
    scores = 75.0 + truth[branch] + leniency[shopper] + VISIT * normal((branch.size, 1))
    sheet = ScoreSheet(
        sections=tuple(f"section{k}" for k in range(SECTIONS)),
        branches=tuple(f"branch{b}" for b in range(BRANCHES)),
        regions=tuple(f"region{r}" for r in range(REGIONS)),
        shoppers=tuple(f"shopper{s}" for s in range(SHOPPERS)),
        region_of=region_of,
        branch=branch,
        shopper=shopper,
        version=np.ones(branch.size, dtype=np.int64),
        week=np.full(branch.size, 739_001),
        scores=scores + RESIDUAL * normal((branch.size, SECTIONS)),
    )
    return sheet, (truth - truth.mean(axis=0)) * BRANCHES / (BRANCHES - 1)


def oracle(sheet: ScoreSheet, world: World) -> Bools:
    """Flags of one who knows every variance and the true prior."""
    k, own = SECTIONS, world.own_variance()
    turn, among, weight = helmert(k), np.ones(BRANCHES, dtype=bool), np.ones(sheet.branch.size)
    first = {
        "region": world.region**2,
        "branch": k * world.branch**2 + own,
        "shopper": k * SHOPPER**2 + TASTE**2,
        "residual": k * VISIT**2 + RESIDUAL**2,
    }
    others = {"region": world.region**2, "branch": own, "shopper": TASTE**2, "residual": RESIDUAL**2}
    turned = sheet.scores @ turn.T
    mean = part(sheet, turned[:, :1], weight, among, first)
    rest = part(sheet, turned[:, 1:], weight, among, others)
    assert mean is not None
    assert rest is not None
    sections: dict[int, Known] = {i: combined(mean, rest, turn[:, i], 1.0, among) for i in range(k)}
    prior = world.own_prior() if world.fallen else _normal_prior(own)
    return false_shares(believe(sheet, sections, world.margin, prior).short) <= FALSE_SHARE


def _normal_prior(variance: float) -> Prior:
    points = np.linspace(-5.0, 5.0, 400) * np.sqrt(variance)
    masses = np.exp(-0.5 * points**2 / variance)
    return Prior(points, masses / masses.sum())


def joint(sheet: ScoreSheet, world: World) -> Bools:
    """Flags of the weekly report."""
    found = assess(sheet, Rules(margin=world.margin, false_share=FALSE_SHARE))
    flagged = [cell.state is State.FALLS_SHORT for cell in found.cells]
    return np.array(flagged).reshape(BRANCHES, SECTIONS)


def raw_means(sheet: ScoreSheet, world: World) -> Bools:
    """Flags of one who compares plain means with the norm less the margin."""
    means = norms(sheet)
    return means.scores - means.norms < -world.margin


def funnel(sheet: ScoreSheet, _: World) -> Bools:
    """Flags of a 3σ funnel: plain mean below the norm by three standard errors."""
    means = norms(sheet)
    within = sheet.scores - means.scores[sheet.branch]
    spread = np.sqrt((within**2).sum(axis=0) / (sheet.branch.size - BRANCHES))
    limits: Floats = -3.0 * spread / np.sqrt(means.audits)
    return means.scores - means.norms < limits


METHODS: dict[str, Callable[[ScoreSheet, World], Bools]] = {
    "oracle: true variances, true prior": oracle,
    "raw mean < norm − margin": raw_means,
    "funnel 3σ": funnel,
    "the weekly report": joint,
}


@dataclass
class Tally:
    """Counts over all chains of one world and number of audits."""

    flags: int = 0
    right: int = 0
    short: int = 0

    def add(self, flagged: Bools, short: Bools) -> None:
        self.flags += int(flagged.sum())
        self.right += int((flagged & short).sum())
        self.short += int(short.sum())

    def power(self) -> float:
        return self.right / max(self.short, 1)

    def false(self) -> float:
        return 1.0 - self.right / self.flags if self.flags else 0.0


def tallies(world: World, audits: int, chains: int, seed: int) -> dict[str, Tally]:
    found = {name: Tally() for name in METHODS}
    for i in range(chains):
        sheet, truth = draw(world, audits, np.random.default_rng([seed, audits, i]))
        for name, method in METHODS.items():
            found[name].add(method(sheet, world), truth < -world.margin)
    return found


def table(world: World, chains: int, seed: int) -> list[str]:
    """The world's table in Markdown: power / share of false flags for each method and number of audits."""
    columns = [tallies(world, audits, chains, seed) for audits in AUDITS]
    lines = [
        f"| {world.name}, audits per branch | " + " | ".join(map(str, AUDITS)) + " |",
        "|---" * (len(AUDITS) + 1) + "|",
    ]
    for name in METHODS:
        cells = [f"{column[name].power():.3f} / {column[name].false():.2f}" for column in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    ours, best = ([column[name] for column in columns] for name in ("the weekly report", next(iter(METHODS))))
    ratios = [f"{a.power() / b.power():.2f}" if b.power() else "none" for a, b in zip(ours, best, strict=True)]
    lines.append("| the weekly report's power over the oracle's | " + " | ".join(ratios) + " |")
    return lines


def once(audits: int, spreads: World, chains: int, seed: int) -> tuple[int, int]:
    """Of so many chains, in how many is any cell flagged by the weekly report, and how many cells in all?"""
    found = []
    for i in range(chains):
        sheet, _ = draw(spreads, audits, np.random.default_rng([seed, audits, i, 1]))
        found.append(int(joint(sheet, spreads).sum()))
    return sum(flags > 0 for flags in found), sum(found)


def never(chains: int, seed: int) -> list[str]:
    """Where nothing may be flagged: one audit a branch, and identical branches; in Markdown."""
    lines = ["| nothing to be flagged | editions with a flag | of | flags |", "|---|---|---|---|"]
    for name, world, audits in (
        ("drops, 1 audit per branch", DROPS, (1,)),
        ("gauss, 1 audit per branch", GAUSS, (1,)),
        ("identical branches", ALIKE, AUDITS),
    ):
        for n in audits:
            editions, flags = once(n, world, chains, seed)
            told = name if len(audits) == 1 else f"{name}, {n} audits per branch"
            lines.append(f"| {told} | {editions} | {chains} | {flags} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="The yardstick of the flags.")
    parser.add_argument("--chains", type=int, default=20)
    parser.add_argument("--alike", type=int, default=60, help="chains of each kind in which nothing may be flagged")
    parser.add_argument("--seed", type=int, default=None, help="repeat a printed run; otherwise fresh")
    parser.add_argument("--write", type=Path, default=None)
    options = parser.parse_args()
    seed = secrets.randbits(32) if options.seed is None else options.seed
    begun = process_time()
    parts = [line for world in (DROPS, GAUSS) for line in (*table(world, options.chains, seed), "")]
    parts += [*never(options.alike, seed), ""]
    spent = process_time() - begun
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, {options.chains} chains of each kind, {spent:.0f} s of processor."
    )
    text = "\n".join([head, "", *parts])
    print(text)
    if options.write is not None:
        options.write.write_text(TITLE + text, encoding="utf-8")


if __name__ == "__main__":
    main()
