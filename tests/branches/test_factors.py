"""The second step as rows: what is used once, what ends what, and that two at once come in as one."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import doorstep, factors, sessions
from branches.database import reading, transaction
from branches.errors import Conflict, NotAllowed
from branches.factors import RecoveryCode, SecondFactor
from branches.outbox import Mail
from branches.people import Role, User
from tests import make
from tests.together import together

CODES = ("aaaa-bbbb", "cccc-dddd")
STEP = 1000


def turned_on(session: Session, user: User | None = None) -> User:
    user = user or make.user(session)
    factors.begin(session, user, b"sealed", at=make.NOON)
    factors.turn_on(session, user, STEP, CODES, by=user, at=make.NOON)
    return user


def test_nothing_is_asked_before_the_first_code_was_typed(session: Session) -> None:
    user = make.user(session)
    factors.begin(session, user, b"sealed", at=make.NOON)
    assert (factors.of(session, user), factors.use_step(session, user, STEP)) == (None, False)


def test_beginning_again_takes_the_place_of_what_was_begun(session: Session) -> None:
    user = make.user(session)
    factors.begin(session, user, b"one", at=make.NOON)
    factors.begin(session, user, b"two", at=make.NOON)
    assert session.exec(select(SecondFactor.sealed)).all() == [b"two"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_it_is_for_those_for_whom_reports_are_made(session: Session, role: Role) -> None:
    user = make.shopper(session) if role is Role.SHOPPER else make.user(session, role, branch=make.branch(session))
    with pytest.raises(NotAllowed):
        factors.begin(session, user, b"sealed", at=make.NOON)


def test_a_step_and_those_before_it_are_used_up(session: Session) -> None:
    user = turned_on(session)
    used = [factors.use_step(session, user, step) for step in (STEP, STEP + 2, STEP + 1, STEP + 2, STEP + 3)]
    assert used == [False, True, False, False, True]


def test_a_code_typed_by_two_at_once_opens_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        user = turned_on(session)
    came_in: list[bool] = []

    def come_in() -> None:
        with transaction(engine) as session:
            came_in.append(factors.use_step(session, user, STEP + 1))

    together(*[come_in] * 4)
    assert sorted(came_in) == [False, False, False, True]


def test_a_recovery_code_typed_by_two_at_once_opens_once(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        user = turned_on(session)
    came_in: list[bool] = []

    def come_in() -> None:
        with transaction(engine) as session:
            came_in.append(factors.use_recovery(session, session.get_one(User, user.id), CODES[0], at=make.NOON))

    together(*[come_in] * 4)
    assert sorted(came_in) == [False, False, False, True]
    with reading(engine) as session:
        assert factors.codes_left(session, user) == 1


def test_another_persons_recovery_code_opens_nothing(session: Session) -> None:
    turned_on(session)
    assert factors.use_recovery(session, turned_on(session), "zzzz", at=make.NOON) is False
    assert factors.use_recovery(session, make.user(session), CODES[0], at=make.NOON) is False


def test_after_a_hundred_tries_none_is_counted_until_one_is_right(session: Session) -> None:
    user = turned_on(session)
    counted = [factors.count_try(session, user) for _ in range(factors.MOST_IN_A_ROW + 1)]
    assert (all(counted[:-1]), counted[-1]) == (True, False)
    factors.use_recovery(session, user, CODES[0], at=make.NOON)
    assert factors.count_try(session, user)


def test_who_becomes_staff_is_not_asked_for_it(session: Session) -> None:
    user = turned_on(session)
    user.role = Role.STAFF.value
    assert factors.of(session, user) is None


def test_what_is_off_is_turned_off_by_nobody(session: Session) -> None:
    user = make.user(session)
    for verb in (factors.turn_off, factors.take_away):
        with pytest.raises(Conflict):
            verb(session, user, by=user, at=make.NOON)
    with pytest.raises(Conflict):
        factors.renew_codes(session, user, CODES, by=user, at=make.NOON)


def test_codes_are_kept_as_hashes(session: Session) -> None:
    turned_on(session)
    assert {len(kept) for kept in session.exec(select(RecoveryCode.code_hash))} == {64}


def test_who_has_no_address_is_mailed_nothing(session: Session) -> None:
    user = make.user(session)
    user.email = None
    turned_on(session, user)
    assert session.exec(select(Mail)).all() == []


def test_the_doorstep_lets_one_in_once_and_ends_with_the_sign_in(session: Session) -> None:
    user = make.user(session)
    token = doorstep.wait(session, user, at=make.NOON)
    assert doorstep.who(session, token, at=make.NOON) == user
    assert (doorstep.leave(session, token), doorstep.leave(session, token)) == (True, False)
    other = doorstep.wait(session, user, at=make.NOON)
    sessions.end_all(session, user)
    assert doorstep.who(session, other, at=make.NOON) is None
