from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import history, sessions
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
    for _ in range(2):
        sessions.end(session, phone, at=make.NOON)
    assert [sessions.who(session, token, at=make.NOON) for token in (phone, desk)] == [None, user]
    assert [event.verb for event in history.of(session, user)][1:] == ["sign_in", "sign_in", "sign_out"]


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


def way_in(session: Session, user: User, browser: str = "browser") -> sessions.WayIn:
    return sessions.make_way_in(session, user, browser, at=make.NOON)


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 10**sessions.CODE_DIGITS:0{sessions.CODE_DIGITS}}"


def test_a_code_signs_in_once_in_the_browser_that_asked(session: Session) -> None:
    user = make.user(session)
    code = way_in(session, user).code
    assert (len(code), code.isdigit()) == (9, True)
    assert sessions.try_code(session, "another", code, at=make.NOON) is None
    assert sessions.try_code(session, "browser", code, at=make.NOON + LINK - SECOND) == user
    assert sessions.try_code(session, "browser", code, at=make.NOON) is None


def test_an_old_code_signs_nobody_in(session: Session) -> None:
    code = way_in(session, make.user(session)).code
    assert sessions.try_code(session, "browser", code, at=make.NOON + LINK) is None


def test_after_five_wrong_codes_neither_code_nor_link_opens(session: Session) -> None:
    user = make.user(session)
    given = way_in(session, user)
    tried = [sessions.try_code(session, "browser", other_code(given.code), at=make.NOON) for _ in range(5)]
    assert tried == [None] * 5
    assert sessions.try_code(session, "browser", given.code, at=make.NOON) is None
    with pytest.raises(NotAllowed):
        sessions.redeem(session, given.token, at=make.NOON)


def test_after_four_wrong_codes_the_right_one_opens(session: Session) -> None:
    user = make.user(session)
    given = way_in(session, user)
    for _ in range(4):
        sessions.try_code(session, "browser", other_code(given.code), at=make.NOON)
    assert sessions.try_code(session, "browser", given.code, at=make.NOON) == user


def test_link_and_code_of_one_mail_open_once_between_them(session: Session) -> None:
    user = make.user(session)
    first, second = way_in(session, user, "first"), way_in(session, user, "second")
    sessions.redeem(session, first.token, at=make.NOON)
    assert sessions.try_code(session, "first", first.code, at=make.NOON) is None
    assert sessions.try_code(session, "second", second.code, at=make.NOON) == user
    with pytest.raises(NotAllowed):
        sessions.redeem(session, second.token, at=make.NOON)


def test_a_code_of_who_is_no_longer_active_opens_nothing(session: Session) -> None:
    user = make.user(session)
    code = way_in(session, user).code
    user.active = False
    session.flush()
    assert sessions.try_code(session, "browser", code, at=make.NOON) is None


def test_a_way_in_does_not_say_its_secrets(session: Session) -> None:
    given = way_in(session, make.user(session))
    assert repr(given) == "WayIn()"
    kept = session.exec(select(SignInLink.code_hash, SignInLink.browser_hash)).one()
    assert {given.code, "browser"}.isdisjoint(kept)


def test_codes_tried_at_once_are_five_at_most(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        given = way_in(session, make.user(session))
    wrong = other_code(given.code)

    def guess() -> None:
        with transaction(engine) as session:
            sessions.try_code(session, "browser", wrong, at=make.NOON)

    together(*[guess] * 8)
    with transaction(engine) as session:
        assert session.exec(select(SignInLink.wrong_codes)).one() == 5
        assert sessions.try_code(session, "browser", given.code, at=make.NOON) is None


def test_when_many_guess_codes_are_closed_for_an_hour_and_links_stay_open(session: Session) -> None:
    way_in(session, make.user(session), "stranger")
    session.exec(sa.update(SignInLink).values(wrong_codes=sessions.MOST_WRONG_OF_ALL))
    strange, own = (sessions.browser_secret(known=known) for known in (False, True))
    user = make.user(session)
    for browser, comes_in in ((strange, None), (own, user)):
        assert sessions.try_code(session, browser, way_in(session, user, browser).code, at=make.NOON) == comes_in
    later = make.NOON + LINK + timedelta(hours=1)
    given = sessions.make_way_in(session, user, strange, at=later)
    assert sessions.try_code(session, strange, given.code, at=later) == user


def test_who_comes_in_by_a_code_has_not_been_guessing(session: Session) -> None:
    sessions.try_code(session, "browser", way_in(session, make.user(session)).code, at=make.NOON)
    assert session.exec(select(SignInLink.wrong_codes)).one() == 0


def test_of_all_guesses_of_a_year_one_fits_with_less_than_one_percent() -> None:
    hours, codes = 366 * 24, 10**sessions.CODE_DIGITS
    assert hours * sessions.MOST_WRONG_OF_ALL / codes < 0.01


def test_devices_are_listed_the_last_used_first_and_ended_one_by_one(session: Session) -> None:
    user, other = make.user(session), make.user(session)
    phone = sessions.begin(session, user, at=make.NOON, label="phone")
    desk = sessions.begin(session, user, at=make.NOON + SECOND, label="desk")
    sessions.begin(session, other, at=make.NOON, label="another's")
    listed = sessions.devices(session, user, at=make.NOON)
    assert [one.label for one in listed] == ["desk", "phone"]
    sessions.end_device(session, listed[1], by=user, at=make.NOON + SECOND)
    assert [sessions.who(session, token, at=make.NOON) for token in (phone, desk)] == [None, user]
    assert [event.verb for event in history.of(session, user)][1:] == ["sign_in", "sign_in", "end_device"]


def test_a_device_in_use_is_written_down_once_an_hour(session: Session) -> None:
    token = sessions.begin(session, make.user(session), at=make.NOON)
    device = sessions.device(session, token, at=make.NOON)
    assert device is not None
    hour = timedelta(minutes=sessions.SEEN_MINUTES)
    later = make.NOON + hour + SECOND
    assert [sessions.long_unseen(device, at=at) for at in (make.NOON + hour, later)] == [False, True]
    sessions.see(session, device.id, at=later)
    session.refresh(device)
    assert sessions.long_unseen(device, at=later) is False
