"""How many audits are needed to tell branches apart, and to notice a shortfall? A decision study (Brennan 2001)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isinf, sqrt

from scipy.special import ndtr, ndtri

from reports.figures import Assessment, Cell, Rules, SectionFigures, State

GOALS = (0.7, 0.8, 0.9)
MOST_AUDITS = 200
"""Nobody audits a branch more often than this in one window."""


@dataclass(frozen=True)
class Spreads:
    """What differs in a section, points²."""

    branch: float
    """True differences between branches, their regions' included."""
    shopper: float
    residual: float


@dataclass(frozen=True)
class Plan:
    """What so many audits of each branch are worth in one section."""

    section: str
    audits: int
    """Audits of a branch in the window, as they are now: the median."""
    reliability: float
    """Share of the differences between branch means that is real: 0…1."""
    error: float
    """Standard error of a branch's mean, points."""
    audits_for: Mapping[float, int | None]
    """Audits of a branch that reach each goal of reliability; None: out of reach with the shoppers there are."""
    shortfall: float
    """Points below the norm that should be noticed."""
    power: float
    """Probability that such a branch is flagged now."""
    audits_for_power: int | None
    """Audits of a branch that notice it four times in five; None: out of reach with the shoppers there are."""


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


def power(spread: Spreads, shortfall: float, audits: float, rules: Rules, shoppers: float = inf) -> float:
    """How probable is it that a branch `shortfall` points below the norm is flagged?

    The branch is counted as flagged when, with a normal prior of the fitted spread, the probability that it is more
    than the margin below reaches 1 − false_share. The prior the report learns finds rare deep falls somewhat sooner.
    """
    share = reliability(spread, audits, shoppers)
    if share == 0.0:
        return 0.0
    left = sqrt(spread.branch * (1.0 - share))
    bound = -rules.margin + float(ndtri(rules.false_share)) * left
    return float(ndtr((bound + share * shortfall) / (share * sqrt(error_variance(spread, audits, shoppers)))))


def plan(section: SectionFigures, audits: int, shoppers: int, rules: Rules, shortfall: float) -> Plan | None:
    """What are the audits of a section worth, and how many more would be needed?

    Args:
        section: the section with its fitted variances, points².
        audits: audits of a branch in the window.
        shoppers: different shoppers there are; 0 where they are unknown, which counts as one each.
        rules: margin and accepted share of false flags.
        shortfall: points below the norm that should be noticed.

    Returns:
        None where no fit tells branches from visits, or there are no audits.
    """
    spread = spreads(section)
    if spread is None or audits < 1:
        return None
    there = float(shoppers or inf)
    counts = range(1, MOST_AUDITS + 1)
    return Plan(
        section=section.section,
        audits=audits,
        reliability=reliability(spread, audits, there),
        error=sqrt(error_variance(spread, audits, there)),
        audits_for={goal: audits_for(spread, goal, there) for goal in GOALS},
        shortfall=shortfall,
        power=power(spread, shortfall, audits, rules, there),
        audits_for_power=next((n for n in counts if power(spread, shortfall, n, rules, there) >= GOALS[1]), None),
    )


def ceiling(spread: Spreads, shoppers: float) -> float:
    """Which reliability would endless audits by so many shoppers reach?"""
    left = 0.0 if isinf(shoppers) else spread.shopper / shoppers
    total = spread.branch + left
    return spread.branch / total if total > 0.0 else 0.0


def _doubt(cells: list[Cell]) -> tuple[int, float, int]:
    unjudged = sum(cell.state is State.NOT_ENOUGH for cell in cells)
    open_ = sum(cell.p_short * (1.0 - cell.p_short) for cell in cells if cell.p_short is not None)
    return (-unjudged, -open_, min(cell.audits for cell in cells))


def neediest(assessment: Assessment, count: int) -> tuple[str, ...]:
    """Which branches need audits most? First those that could not be judged, then those nearest to even odds."""
    cells: dict[str, list[Cell]] = {}
    for cell in assessment.cells:
        cells.setdefault(cell.branch, []).append(cell)
    return tuple(sorted(cells, key=lambda branch: (*_doubt(cells[branch]), branch))[:count])
