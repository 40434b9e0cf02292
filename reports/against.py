"""Is a branch better or worse than in the time before? Two windows held against each other, cell by cell.

Each window's estimate is already drawn to the norm as far as it may be chance (regression to the mean: Galton 1886), so the
estimates are compared, not the scores. The interval of their difference squares and adds what lies between the estimates and
their ends (Zou & Donner 2008), as if the two were independent: no audit counts in both.

That is rather too wide than too narrow where nothing has changed. With a normal prior of variance τ² and posterior variances
(1 − λ)τ² and (1 − μ)τ², the difference of two estimates of the same truth varies by (λ + μ − 2λμ)τ², over all branches; the
interval takes (2 − λ − μ)τ², which is more by 2(1 − λ)(1 − μ)τ². Shoppers who audited in both err alike in both.

Where a few branches lie far below the others an estimate may jump from the one crowd to the other by little. So the plain
scores must bear a difference out as well: score less norm, now and before, with the spread of single audits and shoppers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt

from reports.figures import Assessment, Cell, Interval, SectionFigures, State
from reports.normal import below

CONFIDENT = 1.6448536269514722
"""Of a 90 % interval, in standard deviations."""


Sections = Mapping[str, SectionFigures]


class Turn(StrEnum):
    """What may be said of a branch in a section beside the time before."""

    BETTER = "better"
    WORSE = "worse"
    UNTOLD = "untold"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True)
class Against:
    """One branch in one section, this window beside the one before."""

    branch: str
    section: str
    turn: Turn
    points: Interval | None
    """The estimate less the one before, with its 90 % interval; None where either window could not judge it."""
    chance: float | None
    """Probability of so large a difference either way where nothing has changed: of the estimates or of the scores,
    whichever is more."""
    estimate: float | None
    """Of the window before."""
    audits: int
    """In the window before."""


def against(now: Assessment, before: Assessment, false_share: float) -> tuple[Against, ...]:
    """Which branches are better or worse than before by more than chance?

    Args:
        now: what the statistics say of a window of the whole chain; points of 0…100.
        before: what they say of the window before it.
        false_share: largest expected share of differences that are named though nothing has changed.

    Returns:
        One for each cell of now, in its order. Those that are named are chosen among all that both windows could judge
        (Benjamini & Hochberg 1995).
    """
    known = {(cell.branch, cell.section): cell for cell in before.cells}
    spreads = _sections(now), _sections(before)
    found = [_beside(cell, known.get((cell.branch, cell.section)), spreads) for cell in now.cells]
    limit = largest_chance([one.chance for one in found if one.chance is not None], false_share)
    return tuple(_turned(one, limit) for one in found)


def of_branches(found: Iterable[Against], branches: Iterable[str]) -> tuple[Against, ...]:
    """Those of some branches: what is said of each stays as it was chosen among all."""
    mine = set(branches)
    return tuple(one for one in found if one.branch in mine)


def largest_chance(chances: list[float], false_share: float) -> float:
    """Up to which chance differences may be named: the step-up of Benjamini & Hochberg (1995); −1 where none may."""
    ranked = sorted(chances)
    named = [p for place, p in enumerate(ranked, start=1) if p <= false_share * place / len(ranked)]
    return max(named, default=-1.0)


def _sections(window: Assessment) -> Sections:
    return {one.section: one for one in window.sections}


def _beside(cell: Cell, was: Cell | None, spreads: tuple[Sections, Sections]) -> Against:
    estimate, audits = (was.estimate, was.audits) if was is not None else (None, 0)
    points = _difference(cell, was) if was is not None else None
    return Against(
        branch=cell.branch,
        section=cell.section,
        turn=Turn.NOT_ENOUGH if points is None else Turn.UNTOLD,
        points=points,
        chance=None if points is None or was is None else max(_chance(points), _plain(cell, was, points, spreads)),
        estimate=estimate,
        audits=audits,
    )


def _difference(cell: Cell, was: Cell) -> Interval | None:
    if State.NOT_ENOUGH in (cell.state, was.state):
        return None
    if cell.estimate is None or cell.low is None or cell.high is None:
        return None
    if was.estimate is None or was.low is None or was.high is None:
        return None
    value = cell.estimate - was.estimate
    below = hypot(cell.estimate - cell.low, was.high - was.estimate)
    above = hypot(cell.high - cell.estimate, was.estimate - was.low)
    return Interval(value, value - below, value + above)


def _chance(points: Interval) -> float:
    """Two-sided, by the error on the side towards nought; where there is no error nothing is claimed."""
    error = (points.value - points.low if points.value > 0.0 else points.high - points.value) / CONFIDENT
    return 2.0 * below(-abs(points.value) / error) if error > 0.0 else 1.0


def _plain(cell: Cell, was: Cell, points: Interval, spreads: tuple[Sections, Sections]) -> float:
    """The same of the plain scores; 1 where they point the other way, or where nothing is known of single audits."""
    errors = [_error(one, known.get(one.section)) for one, known in zip((cell, was), spreads, strict=True)]
    if cell.variance is None or was.variance is None or None in errors:
        return 1.0
    error, difference = sqrt(sum(part for part in errors if part is not None)), cell.variance - was.variance
    return 2.0 * below(-abs(difference) / error) if error > 0.0 and difference * points.value > 0.0 else 1.0


def _error(cell: Cell, section: SectionFigures | None) -> float | None:
    """Variance of a branch's mean score about what it would be if it were audited for ever, points²."""
    if section is None or "residual" not in section.variances:
        return None
    shopper = section.variances.get("shopper")
    return section.variances["residual"].value / cell.audits + (shopper.value / cell.shoppers if shopper else 0.0)


def _turned(one: Against, limit: float) -> Against:
    if one.points is None or one.chance is None or one.chance > limit:
        return one
    turn = Turn.BETTER if one.points.value > 0.0 else Turn.WORSE
    return Against(one.branch, one.section, turn, one.points, one.chance, one.estimate, one.audits)
