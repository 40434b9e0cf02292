"""How many audits are needed to tell branches apart, and to notice a shortfall? A decision study (Brennan 2001)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isinf, sqrt

import numpy as np
from scipy.special import ndtr

from reports.figures import Cell, Rules, SectionFigures, State

GOALS = (0.7, 0.8, 0.9)
OFTEN = 0.8
"""A shortfall is noticed reliably when four in five such branches are flagged."""
MOST_AUDITS = 200
"""Nobody audits a branch more often than this in one window."""
MOST_SHOPPERS = 1000
HEIGHTS = np.linspace(8.0, -8.0, 1601)
"""How far down an estimate may lie, in standard deviations of the estimates."""


@dataclass(frozen=True)
class Spreads:
    """What differs in a section, points²."""

    branch: float
    """True differences between branches, their regions' included."""
    shopper: float
    residual: float


@dataclass(frozen=True)
class Noticing:
    """How surely a branch so far below the norm is flagged in one section."""

    shortfall: float
    """Points below the norm."""
    power: float
    """Probability that such a branch is flagged with the audits there are."""
    audits: int | None
    """Audits of a branch from which it is flagged four times in five; None: no number does with the shoppers there are."""


@dataclass(frozen=True)
class Plan:
    """What so many audits of each branch are worth in one section."""

    section: str
    audits: float
    """Audits of a branch in the window, as they are now."""
    shoppers: float
    """Different shoppers there are; infinite where they are unknown."""
    reliability: float
    """Share of the differences between branch means that is real: 0…1."""
    error: float
    """Standard error of a branch's mean, points."""
    ceiling: float
    """The reliability that endless audits by these shoppers would reach."""
    audits_for: Mapping[float, int | None]
    """Audits of a branch that reach each goal of reliability; None: out of reach with the shoppers there are."""
    shoppers_for: Mapping[float, int | None]
    """For the goals out of reach: how many shoppers would bring them into reach; None: no number would."""
    noticing: tuple[Noticing, ...]


def spreads(section: SectionFigures) -> Spreads | None:
    """Takes a section's fitted variances; None where branches could not be told from visits."""
    value = {name: interval.value for name, interval in section.variances.items()}
    if "branch" not in value:
        return None
    return Spreads(value["branch"] + value.get("region", 0.0), value.get("shopper", 0.0), value["residual"])


def error_variance(spread: Spreads, audits: float, shoppers: float = inf) -> float:
    """How far is a branch's plain mean from its true level? Points².

    Args:
        spread: the section's variances.
        audits: audits of the branch, > 0.
        shoppers: different shoppers there are; each audits once before one comes again.
    """
    return spread.shopper / min(audits, shoppers) + spread.residual / audits


def reliability(spread: Spreads, audits: float, shoppers: float = inf) -> float:
    """Which share of the differences between branch means is real? Index of dependability Φ (Brennan 2001, 2.2.3)."""
    total = spread.branch + error_variance(spread, audits, shoppers)
    return spread.branch / total if total > 0.0 else 0.0


def generalizability(real: float, relative_error: float) -> float:
    """Which share of the differences is real where all are judged by the same shoppers? Eρ² (Brennan 2001, 2.2.2)."""
    return real / (real + relative_error)


def audits_for(spread: Spreads, goal: float, shoppers: float = inf) -> int | None:
    """How many audits of each branch reach this reliability? None: no number does with so many shoppers."""
    counts = range(1, MOST_AUDITS + 1)
    return next((n for n in counts if reliability(spread, n, shoppers) >= goal), None)


def _height(spread: Spreads, audits: float, rules: Rules, shoppers: float) -> float:
    """From how many standard deviations below do estimates belong to the largest set with few enough false flags?"""
    share = reliability(spread, audits, shoppers)
    estimates, left = sqrt(spread.branch * share), sqrt(spread.branch * (1.0 - share))
    if left == 0.0:
        return -inf
    false = ndtr((rules.margin - estimates * HEIGHTS) / left)
    weight = np.exp(-(HEIGHTS**2) / 2.0)
    inside = np.flatnonzero(np.cumsum(false * weight) <= rules.false_share * np.cumsum(weight))
    return float(HEIGHTS[inside[-1]]) if inside.size else inf


def power(spread: Spreads, shortfall: float, audits: float, rules: Rules, shoppers: float = inf) -> float:
    """How probable is it that a branch `shortfall` points below the norm is flagged?

    Branches are flagged as the report does it: the largest set whose mean probability of not being short is at most
    false_share (Sun & Cai 2007), with a normal prior of the fitted spread and one section alone. The report learns the
    prior's shape and what a branch's sections share, and so notices rare deep falls sooner.
    """
    share = reliability(spread, audits, shoppers)
    height = _height(spread, audits, rules, shoppers) if share > 0.0 else inf
    if isinf(height):
        return float(height < 0.0 and shortfall > rules.margin)
    sure = (share * shortfall - height * sqrt(spread.branch * share)) / (
        share * sqrt(error_variance(spread, audits, shoppers))
    )
    return float(ndtr(sure))


def plan(
    section: SectionFigures,
    audits: float,
    shoppers: int,
    rules: Rules,
    shortfalls: Iterable[float],
    *,
    seen_by: float | None = None,
) -> Plan | None:
    """What are the audits of a section worth, and how many more would be needed?

    Args:
        section: the section with its fitted variances, points².
        audits: audits of a branch in the window.
        shoppers: different shoppers there are; 0 where they are unknown, which counts as one each.
        rules: margin and accepted share of false flags.
        shortfalls: points below the norm that should be noticed.
        seen_by: different shoppers who audited a branch so far; left out: as many as there can be.

    Returns:
        None where no fit tells branches from visits, or there are no audits.
    """
    spread = spreads(section)
    if spread is None or audits < 1:
        return None
    there = float(shoppers or inf)
    mine = there if seen_by is None else min(float(seen_by) or inf, there)
    needed = {goal: audits_for(spread, goal, there) for goal in GOALS}
    return Plan(
        section=section.section,
        audits=audits,
        shoppers=there,
        reliability=reliability(spread, audits, mine),
        error=sqrt(error_variance(spread, audits, mine)),
        ceiling=ceiling(spread, there),
        audits_for=needed,
        shoppers_for={goal: shoppers_for(spread, goal) for goal, number in needed.items() if number is None},
        noticing=tuple(_noticing(spread, points, audits, rules, (there, mine)) for points in shortfalls),
    )


def _noticing(spread: Spreads, points: float, audits: float, rules: Rules, shoppers: tuple[float, float]) -> Noticing:
    there, mine = shoppers
    counts = range(1, MOST_AUDITS + 1)
    enough = next((n for n in counts if power(spread, points, n, rules, there) >= OFTEN), None)
    return Noticing(points, power(spread, points, audits, rules, mine), enough)


def shoppers_for(spread: Spreads, goal: float) -> int | None:
    """How many different shoppers bring a reliability within reach of MOST_AUDITS audits? None: no number does."""
    if audits_for(spread, goal, MOST_SHOPPERS) is None:
        return None
    return next(n for n in range(1, MOST_SHOPPERS + 1) if reliability(spread, MOST_AUDITS, n) >= goal)


def ceiling(spread: Spreads, shoppers: float) -> float:
    """Which reliability would endless audits by so many shoppers reach?"""
    left = 0.0 if isinf(shoppers) else spread.shopper / shoppers
    total = spread.branch + left
    return spread.branch / total if total > 0.0 else 0.0


def _doubt(cells: list[Cell]) -> tuple[int, float, int]:
    unjudged = sum(cell.state is State.NOT_ENOUGH for cell in cells)
    open_ = sum(cell.p_short * (1.0 - cell.p_short) for cell in cells if cell.p_short is not None)
    return (-unjudged, -open_, min(cell.audits for cell in cells))


def neediest(judged: Iterable[Cell], count: int) -> tuple[str, ...]:
    """Which branches need audits most? First those that could not be judged, then those nearest to even odds."""
    cells: dict[str, list[Cell]] = {}
    for cell in judged:
        cells.setdefault(cell.branch, []).append(cell)
    return tuple(sorted(cells, key=lambda branch: (*_doubt(cells[branch]), branch))[:count])
