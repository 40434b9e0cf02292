"""About where is each branch, and how does chance spread there? Near the ends of the scale less than in the middle."""

from dataclasses import dataclass

import numpy as np

from reports.evidence import LEAST_ROOM, unevenness
from reports.level import NEAREST, TOP, power, turns
from reports.norms import Bools, cell_means, leave_one_out, overall
from reports.sheet import Floats, Ints, ScoreSheet


@dataclass(frozen=True)
class Rough:
    """B × K: a first idea of every branch, in points, from plain means."""

    means: Floats
    """NaN where nothing was scored."""
    levels: Floats
    """The means, drawn to the middle by what chance moves them."""


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
    return Rough(means, levels)


def _between(away: Floats, chance: Floats, audited: Bools) -> tuple[float, float]:
    """Variances of branches over all sections and of sections within branches."""
    sections = audited.sum(axis=1)
    pairs = float((sections * (sections - 1)).sum())
    together = max(float((away.sum(axis=1) ** 2 - (away**2).sum(axis=1)).sum()) / max(pairs, 1.0), 0.0)
    own = float((away**2 - chance)[audited].mean()) - together if audited.any() else 0.0
    return together, max(own, 0.0)


@dataclass(frozen=True)
class Uneven:
    """How far single scores spread at each level. B branches, K sections."""

    power: float
    """Of m(100 − m), to which the variance of a single score at level m is proportional."""
    usual: Floats
    """K: mean `unevenness` over the audits."""
    ratios: Floats
    """B × K: variance of a score of this branch over the section's usual one."""
    tails: Floats
    """B × K: degrees of freedom of chance in a branch's mean; infinite where it has no long tails."""
    norms: Floats
    """B × K: mean of the other branches in points; NaN where there are none."""
    stays: Floats
    """B × K: variance that stays with a branch however often it is audited, over that of chance in its mean."""


def _pairs(branch: Ints, scores: Floats, turn: Ints) -> tuple[Ints, Floats]:
    """Branch and difference of each two audits that follow each other there."""
    order = np.lexsort((turn, branch))
    first = np.arange(0, order.size)
    place = first - np.searchsorted(branch[order], branch[order])
    pair = np.flatnonzero((place[:-1] % 2 == 0) & (branch[order][:-1] == branch[order][1:]))
    return branch[order[pair]], np.diff(scores[order])[pair]


def _tails(sheet: ScoreSheet, k: int, power: float, levels: Floats) -> Floats:
    """B: degrees of freedom of the t whose kurtosis the mean of a branch's audits has, beyond what the level explains.

    The fourth moment of differences between two audits of a branch needs neither its level nor a symmetric chance.
    What the power of m(100 − m) explains itself is that of the exponential family with this variance function.
    """
    scored = np.flatnonzero(~np.isnan(sheet.scores[:, k]))
    audits = np.bincount(sheet.branch[scored], minlength=levels.size)
    where, away = _pairs(sheet.branch[scored], sheet.scores[scored, k], turns(sheet)[scored])
    variances = unevenness(levels, power)
    squares = away**2 / (2.0 * variances[where])
    if not squares.any():
        return np.full(levels.size, np.inf)
    scale = float(squares.mean())
    excess = 2.0 * (float((squares**2).mean()) / scale**2 - 3.0)
    inside = np.clip(levels, LEAST_ROOM, TOP - LEAST_ROOM)
    room, lean = inside * (TOP - inside), TOP - 2.0 * inside
    pace = power * lean / room
    family = scale * variances * (2.0 * pace**2 - power * (2.0 * room + lean**2) / room**2)
    beyond = excess - float((family * audits).sum() / audits.sum())
    return 4.0 + 6.0 * np.maximum(audits, 1) / beyond if beyond > 0.0 else np.full(levels.size, np.inf)


STAYS = 0.012
"""Share of a single audit's variance that stays with a branch: it is not the same points that lenient shoppers give
everywhere, nor the same that bad days take, and the fit knows only points. Measured on seeds 2001 to 2020 and 6001 to 6024 of
`benchmarks.flags_demo`, not derived; in proportion to how uneven the spread is.
"""


def uneven(sheet: ScoreSheet) -> Uneven | None:
    """How far do single scores spread at each level?

    Args:
        sheet: N audits with scores in points.

    Returns:
        None where the spread is the same at every level. Then, and only then, a constant added to all scores moves the
        norms and nothing else: elsewhere the distance from the ends of the scale counts.
    """
    found = power(sheet)
    if found == 0.0:
        return None
    branches = rough(sheet)
    scored = (~np.isnan(sheet.scores)).astype(float)
    variances = unevenness(branches.levels, found)
    usual = (scored * variances[sheet.branch]).sum(axis=0) / np.maximum(scored.sum(axis=0), 1.0)
    usual = np.where(usual > 0.0, usual, 1.0)
    tails = np.column_stack([_tails(sheet, k, found, branches.levels[:, k]) for k in range(usual.size)])
    stays = np.asarray(STAYS * min(found, 1.0) * cell_means(sheet)[0])
    return Uneven(found, usual, variances / usual, tails, leave_one_out(branches.means), stays)
