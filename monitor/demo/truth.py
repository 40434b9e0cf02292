"""What every branch is truly like in every section: drawn in points, so that it is known to the point."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from monitor.demo.plan import CellKey, Plan
from monitor.demo.sections import Curve, OneAudit, SectionLaw

HIGHEST, LOWEST = 97.5, 10.0
"""No section is expected to score beyond these."""


@dataclass(frozen=True)
class Spreads:
    """Standard deviations in points, as the yardsticks have them; chance in the items themselves adds about ten."""

    region: float = 2.0
    branch: float = 4.0
    branch_section: float = 3.0
    shopper: float = 4.0
    shopper_section: float = 2.0
    visit: float = 6.0

    @property
    def passing(self) -> float:
        """What does not stay with the branch: who comes, and on which day."""
        return math.hypot(self.shopper, self.shopper_section, self.visit)


@dataclass(frozen=True)
class Level:
    """Where a branch is in a section: the shift in logits, and the score it makes one expect."""

    shift: float
    score: float


@dataclass(frozen=True)
class Cell:
    """One branch in one section."""

    level: Level
    fell_on: date | None = None
    after: Level | None = None
    """Its level from `fell_on` on."""

    def on(self, day: date) -> Level:
        return self.after if self.after is not None and self.fell_on is not None and day >= self.fell_on else self.level


def logits_per_point(sections: Sequence[SectionLaw]) -> float:
    """How far a point is at the chain's own level, over all scored sections."""
    slopes = [OneAudit(section).slope() for section in sections if section.scored]
    return len(slopes) / sum(slopes)


def curves(sections: Sequence[SectionLaw], spreads: Spreads) -> dict[str, Curve]:
    """Of the scored sections, by code."""
    spread = spreads.passing * logits_per_point(sections)
    return {section.code: Curve(OneAudit(section), spread) for section in sections if section.scored}


def cells(
    chance: Random, curves: Mapping[str, Curve], region_of: Sequence[int], plan: Plan, spreads: Spreads
) -> dict[CellKey, Cell]:
    """Draws what each region, branch and section of a branch adds; what is planted comes on top."""
    regional = {(r, s): chance.gauss(0, spreads.region) for r in sorted(set(region_of)) for s in curves}
    found = {}
    for branch, region in enumerate(region_of):
        own = chance.gauss(0, spreads.branch)
        for section, curve in curves.items():
            points = regional[region, section] + own + chance.gauss(0, spreads.branch_section)
            found[branch, section] = _cell((branch, section), curve, points, plan)
    return found


def _cell(key: CellKey, curve: Curve, points: float, plan: Plan) -> Cell:
    usual = _between(curve.score(0) + points)
    score = _between(usual - plan.faults.get(key, 0.0) + plan.above.get(key, 0.0))
    if key not in plan.steps:
        return Cell(_level(curve, score))
    return Cell(_level(curve, score), plan.step_day, _level(curve, _between(score - plan.steps[key])))


def _level(curve: Curve, score: float) -> Level:
    return Level(curve.shift(score), score)


def _between(score: float) -> float:
    return min(max(score, LOWEST), HIGHEST)
