"""The marks of one branch's counted audits, with the rules by which each was scored."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from branches import standards
from branches.audits import Answer, Audit
from branches.scoring import ScoringRules
from branches.standards import Item, Standard
from branches.states import COUNTED
from reports.collect import Window
from reports.one_more import Marked, OneMore, one_more


def branch_one_more(session: Session, branch_id: int, days: Window, released_by: datetime) -> tuple[OneMore, ...]:
    """What would one more audit in order on an item have made of each section of one branch in these days?"""
    return one_more(_marked(session, branch_id, days, released_by))


def _marked(session: Session, branch_id: int, days: Window, released_by: datetime) -> Iterator[Marked]:
    query = (
        select(Audit.id, Audit.standard_id, Item.code, Answer.mark)
        .join(Answer, col(Answer.audit_id) == col(Audit.id))
        .join(Item, col(Item.id) == col(Answer.item_id))
        .where(col(Audit.state).in_(COUNTED), Audit.branch_id == branch_id, col(Audit.released_at) <= released_by)
        .where(col(Audit.visited_on).between(days.first, days.last))
    )
    marks: dict[tuple[int, int], dict[str, str]] = {}
    for audit_id, standard_id, code, mark in session.exec(query):
        marks.setdefault((audit_id, standard_id), {})[code] = mark
    known: dict[int, ScoringRules] = {}
    for (_, standard_id), given in sorted(marks.items()):
        if standard_id not in known:
            known[standard_id] = standards.scoring_rules(session.get_one(Standard, standard_id))
        yield known[standard_id], given
