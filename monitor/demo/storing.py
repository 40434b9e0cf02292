"""Rows in bulk: a week's visits as audits, answers and score rows, scored as the program scores them."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from branches import scoring, standards
from branches.audits import Answer, Audit, Outcome, ScoreRow
from branches.scoring import ItemRule, SectionScore
from branches.standards import Standard
from branches.states import AuditState
from monitor.demo.visits import Answered, Visit

BATCH = 500
"""Audits stored at once; what is held in memory is bounded by it."""
ASSIGNED_BEFORE = timedelta(days=7)
SUBMITTED_AFTER = timedelta(hours=6)
APPROVED_AFTER = timedelta(days=1)
RELEASED_AFTER = timedelta(days=2)

Row = dict[str, Any]


@dataclass(frozen=True)
class Worth:
    """What a mark earns."""

    points: int | None
    """Thousandths of the item's full points; None where it does not count."""
    won: int
    """Weight · points, in the standard's common unit."""
    fails: bool
    """Whether the audit fails by it."""


@dataclass(frozen=True)
class Scored:
    """What an audit earned."""

    score: int | None
    band: str | None
    outcome: Outcome
    sections: tuple[tuple[int, int, int, int], ...]
    """Section row, thousandths, billionths, items that applied."""


class Scorer:
    """Scores as `branches.scoring` does, in whole numbers: each mark of each item is looked at once only."""

    def __init__(self, standard: Standard) -> None:
        self._rules, self._bands = standards.scoring_rules(standard), standards.bands(standard)
        items = [item.id for section in standard.sections for item in section.items]
        self._rule = dict(zip(items, self._rules.items, strict=True))
        self._section_ids = {section.code: section.id for section in standard.sections}
        self._unit = math.lcm(*(d for rule in self._rules.items for d in _denominators(rule)))
        self._weight = {item: int(rule.weight * self._unit) for item, rule in self._rule.items()}
        self.worth = cache(self._worth)

    def score(self, answers: Iterable[Answered]) -> Scored:
        sums: dict[str, list[int]] = {}
        outcome = Outcome.PASS
        for answer in answers:
            worth = self.worth(answer.item_id, answer.mark)
            if worth.points is not None:
                held = sums.setdefault(self._rule[answer.item_id].section, [0, 0, 0])
                held[0] += worth.won
                held[1] += self._weight[answer.item_id]
                held[2] += 1
                outcome = Outcome.CRITICAL_FAIL if worth.fails else outcome
        return self._scored({code: held for code, held in sums.items() if held[1]}, outcome)

    def _worth(self, item: int, mark: str) -> Worth:
        rule = self._rule[item]
        points = scoring.points(rule, mark)
        if points is None:
            return Worth(None, 0, fails=False)
        return Worth(
            scoring.thousandths(points), int(rule.weight * points * self._unit), fails=rule.critical and points == 0
        )

    def _scored(self, sums: Mapping[str, Sequence[int]], outcome: Outcome) -> Scored:
        sections = {
            code: SectionScore(Fraction(won, self._unit), Fraction(of, self._unit), items)
            for code, (won, of, items) in sums.items()
        }
        total = scoring.total(self._rules, sections)
        rows = (
            (self._section_ids[code], scoring.thousandths(s.score), scoring.billionths(s.score), s.items)
            for code, s in sections.items()
        )
        return Scored(
            None if total is None else scoring.thousandths(total),
            None if total is None else scoring.band(total, self._bands),
            outcome,
            tuple(rows),
        )


def _denominators(rule: ItemRule) -> tuple[int, ...]:
    """Of weight · points, whatever whole number is marked."""
    ramp = rule.weight / (rule.best - rule.worst)
    return rule.weight.denominator, ramp.denominator, (ramp * rule.worst).denominator


def store(session: Session, standard_id: int, scorer: Scorer, visits: Iterable[Visit]) -> tuple[int, int]:
    """Stores released audits; gives how many, and how many rows in all."""
    audits = rows = 0
    waiting = iter(visits)
    while batch := list(islice(waiting, BATCH)):
        audits += len(batch)
        rows += _store(session, standard_id, scorer, batch)
    return audits, rows


def _store(session: Session, standard_id: int, scorer: Scorer, visits: Sequence[Visit]) -> int:
    scored = [scorer.score(visit.answers) for visit in visits]
    connection = session.connection()
    insert = sa.insert(Audit).returning(col(Audit.id), sort_by_parameter_order=True)
    audits = [_audit(standard_id, visit, found) for visit, found in zip(visits, scored, strict=True)]
    ids = connection.scalars(insert, audits).all()
    answers = [row for audit, visit in zip(ids, visits, strict=True) for row in _answers(audit, visit, scorer)]
    scores = [
        row for audit, visit, found in zip(ids, visits, scored, strict=True) for row in _scores(audit, visit, found)
    ]
    connection.execute(sa.insert(Answer), answers)
    connection.execute(sa.insert(ScoreRow), scores)
    return len(audits) + len(answers) + len(scores)


def _audit(standard_id: int, visit: Visit, scored: Scored) -> Row:
    return {
        "standard_id": standard_id,
        "branch_id": visit.branch_id,
        "shopper_id": visit.shopper_id,
        "state": AuditState.RELEASED.value,
        "assigned_at": visit.visited_at - ASSIGNED_BEFORE,
        "started_at": visit.visited_at,
        "visited_at": visit.visited_at,
        "visited_on": visit.visited_on,
        "submitted_at": visit.visited_at + SUBMITTED_AFTER,
        "approved_at": visit.visited_at + APPROVED_AFTER,
        "released_at": visit.visited_at + RELEASED_AFTER,
        "score": scored.score,
        "band": scored.band,
        "outcome": scored.outcome.value,
    }


def _answers(audit: int, visit: Visit, scorer: Scorer) -> Iterator[Row]:
    for answer in visit.answers:
        yield {
            "audit_id": audit,
            "item_id": answer.item_id,
            "mark": answer.mark,
            "points": scorer.worth(answer.item_id, answer.mark).points,
            "comment": answer.comment,
        }


def _scores(audit: int, visit: Visit, scored: Scored) -> Iterator[Row]:
    for section, score, fine, items in scored.sections:
        yield {
            "audit_id": audit,
            "section_id": section,
            "branch_id": visit.branch_id,
            "shopper_id": visit.shopper_id,
            "day": visit.visited_on.toordinal(),
            "score": score,
            "billionths": fine,
            "items": items,
            "counted_from": visit.visited_at + RELEASED_AFTER,
        }
