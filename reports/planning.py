"""How many audits are needed to tell branches apart, and to notice a shortfall? A decision study (Brennan 2001)."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isinf, sqrt

from reports.figures import Cell, Design, Rules, SectionFigures, State
from reports.noticing import Likely, likely, power

GOALS = (0.7, 0.8, 0.9)
OFTEN = 0.8
"""A shortfall is noticed reliably when four in five such branches are flagged."""
MOST_AUDITS = 200
"""Nobody audits a branch more often than this in one window."""
MOST_SHOPPERS = 1000


@dataclass(frozen=True)
class Spreads:
    """What differs in a section, points²."""

    branch: float
    """True differences between branches, their regions' included."""
    shopper: float
    residual: float


@dataclass(frozen=True)
class Crew:
    """The shoppers who audit a branch, and those of the branches that it is compared with."""

    come: float = inf
    """Different shoppers who come to a branch; each comes once before one comes again."""
    shared: float = inf
    """Shoppers all of whom any branch may get: where all have been everywhere, what they give cancels. Infinite where
    branches share none, so that nothing cancels."""


STRANGERS = Crew()
"""Another shopper for every audit."""


@dataclass(frozen=True)
class Noticing:
    """How surely a branch so far below the norm is flagged in one section."""

    shortfall: float
    """Points below the norm."""
    power: float
    """Probability that such a branch is flagged with the audits there are."""
    audits: int | None
    """Audits of a branch from which it is flagged four times in five; None: not even MOST_AUDITS do."""


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
    """Audits of a branch that reach each goal of reliability; None: not even MOST_AUDITS do."""
    shoppers_for: Mapping[float, int | None]
    """For the goals out of reach: how many shoppers would bring them into reach; None: no number would."""
    noticing: tuple[Noticing, ...]
    limited: bool = False
    """Whether leniency keeps the ceiling below 1: some branches share no shopper with the others."""


def spreads(section: SectionFigures) -> Spreads | None:
    """Takes a section's fitted variances; None where branches could not be told from visits."""
    value = {name: interval.value for name, interval in section.variances.items()}
    if "branch" not in value:
        return None
    return Spreads(value["branch"] + value.get("region", 0.0), value.get("shopper", 0.0), value["residual"])


def error_variance(spread: Spreads, audits: float, crew: Crew = STRANGERS) -> float:
    """How far is a branch's plain mean from where its true level stands among the others'? Points².

    With w of a branch's audits by each shopper and v of the chain's, leniency moves score − norm by the variance of one
    shopper times Σ(w − v)²; of n shoppers drawn from N that is 1/n − 1/N, as in any sample without replacement.

    Args:
        spread: the section's variances.
        audits: audits of the branch, > 0.
        crew: who comes, and who comes to the others.
    """
    return spread.shopper * max(1.0 / min(audits, crew.come) - 1.0 / crew.shared, 0.0) + spread.residual / audits


def reliability(spread: Spreads, audits: float, crew: Crew = STRANGERS) -> float:
    """Which share of the differences between branch means is real?

    With nothing shared the index of dependability Φ (Brennan 2001, 2.2.3); where all shoppers come everywhere the
    generalizability coefficient Eρ² (2.2.2); between the two where some of them come.
    """
    total = spread.branch + error_variance(spread, audits, crew)
    return spread.branch / total if total > 0.0 else 0.0


def audits_for(spread: Spreads, goal: float, crew: Crew = STRANGERS) -> int | None:
    """How many audits of each branch reach this reliability? None: not even MOST_AUDITS do."""
    counts = range(1, MOST_AUDITS + 1)
    return next((n for n in counts if reliability(spread, n, crew) >= goal), None)


def crews(design: Design, came: float) -> tuple[Crew, Crew]:
    """Who comes to a typical branch now, and who would if all known shoppers took turns?

    Nothing cancels where some branches share no shopper with the others; an unknown one counts as one more each time.

    Args:
        design: of the window.
        came: different shoppers who audited a typical branch.
    """
    there = float(design.shoppers or inf)
    if design.groups > 1 or isinf(there):
        return Crew(came), Crew(there)
    return Crew(came, there + design.unknown_shopper_audits), Crew(there, there)


def plan(
    section: SectionFigures, audits: float, crew: tuple[Crew, Crew], rules: Rules, shortfalls: Iterable[float]
) -> Plan | None:
    """What are the audits of a section worth, and how many more would be needed?

    Args:
        section: the section with its fitted variances, points².
        audits: audits of a branch in the window.
        crew: who makes them, and who would make any other number of them.
        rules: margin and accepted share of false flags.
        shortfalls: points below the norm that should be noticed.

    Returns:
        None where no fit tells branches from visits, or there are no audits.
    """
    spread, (now, turns) = spreads(section), crew
    if spread is None or audits < 1:
        return None
    needed = {goal: audits_for(spread, goal, turns) for goal in GOALS}
    differ = likely(section)
    return Plan(
        section=section.section,
        audits=audits,
        shoppers=turns.come,
        reliability=reliability(spread, audits, now),
        error=sqrt(error_variance(spread, audits, now)),
        ceiling=ceiling(spread, turns),
        audits_for=needed,
        shoppers_for={goal: shoppers_for(spread, goal) for goal, number in needed.items() if number is None},
        noticing=tuple(
            Noticing(
                points,
                power(differ, error_variance(spread, audits, now), points, rules),
                audits_noticing(spread, differ, points, rules, turns),
            )
            for points in shortfalls
        ),
        limited=error_variance(spread, inf, turns) > 0.0,
    )


def audits_noticing(spread: Spreads, differ: Likely, points: float, rules: Rules, crew: Crew) -> int | None:
    """How many audits flag a branch so far below the norm four times in five? None: not even MOST_AUDITS do."""
    if points <= rules.margin:
        return None
    counts = range(1, MOST_AUDITS + 1)
    place = bisect_left(counts, OFTEN, key=lambda n: power(differ, error_variance(spread, n, crew), points, rules))
    return counts[place] if place < len(counts) else None


def shoppers_for(spread: Spreads, goal: float) -> int | None:
    """How many shoppers bring a reliability within reach of MOST_AUDITS audits though nothing cancels? None: no number."""
    if audits_for(spread, goal, Crew(MOST_SHOPPERS)) is None:
        return None
    return next(n for n in range(1, MOST_SHOPPERS + 1) if reliability(spread, MOST_AUDITS, Crew(n)) >= goal)


def ceiling(spread: Spreads, crew: Crew) -> float:
    """Which reliability would endless audits by these shoppers reach?"""
    return reliability(spread, inf, crew)


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
