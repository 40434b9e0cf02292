"""Chains of the kind that inspections are: few audits a branch, few items, hardly any failed, bad days, known truth."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from reports.sheet import Floats, Ints, ScoreSheet
from tests.reports.chains import sheet_of


@dataclass(frozen=True)
class Kind:
    """How a chain is drawn; levels are those of a usual branch, in odds' logarithms where not said otherwise."""

    branches: int = 180
    items: tuple[int, ...] = (14, 14, 15)
    levels: tuple[float, ...] = (4.9, 3.8, 1.35)
    audits: tuple[float, ...] = (0.2, 0.45, 0.25, 0.1)
    """Shares of the branches with one, two, ... audits."""
    shoppers: int = 6
    branch: float = 0.25
    cell: float = 0.25
    shopper: float = 0.3
    alike: float = 0.02
    """Correlation of two items of one audit: bad days (beta-binomial; Skellam 1948)."""
    fallen: float = 0.03
    """Share of cells fallen by `fall`."""
    fall: float = 2.0


INSPECTIONS = Kind()
ALIKE = Kind(branch=0.0, cell=0.0, fallen=0.0)
HARSH = Kind(alike=0.06)
OFTEN = Kind(branches=60, audits=(0.0, 0.0, 0.0, 0.3, 0.4, 0.3), levels=(3.5, 3.0, 2.5), shoppers=10)


def _levels(kind: Kind, rng: np.random.Generator) -> Floats:
    shape = (kind.branches, len(kind.items))
    level = np.array(kind.levels) + kind.branch * rng.standard_normal((kind.branches, 1))
    level = level + kind.cell * rng.standard_normal(shape)
    return np.asarray(level - kind.fall * (rng.random(shape) < kind.fallen))


def inspected(seed: int, kind: Kind = INSPECTIONS) -> tuple[ScoreSheet, Floats]:
    """A chain's audits, and each branch's expected score over all shoppers less the mean of the other branches', B × K."""
    rng = np.random.default_rng(seed)
    level = _levels(kind, rng)
    strictness = kind.shopper * rng.standard_normal(kind.shoppers)
    truth = 100.0 * expit(level[:, None, :] + strictness[:, None]).mean(axis=1)
    counts = rng.choice(np.arange(1, len(kind.audits) + 1), kind.branches, p=kind.audits)
    branch: Ints = np.repeat(np.arange(kind.branches), counts)
    shopper = rng.integers(0, kind.shoppers, branch.size)
    share = expit(level[branch] + strictness[shopper][:, None])
    size = 1.0 / kind.alike - 1.0
    day = rng.beta(share * size, (1.0 - share) * size)
    scores = 100.0 * rng.binomial(kind.items, day) / np.array(kind.items)
    sheet = sheet_of(branch.tolist(), shopper.tolist(), scores, [0] * kind.branches)
    return sheet, (truth - truth.mean(axis=0)) * kind.branches / (kind.branches - 1)
