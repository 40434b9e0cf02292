"""Figures as the statistics would hand them over, small enough to be checked by eye."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from reports.figures import Cell, Design, Figures, Interval, Rules, SectionFigures, State, TrendPoint

WEEK = date(2026, 11, 16)
NORMS = {"greeting": 83.6, "cut": 90.0}
TITLES = {"greeting": "Greeting", "cut": "Cut"}
ENOUGH = Design(
    audits=36,
    branches=4,
    audited_branches=4,
    shoppers=7,
    unknown_shopper_audits=0,
    median_audits=9.0,
    repeats=32,
    enough=True,
    audits_wanted=0,
    groups=1,
    cross_region_share=None,
)
VARIANCES = {
    "branch": Interval(16.0, 4.0, 36.0),
    "shopper": Interval(9.0, 1.0, 25.0),
    "residual": Interval(100.0, 81.0, 121.0),
}
_ESTIMATES = {
    State.FALLS_SHORT: (-12.4, -18.0, -6.0, 0.97, 0.03),
    State.WATCH: (-5.5, -11.2, 0.4, 0.6, 0.2),
    State.AS_NORM: (0.3, -4.0, 4.0, 0.02, 0.7),
    State.ABOVE: (9.0, 5.6, 12.4, 0.0, 0.9),
}


def cell(branch: str, section: str, state: State, audits: int = 9, score: float = 71.2) -> Cell:
    """A cell of the state; its estimate is the state's own."""
    norm = NORMS[section]
    if state is State.NOT_ENOUGH:
        nothing = (None, None, None, None, None)
        return Cell(branch, section, audits, audits, score if audits else None, norm, None, *nothing, state)
    return Cell(branch, section, audits, 5, score, norm, score - norm, *_ESTIMATES[state], state)


def figures(states: Mapping[str, tuple[State, State]], names: Mapping[str, str] | None = None) -> Figures:
    """A chain whose branches have these states in greeting and cut."""
    sections = tuple(SectionFigures(code, 36, len(states), norm, VARIANCES, 1.0, None) for code, norm in NORMS.items())
    cells = tuple(
        cell(branch, section, state, 1 if state is State.NOT_ENOUGH else 9)
        for branch, pair in states.items()
        for section, state in zip(NORMS, pair, strict=True)
    )
    return Figures(
        scope="chain",
        scope_name=None,
        week=WEEK,
        window_from=date(2026, 5, 25),
        window_to=date(2026, 11, 22),
        rules=Rules(),
        standard_version=3,
        design=replace(ENOUGH, branches=len(states), audited_branches=len(states)),
        sections=sections,
        cells=cells,
        shoppers=(),
        trend=tuple(
            TrendPoint(WEEK - timedelta(weeks=back), section, 4, norm + back)
            for back in (0, 1, 3)
            for section, norm in NORMS.items()
        ),
        new=(),
        branch_names=dict(names or {}) | {branch: branch for branch in states if branch not in (names or {})},
        branch_regions=dict.fromkeys(states, "North"),
    )
