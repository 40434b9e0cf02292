"""What a section may be expected to score: exact over marks and N/A, numerically over shoppers and days."""

import math
import operator
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from branches.scoring import NO, YES
from monitor.demo.laws import Law

STEP = 0.04
"""Logits between two points of a curve."""
REACH = 8.0
"""Logits a branch may lie from the chain's level."""
_TAIL = 6.0
"""Standard deviations beyond which nobody is expected."""


@dataclass(frozen=True)
class ItemLaw:
    """One item as chance sees it; without a law it is a remark."""

    item_id: int
    code: str
    weight: float
    law: Law | None
    na_share: float = 0.0
    """How often it does not apply."""
    asked_if: tuple[str, str] | None = None
    """Code and mark of the yes/no item before it, in its section, on which it hangs."""


@dataclass(frozen=True)
class SectionLaw:
    """One section as chance sees it."""

    section_id: int
    code: str
    scored: bool
    items: tuple[ItemLaw, ...]


@dataclass(frozen=True)
class _Case:
    """One way in which the items that others hang on are marked."""

    gates: Mapping[str, str]
    terms: tuple[tuple[ItemLaw, float], ...]
    """Each item asked, and what its full points add to the section's score on average."""


class OneAudit:
    """What one audit's score in a section is expected to be at a given shift, exactly."""

    def __init__(self, section: SectionLaw) -> None:
        self._laws = {item.code: item.law for item in section.items if item.law is not None}
        self._cases = _cases(section)

    def score(self, shift: float) -> float:
        won = {code: law.expected(shift) for code, law in self._laws.items()}
        return sum(_chance(case.gates, won) * _mean(case, won) for case in self._cases)

    def slope(self) -> float:
        """Points that a logit is worth at the chain's own level."""
        return (self.score(STEP) - self.score(-STEP)) / (2 * STEP)


class Curve:
    """A section's expected score by its branch's shift, over shoppers and days; rising, so that it reads backwards too."""

    def __init__(self, audit: OneAudit, spread: float) -> None:
        """`spread` is the standard deviation in logits that shopper and day add to the branch's shift."""
        reach, ends = math.ceil(_TAIL * spread / STEP), math.ceil(REACH / STEP)
        single = [audit.score(step * STEP) for step in range(-ends - reach, ends + reach + 1)]
        bell = [math.exp(-0.5 * (step * STEP / spread) ** 2) for step in range(-reach, reach + 1)]
        whole = sum(bell)
        self._scores: list[float] = [
            sum(map(operator.mul, bell, single[start : start + len(bell)])) / whole for start in range(2 * ends + 1)
        ]

    def score(self, shift: float) -> float:
        at = (shift + REACH) / STEP
        below = min(max(int(at), 0), len(self._scores) - 2)
        return self._scores[below] + (at - below) * (self._scores[below + 1] - self._scores[below])

    def shift(self, score: float) -> float:
        """The shift at which that score is expected."""
        above = min(max(bisect_left(self._scores, score), 1), len(self._scores) - 1)
        low, high = self._scores[above - 1], self._scores[above]
        return (above - 1 + (score - low) / (high - low)) * STEP - REACH


def _chance(gates: Mapping[str, str], won: Mapping[str, float]) -> float:
    return math.prod([won[code] if mark == YES else 1 - won[code] for code, mark in gates.items()])


def _mean(case: _Case, won: Mapping[str, float]) -> float:
    return sum(
        points * (float(case.gates[item.code] == YES) if item.code in case.gates else won[item.code])
        for item, points in case.terms
    )


def _cases(section: SectionLaw) -> list[_Case]:
    sources = sorted({item.asked_if[0] for item in section.items if item.asked_if is not None})
    found = []
    for marks in product((YES, NO), repeat=len(sources)):
        gates = dict(zip(sources, marks, strict=True))
        asked = [i for i in section.items if i.law and (not i.asked_if or gates[i.asked_if[0]] == i.asked_if[1])]
        found.append(_Case(gates, tuple(zip(asked, _full_points(asked), strict=True))))
    return found


def _full_points(items: Sequence[ItemLaw]) -> list[float]:
    """E[100 · weight / Σ weight of what applies] of each item, over every pattern of N/A that leaves something."""
    points, some = [0.0] * len(items), 0.0
    for applies in product(*((True, False) if item.na_share else (True,) for item in items)):
        chance = math.prod(1 - i.na_share if yes else i.na_share for i, yes in zip(items, applies, strict=True))
        weight = sum(i.weight for i, yes in zip(items, applies, strict=True) if yes)
        if weight:
            some += chance
            for place, (item, yes) in enumerate(zip(items, applies, strict=True)):
                points[place] += 100 * chance * item.weight / weight if yes else 0.0
    return [p / some for p in points]
