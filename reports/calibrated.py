"""What shoppers made of a reference case: which items they mark alike, which not, and each shopper beside the reference."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from branches.scoring import NA, NO, YES, ItemRule, ItemType, rating_steps
from reports.agreement import Counts, Level, alpha_interval, gwet, same_interval
from reports.figures import Figures, Interval

FEWEST = 5
"""Marks of an item below which nothing is told of it: of four who agree it might still be every second pair that does."""
FEWEST_UNITS = 10
"""Items below which nothing is told of all of a kind: drawing so few again says little of how sure it is."""
CLEAR = 0.8
"""An item of which fewer pairs of shoppers give the same mark does not say the same to everybody."""
Z = 1.645
"""Of a 90 % interval."""


class Verdict(StrEnum):
    """What may be said of an item."""

    TOO_FEW = "too_few"
    AMBIGUOUS = "ambiguous"
    """Even the upper end of the interval lies below CLEAR."""
    CLEAR = "clear"
    """Its lower end lies above."""
    UNSURE = "unsure"


@dataclass(frozen=True)
class Marked:
    """One item as the shoppers marked it."""

    code: str
    chosen: tuple[tuple[str, int], ...]
    """Each mark with how many gave it, the most frequent first."""
    pairs: Interval | None
    """Which share of the pairs of shoppers gave the same mark; None where they are too few to say."""
    gwet: float | None
    verdict: Verdict

    @property
    def shoppers(self) -> int:
        return sum(n for _, n in self.chosen)


@dataclass(frozen=True)
class Together:
    """All items of one kind, of every case by this version."""

    type: ItemType
    scale: tuple[str, ...]
    items: int
    gwet: float | None
    alpha: Interval | None
    """None where they are too few, or where all marks are the same."""


@dataclass(frozen=True)
class Beside:
    """One shopper beside the reference."""

    alike: int
    compared: int
    different: tuple[str, ...]
    """Items, in the order of the standard; one that was not asked because of what else was marked is among them."""


@dataclass(frozen=True)
class Lenient:
    """How many points a shopper gives above the others in a section, with its 90 % interval."""

    section: str
    points: Interval

    @property
    def is_more_than_chance(self) -> bool:
        return self.points.low > 0 or self.points.high < 0


Marks = Mapping[str, str]
"""By item code what one shopper marked; what they left out has no entry."""


def item(rule: ItemRule, marks: Iterable[str]) -> Marked:
    """What may be said of one item from the marks that shoppers gave it."""
    found = Counter(one for one in marks if one)
    chosen = tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
    if found.total() < FEWEST:
        return Marked(rule.code, chosen, None, None, Verdict.TOO_FEW)
    pairs = same_interval(found[mark] for mark in _markable(rule, found))
    scale = _scale(rule) or tuple(sorted(found))
    counts = np.array([[found[mark] for mark in scale]], dtype=np.int64)
    return Marked(rule.code, chosen, pairs, gwet(counts, _level(rule.type)), _verdict(pairs))


def _verdict(pairs: Interval | None) -> Verdict:
    if pairs is None:
        return Verdict.TOO_FEW
    if pairs.high < CLEAR:
        return Verdict.AMBIGUOUS
    return Verdict.CLEAR if pairs.low >= CLEAR else Verdict.UNSURE


def _scale(rule: ItemRule) -> tuple[str, ...]:
    """The marks of an item in their order; none where any number may be typed. That it does not apply lies beside a scale."""
    match rule.type:
        case ItemType.YES_NO:
            return (YES, NO, NA) if rule.na else (YES, NO)
        case ItemType.RATING:
            return tuple(str(step) for step in sorted(rating_steps(rule)))
        case ItemType.CHOICE if rule.options:
            return (*rule.options, NA) if rule.na else rule.options
        case _:
            return ()


def _markable(rule: ItemRule, found: Counter[str]) -> tuple[str, ...]:
    """Every mark that somebody could have given; of numbers those that were given, and one more for any other."""
    scale = _scale(rule)
    return tuple(dict.fromkeys([*scale, *sorted(found), *(() if scale else ("",))]))


def _level(kind: ItemType) -> Level:
    return Level.ORDINAL if kind is ItemType.RATING else Level.NOMINAL


def together(cases: Iterable[tuple[Sequence[ItemRule], Sequence[Marks]]]) -> tuple[Together, ...]:
    """All yes/no items, and all ratings on the same scale: each item of each case is a unit, the shoppers its raters.

    What is measured or chosen from a list of its own differs from item to item, and is left out.
    """
    units: dict[tuple[ItemType, tuple[str, ...]], list[list[int]]] = {}
    for rules, answers in cases:
        for rule in rules:
            if rule.type not in (ItemType.YES_NO, ItemType.RATING):
                continue
            scale = (YES, NO, NA) if rule.type is ItemType.YES_NO else _scale(rule)
            given = Counter(marks.get(rule.code, "") for marks in answers)
            units.setdefault((rule.type, scale), []).append([given[mark] for mark in scale])
    return tuple(_together(kind, scale, np.array(rows, dtype=np.int64)) for (kind, scale), rows in units.items())


def _together(kind: ItemType, scale: tuple[str, ...], counts: Counts) -> Together:
    marked = counts[counts.sum(axis=1) > 1]
    if len(marked) < FEWEST_UNITS or marked.sum(axis=1).max() < FEWEST:
        return Together(kind, scale, len(marked), None, None)
    level = _level(kind)
    return Together(kind, scale, len(marked), gwet(marked, level), alpha_interval(marked, level))


def beside(codes: Iterable[str], reference: Marks, marks: Marks) -> Beside:
    """One shopper's marks beside those that are right; an item that neither marked is not compared."""
    compared = [code for code in codes if reference.get(code) or marks.get(code)]
    different = tuple(code for code in compared if reference.get(code, "") != marks.get(code, ""))
    return Beside(len(compared) - len(different), len(compared), different)


def leniency(figures: Figures, shopper: str) -> tuple[Lenient, ...]:
    """How many points a shopper gave above the others, section by section, as the report found it."""
    return tuple(
        Lenient(one.section, Interval(one.leniency, one.leniency - Z * one.sd, one.leniency + Z * one.sd))
        for one in figures.shoppers
        if one.shopper == shopper
    )
