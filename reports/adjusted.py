"""What branch and day are left with: scores with shopper, version of the standard and the chain's own movement taken out."""

from dataclasses import dataclass

import numpy as np

from reports.level import lots
from reports.mixed import predict, prediction_variance
from reports.mixed_effects import level_rows
from reports.sheet import Floats, Ints, ScoreSheet
from reports.variance import is_vast, section_fit, section_vast

LEAST_WEEKS = 2
"""Weeks of the chain below which its own movement is not estimated."""
LEAST_CHAIN = 5
"""Audits in a week below which it does not count for the chain's own movement."""


@dataclass(frozen=True)
class Adjusted:
    """One section's scores with shopper, version and the chain's own movement taken out."""

    rows: Ints
    """The audits, branch after branch, each branch's in the order of their weeks."""
    starts: Ints
    """B + 1: where each branch's audits begin among them, and where the last one's end."""
    values: Floats
    """Points above the norm."""
    noise: Floats
    """Variance of each about its branch's level."""
    rest: Floats
    """What branch, shopper and version leave of each score, the chain's own movement still in it."""
    level: float
    """Variance of branches' levels about the norm."""


@dataclass(frozen=True)
class _Fitted:
    """What a section's fit, exact or vast, says of each score."""

    norms: Floats
    """Of each version of the standard."""
    leniency: Floats
    """S."""
    doubt: Floats
    """S: prediction error variance of the leniency."""
    stranger: float
    """Variance of an unknown shopper's leniency."""
    places: Floats
    """B: branch and region together."""
    residual: float
    level: float


def _exact(sheet: ScoreSheet, k: int) -> _Fitted | None:
    found = section_fit(sheet, k, np.ones(sheet.branch.size))
    if found is None or "branch" not in found[1].variances:
        return None
    summed, fitted = found
    fixed = fitted.solution.dense[summed.columns["fixed"], 0]
    people = len(sheet.shoppers)
    leniency, doubt = np.zeros(people), np.zeros(people)
    if "shopper" in fitted.variances:
        rows = level_rows(fitted.solution, "shopper", people)
        leniency = predict(fitted.solution, rows)[:, 0]
        doubt = prediction_variance(fitted.solution, rows) * fitted.residual
    places = predict(fitted.solution, level_rows(fitted.solution, "branch", len(sheet.branches), sheet.region_of))
    return _Fitted(
        norms=summed.centre[0] + fixed[0] + np.concatenate([[0.0], fixed[1:]]),
        leniency=leniency,
        doubt=doubt,
        stranger=fitted.variances.get("shopper", 0.0),
        places=places[:, 0],
        residual=fitted.residual,
        level=fitted.variances["branch"] + fitted.variances.get("region", 0.0),
    )


def _approximate(sheet: ScoreSheet, k: int) -> _Fitted | None:
    fitted = section_vast(sheet, k, np.ones(sheet.branch.size))
    if fitted is None or "branch" not in fitted.columns:
        return None
    people, places = len(sheet.shoppers), fitted.effects[fitted.columns["branch"], 0]
    if "region" in fitted.columns:
        places = places + fitted.effects[fitted.columns["region"], 0][sheet.region_of]
    named = "shopper" in fitted.columns
    return _Fitted(
        norms=fitted.norms,
        leniency=fitted.effects[fitted.columns["shopper"], 0][:people] if named else np.zeros(people),
        doubt=fitted.doubt["shopper"][:people] * fitted.residual if named else np.zeros(people),
        stranger=fitted.variances.get("shopper", 0.0),
        places=places,
        residual=fitted.residual,
        level=fitted.variances["branch"] + fitted.variances.get("region", 0.0),
    )


def _chain_weeks(week: Ints, rest: Floats, residual: float) -> Floats:
    """The chain's own movement at each audit: shrunken means of the weeks, nothing where weeks do not differ."""
    place = np.unique(week, return_inverse=True)[1]
    count = np.bincount(place)
    mean = np.bincount(place, weights=rest) / count
    full = count >= LEAST_CHAIN
    if full.sum() < LEAST_WEEKS:
        return np.zeros(rest.size)
    between = max(0.0, float(mean[full].var(ddof=1) - (residual / count[full]).mean()))
    shrunk = np.where(full, between / (between + residual / count), 0.0) * mean
    return np.asarray(shrunk[place])


def _section(sheet: ScoreSheet, k: int) -> Adjusted | None:
    fitted = (_approximate if is_vast(sheet) else _exact)(sheet, k)
    if fitted is None:
        return None
    rows = np.flatnonzero(~np.isnan(sheet.scores[:, k]))
    versions, who = np.unique(sheet.version[rows]), sheet.shopper[rows]
    leniency = np.where(who >= 0, fitted.leniency[who], 0.0) if fitted.leniency.size else np.zeros(who.size)
    known = np.minimum(fitted.doubt, fitted.stranger)
    doubt = np.where(who >= 0, known[who], fitted.stranger) if known.size else np.full(who.size, fitted.stranger)
    values = sheet.scores[rows, k] - fitted.norms[np.searchsorted(versions, sheet.version[rows])] - leniency
    rest = values - fitted.places[sheet.branch[rows]]
    chain = _chain_weeks(sheet.week[rows], rest, fitted.residual)
    order = np.lexsort((values, lots(sheet)[rows], sheet.week[rows], sheet.branch[rows]))  # no name decides
    starts = np.searchsorted(sheet.branch[rows][order], np.arange(len(sheet.branches) + 1))
    values, noise, rest = (column[order] for column in (values - chain, fitted.residual + doubt, rest))
    return Adjusted(rows[order], starts, values, noise, rest, fitted.level)


def adjusted(sheet: ScoreSheet) -> dict[int, Adjusted]:
    """What do shopper, version and the chain's own movement leave of each score?

    Args:
        sheet: N audits; scores in points.

    Returns:
        By the section's index; sections without anything to fit are left out.
    """
    found = {k: _section(sheet, k) for k in range(len(sheet.sections))}
    return {k: own for k, own in found.items() if own is not None}


def shrunk(values: Floats, noise: Floats, level: float) -> tuple[float, float]:
    """Where is a branch, by these audits of it alone?

    Args:
        values: points above the norm, as of `Adjusted`.
        noise: variance of each.
        level: variance of branches' levels about the norm.

    Returns:
        Its level, shrunk towards the norm (James & Stein 1961), and that level's variance, points².
    """
    weight = 1.0 / noise
    doubt = 1.0 / (1.0 / level + float(weight.sum())) if level > 0.0 else 0.0
    return doubt * float((weight * values).sum()), doubt
