import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from branches import accounts, history, sessions
from branches.database import transaction
from branches.errors import Conflict, NotAllowed, Refused
from branches.people import Role, User, user_by_email
from tests import make
from tests.together import together

Change = Callable[[Session, User], None]


def promote(session: Session, user: User) -> None:
    accounts.change_role(session, user, Role.MANAGER, region=make.region(session), by=None, at=make.NOON)


def lock(session: Session, user: User) -> None:
    accounts.set_password(session, user, "$argon2id$another", by=user, at=make.NOON)


def dismiss(session: Session, user: User) -> None:
    accounts.deactivate(session, user, by=None, at=make.NOON)


def readdress(session: Session, user: User) -> None:
    accounts.change_address(session, user, "New@example.com", by=None, at=make.NOON)


@pytest.mark.parametrize(
    ("change", "verb"),
    [(promote, "change_role"), (lock, "set_password"), (dismiss, "deactivate"), (readdress, "change_address")],
)
def test_a_change_of_the_account_ends_what_is_signed_in_and_is_noted(
    session: Session, change: Change, verb: str
) -> None:
    user, other = make.shopper(session), make.shopper(session)
    devices = [sessions.begin(session, who, at=make.NOON) for who in (user, other)]
    link, before = sessions.make_link(session, user, at=make.NOON), user.fs_uniquifier
    change(session, user)
    assert [sessions.who(session, token, at=make.NOON) for token in devices] == [None, other]
    with pytest.raises(NotAllowed):
        sessions.redeem(session, link, at=make.NOON)
    assert user.fs_uniquifier != before
    assert [event.verb for event in history.of(session, user)] == ["add", "sign_in", verb]


def test_history_says_what_the_role_was_and_never_a_password(session: Session) -> None:
    user = make.shopper(session)
    region = make.region(session)
    accounts.change_role(session, user, Role.MANAGER, region=region, by=None, at=make.NOON)
    accounts.set_password(session, user, "$argon2id$secret", by=user, at=make.NOON)
    changed, locked = history.of(session, user)[1:]
    assert changed.details == {"before": ["shopper", None, None], "after": ["manager", None, region.id]}
    assert (locked.details, locked.by_id) == ({}, user.id)


def test_the_same_role_again_changes_nothing(session: Session) -> None:
    branch = make.branch(session)
    user = make.user(session, Role.STAFF, branch=branch)
    device = sessions.begin(session, user, at=make.NOON)
    accounts.change_role(session, user, Role.STAFF, branch=branch, by=None, at=make.NOON)
    assert sessions.who(session, device, at=make.NOON) == user


def test_a_role_without_its_place_is_refused(session: Session) -> None:
    user = make.shopper(session)
    for role, sentence in ((Role.STAFF, "belongs to a branch"), (Role.MANAGER, "belongs to a region")):
        with pytest.raises(Refused, match=sentence):
            accounts.change_role(session, user, role, by=None, at=make.NOON)


def test_a_former_member_of_staff_keeps_no_branch(session: Session) -> None:
    user = make.user(session, Role.STAFF, branch=make.branch(session))
    accounts.change_role(session, user, Role.SHOPPER, by=None, at=make.NOON)
    assert (user.branch_id, user.region_id) == (None, None)


def test_the_last_of_head_office_stays(session: Session) -> None:
    last = make.user(session)
    with pytest.raises(Conflict, match="is the last of head office"):
        accounts.deactivate(session, last, by=None, at=make.NOON)
    with pytest.raises(Conflict, match="is the last of head office"):
        accounts.change_role(session, last, Role.SHOPPER, by=None, at=make.NOON)
    make.user(session)
    accounts.deactivate(session, last, by=None, at=make.NOON)
    assert last.active is False


def test_who_comes_back_has_no_password(session: Session) -> None:
    user = make.shopper(session)
    lock(session, user)
    dismiss(session, user)
    with pytest.raises(Conflict, match="signs in no more already"):
        dismiss(session, user)
    accounts.reactivate(session, user, by=None, at=make.NOON)
    assert (user.active, user.password) == (True, None)
    with pytest.raises(Conflict, match="may sign in already"):
        accounts.reactivate(session, user, by=None, at=make.NOON)


def test_an_address_that_is_taken_is_refused(session: Session) -> None:
    user, other = make.shopper(session), make.shopper(session)
    assert other.email is not None
    before = user.email
    with pytest.raises(Conflict, match="is already somebody's address"):
        accounts.change_address(session, user, other.email.upper(), by=None, at=make.NOON)
    session.refresh(user)
    assert user.email == before
    readdress(session, user)
    assert user_by_email(session, "new@example.com") == user


def test_another_name_or_language_signs_nobody_out(session: Session) -> None:
    office, user = make.user(session), make.user(session, name="Anna")
    token = sessions.begin(session, user, at=make.NOON)
    for _ in range(2):
        accounts.call(session, user, " Anna B. ", language="hu", by=office, at=make.NOON)
    with pytest.raises(Refused, match="no language xx"):
        accounts.call(session, user, "Anna", language="xx", by=office, at=make.NOON)
    assert (user.name, user.language) == ("Anna B.", "hu")
    assert sessions.who(session, token, at=make.NOON) == user
    assert [one.verb for one in history.of(session, user)] == ["add", "sign_in", "call"]


def test_a_way_in_is_mailed_to_whoever_may_come_in(session: Session) -> None:
    office, user = make.user(session), make.user(session, name="Anna")
    assert accounts.invite(session, user, by=office, at=make.NOON) == user.email
    assert [one.verb for one in history.of(session, user)] == ["add", "invite"]
    accounts.deactivate(session, user, by=office, at=make.NOON)
    with pytest.raises(Conflict, match="Anna signs in no more"):
        accounts.invite(session, user, by=office, at=make.NOON)
    with pytest.raises(Refused, match="no mail address yet"):
        accounts.invite(session, make.user(session, Role.SHOPPER, code="s", email=None), by=office, at=make.NOON)


def test_two_of_head_office_cannot_end_each_others_access(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        pair = [make.user(session).id for _ in range(2)]

    def dismissal(number: int) -> Callable[[], None]:
        def dismissed() -> None:
            with transaction(engine) as session:
                user = session.get_one(User, number)
                accounts.deactivate(session, user, by=None, at=make.NOON)
                time.sleep(0.1)  # the other begins before this one is kept

        return dismissed

    given = together(*map(dismissal, pair))
    assert sorted(type(one).__name__ for one in given) == ["Conflict", "NoneType"]
