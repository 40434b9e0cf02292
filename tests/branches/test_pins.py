"""PINs: which are refused, how often one is tried, and what ends them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import accounts, history, pins
from branches.errors import NotAllowed, Refused
from branches.people import Role, User
from branches.pins import DIGITS, MOST_WRONG, MOST_WRONG_ON_A_TABLET, Pin
from tests import make

LOCKED = timedelta(minutes=pins.LOCKED_MINUTES)
OBVIOUS = [
    *("000000", "123456", "654321", "012345", "890123", "135791", "121212", "112233", "123123", "123321", "111222"),
    *("100000", "311299", "123195", "991231", "900101"),
]


def staff(session: Session, **more: object) -> User:
    return make.user(session, Role.STAFF, branch=make.branch(session), **more)


@pytest.mark.parametrize("pin", OBVIOUS)
def test_what_anybody_would_try_first_is_refused(pin: str) -> None:
    with pytest.raises(Refused, match="easy to guess"):
        pins.well_formed(pin)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "१२३४५६", "27184 ", "-27184"])
def test_a_pin_is_six_digits(pin: str) -> None:
    with pytest.raises(Refused, match="six digits"):
        pins.well_formed(pin)


@given(st.text(alphabet="0123456789", min_size=DIGITS, max_size=DIGITS))
def test_what_is_obvious_is_so_read_backwards_or_is_a_date(pin: str) -> None:
    shape = len(set(pin)) < pins.LEAST_DIFFERENT or pin == pin[::-1] or pin[:3] == pin[3:]
    assert pins.is_obvious(pin) or not shape
    assert pins.is_obvious(f"{pin[:3]}{pin[:3]}")
    assert pins.is_obvious(f"{pin[:3]}{pin[2::-1]}")


def test_four_in_five_pins_may_be_chosen() -> None:
    every_31st = [f"{number:06}" for number in range(0, 10**DIGITS, 31)]
    assert sum(pins.is_obvious(pin) for pin in every_31st) < len(every_31st) / 5


def test_after_five_tries_a_person_is_locked_for_a_quarter_of_an_hour_and_no_longer(session: Session) -> None:
    anna = staff(session)
    tried = [pins.may_try(session, anna, f"tablet {n}", at=make.NOON + timedelta(minutes=n)) for n in range(7)]
    assert tried == [True] * MOST_WRONG + [False, False]
    last = make.NOON + timedelta(minutes=MOST_WRONG - 1)
    assert pins.may_try(session, anna, "1", at=last + LOCKED - timedelta(seconds=1)) is False
    again = [pins.may_try(session, anna, "1", at=last + LOCKED) for _ in range(MOST_WRONG + 1)]
    assert again == [True] * MOST_WRONG + [False]


def test_a_hundred_wrong_ones_in_a_row_end_a_pin_however_slowly_they_are_tried(session: Session) -> None:
    anna, at = staff(session), make.NOON
    pins.choose(session, anna, "one", by=anna, at=at)
    for _ in range(pins.MOST_IN_A_ROW):
        at += timedelta(hours=2)
        assert pins.may_try(session, anna, "1", at=at)
    assert pins.is_spent(session, anna)
    assert not pins.may_try(session, anna, "1", at=at + timedelta(days=1))
    pins.choose(session, anna, "two", by=anna, at=at)
    assert not pins.is_spent(session, anna)
    assert pins.may_try(session, anna, "1", at=at + timedelta(days=1))


def test_the_right_pin_begins_the_count_anew(session: Session) -> None:
    anna = staff(session)
    pins.choose(session, anna, "one", by=anna, at=make.NOON)
    for hour in range(0, 3 * pins.MOST_IN_A_ROW, 2):
        assert pins.may_try(session, anna, "1", at=make.NOON + timedelta(hours=hour))
        if hour % 100 == 0:
            pins.was_right(session, anna, "1")
    assert not pins.is_spent(session, anna)


def test_a_tablet_takes_so_many_tries_an_hour_whoever_they_are_for(session: Session) -> None:
    people = [staff(session) for _ in range(MOST_WRONG_ON_A_TABLET + 1)]
    tried = [pins.may_try(session, one, "1", at=make.NOON) for one in people]
    assert tried == [True] * MOST_WRONG_ON_A_TABLET + [False]
    assert pins.may_try(session, people[-1], "2", at=make.NOON)
    assert pins.may_try(session, people[-1], "1", at=make.NOON + timedelta(hours=1))


def test_a_right_pin_forgets_that_persons_tries_and_one_of_the_tablets(session: Session) -> None:
    anna, bea = staff(session), staff(session)
    for one in (anna, bea):
        pins.may_try(session, one, "1", at=make.NOON)
    pins.was_right(session, anna, "1")
    assert [pins.may_try(session, anna, "2", at=make.NOON) for _ in range(MOST_WRONG)] == [True] * MOST_WRONG
    tried = [pins.may_try(session, staff(session), "1", at=make.NOON) for _ in range(MOST_WRONG_ON_A_TABLET)]
    assert tried == [True] * (MOST_WRONG_ON_A_TABLET - 1) + [False]


def test_a_new_pin_takes_the_place_of_the_one_before(session: Session) -> None:
    anna = staff(session)
    for hashed in ("one", "two"):
        pins.choose(session, anna, hashed, by=anna, at=make.NOON)
    assert [one.hashed for one in session.exec(select(Pin))] == ["two"]
    assert (pins.still_opens(session, anna, "two"), pins.still_opens(session, anna, "one")) == (True, False)
    assert [event.verb for event in history.of(session, anna)][-2:] == ["choose_pin", "choose_pin"]


def test_head_office_gives_one_to_staff_without_an_address_alone(session: Session) -> None:
    office, bea = make.user(session), staff(session, email=None)
    pins.give(session, bea, "first", by=office, at=make.NOON)
    found = pins.of(session, bea)
    assert found is not None
    assert found.given
    for one in (staff(session), make.user(session, Role.MANAGER, region=make.region(session), email=None)):
        with pytest.raises(NotAllowed):
            pins.give(session, one, "first", by=office, at=make.NOON)


def test_only_the_staff_of_the_branch_who_are_active_are_listed(session: Session) -> None:
    anna = staff(session)
    assert anna.branch is not None
    here = [
        anna,
        make.user(session, Role.STAFF, branch=anna.branch),
        make.user(session, Role.STAFF, branch=anna.branch),
    ]
    for one in (*here, staff(session)):
        pins.choose(session, one, "x", by=one, at=make.NOON)
    accounts.deactivate(session, here[1], by=None, at=make.NOON)
    assert pins.holders(session, anna.branch) == [anna, here[2]]


def test_a_pin_ends_with_role_branch_and_access_and_stays_with_the_rest(session: Session) -> None:
    other, region = make.branch(session), make.region(session)

    def has(change: str) -> bool:
        anna = staff(session)
        pins.choose(session, anna, "x", by=anna, at=make.NOON)
        match change:
            case "branch":
                accounts.change_role(session, anna, Role.STAFF, branch=other, by=None, at=make.NOON)
            case "role":
                accounts.change_role(session, anna, Role.MANAGER, region=region, by=None, at=make.NOON)
            case "access":
                accounts.deactivate(session, anna, by=None, at=make.NOON)
            case "name":
                accounts.call(session, anna, "Anna Nagy", language="hu", by=None, at=make.NOON)
            case "password":
                accounts.set_password(session, anna, "hash", by=None, at=make.NOON)
        return pins.of(session, anna) is not None

    changes = ("branch", "role", "access", "name", "password")
    assert [change for change in changes if has(change)] == ["name", "password"]
