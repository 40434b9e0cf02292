"""What is forgotten of people: ways in that open nothing more, what mail servers said of addresses, and those who left."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, or_, select

from branches import erasing
from branches.history import Event
from branches.keeping.terms import Terms, back
from branches.outbox import Mail
from branches.people import PERSONS, User
from branches.sessions import DeviceSession, SignInLink


def links_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    query = select(SignInLink.id).where(col(SignInLink.expires_at) < back(at, terms.traces))
    return list(session.exec(query.order_by(col(SignInLink.id))))


def forget_links(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001 - as all of them
    session.execute(sa.delete(SignInLink).where(col(SignInLink.id).in_(ids)))


def devices_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    query = select(DeviceSession.id).where(col(DeviceSession.expires_at) < back(at, terms.traces))
    return list(session.exec(query.order_by(col(DeviceSession.id))))


def forget_devices(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    session.execute(sa.delete(DeviceSession).where(col(DeviceSession.id).in_(ids)))


def troubles_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Mails that were sent or given up; their words are kept nowhere."""
    ended = func.coalesce(Mail.sent_at, Mail.dropped_at) < back(at, terms.traces)
    said = or_(col(Mail.trouble) != "", col(Mail.message_id) != "")
    return list(session.exec(select(Mail.id).where(ended, said).order_by(col(Mail.id))))


def forget_troubles(session: Session, ids: Sequence[int], at: datetime) -> None:  # noqa: ARG001
    """The row stays: by its key nobody is sent the same twice."""
    session.execute(sa.update(Mail).where(col(Mail.id).in_(ids)).values(trouble="", message_id=""))


def people_due(session: Session, terms: Terms, at: datetime) -> list[int]:
    """Whose access ended so long ago, where nothing stands in the way of erasing them."""
    last = func.max(Event.at)
    ended = (Event.thing == "user", Event.verb == "deactivate", Event.thing_id == User.id)
    query = select(User).where(
        col(User.active).is_(False),
        col(User.erased_at).is_(None),
        col(User.role).in_([role.value for role in PERSONS]),
        select(last).where(*ended).correlate(User).scalar_subquery() < back(at, terms.people),
    )
    found = session.exec(query.order_by(col(User.id))).all()
    return [user.id for user in found if erasing.hindrance(session, user, by=None) is None]


def forget_people(session: Session, ids: Sequence[int], at: datetime) -> None:
    """As head office would, by the same verb."""
    for number in ids:
        erasing.erase(session, session.get_one(User, number), by=None, at=at)
