"""Erasing: what is known of a person goes for good. The row stays, so that audits keep their shopper and history its numbers."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, func, or_, select

from branches import accounts, factors, history, pins, sessions, striking
from branches.assignments import TO_DO, ConflictOfInterest
from branches.audits import Audit
from branches.calendars import CalendarFeed
from branches.database import hold
from branches.drafts import Draft
from branches.errors import Conflict, Refused
from branches.history import Actor, Event
from branches.listing import uploads
from branches.outbox import Mail, waiting
from branches.people import Role, User, uniquifier
from branches.rotas import Planned, Rota, RotaState
from branches.stand_ins import StandIn
from branches.states import AuditState
from branches.subscriptions import Subscription
from branches.terms import ShopperTerms

ABOUT_THEM = ("call", "agree", "declare_conflict")
"""What was noted of a person by these verbs goes: names, where they live, with whom they are connected."""
NOT_SENT_YET = (RotaState.PROPOSED.value, RotaState.SENDING.value)
THEIR_REASONS = ("cannot go", "conflict of interest")
"""Why an audit was taken back, where a shopper's own affairs were the reason."""


def erase(session: Session, user: User, *, by: Actor | None, at: datetime) -> None:
    """Blanks whatever tells who that was, everywhere but in editions that were issued. It cannot be undone."""
    accounts.hold_head_office(session)
    hold(session, user)
    hindered = hindrance(session, user, by=by)
    if hindered is not None:
        raise hindered
    names = [name for name in (user.name, user.email, user.code, *_called_before(session, user)) if name]
    _end_ways_in(session, user)
    _take_rows(session, user)
    _take_reasons(session, user)
    _take_from_mail(session, user, at)
    _take_from_history(session, user)
    _blank(session, user, at)
    striking.strike(session, names)
    history.write(session, "erase", user, by=by, at=at)


def hindrance(session: Session, user: User, *, by: Actor | None) -> Refused | None:
    """What must be done before; None where nothing stands in the way."""
    if user.erased_at is not None:
        return Conflict("This person has been erased already.")
    if user.role == Role.TABLET.value:
        return Refused("A shared tablet is no person.")
    if by is not None and by.id == user.id:
        return Refused("Nobody erases themselves; ask somebody else of head office.")
    if not accounts.others_keep_office(session, user):
        return Conflict("{name} is the last of head office; add another person first.", name=accounts.called(user))
    return _still_to_do(session, user)


def _still_to_do(session: Session, user: User) -> Refused | None:
    """Nobody would come to audits that an erased person was asked to make."""
    to_do = session.exec(select(func.count()).where(Audit.shopper_id == user.id, col(Audit.state).in_(TO_DO))).one()
    if to_do:
        return Conflict("Audits still theirs to do: {n}. Withdraw them first, and ask somebody else.", n=to_do)
    planned = select(func.count()).select_from(Planned).join(Rota).where(Planned.shopper_id == user.id)
    in_rotas = session.exec(planned.where(col(Rota.state).in_(NOT_SENT_YET))).one()
    if in_rotas:
        return Conflict("Audits planned for them in a rota: {n}. Give these to somebody else first.", n=in_rotas)
    return None


def _called_before(session: Session, user: User) -> Iterator[str]:
    """Names from before, as history holds them until now."""
    for event in history.of(session, user):
        if event.verb == "call" and "before" in event.details:
            yield event.details["before"][0]


def _end_ways_in(session: Session, user: User) -> None:
    pins.take_away(session, user)
    factors.forget(session, user)
    sessions.end_all(session, user)
    session.execute(sa.delete(CalendarFeed).where(col(CalendarFeed.shopper_id) == user.id))
    session.execute(sa.delete(Subscription).where(col(Subscription.user_id) == user.id))


def _take_rows(session: Session, user: User) -> None:
    """Rows that are about the person alone."""
    own = select(Audit.id).where(Audit.shopper_id == user.id)
    session.execute(sa.delete(ShopperTerms).where(col(ShopperTerms.shopper_id) == user.id))
    session.execute(sa.delete(ConflictOfInterest).where(col(ConflictOfInterest.shopper_id) == user.id))
    session.execute(
        sa.delete(StandIn).where(or_(col(StandIn.person_id) == user.id, col(StandIn.stand_in_id) == user.id))
    )
    uploads.forget_all(session)
    session.execute(sa.delete(Draft).where(col(Draft.audit_id).in_(own)))


def _take_reasons(session: Session, user: User) -> None:
    """Why they could not go is theirs; what they saw at a branch is the branch's, and stays."""
    query = select(Audit, Event).join(Event, (col(Event.thing) == "audit") & (col(Event.thing_id) == Audit.id))
    query = query.where(Audit.shopper_id == user.id, Event.verb == AuditState.WITHDRAWN.value)
    for audit, event in session.exec(query).all():
        if event.details.get("why") in THEIR_REASONS:
            audit.reason, event.details = "", {**event.details, "reason": ""}
            session.add_all((audit, event))
    session.flush()


def _take_from_mail(session: Session, user: User, at: datetime) -> None:
    """What waits is given up, and what a mail server said of their address goes; the mails' words were never kept."""
    theirs = col(Mail.user_id) == user.id
    session.execute(sa.update(Mail).where(theirs, waiting()).values(dropped_at=at, holder="", lease_until=None))
    session.execute(sa.update(Mail).where(theirs).values(trouble=""))


def _take_from_history(session: Session, user: User) -> None:
    """That it was done stays, and by whom; what it said of the person goes."""
    for event in history.of(session, user):
        if event.verb in ABOUT_THEM:
            event.details = {}
            session.add(event)
    session.flush()


def _blank(session: Session, user: User, at: datetime) -> None:
    """Their role and place stay: they say as what something was decided."""
    user.name, user.language, user.active = "", "en", False
    user.email = user.code = user.password = None
    user.fs_uniquifier, user.erased_at = uniquifier(), at
    session.add(user)
    session.flush()
