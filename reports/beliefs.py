"""What is believed of every branch in every section: its true difference from the others, and how probably it matters.

Empirical Bayes: what the audits say of a branch's own effect, and a prior without a shape learned from all cells.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from reports.joint import Known
from reports.level import TOP
from reports.outlying import Effects, separated
from reports.prior import Prior, posterior
from reports.sheet import UNKNOWN_SHOPPER, Floats, ScoreSheet
from reports.uneven import Uneven

TAIL = 0.05
"""Probability left out at each end of an interval."""
HALVINGS = 24
LEAST_SPREAD = 1e-9
LEAST_INSIDE = 1e-12
"""Probability within the ends of the scale below which nothing is told apart there."""


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
    """A difference in points as a mixture of normals, rows × points, cut off where no score can be."""

    masses: Floats
    centres: Floats
    spreads: Floats
    least: Floats
    """Rows: minus infinity where nothing ends."""
    most: Floats

    def _under(self, limits: Floats) -> Floats:
        inside = ndtr((limits[:, None] - self.centres) / self.spreads)
        return np.asarray((self.masses * inside).sum(axis=1))

    def below(self, limits: Floats) -> Floats:
        """P(difference < limit) of each row."""
        low, high = self._under(self.least), self._under(self.most)
        share = (self._under(np.clip(limits, self.least, self.most)) - low) / np.maximum(high - low, LEAST_INSIDE)
        return np.where(high - low < LEAST_INSIDE, self._end() < limits, np.clip(share, 0.0, 1.0))

    def _end(self) -> Floats:
        """Where a row stands of which nothing lies within its ends: at the one beyond which most of it lies."""
        below = self._under(self.least)
        return np.where(below > 1.0 - below, self.least, self.most)

    def mean(self) -> Floats:
        """Mean of each row (a truncated normal's: Johnson, Kotz & Balakrishnan 1994)."""
        ends = [(end[:, None] - self.centres) / self.spreads for end in (self.least, self.most)]
        under, height = ([part(end) for end in ends] for part in (ndtr, _height))
        inside = self.masses * (under[1] - under[0])
        total = (inside * self.centres - self.masses * self.spreads * (height[1] - height[0])).sum(axis=1)
        within = inside.sum(axis=1)
        return np.where(within < LEAST_INSIDE, self._end(), total / np.maximum(within, LEAST_INSIDE))

    def quantile(self, share: float) -> Floats:
        low = np.clip((self.centres - 6.0 * self.spreads).min(axis=1), self.least, self.most)
        high = np.clip((self.centres + 6.0 * self.spreads).max(axis=1), self.least, self.most)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            short = self.below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray((low + high) / 2)


def _height(place: Floats) -> Floats:
    """Of the normal curve."""
    return np.asarray(np.exp(-0.5 * place**2) / np.sqrt(2.0 * np.pi))


def _leniency(sheet: ScoreSheet, k: int, section: Known) -> Floats:
    """B: points that a branch's shoppers gave it on average; an unknown one gives nothing."""
    scored = ~np.isnan(sheet.scores[:, k])
    branch, shopper = sheet.branch[scored], sheet.shopper[scored]
    audits = np.bincount(branch, minlength=len(sheet.branches))
    if section.leniency is None:
        return np.zeros(audits.size)
    gave = np.where(shopper == UNKNOWN_SHOPPER, 0.0, section.leniency[shopper])
    return np.asarray(np.bincount(branch, weights=gave, minlength=audits.size) / np.maximum(audits, 1))


def _mixtures(
    sheet: ScoreSheet, sections: dict[int, Known], prior: Prior | None, spread: Uneven | None
) -> dict[int, _Mixture]:
    """Replaces the normal prior of each branch's own effect by the one given or learned from all sections' cells."""
    leniency = None if spread is None else {k: _leniency(sheet, k, s) for k, s in sections.items()}
    priors, effects = separated(sections, prior, spread, leniency)
    found = {}
    for k, section in sections.items():
        norms = None if spread is None else spread.norms[:, k]
        ends = [np.full(section.score.size, np.inf) * sign for sign in (-1.0, 1.0)]
        if norms is not None:
            ends = [edge - norms for edge in _ends(sheet.scores[:, k])]
        found[k] = _mixture(section, effects[k], priors[k], ends[0], ends[1])
    return found


def _ends(scores: Floats) -> tuple[float, float]:
    """Points beyond which nobody is believed to be: the scale's, and farther only where scores are seen beyond it."""
    return min(0.0, float(np.nanmin(scores))), max(TOP, float(np.nanmax(scores)))


def _mixture(s: Known, effects: Effects, prior: Prior, least: Floats, most: Floats) -> _Mixture:
    own = s.own_variance * s.score
    left = np.maximum(1.0 - s.own_variance * s.precision, 1e-12)
    slope = s.slope / left * s.scale
    rest = s.variance - slope**2 * s.own_variance * left
    effect, common = posterior(prior, effects.evidence), effects.moved(prior.points)
    centres = s.estimate[:, None] + slope[:, None] * (effect.centres - own[:, None])
    centres += s.scale * (common.at_none + common.change * effect.centres)
    variance = np.maximum(rest[:, None] + s.scale**2 * common.variance, 0.0)
    variance += (slope[:, None] + s.scale * common.change) ** 2 * effect.variance
    spreads = np.sqrt(np.maximum(variance, LEAST_SPREAD))
    nowhere = np.isnan(least)
    return _Mixture(effect.masses, centres, spreads, np.where(nowhere, -np.inf, least), np.where(nowhere, np.inf, most))


def believe(
    sheet: ScoreSheet,
    sections: dict[int, Known],
    margin: float,
    prior: Prior | None = None,
    spread: Uneven | None = None,
) -> Beliefs:
    """What is each branch's true difference from the others, in points?

    Args:
        sheet: N audits with scores.
        sections: what `joint.known` found.
        margin: points below the norm that are worth acting on.
        prior: how branches' own effects are distributed; learned from the audits where it is left out.
        spread: how far single scores spread at each level; the same at every level, without ends, where it is left out.
    """
    shape = (len(sheet.branches), len(sheet.sections))
    beliefs = Beliefs(*(np.full(shape, np.nan) for _ in range(5)))
    for k, mixture in (_mixtures(sheet, sections, prior, spread) if sections else {}).items():
        beliefs.estimate[:, k] = mixture.mean()
        beliefs.low[:, k], beliefs.high[:, k] = mixture.quantile(TAIL), mixture.quantile(1.0 - TAIL)
        beliefs.short[:, k] = mixture.below(np.full(shape[0], -margin))
        beliefs.above[:, k] = 1.0 - mixture.below(np.full(shape[0], margin))
    return beliefs
