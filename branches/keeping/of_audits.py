"""What is forgotten of audits: photos, words, forms, and why somebody could not go. Marks and scores stay."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from branches.audits import Answer, Audit, Photo
from branches.drafts import Draft
from branches.erasing import THEIR_REASONS
from branches.history import Event
from branches.keeping.terms import Terms, back, before, is_over
from branches.scoring import NA, ItemType
from branches.standards import Item
from branches.states import AuditState
from branches.striking import STRUCK


def photos_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    query = select(Photo.id).join(Audit, col(Audit.id) == Photo.audit_id)
    return list(session.exec(query.where(*is_over(before(terms, terms.photos, at))).order_by(col(Photo.id))))


def forget_photos(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001 - as all of them
    """Their files go with the next sweep, unless something else names them."""
    session.execute(sa.delete(Photo).where(col(Photo.id).in_(ids)))


def comments_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Audits in which anything is written."""
    query = select(Audit.id).join(Answer, col(Answer.audit_id) == Audit.id).join(Item, col(Item.id) == Answer.item_id)
    over = is_over(before(terms, terms.comments, at))
    said = or_(col(Answer.comment) != "", col(Answer.cleared).is_not(None), _written())
    return list(session.exec(query.where(*over, said).distinct().order_by(col(Audit.id))))


def forget_comments(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    """That an item was answered in words stays; the words go, and so does what others read instead of them."""
    there = col(Answer.audit_id).in_(ids)
    session.execute(sa.update(Answer).where(there).values(comment="", cleared=None))
    texts = select(Item.id).where(Item.type == ItemType.TEXT.value)
    written = there & col(Answer.item_id).in_(texts) & col(Answer.mark).not_in(("", NA))
    session.execute(sa.update(Answer).where(written).values(mark=STRUCK, cleared_mark=None))


def _written() -> sa.ColumnElement[bool]:
    """A mark in a shopper's own words."""
    return (col(Item.type) == ItemType.TEXT.value) & col(Answer.mark).not_in(("", NA, STRUCK))


def drafts_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Forms of audits that were sent, or never will be; the moments that were tapped at the branch are in them."""
    since = back(at, terms.drafts)
    query = select(Draft.audit_id).join(Audit, col(Audit.id) == Draft.audit_id)
    return list(session.exec(query.where(*is_over(since), col(Draft.saved_at) < since).order_by(col(Draft.audit_id))))


def forget_drafts(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    session.execute(sa.delete(Draft).where(col(Draft.audit_id).in_(ids)))


def reasons_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Audits that a shopper could not make, while it can still be read why."""
    query = select(Audit.id, Event).join(Event, (col(Event.thing) == "audit") & (col(Event.thing_id) == Audit.id))
    withdrawn = Audit.state == AuditState.WITHDRAWN.value, Event.verb == AuditState.WITHDRAWN.value
    query = query.where(*withdrawn, Audit.reason != "", Event.at < back(at, terms.reasons))
    found = session.exec(query.order_by(col(Audit.id))).all()
    return [number for number, event in found if event.details.get("why") in THEIR_REASONS]


def forget_reasons(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    """Here, and as history tells it."""
    session.execute(sa.update(Audit).where(col(Audit.id).in_(ids)).values(reason=""))
    told = select(Event).where(Event.thing == "audit", Event.verb == AuditState.WITHDRAWN.value)
    for event in session.exec(told.where(col(Event.thing_id).in_(ids))):
        event.details = {**event.details, "reason": ""}
        session.add(event)
