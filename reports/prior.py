"""How are the true differences spread over the chain? A prior without a shape, learned from all cells at once.

Nonparametric maximum likelihood (Kiefer & Wolfowitz 1956; Koenker & Mizera 2014) on a grid, by expectation-maximisation.
"""

from dataclasses import dataclass

import numpy as np

from reports.sheet import Floats

POINTS, ROUNDS = 201, 400
FEWEST = 1e-7
"""Grid points with less mass than this are dropped at the end."""
WELL_KNOWN = 0.25
"""Cells with less than this share of the median precision do not stretch the grid."""
MOST_CELLS = 20_000
"""Of more cells than this every n-th teaches the prior."""


@dataclass(frozen=True)
class Prior:
    """A discrete distribution of differences."""

    points: Floats
    masses: Floats


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
    reach = max(float(np.abs(place).max(initial=0.0)), 4.0 * float(np.sqrt(variance)), 1e-6)
    return np.linspace(-reach, reach, POINTS)


def learn(precision: Floats, shift: Floats, variance: float) -> Prior:
    """How are the effects distributed over the cells?

    Args:
        precision: λ of each cell from `cavity`; cells with λ = 0 say nothing and are passed over.
        shift: η of each cell.
        variance: the effects' variance by restricted maximum likelihood, which sets the least reach of the grid.
    """
    telling = np.flatnonzero(precision > 0.0)
    if not telling.size:
        return Prior(np.zeros(1), np.ones(1))
    telling = telling[:: max(1, telling.size // MOST_CELLS)]
    points = _grid(precision[telling], shift[telling], variance)
    table = np.exp(log_likelihood(points, precision[telling], shift[telling]))
    masses = np.full(points.size, 1.0 / points.size)
    for _ in range(ROUNDS):
        masses = masses * (table.T @ (1.0 / (table @ masses))) / telling.size
    kept = masses > FEWEST
    return Prior(points[kept], masses[kept] / masses[kept].sum())


def posterior(prior: Prior, precision: Floats, shift: Floats) -> Floats:
    """What is each cell's effect, given its data and the prior? Cells × points, rows summing to 1."""
    table = np.exp(log_likelihood(prior.points, precision, shift)) * prior.masses
    return np.asarray(table / table.sum(axis=1, keepdims=True))
