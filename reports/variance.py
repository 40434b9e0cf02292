"""How much do regions, branches, shoppers and chance differ? One section's variances with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from reports.figures import Interval
from reports.mixed_posterior import sources
from reports.mixed_profile import intervals
from reports.mixed_reml import Fit, fit
from reports.mixed_sums import Sums, sums
from reports.norms import Bools
from reports.observed import EFFECTS, Observations
from reports.shares import vast_shares
from reports.sheet import UNKNOWN_SHOPPER, Floats, Ints, ScoreSheet, check
from reports.vast import DENSE_LIMIT, Vast, fit_vast, vast_intervals, vast_shopper_over_branch

DAYS = 7.0


@dataclass(frozen=True)
class Components:
    """One section's variances, fitted alone."""

    section: str
    audits: int
    norm: float | None
    """The model's intercept in points, of the earliest version of the standard; not the mean of branch means."""
    variances: Mapping[str, Interval]
    """Points² with 90 % profile-likelihood intervals: the chosen effects and "residual"; empty without a fit."""
    criterion: float | None
    """−2 log restricted likelihood, constants included; None without a fit and for vast chains, where it is not found."""
    shopper_over_branch: float | None
    """P(shopper variance > branch and region variance); None where the model lacks one of them or no fit exists."""
    shares: Mapping[str, Interval] = field(default_factory=dict)
    """Share of each in the variance of one audit's score, 0…1, with 90 % intervals; empty where it cannot be told."""


def weights(sheet: ScoreSheet, half_life_weeks: float) -> Floats:
    """What does each audit count? N weights in (0, 1]; all 1 with a half-life of 0."""
    if half_life_weeks <= 0 or not sheet.week.size:
        return np.ones(sheet.week.size)
    return np.asarray(0.5 ** ((sheet.week.max() - sheet.week) / DAYS / half_life_weeks))


def observations(sheet: ScoreSheet, rows: Bools, values: Floats, weight: Floats) -> Observations:
    """Takes the chosen audits with the responses to be explained (chosen rows × m)."""
    return Observations(
        branch=sheet.branch[rows],
        shopper=sheet.shopper[rows],
        version=sheet.version[rows],
        region_of=sheet.region_of,
        values=values,
        weight=weight[rows],
        shoppers=len(sheet.shoppers),
    )


def _levels(codes: Ints) -> int:
    return int(np.unique(codes).size)


def tellable(data: Observations) -> tuple[str, ...]:
    """Which effects can be told apart at all? Those with two levels or more and fewer levels than what they contain."""
    branches, regions = _levels(data.branch), _levels(data.region_of[data.branch])
    known = data.shopper[data.shopper != UNKNOWN_SHOPPER]
    held = {
        "region": 1 < regions < branches,
        "branch": 1 < branches < data.branch.size,
        "shopper": 1 < _levels(known) < known.size,
    }
    return tuple(name for name in EFFECTS if held[name])


def section_fit(
    sheet: ScoreSheet, k: int, weight: Floats, effects: tuple[str, ...] | None = None
) -> tuple[Sums, Fit] | None:
    """Fits one section alone; with no effects named, those that can be told apart. None without anything to fit."""
    scored = ~np.isnan(sheet.scores[:, k])
    if not scored.any():
        return None
    data = observations(sheet, scored, sheet.scores[scored, k, None], weight)
    summed = sums(data, tellable(data) if effects is None else effects)
    fitted = fit(summed)
    return None if fitted is None else (summed, fitted)


def is_vast(sheet: ScoreSheet) -> bool:
    """Whether branches and shoppers are too many for the exact fit."""
    return min(len(sheet.branches), len(sheet.shoppers)) > DENSE_LIMIT


def section_vast(sheet: ScoreSheet, k: int, weight: Floats, effects: tuple[str, ...] | None = None) -> Vast | None:
    """Fits one section of a vast chain alone, as `section_fit` does for others."""
    scored = ~np.isnan(sheet.scores[:, k])
    if not scored.any():
        return None
    data = observations(sheet, scored, sheet.scores[scored, k, None], weight)
    return fit_vast(data, tellable(data) if effects is None else effects)


def spans(summed: Sums, fitted: Fit) -> dict[str, Interval]:
    """Gives every variance of a fit with its 90 % interval."""
    return intervals(summed, fitted)


def _only_known(sheet: ScoreSheet) -> ScoreSheet:
    known = sheet.shopper != UNKNOWN_SHOPPER
    columns = ("branch", "shopper", "version", "week", "scores")
    return replace(sheet, **{name: getattr(sheet, name)[known] for name in columns})


def components(
    sheet: ScoreSheet, section: str, effects: tuple[str, ...], *, known_shoppers: bool = False, half_life: float = 0.0
) -> Components:
    """How much do the chosen effects differ in one section, and how sure is that?

    Args:
        sheet: N audits; scores in points.
        section: one of the sheet's sections.
        effects: any of "region", "branch", "shopper".
        known_shoppers: leave out audits whose shopper is unknown; otherwise each of them is a shopper of its own.
        half_life: weeks after which an audit counts half; 0 for no decay.

    Returns:
        Variances in points² by restricted maximum likelihood, with 90 % profile-likelihood intervals.

    Raises:
        ValueError: no such section or effect, or a sheet that cannot be one.
    """
    check(sheet)
    if section not in sheet.sections:
        raise ValueError(f"There is no section {section} in this standard.")
    if strangers := [name for name in effects if name not in EFFECTS]:
        raise ValueError(f"A model can hold region, branch and shopper, not {strangers[0]}.")
    sheet = _only_known(sheet) if known_shoppers else sheet
    k = sheet.sections.index(section)
    audits = int((~np.isnan(sheet.scores[:, k])).sum())
    chosen = tuple(name for name in EFFECTS if name in effects)
    fitted = (_vast_parts if is_vast(sheet) else _parts)(sheet, k, weights(sheet, half_life), chosen)
    return Components(section, audits, *(fitted or (None, {}, None, None, {})))


_Parts = tuple[float, Mapping[str, Interval], float | None, float | None, Mapping[str, Interval]]
"""The last five fields of `Components`."""


def _vast_parts(sheet: ScoreSheet, k: int, weight: Floats, effects: tuple[str, ...]) -> _Parts | None:
    vast = section_vast(sheet, k, weight, effects)
    if vast is None:
        return None
    wide = vast_intervals(vast)
    return float(vast.norms[0]), wide, None, vast_shopper_over_branch(wide), vast_shares(wide)


def _parts(sheet: ScoreSheet, k: int, weight: Floats, effects: tuple[str, ...]) -> _Parts | None:
    found = section_fit(sheet, k, weight, effects)
    if found is None:
        return None
    summed, fitted = found
    widths = spans(summed, fitted)
    norm = float(fitted.solution.dense[0, 0] + summed.centre[0])
    told = sources(summed, fitted, widths)
    return norm, widths, fitted.criterion, told.shopper_over_branch, told.shares
