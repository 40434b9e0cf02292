"""How are the true differences spread over the chain? A prior without a shape, learned from all cells at once.

Nonparametric maximum likelihood (Kiefer & Wolfowitz 1956; Koenker & Mizera 2014) on a grid, by expectation-maximisation.
"""

from dataclasses import dataclass

import numpy as np

from reports.sheet import Floats

POINTS, ROUNDS = 201, 400
SMOOTHNESS = 0.5
"""Width of the prior's normals in standard deviations of the effects."""
WELL_KNOWN = 0.25
"""Cells with less than this share of the median precision do not stretch the grid."""
MOST_CELLS = 20_000
"""Of more cells than this every n-th teaches the prior."""


@dataclass(frozen=True)
class Prior:
    """A mixture of normals of one width: a smooth distribution of differences."""

    points: Floats
    masses: Floats
    width: float = 0.0
    """Variance of each normal; 0 makes the distribution discrete."""
    cells: int = 0
    """Cells it was learned from; 0 where it was given."""


def cavity(precision: Floats, score: Floats, variance: float) -> tuple[Floats, Floats]:
    """What do the data say of each effect without its own prior?

    Args:
        precision: Z'PZ of each cell.
        score: Z'Py of each cell.
        variance: that of the effect, 0 allowed.

    Returns:
        λ and η: the data's likelihood of the effect g is exp(ηg − λg²/2). They stay finite at a variance of 0.
    """
    left = np.maximum(1.0 - variance * precision, 1e-12)
    return precision / left, score / left


def log_likelihood(points: Floats, precision: Floats, shift: Floats) -> Floats:
    """Cells × points, up to a constant for each cell."""
    table = shift[:, None] * points - 0.5 * precision[:, None] * points**2
    return np.asarray(table - table.max(axis=1, keepdims=True))


def _grid(precision: Floats, shift: Floats, variance: float) -> Floats:
    trusted = precision > WELL_KNOWN * float(np.median(precision))
    place = shift[trusted] / precision[trusted]
    farthest = float(np.abs(place).max(initial=0.0)) + 2.5 / float(np.sqrt(np.median(precision)))
    reach = max(farthest, 4.0 * float(np.sqrt(variance)))
    return np.linspace(-reach, reach, POINTS)


def _widened(precision: Floats, shift: Floats, width: float) -> tuple[Floats, Floats]:
    """λ and η of the normals' centres instead of the effects themselves."""
    spread = 1.0 + width * precision
    return precision / spread, shift / spread


def learn(precision: Floats, shift: Floats, variance: float) -> Prior:
    """How are the effects distributed over the cells?

    A purely discrete answer would put a point under each outlier and be far too sure of it; normals of half the
    effects' spread keep the freedom of shape and leave each cell its doubt.

    Args:
        precision: λ of each cell from `cavity`; cells with λ = 0 say nothing and are passed over.
        shift: η of each cell.
        variance: the effects' variance by restricted maximum likelihood; it sets the grid's least reach and the width.
    """
    telling = np.flatnonzero(precision > 0.0)
    if not telling.size:
        return Prior(np.zeros(1), np.ones(1))
    telling = telling[:: max(1, telling.size // MOST_CELLS)]
    points = _grid(precision[telling], shift[telling], variance)
    width = SMOOTHNESS**2 * variance
    table = np.exp(log_likelihood(points, *_widened(precision[telling], shift[telling], width)))
    masses = np.full(points.size, 1.0 / points.size)
    for _ in range(ROUNDS):
        masses = masses * (table.T @ (1.0 / (table @ masses))) / telling.size
    return Prior(points, masses / masses.sum(), width, telling.size)


@dataclass(frozen=True)
class Posterior:
    """Each cell's effect as a mixture of normals: cells × points."""

    masses: Floats
    """Rows sum to 1."""
    centres: Floats
    variance: Floats
    """Cells: of each normal."""


def _by_the_others(prior: Prior, likelihood: Floats) -> Floats:
    """The prior as the other cells teach it, cells × points, with one more cell that might be anything.

    Without this a cell far from all others would be judged by a prior that it has written itself.
    """
    own = likelihood * prior.masses
    own /= own.sum(axis=1, keepdims=True)
    return np.maximum(prior.cells * prior.masses - own, 0.0) + 1.0 / prior.points.size


def posterior(prior: Prior, precision: Floats, shift: Floats) -> Posterior:
    """What is each cell's effect, given its data and what the other cells teach?"""
    spread = 1.0 + prior.width * precision
    likelihood = np.exp(log_likelihood(prior.points, *_widened(precision, shift, prior.width)))
    masses = likelihood * (_by_the_others(prior, likelihood) if prior.cells else prior.masses)
    centres = (prior.points + prior.width * shift[:, None]) / spread[:, None]
    return Posterior(masses / masses.sum(axis=1, keepdims=True), centres, prior.width / spread)
