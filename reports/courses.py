"""Where was each branch, four weeks at a time? Means of what shopper, version and the chain's own movement leave."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from reports.adjusted import Adjusted
from reports.figures import Cell, Change, State
from reports.kept import TOGETHER, Course, Courses
from reports.sheet import Floats, Ints, ScoreSheet

WEEKS = 4
"""Of a stretch: long enough for a mean of a few audits, short enough for a change to be seen."""
LEAST_STRETCHES = 3
MOST_STRETCHES = 13
STANDS_OUT = frozenset({State.FALLS_SHORT, State.WATCH, State.ABOVE})
Place = tuple[str, str]


@dataclass(frozen=True)
class _Scored:
    """The audits with a score in one section, or in any."""

    section: str
    rows: Ints
    values: Floats
    """Points above the norm."""
    spread: float
    """Of a single one about its branch."""


def courses(
    sheet: ScoreSheet,
    known: Mapping[int, Adjusted],
    days: tuple[date, date],
    wanted: Collection[Place],
) -> Courses | None:
    """How did these branches stand in these sections, stretch after stretch?

    Args:
        sheet: N audits; scores in points.
        known: what `adjusted` found in the same sheet, by the section's index.
        days: first and last day of the window; the last stretch ends with it.
        wanted: branch and section; TOGETHER is the mean of an audit's sections.

    Returns:
        None where nothing is wanted or known, or the window holds fewer than three stretches.
    """
    n = min(((days[1] - days[0]).days + 1) // (7 * WEEKS), MOST_STRETCHES)
    if not known or not wanted or n < LEAST_STRETCHES:
        return None
    first = days[1] - timedelta(days=7 * WEEKS * n - 1)
    found: list[Course] = []
    spreads: dict[str, float] = {}
    for scored in _scored(sheet, known):
        mine = {branch for branch, code in wanted if code == scored.section}
        if mine:
            spreads[scored.section] = round(scored.spread, 2)
            found += _of(sheet, scored, first.toordinal(), n, mine)
    starts = tuple(first + timedelta(weeks=WEEKS * turn) for turn in range(n))
    return Courses(starts, spreads, tuple(found))


def _scored(sheet: ScoreSheet, known: Mapping[int, Adjusted]) -> Iterator[_Scored]:
    """Each section by itself, then all together."""
    total, count = np.zeros(sheet.branch.size), np.zeros(sheet.branch.size)
    for k, own in known.items():
        yield _Scored(sheet.sections[k], own.rows, own.values, float(np.sqrt(own.noise.mean())))
        total[own.rows] += own.values
        count[own.rows] += 1
    rows = np.flatnonzero(count)
    values = total[rows] / count[rows]
    yield _Scored(TOGETHER, rows, values, _spread(sheet.branch[rows], values))


def _spread(branch: Ints, values: Floats) -> float:
    """Of a value about its branch's mean, pooled over the branches."""
    place = np.unique(branch, return_inverse=True)[1]
    mean = np.bincount(place, weights=values) / np.bincount(place)
    free = values.size - mean.size
    return float(np.sqrt(((values - mean[place]) ** 2).sum() / free)) if free > 0 else 0.0


def _of(sheet: ScoreSheet, scored: _Scored, first: int, n: int, mine: Collection[str]) -> list[Course]:
    turn = (sheet.week[scored.rows] - first) // (7 * WEEKS)
    inside = turn >= 0
    at = sheet.branch[scored.rows][inside] * n + turn[inside]
    shape, size = (len(sheet.branches), n), len(sheet.branches) * n
    audits = np.bincount(at, minlength=size).reshape(shape)
    sums = np.bincount(at, weights=scored.values[inside], minlength=size).reshape(shape)
    return [
        Course(
            code,
            scored.section,
            tuple(audits[b].tolist()),
            tuple(round(s / k, 1) if k else None for s, k in zip(sums[b].tolist(), audits[b].tolist(), strict=True)),
        )
        for b, code in enumerate(sheet.branches)
        if code in mine
    ]


def worth_drawing(cells: Collection[Cell], changes: Collection[Change], branches: Collection[str]) -> set[Place]:
    """The sections of branches that stand out or have changed; and all together, of these branches."""
    told = {(cell.branch, cell.section) for cell in cells if cell.state in STANDS_OUT}
    return told | {(one.branch, one.section) for one in changes} | {(branch, TOGETHER) for branch in branches}
