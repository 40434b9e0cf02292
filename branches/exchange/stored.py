"""Comparing a form with what is stored: an audit that is there already must say the same."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from branches.appeals import Appeal
from branches.audits import Answer, Audit
from branches.database import in_parts
from branches.errors import Refused
from branches.exchange.audit_rows import AuditTable
from branches.exchange.faults import Faults, shown
from branches.exchange.form import AUDIT_COLUMNS, AUDITS, CHANNEL, AuditRow
from branches.people import User
from branches.places import Branch
from branches.standards import Item


@dataclass(frozen=True)
class Stored:
    """An audit as the form would say it."""

    number: int
    code: str
    branch: str
    day: date | None
    shopper: str
    channel: str

    @property
    def written_day(self) -> str:
        return self.day.isoformat() if self.day else ""


def stored_audits(session: Session, *which: sa.ColumnElement[bool], most: int | None = None) -> list[Stored]:
    """The audits that meet the conditions, as the form would say them; in the order in which they came."""
    query = (
        sa.select(col(Audit.id), col(Audit.code), col(Audit.public_id), col(Branch.code), col(Audit.visited_on))
        .add_columns(col(User.code), col(User.public_id), col(Audit.channel))
        .select_from(Audit)
        .join(Branch, col(Branch.id) == Audit.branch_id)
        .join(User, col(User.id) == Audit.shopper_id, isouter=True)
        .where(*which)
        .order_by(col(Audit.id))
        .limit(most)
    )
    return [
        Stored(number, code or public, branch, day, shopper or shopper_public or "", channel)
        for number, code, public, branch, day, shopper, shopper_public, channel in session.execute(query)
    ]


def any_audits(session: Session) -> bool:
    return session.exec(select(col(Audit.id)).limit(1)).first() is not None


def compare(session: Session, table: AuditTable, rows: Sequence[AuditRow], faults: Faults) -> set[int]:
    """Row numbers of the audits that are stored already; those that say something else there become faults."""
    known = _stored(session, [row.code for row in rows])
    numbers = [audit.number for audit in known.values()]
    marks, before = _marks(session, numbers), _disputed(session, numbers)
    for row in rows:
        audit = known.get(row.code)
        if audit is not None:
            for column, now, then in _pairs(table, row, audit, marks[audit.number], before):
                if now != then:
                    refused = _differs(row.code, now, then)
                    faults.add(AUDITS, row.number, column, refused)
    return {row.number for row in rows if row.code in known}


def _stored(session: Session, codes: Iterable[str]) -> dict[str, Stored]:
    found = {}
    for part in in_parts(codes):
        named = or_(col(Audit.code).in_(part), col(Audit.code).is_(None) & col(Audit.public_id).in_(part))
        found.update({audit.code: audit for audit in stored_audits(session, named)})
    return found


def _marks(session: Session, audits: Iterable[int]) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for part in in_parts(audits):
        query = select(col(Answer.audit_id), col(Item.code), col(Answer.mark))
        for audit, item, mark in session.exec(
            query.join(Item, col(Item.id) == Answer.item_id).where(col(Answer.audit_id).in_(part))
        ):
            found[audit][item] = mark
    return found


def _disputed(session: Session, audits: Iterable[int]) -> dict[tuple[int, str], set[str]]:
    """Marks that an appeal may have changed since: the form still gives the first one."""
    found: dict[tuple[int, str], set[str]] = {}
    for part in in_parts(audits):
        query = select(col(Appeal.audit_id), col(Item.code), col(Appeal.mark_before))
        for audit, item, mark in session.exec(
            query.join(Item, col(Item.id) == Appeal.item_id).where(col(Appeal.audit_id).in_(part))
        ):
            found.setdefault((audit, item), set()).add(mark)
    return found


def _pairs(
    table: AuditTable, row: AuditRow, audit: Stored, marks: dict[str, str], before: dict[tuple[int, str], set[str]]
) -> Iterator[tuple[str, str, str]]:
    """Column, what the form says and what is stored; columns that the form has not are not compared."""
    yield AUDIT_COLUMNS[1], row.branch, audit.branch
    yield AUDIT_COLUMNS[2], row.day.isoformat(), audit.written_day
    yield AUDIT_COLUMNS[3], row.shopper, audit.shopper
    if CHANNEL in table.header:
        yield CHANNEL, row.channel, audit.channel
    for item, mark in zip(table.item_codes, row.marks, strict=True):
        if mark not in before.get((audit.number, item), ()):
            yield item, mark, marks.get(item, "")


def _differs(audit: str, now: str, then: str) -> Refused:
    return Refused(
        'Audit {audit} is stored with "{then}" here, not with "{now}".',
        audit=shown(audit),
        then=shown(then),
        now=shown(now),
    )
