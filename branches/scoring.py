"""Scoring, pure and exact: marks → points → section scores → the audit's score.

An answer earns points between 0 and 1; score = 100 · Σ weight·points / Σ weight over the items that apply.
Nothing is a float before it is shown: weights and points are fractions, a stored score is whole thousandths of a point.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from branches import rules as skipping
from branches.errors import Refused

NA = "na"
YES = "yes"
NO = "no"


class ItemType(StrEnum):
    """What kind of mark an item takes."""

    YES_NO = "yes_no"
    RATING = "rating"
    NUMBER = "number"
    SECONDS = "seconds"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"


MEASURED = frozenset({ItemType.RATING, ItemType.NUMBER, ItemType.SECONDS})
SCORABLE = MEASURED | {ItemType.YES_NO}

DECIMAL = re.compile(r"(?=.{1,30}\Z)-?\d+(?:\.\d+)?", re.ASCII)
"""A number as marks, weights and limits are written: short and without exponent, since 1e999999999 fills the memory."""
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)


class Total(StrEnum):
    """How section scores make the audit's score."""

    POOLED = "pooled"
    """All points over all weights."""
    SECTIONS = "sections"
    """Weighted mean of the section scores, over the sections that have one."""


@dataclass(frozen=True)
class ItemRule:
    """What the scoring needs to know of an item."""

    code: str
    section: str
    type: ItemType = ItemType.YES_NO
    weight: Fraction = Fraction(1)
    critical: bool = False
    scored: bool = True
    worst: Fraction = Fraction(0)
    """The value that earns 0 points; worst > best means less is better."""
    best: Fraction = Fraction(1)
    """The value that earns 1 point."""
    na: bool = True
    """Whether "does not apply" may be marked."""
    options: tuple[str, ...] = ()
    """Codes of a choice."""


@dataclass(frozen=True)
class ScoringRules:
    """One version of the standard, as the scoring sees it."""

    items: tuple[ItemRule, ...]
    total: Total = Total.POOLED
    section_weights: Mapping[str, Fraction] | None = None
    """Only for Total.SECTIONS; a section that is not named weighs 1."""
    conditions: Mapping[str, skipping.Expression] = field(default_factory=dict)
    """When an item is asked, by its code; one that is not asked leaves both sums, whatever was marked for it."""


@dataclass(frozen=True)
class SectionScore:
    """What one section earned; a section in which nothing applies has none."""

    earned: Fraction
    possible: Fraction
    items: int

    @property
    def score(self) -> Fraction:
        return 100 * self.earned / self.possible


@dataclass(frozen=True)
class AuditScore:
    """What one audit earned."""

    sections: Mapping[str, SectionScore]
    total: Fraction | None
    failed_critical: tuple[str, ...]


def check(item: ItemRule, mark: str) -> None:
    """Refuses a mark that the item does not take; an empty one leaves it unanswered."""
    if mark == NA and not item.na:
        raise Refused("{item} always applies and cannot be marked otherwise.", item=item.code)
    if mark not in ("", NA) and not _takes(item, mark):
        raise Refused("{item} cannot be marked {mark}.", item=item.code, mark=mark[:40])


def _takes(item: ItemRule, mark: str) -> bool:
    if item.type is ItemType.YES_NO:
        return mark in (YES, NO)
    if item.type is ItemType.RATING:
        steps = sorted((item.worst, item.best))
        return _WHOLE.fullmatch(mark) is not None and steps[0] <= int(mark) <= steps[1]
    if item.type in MEASURED:
        return DECIMAL.fullmatch(mark) is not None
    return item.type is not ItemType.CHOICE or not item.options or mark in item.options


def points(item: ItemRule, mark: str) -> Fraction | None:
    """What a mark earns, 0…1; None where the item does not apply or is not scored."""
    if not item.scored or item.type not in SCORABLE or mark in ("", NA):
        return None
    if item.type is ItemType.YES_NO:
        return Fraction(mark == YES)
    ramp = (Fraction(mark) - item.worst) / (item.best - item.worst)
    return min(max(ramp, Fraction(0)), Fraction(1))


def score(rules: ScoringRules, marks: Mapping[str, str]) -> AuditScore:
    """Scores one audit from its marks by item code; an item without a mark does not count."""
    earned: dict[str, list[Fraction]] = {}
    failed = []
    hidden = skipping.skipped(rules.conditions, marks)
    for item in rules.items:
        won = points(item, marks.get(item.code, ""))
        if won is None or item.code in hidden:
            continue
        if item.critical and won == 0:
            failed.append(item.code)
        sums = earned.setdefault(item.section, [Fraction(0), Fraction(0), Fraction(0)])
        sums[0] += item.weight * won
        sums[1] += item.weight
        sums[2] += 1
    sections = {code: SectionScore(e, p, int(n)) for code, (e, p, n) in earned.items() if p > 0}
    return AuditScore(sections, total(rules, sections), tuple(failed))


def total(rules: ScoringRules, sections: Mapping[str, SectionScore]) -> Fraction | None:
    """The audit's score from its sections'; None where no section has one."""
    if not sections:
        return None
    if rules.total is Total.POOLED:
        earned = sum((s.earned for s in sections.values()), Fraction(0))
        return 100 * earned / sum((s.possible for s in sections.values()), Fraction(0))
    weights = rules.section_weights or {}
    held = {code: weights.get(code, Fraction(1)) for code in sections}
    weight = sum(held.values(), Fraction(0))
    return sum((held[c] * s.score for c, s in sections.items()), Fraction(0)) / weight if weight else None


def thousandths(value: Fraction) -> int:
    """Whole thousandths of a point, half up: how a score is stored."""
    return _half_up(value, 1_000)


def billionths(value: Fraction) -> int:
    """Whole billionths of a point, half up: how a score is summed, so that its rounding shows in no figure."""
    return _half_up(value, 1_000_000_000)


def _half_up(value: Fraction, parts: int) -> int:
    return int((2 * parts * value.numerator + value.denominator) // (2 * value.denominator))


@dataclass(frozen=True)
class Band:
    """A word for scores from `floor` up to the next band's floor."""

    code: str
    floor: Fraction


def band(value: Fraction, bands: Iterable[Band]) -> str | None:
    """The band an exact score lies in: half-open, so that no score lies in two or between two."""
    reached = [b for b in bands if value >= b.floor]
    return max(reached, key=lambda b: b.floor).code if reached else None


def rating_steps(item: ItemRule) -> Sequence[int]:
    """The steps of a rating, worst first."""
    step = 1 if item.best > item.worst else -1
    return range(int(item.worst), int(item.best) + step, step)
