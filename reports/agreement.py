"""Do people mark the same thing alike? Agreement of many raters, from counts: how many gave each unit which mark.

A unit is what is marked, such as an item of a case. Counts are U × K, whole: units by marks, the marks of ordered scales in their
order. Whoever left a unit out is not counted there; who the raters are does not matter, so no order of theirs does.
"""

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from reports.figures import Interval
from reports.sheet import Floats

Counts = NDArray[np.int64]
TAILS = 0.10
"""Of a 90 % interval."""
DRAWS = 2000
SEED = 20_110_125
PAIR = 2
"""So many marks make a pair."""


class Level(StrEnum):
    """What the marks of a scale mean to each other."""

    NOMINAL = "nominal"
    """They are the same or not."""
    ORDINAL = "ordinal"
    """They have an order."""
    INTERVAL = "interval"
    """Their distances count: one step is one step."""


def same(counts: Iterable[int]) -> float | None:
    """Which share of all pairs of raters gave one unit the same mark? None below two marks."""
    each = np.array(list(counts), dtype=np.int64)
    n = int(each.sum())
    return float((each * (each - 1)).sum() / (n * (n - 1))) if n >= PAIR else None


def same_interval(counts: Iterable[int]) -> Interval | None:
    """How often would two raters like these give one unit the same mark? At least 90 % sure, however few they are.

    The share p of each mark among all such raters lies in its exact interval (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404),
    all at once by Bonferroni; two raters agree with probability Σ p². The bounds are its smallest and its largest value over
    all shares that lie in these intervals and add up to one; the largest is bounded by the chords of the squares, which
    meets it wherever all shares but one lie at an end. The interval is widened to hold the share that was seen.

    Args:
        counts: K, how many gave each mark that can be given, those that nobody gave among them.
    """
    each = np.array(list(counts), dtype=np.float64)
    seen = same(int(one) for one in each)
    if seen is None:
        return None
    low, high = _shares(each)
    return Interval(seen, min(seen, _least(low, high)), max(seen, _most(low, high)))


def _shares(each: Floats) -> tuple[Floats, Floats]:
    """Exact bounds of the share of each mark, all of them at once; of two marks one share says the other."""
    from scipy.special import betaincinv  # noqa: PLC0415 - half a second to load; the pages begin without it

    n, marks = each.sum(), len(each)
    tail = TAILS / 2 / (marks if marks > PAIR else 1)
    low = np.where(each > 0, betaincinv(np.maximum(each, 1), n - each + 1, tail), 0.0)
    high = np.where(each < n, betaincinv(each + 1, np.maximum(n - each, 1), 1 - tail), 1.0)
    return low, (high if marks > 1 else np.ones(1))


def _least(low: Floats, high: Floats) -> float:
    """The smallest Σ p²: shares as equal as their bounds let them be, found by halving."""
    below, above = 0.0, 1.0
    for _ in range(60):
        level = (below + above) / 2
        below, above = (level, above) if np.clip(level, low, high).sum() < 1 else (below, level)
    return float((np.clip(above, low, high) ** 2).sum())


def _most(low: Floats, high: Floats) -> float:
    """No Σ p² is larger: on its interval a square lies below its chord, and what is left goes where that is steepest."""
    share, left = low.copy(), 1.0 - low.sum()
    for mark in np.argsort(-(low + high), kind="stable"):
        given = min(left, float(high[mark] - low[mark]))
        share[mark], left = share[mark] + given, left - given
    return min(float(((low + high) * share - low * high).sum()), 1.0)


def gwet(counts: Counts, level: Level = Level.NOMINAL) -> float | None:
    """Gwet's AC1, and AC2 with ordinal weights: agreement beyond what chance would bring, steady where one mark is common.

    Gwet 2008, doi:10.1348/000711006X126600; with weights and missing marks as in Gwet 2014, Handbook of Inter-Rater
    Reliability, 4th edition, chapters 3 and 4. None where no unit has two marks.
    """
    marked = counts[counts.sum(axis=1) > 0].astype(np.float64)
    totals = marked.sum(axis=1)
    paired = totals >= PAIR
    if not paired.any():
        return None
    if marked.shape[1] == 1:
        return 1.0
    weights, k = _weights(marked.shape[1], level), marked.shape[1]
    near = marked @ weights
    pairs = totals[paired]
    agreed = ((marked * (near - 1)).sum(axis=1)[paired] / (pairs * (pairs - 1))).mean()
    shares = (marked / totals[:, None]).mean(axis=0)
    chance = weights.sum() / (k * (k - 1)) * (shares * (1 - shares)).sum()
    return float((agreed - chance) / (1 - chance))


def _weights(k: int, level: Level) -> Floats:
    """How nearly two marks agree, from 0 to 1; ordinal: by how many pairs of marks lie within the two."""
    apart = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    match level:
        case Level.NOMINAL:
            return np.eye(k)
        case Level.ORDINAL:
            return 1 - (apart * (apart + 1) / 2) / (k * (k - 1) / 2)
        case Level.INTERVAL:
            return 1 - (apart / (k - 1)) ** 2


def alpha(counts: Counts, level: Level = Level.NOMINAL) -> float | None:
    """Krippendorff's alpha: 1 where all agree, 0 where marks could as well have been drawn by lot.

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". None where all marks are the same, or no unit has
    two: then it cannot be told what chance would bring.
    """
    return _alpha(_coincidences(counts).sum(axis=0), level)


def alpha_interval(counts: Counts, level: Level = Level.NOMINAL) -> Interval | None:
    """The same with its 90 % interval, from units drawn again with replacement (percentiles); the same marks, the same interval."""
    each = _coincidences(counts)
    value = _alpha(each.sum(axis=0), level)
    if value is None:
        return None
    chance = np.random.default_rng(SEED)
    drawn = chance.multinomial(len(each), np.full(len(each), 1 / len(each)), size=DRAWS)
    sums = np.tensordot(drawn.astype(np.float64), each, axes=1)
    found = [one for one in (_alpha(total, level) for total in sums) if one is not None]
    low, high = np.quantile([value, *found], (TAILS / 2, 1 - TAILS / 2))
    return Interval(value, min(float(low), value), max(float(high), value))


def _coincidences(counts: Counts) -> Floats:
    """U × K × K: the pairs of marks within each unit that has two, each mark weighing one."""
    paired = counts[counts.sum(axis=1) >= PAIR].astype(np.float64)
    ways = paired[:, :, None] * paired[:, None, :] - np.eye(counts.shape[1]) * paired[:, :, None]
    return np.asarray(ways / (paired.sum(axis=1) - 1)[:, None, None], dtype=np.float64)


def _alpha(together: Floats, level: Level) -> float | None:
    marks = together.sum(axis=0)
    n = float(marks.sum())
    if np.count_nonzero(marks) < PAIR:
        return None
    distance = _distance(marks, level)
    expected = float((np.outer(marks, marks) * distance).sum()) / (n - 1)
    return 1.0 - float((together * distance).sum()) / expected


def _distance(marks: Floats, level: Level) -> Floats:
    """How far two marks are apart, squared; ordinal: by how many marks were given between them."""
    k = len(marks)
    match level:
        case Level.NOMINAL:
            return 1 - np.eye(k)
        case Level.ORDINAL:
            middle = np.cumsum(marks) - marks / 2
            return np.asarray(np.subtract.outer(middle, middle) ** 2, dtype=np.float64)
        case Level.INTERVAL:
            return np.subtract.outer(np.arange(k), np.arange(k)).astype(np.float64) ** 2
