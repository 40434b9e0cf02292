"""Marks: what each cell of an audit may say and what it earns, looked up rather than computed wherever seen before.

Exact like branches.scoring, which decides; here only sums are taken, in whole numbers on a scale common to all items.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from branches import scoring
from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.form import ItemRow
from branches.scoring import MEASURED, NA, NO, YES, Band, ItemRule, ItemType, ScoringRules, SectionScore, Total

MOST_KNOWN = 100_000
"""Different marks remembered, over all items."""
LARGEST_SCALE = 10**60

_WHOLE = re.compile(r"-?[0-9]{1,12}")


class Won(NamedTuple):
    """What one mark earns: weight · points and weight, both times the scale."""

    earned: int | Fraction
    weight: int | Fraction
    counts: int
    failed: int
    """1 where a critical item earned nothing."""
    points: int | None
    """Thousandths, as an Answer keeps them."""


NOTHING = Won(0, 0, 0, 0, None)


class Marks:
    """The marks of a form's audits, item by item in the order of the columns."""

    def __init__(self, items: Sequence[ItemRow | None]) -> None:
        """Marks of an item that is None, because it has faults itself, are not looked at."""
        self._items = items
        self._rules = [None if item is None else item.rule for item in items]
        self._scale = _scale([rule for rule in self._rules if rule is not None])
        self._known: list[dict[str, Won]] = [{"": NOTHING} for _ in items]
        self._most = max(20, MOST_KNOWN // max(1, len(items)))

    def won(self, marks: Sequence[str]) -> list[Won | None]:
        """What each mark earns where it has been seen before; None where `look` must decide."""
        return list(map(dict.get, self._known, marks))

    def look(self, position: int, mark: str) -> Won:
        """What that mark earns; refused where the item does not take it."""
        item, rule = self._items[position], self._rules[position]
        if item is None or rule is None:
            return NOTHING
        check_mark(item, mark)
        won = self._earn(rule, mark)
        if len(self._known[position]) < self._most and len(mark) <= cells.LONGEST_NUMBER:
            self._known[position][mark] = won
        return won

    def _earn(self, rule: ItemRule, mark: str) -> Won:
        points = scoring.points(rule, mark)
        if points is None:
            return NOTHING
        weight = rule.weight * self._scale
        failed = int(rule.critical and points == 0)
        return Won(_whole(points * weight), _whole(weight), 1, failed, scoring.thousandths(points))


def check_mark(item: ItemRow, mark: str) -> None:
    """Refuses a mark that the item does not take; an empty one is always taken."""
    if not mark:
        return
    if mark == NA:
        if not item.na:
            raise Refused("This item always applies: na may not be marked.")
    elif item.type is ItemType.YES_NO:
        if mark not in (YES, NO):
            raise Refused("{mark} is neither yes nor no nor na.", mark=shown(mark))
    elif item.type is ItemType.RATING:
        _check_rating(item, mark)
    elif item.type in MEASURED:
        cells.decimal(mark)
    else:
        cells.text(mark)


def _check_rating(item: ItemRow, mark: str) -> None:
    worst, best = int(item.worst or 0), int(item.best or 0)
    if _WHOLE.fullmatch(mark) is None or not min(worst, best) <= int(mark) <= max(worst, best):
        raise Refused(
            "{mark} is not a rating from {worst} to {best} in whole steps.",
            mark=shown(mark),
            worst=min(worst, best),
            best=max(worst, best),
        )


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _scale(rules: Sequence[ItemRule]) -> int:
    """A number that makes weights, and what whole marks earn of them, whole; 1 where it would become unwieldy."""
    scale = 1
    for rule in rules:
        step = rule.weight / (rule.best - rule.worst) if rule.type in MEASURED else rule.weight
        scale = lcm(scale, rule.weight.denominator, step.denominator * rule.worst.denominator)
        if scale > LARGEST_SCALE:
            return 1
    return scale


@dataclass(frozen=True)
class Scored:
    """An audit's scores as they are kept, in thousandths; sections by their place in the standard."""

    sections: list[tuple[int, int, int, int]]
    """Section, score, the score in billionths, items that applied."""
    score: int | None
    band: str | None
    failed: bool


class Scorer:
    """Adds up what an audit's marks earned; equal to branches.scoring.score to the last digit."""

    def __init__(
        self, items: Sequence[ItemRow], sections: Sequence[str], rules: ScoringRules, bands: list[Band]
    ) -> None:
        positions: list[list[int]] = [[] for _ in sections]
        for position, item in enumerate(items):
            positions[sections.index(item.section)].append(position)
        self._positions = list(enumerate(positions))
        self._sections = sections
        self._rules = rules
        self._bands = bands

    def score(self, won: Sequence[Won]) -> Scored:
        earned, weights, counts, failed, _ = zip(*won, strict=True)
        sums = []
        for section, positions in self._positions:
            possible = sum([weights[p] for p in positions])
            if possible:
                sums.append((section, sum([earned[p] for p in positions]), possible, positions))
        kept = [
            (s, _parts(e, p, 1_000), _parts(e, p, 1_000_000_000), sum([counts[i] for i in positions]))
            for s, e, p, positions in sums
        ]
        if not kept:
            return Scored([], None, None, any(failed))
        if self._rules.total is Total.POOLED and not self._bands:
            pooled = _parts(sum([e for _, e, _, _ in sums]), sum([p for _, _, p, _ in sums]), 1_000)
            return Scored(kept, pooled, None, any(failed))
        exact = {self._sections[s]: SectionScore(Fraction(e), Fraction(p), len(i)) for s, e, p, i in sums}
        total = scoring.total(self._rules, exact)
        if total is None:
            return Scored(kept, None, None, any(failed))
        return Scored(kept, scoring.thousandths(total), scoring.band(total, self._bands), any(failed))


def _parts(earned: int | Fraction, possible: int | Fraction, parts: int) -> int:
    """100 · earned / possible in whole parts of a point, half up: as scoring.thousandths and scoring.billionths."""
    return int((200 * parts * earned + possible) // (2 * possible))
