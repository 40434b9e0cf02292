"""Has this branch changed? Control charts of shopper-adjusted scores, with a stated rate of false alarms.

Each watched audit is compared with the branch's level before: its shopper's leniency and the chain's own movement are
taken out, the level is shrunk towards the norm, the spread is pooled over the chain. What the level itself is unsure of
is shared by all watched audits; the limits of the EWMA (Roberts 1959) and CUSUM (Page 1954) take that into account and
are set for the whole run of audits at once (Brook & Evans 1972).
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.optimize import brentq
from scipy.special import ndtr, stdtr, stdtrit

from reports.adjusted import Adjusted, adjusted, shrunk
from reports.figures import ChainMove, Change, ChartPoint, Interval, Move
from reports.sheet import Floats, Ints, ScoreSheet, check

MEMORY = 0.2
"""Share of the newest audit in the moving average."""
SLACK = 0.5
"""What a CUSUM lets pass, in standard deviations: half the step it is meant to find."""
STATES = 61
"""Cells into which the band of a chart is divided to find its limit."""
TOP = 5.0
"""So many standard deviations up the band is cut off."""
DRIFTS = 7
DOUBTS = (0.0, 0.01, 0.02, 0.04, 0.07, 0.11, 0.17, 0.25, 0.4, 0.7, 1.5)
"""Doubts of a level, in variances of one audit, for which limits are found; between them they are interpolated."""
LEAST_WEEKS = 4
LEAST_ERROR = 1e-12
"""Points² of a difference between two halves below which nothing varies."""
LEAST_BEFORE = 2
"""Audits of the branch before the watched weeks below which nothing is said."""


def _solved(share_at: Callable[[float], float], share: float) -> float:
    """The height at which so many alarm; found on the logarithm, which is nearly straight."""

    def above(height: float) -> float:
        return float(np.log(max(share_at(height), 1e-12) / share))

    return float(brentq(above, 0.5, 14.0, xtol=0.002))


def _ewma_spread(length: int, doubt: float, memory: float) -> Floats:
    """Standard deviation of the moving average after 1 … length surprises that share an error of variance `doubt`."""
    kept = (1.0 - memory) ** np.arange(1, length + 1)
    return np.asarray(np.sqrt(memory / (2.0 - memory) * (1.0 - kept**2) + doubt * (1.0 - kept) ** 2))


def _ewma_alarms(limits: Floats, tops: Floats, drift: float, memory: float) -> float:
    """P(the average falls below −limit at any of the audits), every surprise moved by `drift`."""
    cells, inside = np.zeros(1), np.ones(1)
    for limit, top in zip(limits, tops, strict=True):
        edges = np.linspace(-limit, top, STATES + 1)
        reach = ndtr((edges[None, :] - (1.0 - memory) * cells[:, None]) / memory - drift)
        reach[:, -1] = 1.0  # whatever is higher still counts as the highest cell
        inside, cells = inside @ np.diff(reach, axis=1), (edges[1:] + edges[:-1]) / 2
    return 1.0 - float(inside.sum())


@cache
def ewma_height(length: int, share: float, doubt: float = 0.0, memory: float = MEMORY) -> float:
    """How many standard deviations down must the limit be, so that P(an alarm of falling within `length` audits) = share?

    The distribution of the average is followed from audit to audit (Brook & Evans 1972) and averaged over the error
    of the level, a normal one with variance `doubt` in units of an audit's own variance.
    """
    spread = _ewma_spread(length, doubt, memory)
    nodes, masses = hermegauss(DRIFTS if doubt else 1)
    masses = masses / masses.sum()

    def alarms(height: float) -> float:
        drifts = zip(nodes * np.sqrt(doubt), masses, strict=True)
        return float(sum(mass * _ewma_alarms(height * spread, TOP * spread, drift, memory) for drift, mass in drifts))

    return _solved(alarms, share)


def _cusum_alarms(length: int, height: float, slack: float, drift: float) -> float:
    """P(the sum of falls passes its limit within `length` audits), every surprise moved by `drift`."""
    edges = np.linspace(0.0, height, STATES + 1)
    cells = np.concatenate([[0.0], (edges[1:] + edges[:-1]) / 2])
    reach = ndtr(edges[None, :] - cells[:, None] + slack + drift)
    matrix = np.column_stack([reach[:, :1], np.diff(reach, axis=1)])
    inside = np.zeros(cells.size)
    inside[0] = 1.0
    for _ in range(length):
        inside = inside @ matrix
    return 1.0 - float(inside.sum())


@cache
def cusum_height(length: int, share: float, doubt: float = 0.0, slack: float = SLACK) -> float:
    """How high must the limit of a one-sided CUSUM be, so that it is passed within `length` audits with P = share?

    Averaged over the error of the level, a normal one with variance `doubt` in units of an audit's own variance.
    """
    nodes, masses = hermegauss(DRIFTS if doubt else 1)
    masses = masses / masses.sum()

    def alarms(height: float) -> float:
        drifts = zip(nodes * np.sqrt(doubt), masses, strict=True)
        return float(sum(mass * _cusum_alarms(length, height, slack, drift) for drift, mass in drifts))

    return _solved(alarms, share)


def _averages(surprises: Floats, memory: float) -> Floats:
    average, path = 0.0, np.empty(surprises.size)
    for i, surprise in enumerate(surprises.tolist()):
        average = (1.0 - memory) * average + memory * surprise
        path[i] = average
    return path


def _sums(surprises: Floats, slack: float) -> Floats:
    """The larger of the sums of rises and of falls so far, falls negative (Page 1954)."""
    up, down, path = 0.0, 0.0, np.empty(surprises.size)
    for i, surprise in enumerate(surprises.tolist()):
        up, down = max(0.0, up + surprise - slack), max(0.0, down - surprise - slack)
        path[i] = up if up > down else -down
    return path


def _path(surprises: Floats, share: float, doubt: float, *, cusum: bool) -> tuple[Floats, Floats]:
    """What the chart shows after each audit, and its limit."""
    if cusum:
        return _sums(surprises, SLACK), np.full(surprises.size, _between(cusum_height, surprises.size, share, doubt))
    height = _between(ewma_height, surprises.size, share, doubt)
    limits = height * _ewma_spread(surprises.size, doubt, MEMORY)
    return _averages(surprises, MEMORY), limits


def _break(surprises: Floats, sign: float) -> int:
    """From which audit on is the change likeliest? The stretch up to the end with the largest sum over its root."""
    tail = sign * np.cumsum(surprises[::-1])[::-1]
    return int(np.argmax(tail / np.sqrt(np.arange(surprises.size, 0, -1))))


def _between(height: Callable[[int, float, float], float], length: int, share: float, doubt: float) -> float:
    """A chart's height at this doubt, between the two of DOUBTS that it lies between: branches of like history share them."""
    place = min(max(int(np.searchsorted(DOUBTS, doubt)), 1), len(DOUBTS) - 1)
    low, high = DOUBTS[place - 1], DOUBTS[place]
    part = min(max((doubt - low) / (high - low), 0.0), 1.0)
    return (1.0 - part) * height(length, share, low) + part * height(length, share, high)


def _change(
    sheet: ScoreSheet, cell: tuple[int, int], own: Adjusted, share: float, watched_from: int, *, cusum: bool
) -> Change:
    b, k = cell
    mine = slice(own.starts[b], own.starts[b + 1])
    week, values, noise = sheet.week[own.rows[mine]], own.values[mine], own.noise[mine]
    seen = week >= watched_from
    name, section = sheet.branches[b], sheet.sections[k]
    if not seen.any() or (~seen).sum() < LEAST_BEFORE:
        return Change(name, section, Move.NOT_ENOUGH, None, None, ())
    level, doubt = shrunk(values[~seen], noise[~seen], own.level)
    week, values, noise = week[seen], values[seen], noise[seen]
    surprises = (values - level) / np.sqrt(noise)
    averages, limits = _path(surprises, share, doubt / float(noise.mean()), cusum=cusum)
    points = tuple(
        ChartPoint(int(w), float(z), float(a), float(limit))
        for w, z, a, limit in zip(week, surprises, averages, limits, strict=True)
    )
    alarms = np.flatnonzero(np.abs(averages) > limits)
    if not alarms.size:
        return Change(name, section, Move.STEADY, None, None, points)
    sign = float(np.sign(averages[alarms[-1]]))
    start = _break(surprises, sign)
    error = float(noise[start:].mean()) / (values.size - start) + doubt
    size = (float(values[start:].mean()) - level) * (own.level / (own.level + error) if own.level > 0.0 else 1.0)
    return Change(name, section, Move.RISING if sign > 0 else Move.FALLING, int(week[start]), size, points)


def changes(
    sheet: ScoreSheet,
    alarm_share: float = 0.05,
    watched_from: int | None = None,
    *,
    cusum: bool = False,
    known: Mapping[int, Adjusted] | None = None,
) -> tuple[Change, ...]:
    """Which branches have changed, in which section, and since when?

    Args:
        sheet: N audits; scores in points.
        alarm_share: probability that a branch × section without any change raises an alarm of falling within the
            watched audits, and the same again for one of rising.
        watched_from: ordinal of the first Monday watched; audits before it only teach the level. Left out: the later
            half of the weeks is watched.
        cusum: sums of surprises in place of their moving average.
        known: what `adjusted` found in the same sheet; found anew where it is left out.

    Returns:
        Branches in the sheet's order, sections within. The size of a change is shrunk as if changes were as large as
        differences between branches. Surprises are scaled by the section's pooled spread.

    Raises:
        ValueError: a sheet that cannot be one.
    """
    check(sheet)
    if watched_from is None and sheet.week.size:
        watched_from = int(sheet.week.min() + sheet.week.max() + 1) // 2
    found = adjusted(sheet) if known is None else known
    return tuple(
        _change(sheet, (b, k), found[k], alarm_share, watched_from or 0, cusum=cusum)
        if k in found
        else Change(sheet.branches[b], sheet.sections[k], Move.NOT_ENOUGH, None, None, ())
        for b in range(len(sheet.branches))
        for k in range(len(sheet.sections))
    )


def lasting(change: Change) -> bool:
    """Is the newest average still outside its limit, on the side to which the level has moved?

    Near the ceiling bad days lie further out than good ones, so that a single one may take the average outside for a
    while; what is told as a change must last.
    """
    if change.size is None or not change.points:
        return False
    newest = change.points[-1]
    return abs(newest.average) > newest.limit and newest.average * change.size > 0.0


def chain_moves(sheet: ScoreSheet, known: Mapping[int, Adjusted] | None = None) -> tuple[ChainMove, ...]:
    """Has the whole chain moved? The later half of the weeks against the earlier, branch and shopper taken out.

    Args:
        sheet: N audits; scores in points.
        known: what `adjusted` found in the same sheet; found anew where it is left out.

    Returns:
        One per section that could be fitted and holds four weeks or more. Each week counts as one observation, so the
        interval holds when whole weeks are good or bad (Welch 1947).

    Raises:
        ValueError: a sheet that cannot be one.
    """
    check(sheet)
    found = adjusted(sheet) if known is None else known
    moves = (_move(sheet.sections[k], sheet.week[own.rows], own.rest, own.noise) for k, own in found.items())
    return tuple(move for move in moves if move is not None)


def region_moves(sheet: ScoreSheet, known: Mapping[int, Adjusted] | None = None) -> dict[str, tuple[ChainMove, ...]]:
    """Has each region moved? As `chain_moves`, of each region's own weeks, whatever the chain did meanwhile.

    Args:
        sheet: N audits; scores in points.
        known: what `adjusted` found in the same sheet; found anew where it is left out.

    Returns:
        By the region's code, in the sheet's order.

    Raises:
        ValueError: a sheet that cannot be one.
    """
    check(sheet)
    found: dict[str, list[ChainMove]] = {code: [] for code in sheet.regions}
    for k, own in (adjusted(sheet) if known is None else known).items():
        week, region = sheet.week[own.rows], sheet.region_of[sheet.branch[own.rows]]
        for number, code in enumerate(sheet.regions):
            mine = region == number
            move = _move(sheet.sections[k], week[mine], own.rest[mine], own.noise[mine])
            found[code] += [move] if move is not None else []
    return {code: tuple(moves) for code, moves in found.items()}


def _move(section: str, week: Ints, rest: Floats, noise: Floats) -> ChainMove | None:
    """The later half of these weeks less the earlier; None of too few weeks, or where nothing ever varies.

    A half is never surer than the spread of its single audits allows: few weeks may be alike by chance.
    """
    weeks, place = np.unique(week, return_inverse=True)
    if weeks.size < LEAST_WEEKS:
        return None
    later = place >= weeks.size // 2
    mean = np.bincount(place, weights=rest) / np.bincount(place)
    halves = mean[: weeks.size // 2], mean[weeks.size // 2 :]
    errors = [
        max(float(half.var(ddof=1)) / half.size, float(noise[own].mean()) / int(own.sum()))
        for half, own in zip(halves, (~later, later), strict=True)
    ]
    total = sum(errors)
    if total <= LEAST_ERROR:
        return None
    freedom = total**2 / sum(e**2 / (half.size - 1) for e, half in zip(errors, halves, strict=True))
    moved = float(halves[1].mean() - halves[0].mean())
    reach = float(stdtrit(freedom, 0.95)) * float(np.sqrt(total))
    chance = float(stdtr(freedom, -abs(moved) / float(np.sqrt(total))))
    return ChainMove(section, Interval(moved, moved - reach, moved + reach), chance)
