"""What is known of those who answer for branches: what they planned, see to, showed and appealed; nothing of any audit."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import access
from branches.actions import CorrectiveAction
from branches.appeals import Appeal, AppealPhoto
from branches.evidence import Evidence, EvidencePhoto
from branches.flags import Flag
from branches.held import Look
from branches.history import Event
from branches.known.lines import Line, Lines, Picture, line
from branches.people import User


def of(session: Session, user: User, look: Look | None = None) -> Lines:
    """Words stand here where they wrote them themselves."""
    return {
        "actions": list(_actions(session, user, look)),
        "shown": [line(note=one.note, shown=one.shown_at) for one in _shown(session, user)],
        "appeals": list(_appeals(session, user)),
        "flags": [
            line(seen=one.seen_at, note=one.seen_note)
            for one in session.exec(select(Flag).where(Flag.seen_by_id == user.id).order_by(col(Flag.id)))
        ],
        "photos": [line(photo=one.name, bytes=one.bytes) for one in pictures(session, user)],
    }


def pictures(session: Session, user: User) -> list[Picture]:
    """Those that came at a moment at which history says they added some."""
    evidence = select(EvidencePhoto).join(Evidence, col(Evidence.id) == EvidencePhoto.evidence_id)
    showed = evidence.join(Event, _did("correctiveaction", Evidence.action_id))
    showed = showed.where(Event.by_id == user.id, col(Event.at) == EvidencePhoto.kept_at)
    appealed = select(AppealPhoto).join(Event, _did("appeal", AppealPhoto.appeal_id))
    appealed = appealed.where(Event.by_id == user.id, col(Event.at) == AppealPhoto.kept_at)
    found = [*session.exec(showed.distinct()), *session.exec(appealed.distinct())]
    return [Picture(one.public_id, one.sha256, one.bytes) for one in found]


def _did(kind: str, number: Any) -> sa.ColumnElement[bool]:
    """Of an event: whether it is about that thing."""
    return sa.and_(col(Event.thing) == kind, col(Event.thing_id) == number)


def _actions(session: Session, user: User, look: Look | None) -> Iterator[Line]:
    """Those that they are shown on their pages: none that would tell of an audit before its Monday."""
    seen = access.visible_actions(user, look)
    query = seen.join(Event, _did("correctiveaction", CorrectiveAction.id))
    for one in session.exec(query.where(Event.by_id == user.id, Event.verb == "open").distinct()):
        yield line(action=one.public_id, planned=one.plan, due=one.due_on, state=one.state)
    for one in session.exec(seen.where(CorrectiveAction.owner_id == user.id)):
        yield line(sees_to=one.public_id, due=one.due_on, state=one.state)


def _shown(session: Session, user: User) -> list[Evidence]:
    query = select(Evidence).join(Event, _did("correctiveaction", Evidence.action_id))
    theirs = Event.by_id == user.id, col(Event.at) == Evidence.shown_at
    return list(session.exec(query.where(*theirs).distinct()))


def _appeals(session: Session, user: User) -> Iterator[Line]:
    query = select(Appeal).join(Event, _did("appeal", Appeal.id))
    for one in session.exec(query.where(Event.by_id == user.id, Event.verb == "appeal").distinct()):
        yield line(appeal=one.public_id, reason=one.reason, appealed=one.opened_at)
