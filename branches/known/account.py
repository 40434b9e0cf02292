"""What is known of a person's account: who they are, where they are signed in, which mails they get."""

from sqlmodel import Session, col, select

from branches import calendars, factors, pins
from branches.known.lines import Lines, line
from branches.outbox import Mail
from branches.people import User
from branches.places import Branch, Region
from branches.sessions import DeviceSession
from branches.stand_ins import StandIn
from branches.subscriptions import Subscription


def of(session: Session, user: User) -> Lines:
    """Of secrets it is said that there are some, never what they are."""
    chosen = session.get(Subscription, user.id)
    return {
        "person": [_person(session, user)],
        "devices": [
            line(device=one.label, signed_in=one.started_at, last_used=one.seen_at, until=one.expires_at)
            for one in session.exec(select(DeviceSession).where(DeviceSession.user_id == user.id))
        ],
        "mails_chosen": [line(weekly=chosen.wanted, alerts=chosen.alerts)] if chosen is not None else [],
        "mails": [
            line(kind=one.kind, written=one.made_at, sent=one.sent_at, given_up=one.dropped_at)
            for one in session.exec(select(Mail).where(Mail.user_id == user.id).order_by(col(Mail.id)))
        ],
        "stand_ins": _stand_ins(session, user),
    }


def _person(session: Session, user: User) -> dict[str, object]:
    branch = session.get(Branch, user.branch_id) if user.branch_id is not None else None
    region = session.get(Region, user.region_id) if user.region_id is not None else None
    pin, phone, calendar = pins.of(session, user), factors.of(session, user), calendars.of(session, user)
    return line(
        name=user.name,
        email=user.email,
        code=user.code,
        role=user.role,
        branch=branch.name if branch is not None else None,
        region=region.name if region is not None else None,
        language=user.language,
        may_sign_in=user.active,
        has_a_password=user.password is not None,
        has_a_pin=pin is not None,
        second_step_since=phone.confirmed_at if phone is not None else None,
        calendar_since=calendar.made_at if calendar is not None else None,
        added=user.created_at,
    )


def _stand_ins(session: Session, user: User) -> list[dict[str, object]]:
    """For which region and days; who the other one is stays theirs."""
    either = (col(StandIn.person_id) == user.id) | (col(StandIn.stand_in_id) == user.id)
    query = select(StandIn, Region.name).join(Region, col(Region.id) == StandIn.region_id).where(either)
    return [
        line(region=name, first_day=one.first_day, last_day=one.last_day, away=one.person_id == user.id)
        for one, name in session.exec(query.order_by(col(StandIn.id)))
    ]
