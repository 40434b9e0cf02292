"""What the new audits brought besides a score, and how many audits head office has excluded."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from branches.audits import Audit, Photo
from branches.database import in_parts
from branches.states import AuditState


def photos(session: Session, audit_ids: Sequence[int]) -> dict[int, int]:
    """How many photos of each of these audits are others than head office shown?"""
    found: dict[int, int] = {}
    for part in in_parts(audit_ids):
        query = sa.select(col(Photo.audit_id), sa.func.count()).where(
            col(Photo.audit_id).in_(part), ~col(Photo.kept_back)
        )
        found |= dict(session.execute(query.group_by(col(Photo.audit_id))).all())
    return found


def excluded(session: Session, branch_ids: Iterable[int], first: date, last: date) -> int:
    """How many audits of these days has head office excluded? Why is its own to know: a reason may name the shopper."""
    query = sa.select(sa.func.count()).select_from(Audit).where(col(Audit.visited_on).between(first, last))
    query = query.where(col(Audit.state) == AuditState.EXCLUDED.value)
    parts = (query.where(col(Audit.branch_id).in_(part)) for part in in_parts(branch_ids))
    return sum(int(session.execute(part).scalar_one()) for part in parts)
