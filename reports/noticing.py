"""How surely is a shortfall flagged? The report's own rule, followed for a branch of a chain that is yet to be audited."""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from scipy.special import ndtr

from reports.figures import Interval, Rules, SectionFigures
from reports.mixed_posterior import RATE
from reports.sheet import Floats

POINTS = 401
"""Places at which an estimate below the norm may lie."""
NODES = 11
"""Spreads of the branches that are tried."""
FAR = 4.0
"""Standard deviations beyond which nothing is expected."""
CONFIDENT = 1.6448536269514722
"""Of a 90 % interval, in standard deviations."""
LEAST_ERROR = 1e-12
"""Points² below which audits leave nothing to chance."""


@dataclass(frozen=True)
class Likely:
    """How much branches may differ in a section, as its audits leave it."""

    variances: Floats
    """Points², regions included."""
    masses: Floats
    """Sum to 1."""
    branches: float = inf
    """Branches that teach how they differ; endless where it is known."""


def certainly(variance: float, branches: float = inf) -> Likely:
    """Branches are known to differ by this variance."""
    return Likely(np.array([variance]), np.ones(1), branches)


def likely(section: SectionFigures) -> Likely:
    """How much may the branches of a section differ? Its fitted "branch" and "region" with all that their intervals leave.

    A variance of 0 is the likeliest of many, not the truth. The spread is taken for normal on either side of its
    estimate, as wide as that end of its 90 % interval says, with the prior of `mixed_posterior`.
    """
    fitted = section.variances
    parts = [fitted[name] for name in ("branch", "region") if name in fitted]
    middle, low, high = (sqrt(end) for end in _together(parts))
    down, up = (middle - low) / CONFIDENT, (high - middle) / CONFIDENT
    edges = np.linspace(max(0.0, middle - FAR * down), middle + FAR * up, NODES + 1)
    if edges[0] == edges[-1]:
        return certainly(middle**2, section.branches)
    spreads = (edges[1:] + edges[:-1]) / 2
    away = (spreads - middle) / np.where(spreads < middle, down, up)
    total = sqrt(sum(part.value for part in fitted.values()))
    masses = np.exp(-0.5 * away**2 - RATE * spreads / total)
    return Likely(spreads**2, masses / masses.sum(), section.branches)


def _together(parts: list[Interval]) -> tuple[float, float, float]:
    """The sum of variances with its interval, each taken to be unsure by itself."""
    value = sum(part.value for part in parts)
    below = sqrt(sum((part.value - part.low) ** 2 for part in parts))
    above = sqrt(sum((part.high - part.value) ** 2 for part in parts))
    return value, max(value - below, 0.0), value + above


def power(differ: Likely, error: float, shortfall: float, rules: Rules) -> float:
    """How probable is it that a branch `shortfall` points below the norm is flagged?

    Branches are flagged as the report does it: the largest set whose mean probability of not being short is at most
    false_share (Sun & Cai 2007), the branch itself in it and of the others as many as are to be expected. Each is
    judged by a normal prior as wide as branches may differ, with one more branch that might be anything. One section
    is seen alone; what a branch's sections share, and the prior's shape where several have fallen, help besides.

    Args:
        differ: how much branches may differ, points².
        error: variance of what the audits of a branch say of it, points².
        shortfall: points below the norm, > 0.
        rules: margin and accepted share of false flags.
    """
    if error <= LEAST_ERROR:
        return float(shortfall > rules.margin)
    between, chance = differ.variances[:, None], sqrt(error)
    reach = np.maximum(shortfall + FAR * chance, FAR * np.sqrt(between))
    places = (reach + FAR * chance) * np.linspace(-1.0, 0.0, POINTS)
    common, false = _judged(places, (between, error), reach, rules.margin, 1.0 / (differ.branches + 1.0))
    step = np.diff(places[:, :2])
    itself = 1.0 / max(differ.branches - 1.0, 1.0)
    wrong = np.cumsum(common * false, axis=1) * step + itself * false
    flagged = np.cumsum(common, axis=1) * step + itself
    inside = wrong <= rules.false_share * flagged
    last = POINTS - 1 - np.argmax(inside[:, ::-1], axis=1)
    height = np.where(inside.any(axis=1), places[np.arange(last.size), last], -inf)
    return float(differ.masses @ ndtr((height + shortfall) / chance))


def _judged(
    places: Floats, variances: tuple[Floats, float], reach: Floats, margin: float, anything: float
) -> tuple[Floats, Floats]:
    """At each place: how often other branches are seen there, and how probably one that is seen there is not short."""
    between, error = variances
    chance, total = sqrt(error), np.sqrt(between + error)
    share = between / (between + error)
    common = np.exp(-0.5 * (places / total) ** 2) / (total * sqrt(2.0 * np.pi))
    left = np.sqrt(np.maximum(share * error, LEAST_ERROR))
    short = (1.0 - anything) * common * ndtr((-margin - share * places) / left)
    wide = anything / (2.0 * reach)
    ends = [ndtr((places - end) / chance) for end in (-reach, -margin, reach)]
    short = short + wide * (ends[0] - ends[1])
    seen = (1.0 - anything) * common + wide * (ends[0] - ends[2])
    return common, np.asarray(1.0 - short / np.maximum(seen, np.finfo(float).tiny))
