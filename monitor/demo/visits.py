"""Visits: who goes where on which day, and what is marked there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from branches.places import Branch
from branches.scoring import NA, NO
from branches.weeks import Week, moment
from monitor.demo.chain import Chain, comments
from monitor.demo.plan import CellKey
from monitor.demo.sections import ItemLaw, SectionLaw
from monitor.demo.truth import Cell, Spreads

ACROSS_SHARE = 0.15
"""Visits by a shopper of another region, so that leniency can be told from region."""
WORKING_DAYS = 5
"""Monday to Friday: released two days later, an audit counts in its own week's edition."""
OPENS, OPEN_HOURS = 9, 9
COMMENT_SHARE = 0.04
"""Of the items marked "no"."""
REMARK_SHARE = 0.05


@dataclass(frozen=True)
class Answered:
    """One mark of a visit."""

    item_id: int
    mark: str
    comment: str = ""


@dataclass(frozen=True)
class Visit:
    """One shopper's visit to one branch."""

    branch_id: int
    shopper_id: int
    visited_at: datetime
    visited_on: date
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class World:
    """All that decides what a visit finds."""

    chain: Chain
    sections: tuple[SectionLaw, ...]
    cells: Mapping[CellKey, Cell]
    spreads: Spreads
    per_point: float
    """Logits."""
    leniency: Mapping[CellKey, float]
    """Of shopper (by number) and section, in logits."""


def leniencies(
    chance: Random, shoppers: int, sections: Sequence[SectionLaw], spreads: Spreads, per_point: float
) -> dict[CellKey, float]:
    """Draws how much each shopper gives above the others."""
    found = {}
    for shopper in range(shoppers):
        own = chance.gauss(0, spreads.shopper)
        for section in sections:
            found[shopper, section.code] = (own + chance.gauss(0, spreads.shopper_section)) * per_point
    return found


class Visits:
    """Draws the visits of one week after the other; what it remembers does not grow with the weeks."""

    def __init__(self, world: World, chance: Random, per_week: float) -> None:
        self._world, self._chance, self._per_week = world, chance, per_week
        self._last: dict[int, int] = {}
        homes = world.chain.home_of
        self._at_home = [[n for n, home in enumerate(homes) if home == r] for r in range(len(world.chain.regions))]
        self._elsewhere = [[n for n, home in enumerate(homes) if home != r] for r in range(len(world.chain.regions))]

    def of(self, week: Week) -> Iterator[Visit]:
        for number, branch in enumerate(self._world.chain.branches):
            for _ in range(self._count()):
                day = week.monday + timedelta(days=self._chance.randrange(WORKING_DAYS))
                at = time(OPENS + self._chance.randrange(OPEN_HOURS), self._chance.randrange(60))
                if (branch.opened is None or branch.opened <= day) and (branch.closed is None or day < branch.closed):
                    yield self._visit(number, branch, day, at)

    def _count(self) -> int:
        whole = int(self._per_week)
        return whole + (self._chance.random() < self._per_week - whole)

    def _visit(self, number: int, branch: Branch, day: date, at: time) -> Visit:
        shopper = self._shopper(number)
        usual = self._chance.gauss(0, self._world.spreads.visit) * self._world.per_point
        answers = tuple(
            answered
            for section in self._world.sections
            for answered in self._answers(section, self._shift(section, number, shopper, day) + usual, number)
        )
        visitor = self._world.chain.shoppers[shopper].id
        return Visit(branch.id, visitor, moment(day, at, branch.timezone), day, answers)

    def _shopper(self, branch: int) -> int:
        """Mostly one of the region's own, never the same twice running."""
        region = self._world.chain.region_of[branch]
        pool = self._elsewhere[region] if self._chance.random() < ACROSS_SHARE else self._at_home[region]
        shopper = self._chance.choice([s for s in pool if s != self._last.get(branch)])
        self._last[branch] = shopper
        return shopper

    def _shift(self, section: SectionLaw, branch: int, shopper: int, day: date) -> float:
        """A section that is not scored follows from the others: the effect, where they are the cause."""
        causes = [section] if section.scored else [s for s in self._world.sections if s.scored]
        shifts = [self._world.cells[branch, s.code].on(day).shift for s in causes]
        return sum(shifts) / len(shifts) + self._world.leniency[shopper, section.code]

    def _answers(self, section: SectionLaw, shift: float, branch: int) -> Iterator[Answered]:
        marks: dict[str, str] = {}
        for item in section.items:
            mark = self._mark(item, shift, marks, branch)
            if mark:
                marks[item.code] = mark
                yield Answered(item.item_id, mark, self._comment(mark, branch))

    def _mark(self, item: ItemLaw, shift: float, marks: Mapping[str, str], branch: int) -> str:
        """Empty where the item is not asked, or nothing is remarked."""
        if item.asked_if is not None and marks.get(item.asked_if[0]) != item.asked_if[1]:
            return ""
        if item.law is None:
            remarks = self._chance.random() < REMARK_SHARE
            return self._chance.choice(comments(self._world.chain, branch)) if remarks else ""
        if item.na_share and self._chance.random() < item.na_share:
            return NA
        return item.law.draw(shift, self._chance)

    def _comment(self, mark: str, branch: int) -> str:
        if mark != NO or self._chance.random() >= COMMENT_SHARE:
            return ""
        return self._chance.choice(comments(self._world.chain, branch))
