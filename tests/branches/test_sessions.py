from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import sessions
from branches.database import transaction
from branches.errors import NotAllowed
from branches.people import User
from branches.sessions import DeviceSession, SignInLink
from tests import make
from tests.together import together

LINK = timedelta(minutes=sessions.LINK_MINUTES)
LONG = timedelta(days=sessions.SESSION_DAYS)
SECOND = timedelta(seconds=1)


def test_a_link_signs_in_once(session: Session) -> None:
    user = make.user(session)
    token = sessions.make_link(session, user, at=make.NOON)
    assert sessions.redeem(session, token, at=make.NOON + LINK - SECOND) == user
    with pytest.raises(NotAllowed, match="has been used or is older than 15 minutes"):
        sessions.redeem(session, token, at=make.NOON)


def test_an_old_link_signs_nobody_in(session: Session) -> None:
    token = sessions.make_link(session, make.user(session), at=make.NOON)
    with pytest.raises(NotAllowed):
        sessions.redeem(session, token, at=make.NOON + LINK)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "\ud800", "x" * 100_000])
def test_an_invented_token_opens_nothing(session: Session, token: str) -> None:
    sessions.make_link(session, make.user(session), at=make.NOON)
    sessions.begin(session, make.user(session), at=make.NOON)
    with pytest.raises(NotAllowed):
        sessions.redeem(session, token, at=make.NOON)
    assert sessions.who(session, token, at=make.NOON) is None


def test_links_open_only_what_they_were_made_for(session: Session) -> None:
    one, other = make.user(session), make.user(session)
    tokens = [sessions.make_link(session, user, at=make.NOON) for user in (one, other)]
    assert [sessions.redeem(session, token, at=make.NOON) for token in reversed(tokens)] == [other, one]
    assert sessions.who(session, tokens[0], at=make.NOON) is None


def test_the_database_keeps_no_token(session: Session) -> None:
    user = make.user(session)
    tokens = {sessions.make_link(session, user, at=make.NOON), sessions.begin(session, user, at=make.NOON)}
    kept = {*session.exec(select(SignInLink.token_hash)), *session.exec(select(DeviceSession.token_hash))}
    assert len(kept) == 2
    assert tokens.isdisjoint(kept)


def test_a_device_stays_signed_in_for_its_time(session: Session) -> None:
    user = make.user(session)
    token = sessions.begin(session, user, at=make.NOON)
    assert sessions.who(session, token, at=make.NOON + LONG - SECOND) == user
    assert sessions.who(session, token, at=make.NOON + LONG) is None


def test_signing_out_ends_one_device(session: Session) -> None:
    user = make.user(session)
    phone, desk = (sessions.begin(session, user, at=make.NOON) for _ in range(2))
    sessions.end(session, phone)
    assert [sessions.who(session, token, at=make.NOON) for token in (phone, desk)] == [None, user]


def test_a_change_ends_all_devices_and_links_of_that_person(session: Session) -> None:
    user, other = make.user(session), make.user(session)
    devices = [sessions.begin(session, who, at=make.NOON) for who in (user, user, other)]
    link, others_link = (sessions.make_link(session, who, at=make.NOON) for who in (user, other))
    sessions.end_all(session, user)
    assert [sessions.who(session, token, at=make.NOON) for token in devices] == [None, None, other]
    with pytest.raises(NotAllowed):
        sessions.redeem(session, link, at=make.NOON)
    assert sessions.redeem(session, others_link, at=make.NOON) == other


def test_who_is_no_longer_active_is_not_signed_in(session: Session) -> None:
    user = make.user(session)
    device, link = sessions.begin(session, user, at=make.NOON), sessions.make_link(session, user, at=make.NOON)
    user.active = False
    assert sessions.who(session, device, at=make.NOON) is None
    with pytest.raises(NotAllowed, match="may no longer sign in"):
        sessions.redeem(session, link, at=make.NOON)


def test_a_link_used_by_two_at_once_opens_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        user = make.user(session)
        token = sessions.make_link(session, user, at=make.NOON)

    def redeem() -> User:
        with transaction(engine) as session:
            return sessions.redeem(session, token, at=make.NOON)

    given = together(redeem, redeem, redeem)
    assert sorted(type(one).__name__ for one in given) == ["NotAllowed", "NotAllowed", "User"]
