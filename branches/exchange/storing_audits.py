"""Storing the audits of a form, batch by batch, with answers and scores as branches.audits would have kept them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from sqlmodel import Session

from branches import editions, standards
from branches.audits import Answer, Audit, Outcome, ScoreRow
from branches.database import public_id
from branches.exchange.audit_rows import Marked
from branches.exchange.bulk import Bulk, reserve
from branches.exchange.form import AuditRow, ItemRow
from branches.exchange.marks import Scored, Scorer
from branches.places import Branch
from branches.standards import Standard
from branches.states import AuditState
from branches.weeks import moment

AUDIT = (
    "id", "public_id", "code", "standard_id", "branch_id", "shopper_id", "channel", "state", "assigned_at",
    "visited_on", "released_at", "reason", "score", "band", "outcome",
)  # fmt: skip
ANSWER = ("audit_id", "item_id", "mark", "points", "comment")
SCORE_ROW = ("audit_id", "section_id", "branch_id", "shopper_id", "day", "score", "billionths", "items", "counted_from")


class AuditStore:
    """Stores audits under one version of the standard."""

    def __init__(
        self,
        session: Session,
        standard: Standard,
        items: Sequence[ItemRow | None],
        *,
        branches: Mapping[str, Branch],
        shoppers: Mapping[str, int],
        at: datetime,
    ) -> None:
        columns = [item for item in items if item is not None]
        ids = {item.code: item.id for section in standard.sections for item in section.items}
        sections = [section.code for section in standard.sections]
        self._session = session
        self._standard_id = standard.id
        self._items = [ids[item.code] for item in columns]
        self._sections = [section.id for section in standard.sections]
        self._scorer = Scorer(columns, sections, standards.scoring_rules(standard), standards.bands(standard))
        self._branches = {code: (b.id, b.timezone) for code, b in branches.items()}
        self._shoppers = shoppers
        self._release = Release(session, at)
        self._audits = Bulk(session, Audit, AUDIT)
        self._answers = Bulk(session, Answer, ANSWER)
        self._score_rows = Bulk(session, ScoreRow, SCORE_ROW)

    def add(self, batch: Sequence[Marked]) -> None:
        if not batch:
            return
        audits: list[tuple[object, ...]] = []
        answers: list[tuple[object, ...]] = []
        score_rows: list[tuple[object, ...]] = []
        for number, (row, won) in zip(reserve(self._session, Audit, len(batch)), batch, strict=True):
            branch, zone = self._branches[row.branch]
            shopper = self._shoppers.get(row.shopper)
            released = self._release.at(row.day, zone)
            scored = self._scorer.score(won)
            audits.append(self._audit(number, row, released, scored))
            answers += [
                (number, item, mark, one.points, "")
                for item, mark, one in zip(self._items, row.marks, won, strict=True)
                if mark
            ]
            day = row.day.toordinal()
            score_rows += [
                (number, self._sections[section], branch, shopper, day, score, fine, items, released)
                for section, score, fine, items in scored.sections
            ]
        self._audits.insert(audits)
        self._answers.insert(answers)
        self._score_rows.insert(score_rows)

    def _audit(self, number: int, row: AuditRow, released: datetime, scored: Scored) -> tuple[object, ...]:
        branch, zone = self._branches[row.branch]
        assigned = min(self._release.begins(row.day, zone), released)
        outcome = Outcome.CRITICAL_FAIL if scored.failed else Outcome.PASS
        return (
            number, public_id(), row.code, self._standard_id, branch, self._shoppers.get(row.shopper), row.channel,
            AuditState.RELEASED.value, assigned, row.day, released, "", scored.score, scored.band, outcome.value,
        )  # fmt: skip


class Release:
    """Since when an imported audit counts: since the end of its day.

    Where that lies within what an edition has already counted, it counts from now on: nothing changes silently.
    """

    def __init__(self, session: Session, at: datetime) -> None:
        self._first = editions.counts_from(session, datetime.min.replace(tzinfo=UTC))
        self._now = max(at, self._first)
        self.begins = cache(_begins)

    def at(self, day: date, zone: str) -> datetime:
        """The moment from which it counts, never one to come."""
        ended = self.begins(day + timedelta(days=1), zone)
        return min(ended, self._now) if ended >= self._first else self._now


def _begins(day: date, zone: str) -> datetime:
    return moment(day, time(0), zone)
