"""Shared tablets: one sign-in a branch, let in by a code, kept as long as they are used, lent for minutes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from branches import accounts, history, lending, places, sessions, tablets
from branches.errors import NotAllowed, Refused
from branches.people import Role, User
from branches.places import Branch
from branches.sessions import LENT_MINUTES, SESSION_DAYS, DeviceSession, SignInLink
from tests import make

LENT = timedelta(minutes=LENT_MINUTES)
LATER = make.NOON + timedelta(minutes=1)


def code_of(session: Session, branch: Branch) -> str:
    return tablets.make_code(session, branch, language="en", by=None, at=make.NOON)


def let_in(session: Session, branch: Branch) -> str:
    token = tablets.let_in(session, code_of(session, branch), at=make.NOON, label="Chrome, Android")
    assert token is not None
    return token


def device(session: Session, token: str, after: timedelta = timedelta()) -> DeviceSession:
    session.expire_all()
    found = sessions.device(session, token, at=make.NOON + after)
    assert found is not None
    return found


def lent(session: Session, token: str, after: timedelta) -> User | None:
    return lending.borrower(device(session, token, after), at=make.NOON + after)


def test_all_tablets_of_a_branch_share_one_sign_in(session: Session) -> None:
    branch, other = make.branch(session), make.branch(session)
    for one in (branch, branch, other):
        let_in(session, one)
    found = session.exec(select(User).where(User.role == Role.TABLET.value).order_by(col(User.id))).all()
    assert [(one.branch_id, one.email, one.name, one.code) for one in found] == [
        (branch.id, None, "", None),
        (other.id, None, "", None),
    ]
    assert len(tablets.signed_in(session, branch, at=make.NOON)) == 2


def test_a_code_works_once_and_for_a_quarter_of_an_hour(session: Session) -> None:
    branch = make.branch(session)
    first, second = code_of(session, branch), code_of(session, branch)
    assert [tablets.let_in(session, first, at=make.NOON) is not None for _ in range(2)] == [True, False]
    assert tablets.let_in(session, second, at=make.NOON + timedelta(minutes=15)) is None


def test_a_code_is_kept_as_a_hash_and_opens_in_no_other_way(session: Session) -> None:
    code = code_of(session, make.branch(session))
    row = session.exec(select(SignInLink)).one()
    assert code not in repr(row)
    with pytest.raises(NotAllowed):
        sessions.redeem(session, f"tablet {code}", at=make.NOON)
    assert sessions.try_code(session, "tablet", code, at=make.NOON) is None
    assert tablets.let_in(session, code, at=make.NOON) is not None


def test_a_mailed_code_lets_no_tablet_in(session: Session) -> None:
    given_out = sessions.make_way_in(session, make.user(session), "tablet", at=make.NOON)
    assert tablets.let_in(session, given_out.code, at=make.NOON) is None


def test_history_tells_of_the_branch_who_let_a_tablet_in_and_signed_it_out(session: Session) -> None:
    branch, office = make.branch(session), make.user(session)
    code = tablets.make_code(session, branch, language="en", by=office, at=make.NOON)
    tablets.let_in(session, code, at=make.NOON)
    (found,) = tablets.signed_in(session, branch, at=make.NOON)
    for _ in range(2):
        tablets.end(session, branch, found, by=office, at=make.NOON)
    events = [(event.verb, event.by_id) for event in history.of(session, branch)][1:]
    own = tablets.of(session, branch)
    assert own is not None
    assert events == [("make_tablet_code", office.id), ("sign_in_tablet", own.id), ("end_tablet", office.id)]


@pytest.mark.parametrize("closed", [0, 1])
def test_a_closed_branch_has_no_tablet_from_its_day_on(session: Session, closed: int) -> None:
    branch = make.branch(session)
    token, code = let_in(session, branch), code_of(session, branch)
    places.close_branch(session, branch, make.NOON.date() + timedelta(days=closed), by=None, at=make.NOON)
    assert (sessions.device(session, token, at=make.NOON) is None) == (closed == 0)
    assert sessions.device(session, token, at=make.NOON + timedelta(days=1)) is None
    if closed == 0:
        assert tablets.let_in(session, code, at=make.NOON) is None
        with pytest.raises(Refused, match="closed"):
            code_of(session, branch)
    places.reopen_branch(session, branch, by=None, at=make.NOON)
    assert sessions.device(session, token, at=make.NOON) is not None


def test_only_a_tablet_stays_signed_in_by_being_used(session: Session) -> None:
    branch = make.branch(session)
    tokens = [let_in(session, branch), sessions.begin(session, make.user(session), at=make.NOON)]
    for token in tokens:
        sessions.see(session, device(session, token).id, at=make.NOON + timedelta(days=20))
    after = make.NOON + timedelta(days=SESSION_DAYS + 1)
    assert [sessions.device(session, token, at=after) is not None for token in tokens] == [True, False]


def test_a_tablet_is_lent_to_the_staff_of_its_own_branch_alone(session: Session) -> None:
    branch = make.branch(session)
    token = let_in(session, branch)
    others = (
        make.user(session, Role.STAFF, branch=make.branch(session)),
        make.user(session, Role.MANAGER, region=branch.region),
        make.user(session),
        make.shopper(session),
    )
    for one in others:
        with pytest.raises(NotAllowed):
            lending.lend(session, device(session, token), one, at=make.NOON)
    assert lent(session, token, timedelta()) is None


def test_nobodys_own_device_is_ever_lent(session: Session) -> None:
    branch = make.branch(session)
    anna, bea = (make.user(session, Role.STAFF, branch=branch) for _ in range(2))
    token = sessions.begin(session, anna, at=make.NOON)
    with pytest.raises(NotAllowed):
        lending.lend(session, device(session, token), bea, at=make.NOON)


def test_it_is_lent_for_five_minutes_from_its_last_use(session: Session) -> None:
    branch = make.branch(session)
    anna, token = make.user(session, Role.STAFF, branch=branch), let_in(session, branch)
    lending.lend(session, device(session, token), anna, at=make.NOON)
    assert lent(session, token, LENT - timedelta(seconds=1)) == anna
    assert lent(session, token, LENT) is None
    sessions.see(session, device(session, token).id, at=make.NOON + LENT - timedelta(seconds=1))
    assert lent(session, token, 2 * LENT - timedelta(seconds=2)) == anna
    lending.lock(session, device(session, token))
    assert lent(session, token, timedelta()) is None


def test_what_has_locked_itself_is_not_opened_by_being_used(session: Session) -> None:
    branch = make.branch(session)
    anna, token = make.user(session, Role.STAFF, branch=branch), let_in(session, branch)
    lending.lend(session, device(session, token), anna, at=make.NOON)
    sessions.see(session, device(session, token).id, at=make.NOON + LENT)
    assert lent(session, token, LENT) is None


@given(st.lists(st.integers(min_value=1, max_value=600), max_size=12))
def test_it_is_locked_after_any_pause_of_five_minutes_and_after_none_that_is_seconds_shorter(pauses: list[int]) -> None:
    """As the pages do it: a use is written down once the last one that was is older than some seconds."""
    at = make.NOON
    row = DeviceSession(token_hash="", user_id=1, started_at=at, expires_at=at, lent_until=at + LENT)
    shortest = LENT - timedelta(seconds=sessions.LENT_SEEN_SECONDS)
    for pause in (timedelta(seconds=seconds) for seconds in pauses):
        at += pause
        is_open = row.lent_until is not None and row.lent_until > at
        assert (is_open, pause < LENT) in {(True, True), (False, False)} or shortest <= pause < LENT
        if not is_open:
            break
        if sessions.long_unseen(row, at=at):
            row.lent_until = at + LENT


@pytest.mark.parametrize("change", ["password", "access", "branch"])
def test_what_ends_a_persons_devices_ends_what_was_lent_to_them(session: Session, change: str) -> None:
    branch = make.branch(session)
    anna, token = make.user(session, Role.STAFF, branch=branch), let_in(session, branch)
    lending.lend(session, device(session, token), anna, at=make.NOON)
    match change:
        case "password":
            accounts.set_password(session, anna, None, by=None, at=LATER)
        case "access":
            accounts.deactivate(session, anna, by=None, at=LATER)
        case "branch":
            accounts.change_role(session, anna, Role.STAFF, branch=make.branch(session), by=None, at=LATER)
    found = device(session, token)
    assert (found.lent_to_id, found.lent_until) == (None, None)


def test_a_tablet_that_was_signed_out_meanwhile_is_not_lent(session: Session) -> None:
    branch = make.branch(session)
    anna, token = make.user(session, Role.STAFF, branch=branch), let_in(session, branch)
    found = device(session, token)
    tablets.end(session, branch, found, by=None, at=make.NOON)
    lending.lend(session, found, anna, at=make.NOON)
    assert session.exec(select(DeviceSession)).all() == []
