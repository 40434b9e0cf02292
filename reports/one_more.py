"""One more: what would a section's mean have been, had one more audit been in order on an item? Exact, by the rules of scoring."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from branches import rules, scoring
from branches.scoring import ScoringRules

Marked = tuple[ScoringRules, Mapping[str, str]]
"""The rules by which one audit was scored, and its marks by the item's code."""


@dataclass(frozen=True)
class OneMore:
    """What one more audit in order on an item would have made of the mean of its section."""

    code: str
    section: str
    audits: int
    """With a score in the section."""
    mean: Fraction
    """The section's mean as it is, 0…100."""
    least: Fraction
    """As it would have been; as `most`: at an audit where more items applied, one of them makes less of a difference."""
    most: Fraction


def one_more(audits: Iterable[Marked]) -> tuple[OneMore, ...]:
    """By how much does each item that was not in order hold its section's mean down?

    Everything else stays as it was marked. Of an item on which it depends whether others are asked, nothing is said: with
    another mark the audit would have been another one.

    Args:
        audits: of one branch, each with its marks and the rules by which it was scored.
    """
    scores: dict[str, list[Fraction]] = {}
    gains: dict[tuple[str, str], list[Fraction]] = {}
    for scored_by, marks in audits:
        found = scoring.score(scored_by, marks)
        for section, one in found.sections.items():
            scores.setdefault(section, []).append(one.score)
        for code, section, missing in _missing(scored_by, marks):
            if section in found.sections:
                gains.setdefault((code, section), []).append(100 * missing / found.sections[section].possible)
    return tuple(_told(code, section, raised, scores[section]) for (code, section), raised in gains.items())


def _missing(scored_by: ScoringRules, marks: Mapping[str, str]) -> Iterator[tuple[str, str, Fraction]]:
    """Each item that did not earn all its points, its section, and its weight times what was missing."""
    hidden = rules.skipped(scored_by.conditions, marks)
    decides = frozenset[str]().union(*(rules.items(rule) for rule in scored_by.conditions.values()))
    for item in scored_by.items:
        won = scoring.points(item, marks.get(item.code, ""))
        if won is not None and won < 1 and item.weight and item.code not in hidden | decides:
            yield item.code, item.section, item.weight * (1 - won)


def _told(code: str, section: str, raised: list[Fraction], scores: list[Fraction]) -> OneMore:
    n = len(scores)
    mean = sum(scores, Fraction(0)) / n
    return OneMore(code, section, n, mean, mean + min(raised) / n, mean + max(raised) / n)
