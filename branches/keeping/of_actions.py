"""What is forgotten of corrective actions and appeals: what was shown for them, once nobody asks for it any more."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, or_, select

from branches.actions import CorrectiveAction
from branches.appeals import Appeal, AppealPhoto
from branches.audits import Audit
from branches.evidence import Evidence, EvidencePhoto
from branches.keeping.terms import Terms, back, before, is_over
from branches.states import ActionState


def evidence_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """What was shown of actions that were verified so long ago."""
    query = select(Evidence.id).join(CorrectiveAction, col(CorrectiveAction.id) == Evidence.action_id)
    verified = CorrectiveAction.state == ActionState.VERIFIED.value
    ago = col(CorrectiveAction.verified_at) < back(at, terms.evidence)
    pictured = select(EvidencePhoto.id).where(EvidencePhoto.evidence_id == Evidence.id).exists()
    there = or_(col(Evidence.note) != "", pictured)
    return list(session.exec(query.where(verified, ago, there).order_by(col(Evidence.id))))


def forget_evidence(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001 - as all of them
    """That something was shown stays, and when; photos and words go."""
    session.execute(sa.delete(EvidencePhoto).where(col(EvidencePhoto.evidence_id).in_(ids)))
    session.execute(sa.update(Evidence).where(col(Evidence.id).in_(ids)).values(note=""))


def backing_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Photos that spoke for appeals which ended so long ago; why they were decided so stays."""
    query = select(AppealPhoto.id).join(Appeal, col(Appeal.id) == AppealPhoto.appeal_id)
    query = query.join(Audit, col(Audit.id) == Appeal.audit_id)
    since = before(terms, terms.evidence, at)
    ago = func.coalesce(Appeal.decided_at, Appeal.opened_at) < since
    return list(session.exec(query.where(*is_over(since), ago).order_by(col(AppealPhoto.id))))


def forget_backing(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    session.execute(sa.delete(AppealPhoto).where(col(AppealPhoto.id).in_(ids)))
