"""What is known of every branch and shopper in every section: all sections in one model, or each alone.

Where every audit has every section, the sections are rotated (first row the mean, the rest Helmert contrasts): the
first component and the others are independent one-section models, the others with common variances, so two fits serve
all sections. With gaps the same model is solved by `gaps`. Sections are first brought to one scale by their spread
within branches. A chain too large for that has each section fitted alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from reports.figures import Interval
from reports.gaps import Gapped, fit_gaps
from reports.gaps_effects import GappedDeviations, gapped_deviations
from reports.gaps_start import from_complete
from reports.gaps_sums import joined
from reports.mixed_effects import Deviations, deviations
from reports.mixed_reml import Fit, fit, fit_at
from reports.mixed_shared import fit_alike
from reports.mixed_sums import sums
from reports.norms import Bools
from reports.prior import cavity
from reports.sheet import Floats, Ints, ScoreSheet
from reports.variance import is_vast, observations, section_fit, section_vast, tellable, weights
from reports.vast import vast_deviations, vast_intervals

ROUNDING = 1e-6
"""Points: a spread this small is none."""


@dataclass(frozen=True)
class Shared:
    """What a branch's sections have in common in one model, in units of the shared prior. B branches."""

    variance: Floats
    """B: prior variance of the branch's effect on all sections, and of the chance that struck all of them alike."""
    share: Floats
    """B: the part of it that is the branch's effect."""


@dataclass(frozen=True)
class Known:
    """What is known of one section, in points. B branches, S shoppers."""

    scale: float
    """Points of one unit of the shared prior."""
    among: Bools
    """B: the audited branches, which make up the norm."""
    estimate: Floats
    """B: deviation from the mean of the others, under a normal prior."""
    variance: Floats
    """B: of the estimate, the norm's own uncertainty included."""
    precision: Floats
    """B: Z'PZ of the branch's own effect in this section, per unit²."""
    score: Floats
    """B: Z'Py of the same, per unit."""
    slope: Floats
    """B: posterior covariance of deviation and own effect over the own effect's prior variance."""
    own_variance: float
    """Variance of the own effect, unit²: what the shape-free prior replaces."""
    leniency: Floats | None
    """S: points above the mean of the others; None where shoppers cannot be told apart."""
    leniency_variance: Floats | None
    shared: Shared | None = None
    """None where the section was fitted alone."""
    variances: Mapping[str, Interval] = field(default_factory=dict)
    """Points², of a vast chain's section; others have theirs fitted exactly elsewhere."""


def helmert(size: int) -> Floats:
    """K × K orthonormal: the first row 1/√K, the others contrasts."""
    rows = [np.full(size, 1.0 / np.sqrt(size))]
    for k in range(1, size):
        row = np.concatenate([np.ones(k), [-float(k)], np.zeros(size - k - 1)])
        rows.append(row / np.sqrt(k * (k + 1.0)))
    return np.array(rows)


def within_spread(branch: Ints, values: Floats) -> float:
    """Standard deviation of scores about their branch's mean; 0 where no branch was audited twice."""
    counts = np.bincount(branch)
    means = np.divide(np.bincount(branch, weights=values), counts, out=np.zeros(counts.size), where=counts > 0)
    freedom = values.size - int((counts > 0).sum())
    return float(np.sqrt(((values - means[branch]) ** 2).sum() / freedom)) if freedom > 0 else 0.0


def _vast(sheet: ScoreSheet, k: int, weight: Floats) -> Known | None:
    """One section of a chain too large for exact equations."""
    fitted = section_vast(sheet, k, weight)
    if fitted is None or "branch" not in fitted.columns:
        return None
    scored = ~np.isnan(sheet.scores[:, k])
    among = np.bincount(sheet.branch[scored], minlength=len(sheet.branches)) > 0
    branch = vast_deviations(fitted, "branch", among, sheet.region_of)
    shopper = None
    if "shopper" in fitted.columns:
        who = sheet.shopper[scored & (sheet.shopper >= 0)]
        shopper = vast_deviations(fitted, "shopper", np.bincount(who, minlength=len(sheet.shoppers)) > 0)
    found = _of_one(among, branch, shopper, fitted.residual, fitted.ratio("branch"))
    return replace(found, variances=vast_intervals(fitted))


def _of_one(
    among: Bools, branch: Deviations, shopper: Deviations | None, residual: float, own_variance: float
) -> Known:
    """A section fitted alone: the unit is its residual spread."""
    unit = float(np.sqrt(residual))
    return Known(
        scale=unit,
        among=among,
        estimate=branch.estimate[:, 0],
        variance=branch.variance * residual,
        precision=branch.precision,
        score=branch.score[:, 0] / unit,
        slope=branch.slope,
        own_variance=own_variance,
        leniency=None if shopper is None else shopper.estimate[:, 0],
        leniency_variance=None if shopper is None else shopper.variance * residual,
    )


def _alone(sheet: ScoreSheet, k: int, weight: Floats) -> Known | None:
    found = section_fit(sheet, k, weight)
    if found is None or "branch" not in found[1].solution.sums.effects:
        return None
    fitted, effects = found[1], found[0].effects
    scored = ~np.isnan(sheet.scores[:, k])
    among = np.bincount(sheet.branch[scored], minlength=len(sheet.branches)) > 0
    branch = deviations(fitted.solution, "branch", among.size, among, sheet.region_of)
    shopper = _shoppers(sheet, scored, fitted) if "shopper" in effects else None
    return _of_one(among, branch, shopper, fitted.residual, fitted.variances["branch"] / fitted.residual)


def _shoppers(sheet: ScoreSheet, rows: Bools, fitted: Fit) -> Deviations:
    size = len(sheet.shoppers)
    seen = np.bincount(sheet.shopper[rows & (sheet.shopper >= 0)], minlength=size) > 0
    return deviations(fitted.solution, "shopper", size, seen)


@dataclass(frozen=True)
class Part:
    """One rotated fit: the mean component, or all contrasts together."""

    fitted: Fit
    branch: Deviations
    shopper: Deviations | None


def part(
    sheet: ScoreSheet, values: Floats, weight: Floats, among: Bools, variances: Mapping[str, float] | None = None
) -> Part | None:
    """Fits rotated scores (N × m), or solves the equations at given variances; None without branches to be told apart."""
    rows = np.ones(sheet.branch.size, dtype=bool)
    data = observations(sheet, rows, values, weight)
    effects = tellable(data)
    if "branch" not in effects:
        return None
    summed = sums(data, effects)
    fitted = fit(summed) if variances is None else fit_at(summed, variances)
    return None if fitted is None else _part(sheet, fitted, among)


def _part(sheet: ScoreSheet, fitted: Fit, among: Bools) -> Part:
    branch = deviations(fitted.solution, "branch", among.size, among, sheet.region_of)
    known_shoppers = "shopper" in fitted.solution.sums.effects
    every = np.ones(sheet.branch.size, dtype=bool)
    return Part(fitted, branch, _shoppers(sheet, every, fitted) if known_shoppers else None)


def _agreed(sheet: ScoreSheet, mean: Part, rest: Part, among: Bools) -> tuple[Part, Part]:
    """The mean varies between branches at least as much as the contrasts do: it has what they have in common besides.

    Two fits that know nothing of each other may say otherwise; then nothing is in common, and they share the variance.
    """
    fits = mean.fitted, rest.fitted
    if fits[0].variances["branch"] >= fits[1].variances["branch"]:
        return mean, rest
    first, second = fit_alike(fits, "branch")
    return _part(sheet, first, among), _part(sheet, second, among)


def _together(sheet: ScoreSheet, live: list[int], weight: Floats) -> dict[int, Known] | None:
    """Fits the live sections in one model; None where it cannot be fitted."""
    values = sheet.scores[:, live]
    scales = np.array([within_spread(sheet.branch, column) for column in values.T])
    turn = helmert(len(live))
    turned = values / scales @ turn.T
    among = np.bincount(sheet.branch, minlength=len(sheet.branches)) > 0
    mean = part(sheet, turned[:, :1], weight, among)
    rest = part(sheet, turned[:, 1:], weight, among)
    if mean is None or rest is None:
        return None
    mean, rest = _agreed(sheet, mean, rest, among)
    return {k: combined(mean, rest, turn[:, i], float(scales[i]), among) for i, k in enumerate(live)}


def _shared(mean: Part, rest: Part, sections: int) -> Shared:
    """The branch's effect on all sections; chance in common is what the mean is less sure of than the contrasts."""
    effect, own = mean.fitted.variances["branch"], rest.fitted.variances["branch"]
    all_alike = max(effect - own, 0.0) / sections

    def doubt(part: Part, variance: float) -> Floats:
        precision, _ = cavity(part.branch.precision / part.fitted.residual, part.branch.score[:, 0], variance)
        return np.asarray(1.0 / np.maximum(precision, 1e-12))

    chance = np.maximum(doubt(mean, effect) - doubt(rest, own), 0.0) / sections
    total = all_alike + chance
    return Shared(total, np.divide(all_alike, total, out=np.zeros(total.size), where=total > 0.0))


def combined(mean: Part, rest: Part, turn: Floats, scale: float, among: Bools) -> Known:
    """Turns the components back into one section: values by the section's column of H, variances by its squares."""
    first, others = turn[0] ** 2, 1.0 - turn[0] ** 2
    a, b = mean.fitted.residual, rest.fitted.residual

    def value(m: Floats, r: Floats) -> Floats:
        return np.asarray(m[:, 0] * turn[0] + r @ turn[1:])

    leniency = leniency_variance = None
    if mean.shopper is not None and rest.shopper is not None:
        leniency = value(mean.shopper.estimate, rest.shopper.estimate) * scale
        leniency_variance = (first * a * mean.shopper.variance + others * b * rest.shopper.variance) * scale**2
    return Known(
        scale=scale,
        among=among,
        estimate=value(mean.branch.estimate, rest.branch.estimate) * scale,
        variance=(first * a * mean.branch.variance + others * b * rest.branch.variance) * scale**2,
        precision=first * mean.branch.precision / a + others * rest.branch.precision / b,
        score=value(mean.branch.score / a, rest.branch.score / b),
        slope=first * mean.branch.slope + others * rest.branch.slope,
        own_variance=rest.fitted.variances["branch"],
        leniency=leniency,
        leniency_variance=leniency_variance,
        shared=_shared(mean, rest, turn.size),
    )


def _with_gaps(sheet: ScoreSheet, live: list[int], weight: Floats) -> dict[int, Known] | None:
    """Fits live sections, some of them left out by some audits, in one model; None where that cannot be done."""
    rows = np.asarray(~np.isnan(sheet.scores[:, live]).all(axis=1), dtype=np.bool_)
    values = sheet.scores[rows][:, live]
    mask = ~np.isnan(values)
    where = sheet.branch[rows]
    scales = np.array([within_spread(where[m], column[m]) for column, m in zip(values.T, mask.T, strict=True)])
    values = (values - np.nanmean(values, axis=0)) / scales
    data = observations(sheet, rows, values, weight)
    effects = tellable(data)
    summed = joined(data, effects) if "branch" in effects else None
    if summed is None or summed.freedom < 1:
        return None
    turn = helmert(len(live))
    solution = fit_gaps(summed, turn, effects, from_complete(data, turn, effects))
    among = _scored(where, mask, len(sheet.branches))
    branch = gapped_deviations(solution, turn, "branch", among, sheet.region_of)
    shopper = None
    if "shopper" in effects:
        seen = _scored(sheet.shopper[rows], mask, len(sheet.shoppers))
        shopper = gapped_deviations(solution, turn, "shopper", seen)
    return {k: _of_several(solution, i, among, branch, shopper, scale=float(scales[i])) for i, k in enumerate(live)}


def _scored(who: Ints, mask: Bools, size: int) -> Bools:
    """Levels × K: which of them have a score in which section."""
    columns = [np.bincount(who[m & (who >= 0)], minlength=size) > 0 for m in mask.T]
    return np.stack(columns, axis=1)


def _of_several(
    solution: Gapped,
    i: int,
    among: Bools,
    branch: GappedDeviations,
    shopper: GappedDeviations | None,
    *,
    scale: float,
) -> Known:
    """The i-th section of a joint fit; chance in common stays with each section's own."""
    residual, size = solution.residual, len(among)
    effect, own = solution.ratios["branch"]
    all_alike = np.full(size, max(effect - own, 0.0) / solution.joined.sections * residual)
    return Known(
        scale=scale,
        among=among[:, i],
        estimate=branch.estimate[:, i] * scale,
        variance=branch.variance[:, i] * residual * scale**2,
        precision=np.maximum(branch.precision[:, i], 0.0) / residual,
        score=branch.score[:, i] / residual,
        slope=branch.slope[:, i],
        own_variance=own * residual,
        leniency=None if shopper is None else shopper.estimate[:, i] * scale,
        leniency_variance=None if shopper is None else shopper.variance[:, i] * residual * scale**2,
        shared=Shared(all_alike, np.ones(size)),
    )


def known(sheet: ScoreSheet, half_life_weeks: float = 0.0) -> dict[int, Known]:
    """What do the audits say of each branch and shopper, section by section?

    Args:
        sheet: N audits with at least one score each; scores in points.
        half_life_weeks: weeks after which an audit counts half; 0 for no decay.

    Returns:
        By the section's index; sections without anything to fit are left out.
    """
    weight = weights(sheet, half_life_weeks)
    if is_vast(sheet):
        vast = {k: _vast(sheet, k, weight) for k in range(len(sheet.sections))}
        return {k: found for k, found in vast.items() if found is not None}
    live = [k for k in range(len(sheet.sections)) if _varies(sheet, k)]
    gaps = bool(np.isnan(sheet.scores[:, live]).any())
    fitted = (_with_gaps if gaps else _together)(sheet, live, weight) if len(live) > 1 else None
    together = fitted or {}
    rest = [k for k in range(len(sheet.sections)) if k not in together]
    alone = {k: _alone(sheet, k, weight) for k in rest}
    return together | {k: found for k, found in alone.items() if found is not None}


def _varies(sheet: ScoreSheet, k: int) -> bool:
    """Whether audits of one branch differ in this section."""
    scored = ~np.isnan(sheet.scores[:, k])
    return bool(scored.any()) and within_spread(sheet.branch[scored], sheet.scores[scored, k]) > ROUNDING
