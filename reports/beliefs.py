"""What is believed of every branch in every section: its true difference from the others, and how probably it matters.

Empirical Bayes: what the audits say of a branch's own effect, and a prior without a shape learned from all cells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr

from reports.even import Even
from reports.joint import Known
from reports.outlying import Effects, separated
from reports.prior import Prior, posterior
from reports.sheet import Floats, ScoreSheet

TAIL = 0.05
"""Probability left out at each end of an interval."""
HALVINGS = 24
LEAST_SPREAD = 1e-9


@dataclass(frozen=True)
class Beliefs:
    """B × K: what is believed of each branch's true difference from the others; NaN where nothing was fitted."""

    estimate: Floats
    low: Floats
    high: Floats
    short: Floats
    """P(difference < −margin)."""
    above: Floats
    """P(difference > margin)."""


@dataclass(frozen=True)
class _Mixture:
    """A difference in points as a mixture of normals: rows × points."""

    masses: Floats
    centres: Floats
    spread: Floats
    """Rows."""

    def below(self, limits: Floats) -> Floats:
        """P(difference < limit) of each row."""
        inside = ndtr((limits[:, None] - self.centres) / self.spread[:, None])
        return np.asarray((self.masses * inside).sum(axis=1))

    def mean(self, points: Callable[[Floats], Floats] | None = None) -> Floats:
        """Mean of each row, in points; three places stand for each normal (Gauss & Hermite)."""
        if points is None:
            return np.asarray((self.masses * self.centres).sum(axis=1))
        aside = np.sqrt(3.0) * self.spread[:, None]
        turned = [points(self.centres + side * aside) for side in (-1.0, 0.0, 1.0)]
        return np.asarray((self.masses * (turned[0] + 4.0 * turned[1] + turned[2]) / 6.0).sum(axis=1))

    def quantile(self, share: float) -> Floats:
        low = (self.centres - 6.0 * self.spread[:, None]).min(axis=1)
        high = (self.centres + 6.0 * self.spread[:, None]).max(axis=1)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)


def _mixtures(
    sections: dict[int, Known], prior: Prior | None, stretch: dict[int, Floats] | None
) -> dict[int, _Mixture]:
    """Replaces the normal prior of each branch's own effect by the one given or learned from all sections' cells."""
    prior, effects = separated(sections, prior, stretch)
    return {k: _mixture(section, effects[k], prior) for k, section in sections.items()}


def _mixture(s: Known, effects: Effects, prior: Prior) -> _Mixture:
    own = s.own_variance * s.score
    left = np.maximum(1.0 - s.own_variance * s.precision, 1e-12)
    slope = s.slope / left * s.scale
    rest = s.variance - slope**2 * s.own_variance * left
    effect = posterior(prior, effects.precision, effects.shift)
    centres = s.estimate[:, None] + slope[:, None] * (effects.unit[:, None] * effect.centres - own[:, None])
    centres += s.scale * (effects.lift[:, None] + effects.tilt[:, None] * effect.centres)
    spread = (
        np.maximum(rest + s.scale**2 * effects.doubt, 0.0)
        + (slope * effects.unit + s.scale * effects.tilt) ** 2 * effect.variance
    )
    return _Mixture(effect.masses, centres, np.sqrt(np.maximum(spread, LEAST_SPREAD)))


def believe(
    sheet: ScoreSheet,
    sections: dict[int, Known],
    margin: float,
    prior: Prior | None = None,
    scales: Even | None = None,
) -> Beliefs:
    """What is each branch's true difference from the others, in points?

    Args:
        sheet: N audits with scores.
        sections: what `joint.known` found.
        margin: points below the norm that are worth acting on.
        prior: how branches' own effects are distributed; learned from the audits where it is left out.
        scales: those of the scores that `sections` were found from, where they are not points.
    """
    shape = (len(sheet.branches), len(sheet.sections))
    stretch = None if scales is None else scales.stretches()
    beliefs = Beliefs(*(np.full(shape, np.nan) for _ in range(5)))
    for k, mixture in (_mixtures(sections, prior, stretch) if sections else {}).items():
        limits = [np.full(shape[0], side) if scales is None else scales.limit(k, side) for side in (-margin, margin)]
        ends = np.column_stack([mixture.quantile(TAIL), mixture.quantile(1.0 - TAIL)])
        ends = ends if scales is None else scales.points(k, ends)
        beliefs.estimate[:, k] = mixture.mean(None if scales is None else partial(scales.points, k))
        beliefs.low[:, k], beliefs.high[:, k] = ends.T
        beliefs.short[:, k] = mixture.below(limits[0])
        beliefs.above[:, k] = 1.0 - mixture.below(limits[1])
    return beliefs
