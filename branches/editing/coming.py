"""A version that was published for a day to come is taken back before that day."""

from datetime import datetime

from sqlmodel import Session, col, select

from branches import history, standards
from branches.assignments import NEVER_MADE
from branches.audits import Audit
from branches.database import hold
from branches.editing import drafted
from branches.editing.content import content_of
from branches.errors import Conflict, Refused
from branches.people import User
from branches.rotas import Rota, RotaState
from branches.standards import Standard

ORIGIN = "coming"
OVER = (RotaState.SENT.value, RotaState.DROPPED.value, RotaState.FAILED.value)
"""Rotas of which nothing is assigned any more."""


def take_back(session: Session, *, version: int, by: User | None, at: datetime) -> Standard:
    """It never comes into force and becomes the draft again, where there is none; its number is not given again."""
    standard = standards.coming(session, at)
    if standard is not None:
        hold(session, standard)
    if standard is None or standard.version != version or standard.published_at is None or standard.published_at <= at:
        raise Conflict(
            "Version {version} is not coming any more; look at how the standard stands now.", version=version
        )
    if _is_wanted(session, standard):
        raise Refused(
            "Audits are assigned or planned by version {version} already. Withdraw or drop them, then take it back.",
            version=version,
        )
    standard.published_at = None
    session.add(standard)
    history.write(session, "take_back", standard, by=by, at=at, version=version)
    if drafted.current(session) is None:
        drafted.begin(session, content_of(standard), origin=ORIGIN, by=by, at=at)
    return standard


def _is_wanted(session: Session, standard: Standard) -> bool:
    """Whether somebody is to audit by it: moved to another version, they would be asked what they were not told."""
    audits = select(Audit.id).where(Audit.standard_id == standard.id, col(Audit.state).not_in(NEVER_MADE))
    rotas = select(Rota.id).where(Rota.standard_id == standard.id, col(Rota.state).not_in(OVER))
    return any(session.exec(query.limit(1)).first() is not None for query in (audits, rotas))
