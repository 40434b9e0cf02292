"""How are the true differences spread over the chain? A prior without a shape, learned from all cells at once.

Nonparametric maximum likelihood (Kiefer & Wolfowitz 1956; Koenker & Mizera 2014) on a grid, by expectation-maximisation.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from reports.evidence import Evidence
from reports.sheet import Floats, Ints

POINTS, ROUNDS = 201, 400
SMOOTHNESS = 0.5
"""Width of the prior's normals in standard deviations of the effects."""
WELL_KNOWN = 0.25
"""Cells with less than this share of the median precision do not stretch the grid."""
UNITS = tuple(float(2.0 ** (step / 4)) for step in range(-8, 9))
UNITS_DIFFER = 0.5
"""How far the logarithms of the sections' units may lie from 0: a standard deviation."""
LEAST = 1e-12
MOST_CELLS = 20_000
"""Of more than twice as many cells so many find the prior's shape; then all teach it, so many at a time."""


@dataclass(frozen=True)
class Prior:
    """A mixture of normals of one width: a smooth distribution of differences."""

    points: Floats
    masses: Floats
    width: float = 0.0
    """Variance of each normal; 0 makes the distribution discrete."""
    cells: int = 0
    """Cells it was learned from; 0 where it was given."""
    unit: float = 1.0
    """By which it has been scaled."""
    blur: Floats | None = None
    """P × P: where the mass of each point may truly lie; None where the prior was given."""

    def scaled(self, unit: float) -> "Prior":
        """The same distribution in units that many times smaller."""
        return replace(self, points=self.points * unit, width=self.width * unit**2, unit=self.unit * unit)

    def spread_out(self) -> Floats:
        """The masses, each spread as far as it is unknown where it lies."""
        return self.masses if self.blur is None else np.asarray(self.masses @ self.blur)


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


def _grid(evidence: Evidence, variance: float) -> Floats:
    typical = float(np.median(evidence.noise + evidence.doubt))
    trusted = evidence.noise + evidence.doubt < typical / WELL_KNOWN
    farthest = float(np.abs(evidence.place[trusted]).max(initial=0.0)) + 2.5 * float(np.sqrt(typical))
    reach = max(farthest, 4.0 * float(np.sqrt(variance)))
    return np.linspace(-reach, reach, POINTS)


def _hidden(error: Floats, width: float) -> Floats:
    """Variance to be expected beyond `width`, were it known but for a normal error to be `width`, and no less than 0."""
    away = width / error
    return np.asarray(error * np.exp(-0.5 * away**2) / np.sqrt(2.0 * np.pi) / ndtr(away))


def _blur(points: Floats, cells: Floats, typical: Floats, width: float) -> Floats:
    """P × P: how far the prior's mass at each point may truly lie from it, as the cells that put it there can tell.

    A maximum-likelihood prior gathers in normals of one width what may as well be spread: m cells whose places vary by
    chance with variance s² know the variance of their effects with a standard error of s²√(2/m). What may so be hidden
    is expected to be the more, the less of it the width already holds. An interval that takes the prior for known is too
    short by just this (Laird & Louis 1987).

    Args:
        points: of the grid, P.
        cells: how many cells have put their mass at each.
        typical: by how much, as a variance, the places of these cells vary by chance.
        width: variance of the prior's normals.
    """
    apart = (points[:, None] - points) ** 2
    around = (np.exp(-0.5 * apart / typical[:, None]) * cells).sum(axis=1)
    hidden = _hidden(typical * np.sqrt(2.0 / np.maximum(around, 1.0)), width)
    kernel = np.exp(-0.5 * apart / np.maximum(hidden, LEAST)[:, None])
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def learn(evidence: Evidence, variance: float) -> Prior:
    """How are the effects distributed over the cells?

    A purely discrete answer would put a point under each outlier and be far too sure of it; normals of half the
    effects' spread keep the freedom of shape and leave each cell its doubt.

    Args:
        evidence: of the cells; those without any are passed over.
        variance: the effects' variance by restricted maximum likelihood; it sets the grid's least reach and the width.
    """
    telling = np.flatnonzero(np.isfinite(evidence.noise))
    if not telling.size:
        return Prior(np.zeros(1), np.ones(1))
    told = evidence.of(telling)
    points = _grid(told, variance)
    width = SMOOTHNESS**2 * variance
    table = np.exp(told.of(_sample(told)).log_likelihood(points, width))
    masses = np.full(points.size, 1.0 / points.size)
    for _ in range(ROUNDS):
        masses = masses * (table.T @ (1.0 / (table @ masses))) / table.shape[0]
    cells, doubt = _taught(told, points, width, masses / masses.sum())
    blur = _blur(points, cells, doubt / (cells + LEAST * telling.size), width)
    return Prior(points, cells / cells.sum(), width, telling.size, blur=blur)


def _sample(told: Evidence) -> Ints:
    """The cells that find the shape: all, or as many as do, by a draw from their data that knows no names or places."""
    if told.place.size <= 2 * MOST_CELLS:
        return np.arange(told.place.size)
    draws = np.sin(1_000.0 * told.place / np.sqrt(told.noise + told.doubt) + told.level) * 1_000.0 % 1.0
    return np.argsort(draws, kind="stable")[:MOST_CELLS]


def _taught(told: Evidence, points: Floats, width: float, masses: Floats) -> tuple[Floats, Floats]:
    """Where all cells put their mass, P, and the sums of their places' variances there: the last round of learning."""
    cells, doubt = np.zeros(points.size), np.zeros(points.size)
    for start in range(0, told.place.size, MOST_CELLS):
        part = told.of(np.arange(start, min(start + MOST_CELLS, told.place.size)))
        shares = np.exp(part.log_likelihood(points, width)) * masses
        shares /= shares.sum(axis=1, keepdims=True)
        cells += shares.sum(axis=0)
        doubt += ((shares + LEAST) * part.variance(points)).sum(axis=0)
    return cells, doubt


def units(prior: Prior, evidence: list[Evidence]) -> Floats:
    """How many times as widely as the prior says do the effects of each section spread? On average as widely."""
    found = np.array([_unit(prior, one) for one in evidence])
    return np.asarray(found / np.exp(np.log(found).mean()))


def _unit(prior: Prior, evidence: Evidence) -> float:
    """How many times as widely do these cells' effects spread as the prior says?

    By maximum likelihood, drawn towards 1 by a normal prior of the logarithm.
    """
    told = evidence.of(np.isfinite(evidence.noise))
    middle = prior.points.size // 2
    masses = prior.spread_out()

    def fit(factor: float) -> float:
        scaled = prior.scaled(factor)
        table = told.log_likelihood(scaled.points, scaled.width)
        table -= table[:, middle, None]
        most = table.max(axis=1)
        inside = np.exp(table - most[:, None]) @ masses
        return float((np.log(inside) + most).sum() - 0.5 * (np.log(factor) / UNITS_DIFFER) ** 2)

    return float(max(UNITS, key=fit)) if prior.points.size > 1 else 1.0


@dataclass(frozen=True)
class Posterior:
    """Each cell's effect as a mixture of normals: cells × points."""

    masses: Floats
    """Rows sum to 1."""
    centres: Floats
    variance: Floats
    """Of each normal."""


def _by_the_others(prior: Prior, likelihood: Floats, blur: Floats) -> Floats:
    """The prior as the other cells teach it, cells × points, with one more cell that might be anything.

    Without this a cell far from all others would be judged by a prior that it has written itself.
    """
    own = likelihood * prior.masses
    own /= own.sum(axis=1, keepdims=True)
    return np.maximum(prior.cells * prior.masses - own, 0.0) @ blur + 1.0 / prior.points.size


def posterior(prior: Prior, evidence: Evidence) -> Posterior:
    """What is each cell's effect, given its data and what the other cells teach?"""
    likelihood = np.exp(evidence.log_likelihood(prior.points, prior.width))
    masses = likelihood * (prior.masses if prior.blur is None else _by_the_others(prior, likelihood, prior.blur))
    precision = 1.0 / evidence.variance(prior.points)
    spread = 1.0 + prior.width * precision
    centres = (prior.points + prior.width * precision * evidence.place[:, None]) / spread
    return Posterior(masses / masses.sum(axis=1, keepdims=True), centres, prior.width / spread)
