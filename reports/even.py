"""Scales on which the spread of scores is the same at every level, where in points it is not.

Within a branch the scale is a straight line, so that its mean stays its mean; between branches it is the integral of
the reciprocal spread (Bartlett 1947), equal to points at the norm. What is said of a branch is turned back to points.
"""

from dataclasses import dataclass, replace

import numpy as np

from reports.level import NEAREST, TOP, power
from reports.norms import Bools, cell_means, leave_one_out, overall
from reports.sheet import Floats, ScoreSheet

CURVE = 400
TRUSTED = 0.25
"""Relative change of the spread up to which second-order terms are trusted; beyond, they stay what they are there."""


@dataclass(frozen=True)
class Scale:
    """One section's scale of even spread: equal to points in size and value at the norm."""

    norm: float
    power: float

    def spread(self, level: Floats) -> Floats:
        """Spread of single scores at a level over that at the norm."""
        inside, middle = (np.clip(x, NEAREST, TOP - NEAREST) for x in (level, self.norm))
        return np.asarray((inside * (TOP - inside) / (middle * (TOP - middle))) ** (self.power / 2))

    def bend(self, level: Floats) -> Floats:
        """How much the spread changes with a point of level, over that at the norm; nothing beyond the ends."""
        inside = np.clip(level, NEAREST, TOP - NEAREST)
        pace = self.power / 2 * (TOP - 2 * inside) / (inside * (TOP - inside))
        return np.asarray(np.where(inside == level, pace, 0.0) * self.spread(level))

    def stretch(self, level: Floats) -> Floats:
        """Points in one unit of a difference from the norm: of the whole way there and of the last step, on average."""
        aside = self.turn(level) - self.norm
        near = np.abs(aside) < NEAREST / TOP
        whole = np.where(near, self.spread(level), (level - self.norm) / np.where(near, 1.0, aside))
        return np.asarray(np.sqrt(np.maximum(whole, NEAREST / TOP) * self.spread(level)))

    def _curve(self) -> tuple[Floats, Floats]:
        points = np.linspace(NEAREST, TOP - NEAREST, CURVE)
        pace = 1.0 / self.spread(points)
        turned = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2 * np.diff(points))])
        return points, turned - np.interp(self.norm, points, turned) + self.norm

    def turn(self, level: Floats) -> Floats:
        """Points to places on the scale; straight on beyond its ends."""
        points, turned = self._curve()
        inside = np.clip(level, points[0], points[-1])
        return np.asarray(np.interp(inside, points, turned) + (level - inside) / self.spread(inside))

    def back(self, place: Floats) -> Floats:
        """Places on the scale to points."""
        points, turned = self._curve()
        inside = np.clip(place, turned[0], turned[-1])
        level = np.interp(inside, turned, points)
        return np.asarray(level + (place - inside) * self.spread(level))


@dataclass(frozen=True)
class Even:
    """The audits on scales of even spread. B branches, K sections."""

    sheet: ScoreSheet
    scales: tuple[Scale, ...]
    places: Floats
    """B × K: mean place of the other branches; NaN where there are none."""
    norms: Floats
    """B × K: their mean in points."""
    levels: Floats
    """B × K: about where each branch is, in points."""

    def limit(self, k: int, points: float) -> Floats:
        """The place, seen from the others' mean place, of a branch that is `points` above the others' mean."""
        return self.scales[k].turn(self.norms[:, k] + points) - self.places[:, k]

    def stretches(self) -> dict[int, Floats]:
        """Points in one unit of each section's scale, B."""
        return {k: scale.stretch(self.levels[:, k]) for k, scale in enumerate(self.scales)}

    def points(self, k: int, places: Floats) -> Floats:
        """Turns places seen from the others' mean place, B × any, to points above the others' mean."""
        level = self.scales[k].back(places + self.places[:, k, None])
        return np.asarray(level - self.norms[:, k, None])


@dataclass(frozen=True)
class Rough:
    """B × K: a first idea of every branch, in points, from plain means."""

    means: Floats
    """NaN where nothing was scored."""
    levels: Floats
    """The means, drawn to the middle by what chance moves them."""
    chance: Floats
    """Variance of the mean, were the branch at the norm."""
    known: Floats
    """Share of a mean's variance that is not chance."""


def rough(sheet: ScoreSheet) -> Rough:
    """About where is each branch? Variances by moments; what a branch's sections have in common by their covariance."""
    counts, means = cell_means(sheet)
    audited = counts > 0
    middle = np.array([TOP / 2 if np.isnan(norm) else norm for norm in overall(means)])
    away = np.where(audited, means - middle, 0.0)
    square = np.nansum((sheet.scores - means[sheet.branch]) ** 2, axis=0)
    chance = square / np.maximum((counts - audited).sum(axis=0), 1) / np.maximum(counts, 1)
    together, own = _between(away, chance, audited)
    weight = audited / np.maximum(own + chance, NEAREST / TOP)
    drawn = together * (weight * away).sum(axis=1) / (1.0 + together * weight.sum(axis=1))
    levels = middle + drawn[:, None] + own * weight * (away - drawn[:, None])
    return Rough(means, levels, chance, (own + together) / np.maximum(own + together + chance, NEAREST / TOP))


def _between(away: Floats, chance: Floats, audited: Bools) -> tuple[float, float]:
    """Variances of branches over all sections and of sections within branches."""
    sections = audited.sum(axis=1)
    pairs = float((sections * (sections - 1)).sum())
    together = max(float((away.sum(axis=1) ** 2 - (away**2).sum(axis=1)).sum()) / max(pairs, 1.0), 0.0)
    own = float((away**2 - chance)[audited].mean()) - together if audited.any() else 0.0
    return together, max(own, 0.0)


def turned(sheet: ScoreSheet, scales: tuple[Scale, ...], branches: Rough) -> Floats:
    """N × K: the scores on the scales, along the line that touches each scale's curve at the branch's level.

    The line is moved by the second-order term of the likelihood (Laplace's expansion, effects of one width in points):
    where the spread shrinks upwards, a mean that chance has raised stands for a lower level than a line would say.
    """
    scores = np.full(sheet.scores.shape, np.nan)
    for k, scale in enumerate(scales):
        level, doubt = branches.levels[:, k], np.sqrt(branches.chance[:, k])
        spread, bend = scale.spread(level), scale.bend(level)
        off = np.nan_to_num((branches.means[:, k] - level) / spread)
        lean = np.clip(bend * off, -TRUSTED, TRUSTED) * off
        lean += 1.5 * (2.0 * branches.known[:, k] - 1.0) * np.clip(bend * doubt, -TRUSTED, TRUSTED) * doubt
        place = scale.turn(level) + lean
        scores[:, k] = place[sheet.branch] + (sheet.scores[:, k] - level[sheet.branch]) / spread[sheet.branch]
    return scores


def even(sheet: ScoreSheet) -> Even | None:
    """On which scales is the spread of the scores the same at every level?

    Args:
        sheet: N audits with scores in points.

    Returns:
        The sheet on those scales; None where the spread is the same already. Then, and only then, a constant added to
        all scores moves the norms and nothing else: elsewhere the distance from the ends of the scale counts.
    """
    found = power(sheet)
    if found == 0.0:
        return None
    branches = rough(sheet)
    scales = tuple(Scale(TOP / 2 if np.isnan(norm) else float(norm), found) for norm in overall(branches.means))
    on_scales = replace(sheet, scores=turned(sheet, scales, branches))
    places = leave_one_out(cell_means(on_scales)[1])
    return Even(on_scales, scales, places, leave_one_out(branches.means), branches.levels)
