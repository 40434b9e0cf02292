"""What the audits of a window are worth, what more would bring, and who needs them most: the plan behind one report."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import Any

from reports.figures import Cell, Design, Figures, State
from reports.planning import Plan, crews, neediest, plan

SHORTFALLS = (10.0, 15.0, 20.0)
"""Points below the norm that a plan speaks of unless others are asked for."""
NEEDY = 10
"""So many branches are named."""


@dataclass(frozen=True)
class Need:
    """A branch whose next audits would tell most."""

    branch: str
    audits: int
    """In the window: the most in any section."""
    unjudged: tuple[str, ...]
    """Sections in which nothing can be said of it yet."""
    section: str | None
    """The judged section nearest to even odds, with the probability that it falls short."""
    p_short: float | None


@dataclass(frozen=True)
class Outlook:
    """The plan of one scope, language-free."""

    scope: str
    scope_name: str | None
    first: date
    last: date
    design: Design
    audits: float
    """Of a typical branch of the scope: the median over all its branches, those without an audit included."""
    supposed: int | None
    """Audits of each branch that are supposed instead of those there are; None: as it is."""
    sections: tuple[Plan, ...]
    """Those in which branches can be told from single visits."""
    untold: tuple[str, ...]
    """The other sections."""
    needy: tuple[Need, ...]


def outlook(
    figures: Figures, shortfalls: Iterable[float] = SHORTFALLS, supposed: int | None = None, count: int = NEEDY
) -> Outlook:
    """What are a scope's audits worth, and where should the next ones go?

    Everything comes from the figures of a report; nothing is fitted anew.

    Args:
        figures: of one scope; variances in points² are the chain's.
        shortfalls: points below the norm that should be noticed.
        supposed: audits of each branch to suppose instead of those there are, each by another shopper as far as they go.
        count: how many branches are named.
    """
    cells = _by(figures.cells, "section")
    points = tuple(shortfalls)
    found = {one.section: _plan(figures, one.section, cells[one.section], points, supposed) for one in figures.sections}
    return Outlook(
        scope=figures.scope,
        scope_name=figures.scope_name,
        first=figures.window_from,
        last=figures.window_to,
        design=figures.design,
        audits=_typical(figures.cells),
        supposed=supposed,
        sections=tuple(one for one in found.values() if one is not None) if figures.design.enough else (),
        untold=tuple(code for code, one in found.items() if one is None or not figures.design.enough),
        needy=tuple(_need(_by(figures.cells, "branch"), branch) for branch in neediest(figures.cells, count)),
    )


def _by(cells: Iterable[Cell], field: str) -> defaultdict[str, list[Cell]]:
    found: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[getattr(cell, field)].append(cell)
    return found


def _typical(cells: Iterable[Cell]) -> float:
    most = [max(cell.audits for cell in some) for some in _by(cells, "branch").values()]
    return float(median(most)) if most else 0.0


def _plan(
    figures: Figures, section: str, cells: list[Cell], points: tuple[float, ...], supposed: int | None
) -> Plan | None:
    """Of one section, with the audits of the scope's typical audited branch."""
    seen = [cell for cell in cells if cell.audits]
    if not seen:
        return None
    fitted = next(one for one in figures.sections if one.section == section)
    if fitted.audits_wanted:
        return None
    now, turns = crews(figures.design, median(cell.shoppers for cell in seen))
    if supposed is not None:
        return plan(fitted, supposed, (turns, turns), figures.rules, points)
    return plan(fitted, median(cell.audits for cell in seen), (now, turns), figures.rules, points)


def _need(cells: dict[str, list[Cell]], branch: str) -> Need:
    own = cells[branch]
    judged = [cell for cell in own if cell.p_short is not None and cell.state is not State.NOT_ENOUGH]
    nearest = min(judged, key=lambda cell: abs((cell.p_short or 0.0) - 0.5), default=None)
    return Need(
        branch=branch,
        audits=max(cell.audits for cell in own),
        unjudged=tuple(cell.section for cell in own if cell.state is State.NOT_ENOUGH),
        section=nearest.section if nearest else None,
        p_short=nearest.p_short if nearest else None,
    )


def as_json(found: Outlook) -> dict[str, Any]:
    """The plan with the names and shape that docs/json.md promises; None where nothing can be said."""
    return {
        "scope": found.scope,
        "window": {"from": found.first.isoformat(), "to": found.last.isoformat()},
        "design": asdict(found.design),
        "audits": found.audits,
        "supposed": found.supposed,
        "sections": [_section(one) for one in found.sections],
        "untold": list(found.untold),
        "neediest": [asdict(need) for need in found.needy],
    }


def _section(found: Plan) -> dict[str, Any]:
    return {
        "section": found.section,
        "audits": found.audits,
        "shoppers": int(found.shoppers) if found.shoppers < float("inf") else None,
        "reliability": found.reliability,
        "error": found.error,
        "ceiling": found.ceiling,
        "audits_for": {f"{goal:g}": number for goal, number in found.audits_for.items()},
        "shoppers_for": {f"{goal:g}": number for goal, number in found.shoppers_for.items()},
        "noticing": [asdict(one) for one in found.noticing],
    }
