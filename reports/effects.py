"""Has it helped? The audits since a corrective action was completed, held against what was to be expected without it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from scipy.special import ndtri

from reports.acted import Effect, Outcome
from reports.adjusted import Adjusted, shrunk
from reports.sheet import Floats, Ints, ScoreSheet

SURE = float(ndtri(0.95))
"""Standard deviations to each end of a 90 % interval: of actions without any effect one in twenty seems to have helped."""
POWER = float(ndtri(0.8))
"""It is judged when a branch that has come back to the norm would be seen to have, eight times in ten."""
LEAST_BEFORE = 2
"""Audits of the branch before it below which nothing is said."""
LEAST_SINCE = 6
"""Audits since below which nothing is said, however large the shortfall was: a few good days are no change, and of a
very low branch half the way back is worth seeing too."""


@dataclass(frozen=True)
class Done:
    """A corrective action that was completed."""

    branch: str
    section: str
    week: int
    """Ordinal of the Monday of the week in which it was."""
    known: Effect | None = None
    """What was said of it so far: it fixes from where, and by how many audits, it is judged."""


def effects(
    sheet: ScoreSheet, scores: Mapping[int, Adjusted], done: Mapping[str, Done], margin: float, window: tuple[int, int]
) -> dict[str, Effect]:
    """Has each of these actions helped?

    The level before is shrunk towards the norm, so that what chance alone gives back (regression to the mean) is
    credited to nobody; shoppers' leniency, the version of the standard and the chain's own movement are taken out.
    Audits of the week in which it was completed count for neither side. How many audits it takes is fixed before they
    are seen, and each action is judged once, by the first so many: looking again each week until something shows would
    find effects where there are none.

    Args:
        sheet: N audits; scores in points.
        scores: what `adjusted` found in it.
        done: by a name of the caller's.
        margin: points that are worth acting on.
        window: ordinals of its first and last day: audits before it are not in the sheet.

    Returns:
        By the same names, of those whose section could be fitted; the interval of a change, points, holds the true one
        nine times in ten.
    """
    branches = {code: b for b, code in enumerate(sheet.branches)}
    sections = {code: k for k, code in enumerate(sheet.sections)}
    found = {}
    for name, action in done.items():
        own = scores.get(sections.get(action.section, -1))
        if own is not None and action.branch in branches:
            found[name] = _effect(_audits(sheet, own, branches[action.branch]), action, own.level, margin, window)
    return found


@dataclass(frozen=True)
class _Audits:
    """Those of one branch in one section, in the order of their weeks."""

    weeks: Ints
    values: Floats
    noise: Floats


def _audits(sheet: ScoreSheet, own: Adjusted, branch: int) -> _Audits:
    mine = slice(own.starts[branch], own.starts[branch + 1])
    return _Audits(sheet.week[own.rows[mine]], own.values[mine], own.noise[mine])


def _effect(own: _Audits, action: Done, level: float, margin: float, window: tuple[int, int]) -> Effect:
    since = own.weeks > action.week
    begun = action.known or _begun(own, action.week, level, margin, (window[1] - window[0] + 1) / 7)
    audits = int(since.sum())
    left = action.week + 7 < window[0]  # the first audits since then may have left the window
    if begun.wanted is None or begun.before is None or begun.doubt is None or left:
        return replace(begun, outcome=Outcome.UNTOLD, audits=audits)
    if audits < begun.wanted:
        return replace(begun, audits=audits)
    weight = 1.0 / own.noise[since][: begun.wanted]
    change = float(np.average(own.values[since][: begun.wanted], weights=weight)) - begun.before
    reach = SURE * sqrt(1.0 / float(weight.sum()) + begun.doubt)
    outcome = Outcome.BETTER if change > reach else Outcome.WORSE if change < -reach else Outcome.NOT_SHOWN
    return Effect(
        outcome, begun.wanted, begun.wanted, begun.before, begun.doubt, change, change - reach, change + reach
    )


def _begun(own: _Audits, week: int, level: float, margin: float, weeks: float) -> Effect:
    """From where, and by how many audits, an action is to be judged; of which a window of so many weeks must hold all."""
    before = own.weeks < week
    if before.sum() < LEAST_BEFORE:
        return Effect(Outcome.UNTOLD, 0)
    where, doubt = shrunk(own.values[before], own.noise[before], level)
    wanted = _wanted(where, doubt, float(own.noise[before].mean()), margin)
    a_week = own.weeks.size / (float(np.ptp(own.weeks)) / 7 + 1)
    reached = wanted is not None and wanted <= a_week * weeks
    return Effect(Outcome.TOO_EARLY, 0, wanted if reached else None, where, doubt)


def _wanted(before: float, doubt: float, noise: float, margin: float) -> int | None:
    """Audits after which a branch that has come back to the norm is seen to have; None where no number would do."""
    room = (max(margin, -before) / (SURE + POWER)) ** 2 - doubt
    return max(LEAST_SINCE, ceil(noise / room)) if room > 0.0 else None
