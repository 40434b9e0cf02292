"""How far do single scores spread at this level? Near the ends of the scale less, and that must not pass for certainty.

A score lies between 0 and 100, so the audits of a branch at 95 differ less from each other than those of one at 75.
The variance of a single score at level m is taken as proportional to (m(100 − m))^p (Davidian & Carroll 1987): p = 0 is
the same spread everywhere, p = 1 that of a share of yes, p = 2 that of an effect on the odds. The power is learned from
the spreads within branches.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from reports.sheet import Floats, Ints, ScoreSheet

TOP = 100.0
NEAREST = 1.0
"""Points: nobody is believed to be nearer to an end of the scale."""
STEEPEST = 2.0
DOUBT = 4.231
"""What chance makes of two squared one-sided t-values together in 19 of 20 cases (Kudô 1963)."""
USUAL = 4.0
"""Information that the power of a share of yes is worth: it is usually within a half of 1."""
TURNS = 40
PAIR = 2


@dataclass(frozen=True)
class Half:
    """Every other audit of each branch: B × K."""

    audits: Floats
    means: Floats
    variances: Floats


def lots(sheet: ScoreSheet) -> Floats:
    """N: a draw from each audit's scores, to put audits of one week in an order that rests on nobody's name or place.

    The sections' means keep two audits apart that have the same scores in different sections.
    """
    scores, scored = np.nan_to_num(sheet.scores), ~np.isnan(sheet.scores)
    means = scores.sum(axis=0) / np.maximum(scored.sum(axis=0), 1)
    return np.asarray(np.sin(scores * (1.0 + means)).sum(axis=1) * 1_000.0 % 1.0)


def turns(sheet: ScoreSheet) -> Ints:
    """N: the how manieth of its branch each audit is, by week; within a week by lot."""
    order = np.lexsort((lots(sheet), sheet.week, sheet.branch))
    first = np.searchsorted(sheet.branch[order], np.arange(len(sheet.branches)))
    found = np.empty(order.size, dtype=np.int64)
    found[order] = np.arange(order.size) - first[sheet.branch[order]]
    return found


def _half(sheet: ScoreSheet, taken: Ints) -> Half:
    scores, branch = sheet.scores[taken], sheet.branch[taken]
    member = sparse.csr_array(
        (np.ones(branch.size), (branch, np.arange(branch.size))), (len(sheet.branches), branch.size)
    )
    audits = member @ (~np.isnan(scores)).astype(float)
    means = member @ np.nan_to_num(scores) / np.maximum(audits, 1.0)
    errors = member @ np.nan_to_num(scores - means[branch]) ** 2
    return Half(audits, means, errors / np.maximum(audits - 1.0, 1.0))


def _expected(means: Floats, others: Floats) -> Floats:
    """Levels to be expected in the other half of the audits: this half's means, drawn to the middle."""
    away = means - means.mean()
    square = float((away**2).sum())
    share = float((away * others).sum()) / square if square > 0.0 else 0.0
    return np.asarray(np.clip(means.mean() + min(max(share, 0.0), 1.0) * away, NEAREST, TOP - NEAREST))


@dataclass(frozen=True)
class _Cells:
    """Spreads to be explained by levels: half cells in a row."""

    section: Ints
    lever: Floats
    """log m(100 − m)."""
    freedom: Floats
    variance: Floats

    def centred(self, values: Floats, weight: Floats) -> Floats:
        """Takes each section's weighted mean out."""
        total = np.bincount(self.section, weights=weight)
        mean = np.bincount(self.section, weights=weight * values) / np.where(total > 0.0, total, 1.0)
        return np.asarray(values - mean[self.section])

    def over_expected(self, power: float) -> Floats:
        """Each variance over that expected at its level, which is scaled to the section's variances."""
        over = self.variance * np.exp(-power * self.lever)
        total = np.bincount(self.section, weights=self.freedom)
        mean = np.bincount(self.section, weights=self.freedom * over) / np.where(total > 0.0, total, 1.0)
        return np.asarray(over / np.where(mean > 0.0, mean, 1.0)[self.section])


def _half_cells(sheet: ScoreSheet) -> _Cells:
    """Of each branch the level by one half of its audits, the spread by the other, and the other way round."""
    turn = turns(sheet) % 2
    halves = [_half(sheet, np.flatnonzero(turn == half)) for half in (0, 1)]
    parts = []
    for level, told in (halves, halves[::-1]):
        for k in range(len(sheet.sections)):
            both = (level.audits[:, k] > 1) & (told.audits[:, k] > 1)
            if both.any():
                expected = _expected(level.means[both, k], told.means[both, k])
                lever = np.log(expected * (TOP - expected))
                section = np.full(lever.size, k)
                parts.append((section, lever, told.audits[both, k] - 1.0, told.variances[both, k]))
    if not parts:
        return _Cells(np.zeros(0, dtype=np.int64), *(np.zeros(0) for _ in range(3)))
    return _Cells(*(np.concatenate(column) for column in zip(*parts, strict=True)))


@dataclass(frozen=True)
class _Told:
    """A power found in one way."""

    power: float
    information: float
    """Reciprocal of its variance."""
    against_none: float
    """Square of its distance from 0 in standard errors, were it 0."""


NOTHING = _Told(0.0, 0.0, 0.0)


def _by_spreads(sheet: ScoreSheet) -> _Told:
    """From the spreads within branches, by maximum quasi-likelihood with a logarithmic link (McCullagh & Nelder 1989).

    One power for all sections and a constant for each. A branch's level comes from one half of its audits and its
    spread from the other, so that a chance low score is not taken for both.
    """
    cells = _half_cells(sheet)
    groups = int(np.unique(cells.section).size)
    if cells.section.size <= groups + 1:
        return NOTHING
    found = 0.0
    for _ in range(TURNS):
        over = cells.over_expected(found)
        weight = cells.freedom * over
        lever = cells.centred(cells.lever, weight)
        square = float((weight * lever**2).sum())
        if square <= 0.0:
            return NOTHING
        step = float((cells.freedom * (over - 1.0) * cells.centred(cells.lever, cells.freedom)).sum()) / square
        found = min(max(found + min(max(step, -0.5), 0.5), 0.0), STEEPEST)
    over = cells.over_expected(found)
    dispersion = float((cells.freedom * (over - 1.0) ** 2).sum()) / (over.size - groups - 1)
    square = float((cells.freedom * cells.centred(cells.lever, cells.freedom) ** 2).sum())
    information = square / max(dispersion, 1e-12)
    return _Told(found, information, found**2 * information)


def _by_leaning(sheet: ScoreSheet) -> _Told:
    """From how lopsided chance is: where the variance follows the level, chance leans away from the nearer end.

    In an exponential family whose variance is proportional to V(m), the third moment is the square of the variance
    times V'(m)/V(m) (Morris 1982). It is found within the branches; of two audits it takes the section's level for
    theirs. The information is by the sandwich of White (1980).
    """
    parts = [_leaning(sheet.branch[told], sheet.scores[told, k]) for k, told in enumerate((~np.isnan(sheet.scores)).T)]
    if not parts:
        return NOTHING
    cubes, expected, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    square = float((weight * expected**2).sum())
    if square <= 0.0:
        return NOTHING
    found = float((weight * expected * cubes).sum()) / square
    doubt = float((weight * expected * (cubes - found * expected)) @ (weight * expected * (cubes - found * expected)))
    within = min(max(found, 0.0), STEEPEST)
    return _Told(within, square**2 / max(doubt, 1e-12), max(found, 0.0) ** 2 * square)


def _leaning(branch: Ints, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each branch audited twice or more: sum of cubes, what it is expected to be at a power of 1, and its weight."""
    audits = np.bincount(branch)
    several = np.flatnonzero(audits > 1)
    freedom = float((audits[several] - 1).sum())
    if freedom <= 0.0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    means = np.bincount(branch, weights=scores) / np.maximum(audits, 1)
    middle = float(np.clip(means[several].mean(), NEAREST, TOP - NEAREST))
    squares = float(((scores - means[branch]) ** 2)[audits[branch] > 1].sum())
    spread = squares / freedom
    slope = spread**2 * (TOP - 2.0 * middle) / (middle * (TOP - middle))
    n = audits[several].astype(float)
    own = np.bincount(branch, weights=(scores - means[branch]) ** 3)[several]
    away = scores - middle
    first, second, third = (np.bincount(branch, weights=away**power)[several] for power in (1, 2, 3))
    pair = n == PAIR
    cubes = np.where(pair, 2.0 * third - first * second, own)
    size = np.where(pair, 2.0, (n - 1.0) * (n - 2.0) / n)
    weight = np.ones(n.size) / (6.0 * spread**3) if spread > 0.0 else np.zeros(n.size)
    return cubes, size * slope, weight / size


def power(sheet: ScoreSheet) -> float:
    """By which power of m(100 − m) does the variance of single scores follow their level m?

    Where chance at 5 % explains both ways of finding it, exactly 0; elsewhere their mean by information, drawn to 1 (a
    score is made of items answered yes or no), and towards 0 by what chance would explain (Breiman's garrote 1995).

    Returns:
        0 (the same spread at every level) to 2 (the stretch of an effect on the odds).
    """
    ways = [_by_spreads(sheet), _by_leaning(sheet)]
    told = sum(way.against_none for way in ways)
    if told <= DOUBT:
        return 0.0
    information = USUAL + sum(way.information for way in ways)
    found = (USUAL + sum(way.power * way.information for way in ways)) / information
    return found * (1.0 - DOUBT / told)
