"""The one-section model for chains with thousands of branches and thousands of shoppers, where no dense matrix fits.

Henderson's equations stay sparse and are solved by preconditioned conjugate gradients (Hestenes & Stiefel 1952). The
traces of restricted maximum likelihood are replaced by their means over audits simulated from the model itself
(Monte Carlo REML: García-Cortés & Sorensen 2001): a variance is right when the effects found in the real audits are as
large as those found in simulated ones. The simulations also say how wrong the effects are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.optimize import brentq
from scipy.special import ndtr

from reports.figures import Interval
from reports.mixed_effects import Deviations
from reports.mixed_sums import design
from reports.normal import REACH
from reports.norms import Bools
from reports.observed import Observations, cells, placed, sizes_of, totals
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints

DENSE_LIMIT = 3_000
"""With more branches and more shoppers than this the equations are no longer written out."""
SIMULATED = 8
ROUNDS, SETTLED = 40, 2e-3
PRECISION, STEPS = 1e-5, 400
DROP = REACH**2
"""By so much −2 log likelihood rises there."""
LEAST, MOST = 1e-6, 1e6
"""Variance ratios tried; at the least the effect counts as none."""


@dataclass(frozen=True)
class Vast:
    """The fitted model; the last SIMULATED columns of `effects` are from simulated audits."""

    variances: Mapping[str, float]
    columns: Mapping[str, slice]
    effects: Floats
    """Columns of the model × (1 + SIMULATED)."""
    truth: Floats
    """Columns × SIMULATED: the effects that were simulated."""
    freedom: float
    norms: Floats
    """Of each version of the standard, in points."""
    doubt: Mapping[str, Floats]
    """Approximate prediction error variance of each level, in units of σ²_e."""
    highest: Mapping[str, float]
    """Of effects found not to vary: the upper end of the 90 % interval of their variance, points²."""

    @property
    def residual(self) -> float:
        return self.variances["residual"]

    def ratio(self, name: str) -> float:
        return self.variances[name] / self.residual


@dataclass(frozen=True)
class _Rows:
    """Cells of one branch, shopper and version."""

    design: sparse.csr_array
    weight: Floats
    mean: Floats
    branch: Ints
    shopper: Ints
    within: float
    """Sum of squares about the cells' means."""
    freedom: float
    columns: Mapping[str, slice]


def _all_known(data: Observations) -> Observations:
    """Gives each audit by an unknown shopper a shopper of its own."""
    unknown = np.flatnonzero(data.shopper == UNKNOWN_SHOPPER)
    shopper = data.shopper.copy()
    shopper[unknown] = data.shoppers + np.arange(unknown.size)
    return replace(data, shopper=shopper, shoppers=data.shoppers + unknown.size)


def _rows(data: Observations, effects: tuple[str, ...]) -> _Rows:
    centred = data.values - data.values.mean(axis=0)
    found = cells(data)
    weight, total = totals(data, found, centred)
    columns = placed(("fixed", *effects), sizes_of(data, found))
    mean = total[:, 0] / weight
    return _Rows(
        design=design(found, data.region_of, columns),
        weight=weight,
        mean=mean,
        branch=found.branch,
        shopper=found.shopper,
        within=float((data.weight * centred[:, 0] ** 2).sum() - (weight * mean**2).sum()),
        freedom=float(data.weight.sum()) - found.versions,
        columns=columns,
    )


def conjugate(matrix: sparse.csr_array, right: Floats, start: Floats) -> Floats:
    """Solves a positive definite system for several right-hand sides at once, scaled by the diagonal."""
    scale = 1.0 / matrix.diagonal()[:, None]
    x = start.copy()
    rest = right - matrix @ x
    eased = scale * rest
    way, pull = eased.copy(), (rest * eased).sum(axis=0)
    goal = PRECISION**2 * np.maximum((right * scale * right).sum(axis=0), np.finfo(float).tiny)
    for _ in range(STEPS):
        if (pull <= goal).all():
            break
        ahead = matrix @ way
        length = pull / np.maximum((way * ahead).sum(axis=0), np.finfo(float).tiny)
        x += length * way
        rest -= length * ahead
        eased = scale * rest
        again = (rest * eased).sum(axis=0)
        way = eased + again / np.maximum(pull, np.finfo(float).tiny) * way
        pull = again
    return x


def _drawn(random: np.random.Generator, size: int) -> Floats:
    """Standard normal draws, each column of exactly the expected size: less noise in what is made of them."""
    draws = random.standard_normal((size, SIMULATED))
    return np.asarray(draws * np.sqrt(size / (draws**2).sum(axis=0)))


class _Fixpoint:
    """Restricted maximum likelihood as the point where real and simulated effects are equally large."""

    def __init__(self, rows: _Rows, effects: tuple[str, ...], seed: int) -> None:
        self.rows, self.effects = rows, effects
        self.weighed = rows.design.T @ sparse.diags_array(rows.weight)
        self.products = sparse.csr_array(self.weighed @ rows.design)
        random = np.random.default_rng(seed)
        self.draws = np.zeros((rows.design.shape[1], SIMULATED))
        for name in effects:
            part = rows.columns[name]
            self.draws[part] = _drawn(random, part.stop - part.start)
        self.noise = _drawn(random, rows.weight.size) / np.sqrt(rows.weight)[:, None]
        self.found = np.zeros((rows.design.shape[1], 1 + SIMULATED))
        weight = self.products.diagonal()
        held = {name: weight[rows.columns[name]] for name in effects}
        self.audits = {name: float(part.sum()) / max(int(np.count_nonzero(part)), 1) for name, part in held.items()}

    def per_column(self, ratios: Mapping[str, float]) -> Floats:
        values = np.zeros(self.found.shape[0])
        for name in self.effects:
            values[self.rows.columns[name]] = ratios[name]
        return values

    def solve(self, ratios: Mapping[str, float]) -> tuple[float, Floats]:
        """Solves for the real and the simulated audits; gives the residual variance and the simulated truth."""
        own = self.per_column(ratios)
        matrix = self.products + sparse.diags_array(np.divide(1.0, own, out=np.zeros_like(own), where=own > 0.0))
        truth = self.draws * np.sqrt(own)[:, None]
        spread = np.sqrt(max(self._rest() / self.rows.freedom, np.finfo(float).tiny))
        simulated = (self.rows.design @ truth + self.noise) * spread
        scores = np.column_stack([self.rows.mean, simulated])
        self.found = conjugate(sparse.csr_array(matrix), np.asarray(self.weighed @ scores), self.found)
        self.left = scores - self.rows.design @ self.found
        return self._rest() / self.rows.freedom, truth * spread

    def _rest(self) -> float:
        """Y'Py of the real audits at the effects found last."""
        fitted = self.rows.design @ self.found[:, 0]
        return self.rows.within + float((self.rows.weight * self.rows.mean * (self.rows.mean - fitted)).sum())

    def better(self, ratios: Mapping[str, float]) -> dict[str, float]:
        """Moves each ratio so that simulated effects would be as large as the real ones.

        With n audits on each level the sizes would be as 1 + nγ, and one move would do.
        """
        found = {}
        for name in self.effects:
            part, n = self.rows.columns[name], self.audits[name]
            size = float((self.found[part, 0] ** 2).sum())
            expected = float((self.found[part, 1:] ** 2).sum()) / SIMULATED
            moved = (1.0 + n * ratios[name]) * size / max(expected, np.finfo(float).tiny)
            found[name] = float(np.clip((moved - 1.0) / n, LEAST, MOST))
        return found

    def highest(self, name: str, residual: float) -> float:
        """How much may an effect vary of which nothing was found?

        With n audits on each of q levels −2 log likelihood rises by q(x + Q(e⁻ˣ − 1)) at x = log(1 + nγ), where Q is how
        large the scores Z'Py are beside simulated ones. The end lies where that is DROP.
        """
        pull = ((self.weighed[self.rows.columns[name]] @ self.left) ** 2).sum(axis=0)
        levels, expected = self.found[self.rows.columns[name]].shape[0], float(pull[1:].mean())
        over = min(float(pull[0]) / expected, 1.0)

        def rise(x: float) -> float:
            return float(levels * (x + over * np.expm1(-x)) - DROP)

        return float(np.expm1(brentq(rise, 0.0, DROP + 2.0)) / (expected / residual / levels) * residual)

    def shift(self, before: Mapping[str, float], after: Mapping[str, float]) -> float:
        """How far did the ratios move, at most, in log(1 + nγ)?"""
        steps = (np.log1p(n * after[name]) - np.log1p(n * before[name]) for name, n in self.audits.items())
        return max(abs(float(step)) for step in steps)


def _doubts(rows: _Rows, ratios: Mapping[str, float]) -> dict[str, Floats]:
    """Prediction error variances as if the other side's errors were independent: good to a few per cent."""
    sides = {"branch": rows.branch, "shopper": rows.shopper}
    doubt = {name: np.zeros(part.stop - part.start) for name, part in rows.columns.items() if name in sides}
    for _ in range(3):
        for name, codes in sides.items():
            if name not in doubt:
                continue
            other = "shopper" if name == "branch" else "branch"
            theirs = doubt[other][sides[other]] if other in doubt else np.zeros(codes.size)
            seen = codes >= 0
            known = np.bincount(
                codes[seen], weights=(1.0 / (1.0 / rows.weight + theirs))[seen], minlength=doubt[name].size
            )
            doubt[name] = ratios[name] / (1.0 + ratios[name] * known)
    return doubt


def fit_vast(data: Observations, effects: tuple[str, ...], seed: int = 1) -> Vast | None:
    """Which variances do the audits speak for, and what are the effects?

    Args:
        data: one response; each audit by an unknown shopper counts as one by a shopper of its own.
        effects: which of region, branch and shopper vary.
        seed: of the simulated audits; the same seed gives the same answer.

    Returns:
        None where there is nothing to fit. Variances carry a Monte Carlo error of about √(2 / (8 · levels)).
    """
    rows = _rows(_all_known(data), effects)
    if rows.freedom < 1 or not float((rows.weight * rows.mean**2).sum()) + rows.within > 0.0:
        return None
    search = _Fixpoint(rows, effects, seed)
    ratios = dict.fromkeys(effects, 0.1)
    search.solve(ratios)
    residual, truth = search.solve(ratios)
    for _ in range(ROUNDS):
        before, ratios = ratios, search.better(ratios)
        residual, truth = search.solve(ratios)
        if search.shift(before, ratios) < SETTLED:
            break
    variances = {name: ratio * residual if ratio > LEAST else 0.0 for name, ratio in ratios.items()}
    fixed = search.found[rows.columns["fixed"], 0]
    return Vast(
        variances=variances | {"residual": residual},
        columns=rows.columns,
        effects=search.found,
        truth=truth,
        freedom=rows.freedom,
        norms=float(data.values.mean()) + fixed[0] + np.concatenate([[0.0], fixed[1:]]),
        doubt=_doubts(rows, ratios),
        highest={name: search.highest(name, residual) for name in effects if variances[name] <= 0.0},
    )


def vast_intervals(fitted: Vast) -> dict[str, Interval]:
    """Between which values do the variances lie? Each as if from so many independent levels as its effects are known.

    The error of the simulated audits, which the real ones are held against, comes on top.
    """
    known = {
        name: np.maximum(1.0 - doubt / max(fitted.ratio(name), LEAST), 0.0) for name, doubt in fitted.doubt.items()
    }
    levels = {name: max(float((share**2).sum()), 1.0) for name, share in known.items()}
    if "region" in fitted.columns:
        part = fitted.columns["region"]
        true = max(float((fitted.truth[part] ** 2).sum()), np.finfo(float).tiny)
        share = float((fitted.effects[part, 1:] ** 2).sum()) / true
        levels["region"] = max((part.stop - part.start) * share**2, 1.0)
    levels["residual"] = max(fitted.freedom - sum(levels.values()), 1.0)
    found = {}
    for name, value in fitted.variances.items():
        factor = float(np.exp(REACH * np.sqrt(2.0 / levels[name] * (1.0 + 1.0 / SIMULATED))))
        found[name] = Interval(value, value / factor, fitted.highest.get(name, value * factor))
    return found


def vast_shopper_over_branch(spans: Mapping[str, Interval]) -> float | None:
    """How probable is it that shoppers differ more than branches with their regions?

    By normal log variances with independent errors; those of branch and region count by their shares of the sum.

    Args:
        spans: the 90 % intervals of the variances, as `vast_intervals` gives them.

    Returns:
        None where the model does not hold both, or one of them does not vary.
    """
    if not {"branch", "shopper"} <= set(spans) or min(spans[name].value for name in ("branch", "shopper")) <= 0.0:
        return None
    where = [spans[name] for name in ("branch", "region") if name in spans and spans[name].value > 0.0]
    place = sum(span.value for span in where)
    shares = [(spans["shopper"], 1.0), *((span, span.value / place) for span in where)]
    errors = [share * np.log(span.high / span.value) / REACH for span, share in shares]
    return float(ndtr(np.log(spans["shopper"].value / place) / np.sqrt(np.square(errors).sum())))


def vast_deviations(fitted: Vast, name: str, among: Bools, region_of: Ints | None = None) -> Deviations:
    """How far is each level from the mean of the others? As `mixed_effects.deviations`, uncertainties approximate.

    The uncertainty of each level follows its audits; its overall size is that of the errors in the simulated audits.
    """
    levels = among.size
    part = slice(fitted.columns[name].start, fitted.columns[name].start + levels)
    own, truth = fitted.effects[part], fitted.truth[part]
    value, true = own.copy(), truth.copy()
    if region_of is not None and "region" in fitted.columns:
        value += fitted.effects[fitted.columns["region"]][region_of]
        true += fitted.truth[fitted.columns["region"]][region_of]
    size = int(among.sum())
    stretch = np.where(among & (size > 1), size / max(size - 1, 1), 1.0)[:, None]
    value, true = (value - value[among].mean(axis=0)) * stretch, (true - true[among].mean(axis=0)) * stretch
    errors = (value[among, 1:] - true[among]) ** 2
    doubt, ratio = fitted.doubt[name][:levels], max(fitted.ratio(name), LEAST)
    factor = float(errors.mean()) / fitted.residual / float(doubt[among].mean())
    share = np.minimum(doubt / ratio, 1.0)
    return Deviations(
        estimate=value[:, :1],
        variance=doubt * factor,
        precision=(1.0 - share) / ratio,
        score=own[:, :1] / ratio,
        slope=share,
    )
