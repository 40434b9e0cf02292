"""Does one item fail at most branches alike, or at a few? A crossed logistic model of branches and shoppers.

logit P(in order) = norm + branch + shopper, both normal with unknown spreads. The likelihood is integrated over them by
Laplace's method (Breslow & Clayton 1993; Bates et al. 2015); the spreads over a grid, each with an exponential prior
(Simpson et al. 2017).
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import RectBivariateSpline, make_interp_spline
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, gammaln, log_expit, ndtri

from reports.figures import Interval
from reports.item_sums import LARGEST, Concentration
from reports.mixed_profile import DROP
from reports.shares import CHANCE
from reports.sheet import Floats, Ints

LEAST_BRANCHES, LEAST_MARKS = 5, 30
BRANCH_SPREADS = np.geomspace(0.05, 5.0, 8)
SHOPPER_SPREADS = np.geomspace(0.05, 3.0, 9)
SKIPPED = 4
"""At each fourth of these all spreads of branches are solved for."""
FINE = 64
"""Spreads between those solved for, at which what was found is interpolated."""
LOGISTIC = np.pi**2 / 3.0
"""Variance of a single mark in logits."""
RATE = 3.0 / np.sqrt(LOGISTIC)
"""Of the prior: 3 over the spread of a single logistic mark."""
WORST = 0.2
"""The fifth of branches that fail most."""
HALF = 0.5
STEPS = 50
CLOSE = 1e-9
NODES, MASSES = hermegauss(7)
PEOPLE, PARTS = hermegauss(31)
"""Shoppers over whom a branch's failures are averaged."""
LOGITS = np.linspace(-60.0, 60.0, 2_401)


@dataclass(frozen=True)
class Marks:
    """How one item was marked in G cells of one branch and one shopper."""

    branch: Ints
    shopper: Ints
    """Negative where the shopper is not known: such a cell has none of its own."""
    kept: Ints
    """Marks in order."""
    applicable: Ints


@dataclass(frozen=True)
class Mode:
    """The likeliest effects at given spreads, and how likely the marks are then."""

    criterion: float
    """−2 log likelihood, the effects integrated out by Laplace's method; with free fixed effects these as well."""
    fixed: Floats
    fixed_variance: Floats
    branch: Floats
    shopper: Floats


class _Equations:
    """Newton's equations of one item: branches, of which each stands alone, are eliminated."""

    def __init__(self, marks: Marks, design: Floats, spreads: tuple[float, float]) -> None:
        self.marks, self.design = marks, design
        self.branches = int(marks.branch.max()) + 1
        self.shoppers = int(marks.shopper.max(initial=-1)) + 1
        self.named = np.flatnonzero(marks.shopper >= 0)
        self.pair = marks.branch[self.named] * max(self.shoppers, 1) + marks.shopper[self.named]
        self.precision = spreads[0] ** -2.0, spreads[1] ** -2.0
        self.coefficients = float(
            (gammaln(marks.applicable + 1) - gammaln(marks.kept + 1) - gammaln(marks.applicable - marks.kept + 1)).sum()
        )

    def logits(self, fixed: Floats, branch: Floats, shopper: Floats) -> Floats:
        found = self.design @ fixed + branch[self.marks.branch]
        found[self.named] += shopper[self.marks.shopper[self.named]]
        return np.asarray(found)

    def height(self, fixed: Floats, branch: Floats, shopper: Floats) -> float:
        """Log likelihood with the effects' own, without constants."""
        logits = self.logits(fixed, branch, shopper)
        marks = self.marks
        said = marks.kept @ log_expit(logits) + (marks.applicable - marks.kept) @ log_expit(-logits)
        return float(said - self.precision[0] * branch @ branch / 2 - self.precision[1] * shopper @ shopper / 2)

    def blocks(self, weight: Floats, free: int) -> tuple[Floats, Floats, Floats]:
        """Second derivatives: branches' diagonal, the rest (free fixed effects, shoppers), and between them."""
        marks, people, X = self.marks, self.shoppers, self.design[:, :free]
        diagonal = np.bincount(marks.branch, weight, self.branches) + self.precision[0]
        rest = np.zeros((free + people, free + people))
        rest[:free, :free] = X.T @ (weight[:, None] * X)
        between = np.zeros((self.branches, free + people))
        named, who = self.named, marks.shopper[self.named]
        for column in range(free):
            part = weight * X[:, column]
            between[:, column] = np.bincount(marks.branch, part, self.branches)
            if people:
                rest[free:, column] = rest[column, free:] = np.bincount(who, part[named], people)
        if people:
            places = np.arange(free, free + people)
            rest[places, places] = np.bincount(who, weight[named], people) + self.precision[1]
            pairs = np.bincount(self.pair, weight[named], self.branches * people)
            between[:, free:] = pairs.reshape(self.branches, people)
        return np.asarray(diagonal), rest, between

    def slopes(self, left: Floats, free: int, branch: Floats, shopper: Floats) -> tuple[Floats, Floats]:
        marks = self.marks
        own = np.bincount(marks.branch, left, self.branches) - self.precision[0] * branch
        theirs = np.bincount(marks.shopper[self.named], left[self.named], self.shoppers) - self.precision[1] * shopper
        return np.asarray(own), np.concatenate([self.design[:, :free].T @ left, theirs])


def mode(
    marks: Marks,
    spreads: tuple[float, float],
    design: Floats | None = None,
    fixed: Floats | None = None,
    start: Mode | None = None,
) -> Mode:
    """Which effects are likeliest at these spreads, and how likely are the marks?

    Args:
        marks: G cells, at least one.
        spreads: standard deviations of branches and of shoppers in logits, above 0.
        design: G × p, what the norm depends on; left out: one norm.
        fixed: p, norms to hold; left out: they are found and integrated over as well, with a flat prior.
        start: where to begin; another mode of the same marks.

    Raises:
        ValueError: more marks in order than applicable, or a spread that is not above 0.
    """
    if (marks.kept < 0).any() or (marks.kept > marks.applicable).any() or min(spreads) <= 0.0:
        raise ValueError("Marks in order lie between none and all, and spreads above 0.")
    X = np.ones((marks.branch.size, 1)) if design is None else design
    equations, free = _Equations(marks, X, spreads), X.shape[1] if fixed is None else 0
    at = [np.zeros(X.shape[1]), np.zeros(equations.branches), np.zeros(equations.shoppers)]
    if start is not None:
        at = [start.fixed, start.branch, start.shopper]
    if fixed is not None:
        at[0] = fixed
    return _climb(equations, free, at)


def _climb(equations: _Equations, free: int, at: list[Floats]) -> Mode:
    """Newton's method with halved steps; the height has one top."""
    marks, height = equations.marks, equations.height(*at)
    for _ in range(STEPS):
        chance = expit(equations.logits(*at))
        diagonal, rest, between = equations.blocks(marks.applicable * chance * (1.0 - chance), free)
        own, theirs = equations.slopes(marks.kept - marks.applicable * chance, free, at[1], at[2])
        schur = rest - between.T @ (between / diagonal[:, None])
        factor = cho_factor(schur + np.eye(len(schur)) * CLOSE)
        move = cho_solve(factor, theirs - between.T @ (own / diagonal)) if len(schur) else theirs
        aside = (own - between @ move) / diagonal
        if float(own @ aside + theirs @ move) < CLOSE:
            break
        at, height = _stepped(equations, free, at, (move, aside), height)
    logs = float(np.log(diagonal).sum() + 2.0 * np.log(np.diag(factor[0])).sum())
    prior = -equations.branches * np.log(equations.precision[0]) - equations.shoppers * np.log(equations.precision[1])
    criterion = -2.0 * (height + equations.coefficients) + logs + prior
    return Mode(float(criterion), at[0], np.diag(np.linalg.inv(schur))[:free], at[1], at[2])


def _stepped(
    equations: _Equations, free: int, at: list[Floats], step: tuple[Floats, Floats], height: float
) -> tuple[list[Floats], float]:
    move, aside = step
    reach = 1.0
    while reach > CLOSE:
        fixed = at[0] + reach * move[:free] if free else at[0]
        there = [fixed, at[1] + reach * aside, at[2] + reach * move[free:]]
        found = equations.height(*there)
        if found >= height:
            return there, found
        reach /= 2.0
    return at, height


def concentration(marks: Marks) -> Concentration | None:
    """How are the failures of an item spread over branches: alike, or at a few?

    Args:
        marks: G cells of one item.

    Returns:
        None with fewer than five branches or thirty marks, or where all marks are the same.
    """
    seen = marks.applicable > 0
    marks = Marks(*(column[seen] for column in (marks.branch, marks.shopper, marks.kept, marks.applicable)))
    kept, total = int(marks.kept.sum()), int(marks.applicable.sum())
    if np.unique(marks.branch).size < LEAST_BRANCHES or total < LEAST_MARKS or kept in (0, total):
        return None
    marks = _bounded(marks)
    named = bool((marks.shopper >= 0).any())
    plane = _plane(marks, named)
    likeliest = mode(marks, (float(plane.branch @ plane.weight), float(plane.shopper @ plane.weight)))
    return _summary(plane, likeliest, named)


def _bounded(marks: Marks) -> Marks:
    """Without shoppers where none is known or where they are too many; names that nobody bears are closed up."""
    shopper = marks.shopper
    branches = int(marks.branch.max()) + 1
    known = np.unique(shopper[shopper >= 0])
    if known.size < 2 or branches * known.size > LARGEST:  # noqa: PLR2004 - one has nobody to be compared with
        shopper = np.full_like(shopper, -1)
    else:
        shopper = np.where(shopper >= 0, np.searchsorted(known, shopper), -1)
    return Marks(marks.branch, shopper, marks.kept, marks.applicable)


@dataclass(frozen=True)
class _Plane:
    """What the marks say of the two spreads, point by point."""

    branch: Floats
    shopper: Floats
    weight: Floats
    """Adds up to 1."""
    middle: Floats
    """The norm in logits, and its variance."""
    doubt: Floats
    criterion: Floats


def _plane(marks: Marks, named: bool) -> _Plane:
    """Solves at some spreads and interpolates between them on their logarithms.

    Shoppers' spread hardly changes what there is to say of branches', so that every branches' spread is solved at a few
    of shoppers' and one of them, the likeliest, at all: what is interpolated roughly is the rest.
    """
    others = SHOPPER_SPREADS if named else SHOPPER_SPREADS[:1]
    few = np.arange(others.size)[::SKIPPED]
    solved = np.empty((3, BRANCH_SPREADS.size, few.size))
    last = None
    for j, other in enumerate(others[few]):
        for i in range(BRANCH_SPREADS.size)[:: 1 if j % 2 == 0 else -1]:
            last = _solved(marks, float(BRANCH_SPREADS[i]), float(other), last)
            solved[:, i, j] = last.criterion, last.fixed[0], last.fixed_variance[0]
    best = int(solved[0].min(axis=1).argmin())
    row = np.empty((3, others.size))
    for j, other in enumerate(others):
        if j % SKIPPED:
            last = _solved(marks, float(BRANCH_SPREADS[best]), float(other), last)
            row[:, j] = last.criterion, last.fixed[0], last.fixed_variance[0]
        else:
            row[:, j] = solved[:, best, j // SKIPPED]
    ones, twos = (
        np.geomspace(known[0], known[-1], FINE if known.size > 1 else 1) for known in (BRANCH_SPREADS, others)
    )
    criterion, middle, doubt = (
        _between(others[few], layer - layer[best], ones, twos) + _along(others, line, twos)
        for layer, line in zip(solved, row, strict=True)
    )
    one, two = (axis.ravel() for axis in np.meshgrid(ones, twos, indexing="ij"))
    log = -criterion / 2.0 - RATE * (one + two) + np.log(one * two)  # equal steps of the logarithms
    weight = np.exp(log - log.max())
    return _Plane(one, two, weight / weight.sum(), middle, np.maximum(doubt, 0.0), criterion)


def _solved(marks: Marks, branch: float, shopper: float, start: Mode | None) -> Mode:
    return mode(marks, (branch, shopper), start=start)


def _along(others: Floats, line: Floats, twos: Floats) -> Floats:
    """One figure at all the finer spreads of shoppers, the same at each of branches."""
    found = make_interp_spline(np.log(others), line, k=3)(np.log(twos)) if others.size > 1 else line
    return np.tile(found, FINE)


def _between(others: Floats, layer: Floats, ones: Floats, twos: Floats) -> Floats:
    """One figure at all the finer points; with a single spread of shoppers the plane is a line."""
    known = np.log(BRANCH_SPREADS), np.log(others)
    if others.size == 1:
        known, layer, twos = (known[0], known[1] + np.arange(2)), np.repeat(layer, 2, axis=1), twos[:1]
    spline = RectBivariateSpline(*known, layer, ky=min(3, known[1].size - 1))
    return np.asarray(spline(np.log(ones), np.log(twos))).ravel()


def _part(low: float, high: float) -> tuple[Floats, Floats]:
    """Places and masses of the part of a normal distribution between two heights (Gauss-Legendre)."""
    nodes, widths = leggauss(30)
    places = (low + high) / 2.0 + (high - low) / 2.0 * nodes
    return np.asarray(places), np.asarray(widths * (high - low) * np.exp(-(places**2) / 2.0))


EDGE = float(ndtri(WORST))
BELOW, ABOVE = _part(-7.0, EDGE), _part(EDGE, 7.0)


@cache
def _failures(shopper: float) -> Floats:
    """How often a branch fails at each of LOGITS, averaged over shoppers of this spread."""
    return np.asarray(expit(-(LOGITS[:, None] + shopper * PEOPLE)) @ (PARTS / PARTS.sum()))


def _shares(middle: Floats, spread: Floats, shopper: Floats) -> Floats:
    """Share of failures at the worst fifth of branches whose logits are normal.

    Strict shoppers fail good branches too: at a middling shopper the worst would seem to make more of all failures.
    """
    found = np.empty(middle.size)
    for other in np.unique(shopper):
        here, curve = shopper == other, _failures(float(other))
        worst, others = (
            np.interp(middle[here, None] + spread[here, None] * at, LOGITS, curve) @ mass for at, mass in (BELOW, ABOVE)
        )
        found[here] = worst / (worst + others)
    return found


def _summary(plane: _Plane, likeliest: Mode, named: bool) -> Concentration:
    telling = plane.weight > plane.weight.max() * CLOSE
    spread, weight = plane.branch[telling], plane.weight[telling]
    middles = plane.middle[telling][:, None] + np.sqrt(plane.doubt[telling])[:, None] * NODES
    shopper = np.repeat(plane.shopper[telling], NODES.size)
    shares = _shares(middles.ravel(), np.repeat(spread, NODES.size), shopper)
    each = (weight[:, None] * (MASSES / MASSES.sum())).ravel()
    return Concentration(
        share=_interval(shares, each),
        few=float(each[shares > HALF].sum()),
        spread=_interval(spread, weight),
        failing=np.asarray(expit(-(likeliest.fixed[0] + likeliest.branch))),
        sources=_sources(plane, named),
    )


def _sources(plane: _Plane, named: bool) -> dict[str, Interval]:
    """Which share of the variance of one mark is whose, in logits; from 0 where no spread explains the marks as well."""
    spreads = {"branch": plane.branch} | ({"shopper": plane.shopper} if named else {})
    parts = {name: spread**2 for name, spread in spreads.items()}
    total = np.asarray(LOGISTIC + sum(parts.values()))
    flat = plane.weight * np.exp(RATE * (plane.branch + plane.shopper))  # the prior would draw shares towards chance
    flat /= flat.sum()
    found = {name: _interval(part / total, flat) for name, part in parts.items()}
    for name, spread in spreads.items():
        if plane.criterion[spread == spread.min()].min() - plane.criterion.min() <= DROP:
            found[name] = replace(found[name], low=0.0)
    rest = _interval(LOGISTIC / total, flat)
    alone = plane.criterion[np.argmin(plane.branch + plane.shopper)] - plane.criterion.min()
    may_be_all = all(part.low <= 0.0 for part in found.values()) and alone <= CHANCE[len(found) - 1]
    return found | {"residual": replace(rest, high=1.0) if may_be_all else rest}


def _interval(values: Floats, weights: Floats) -> Interval:
    """Mean, 5 % and 95 % points of weighted values."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    ends = [float(values[order[min(int(np.searchsorted(total, tail)), total.size - 1)]]) for tail in (0.05, 0.95)]
    mean = float(values @ weights)
    return Interval(mean, min(ends[0], mean), max(ends[1], mean))
