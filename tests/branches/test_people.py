import pytest
from sqlmodel import Session

from branches import history
from branches.errors import Conflict, NotFound, Refused
from branches.people import Role, add_user, give_address, user_by_email
from tests import make


def test_addresses_are_found_however_they_are_written(session: Session) -> None:
    user = add_user(session, Role.OFFICE, by=None, at=make.NOON, email=" Anna.Kiss@Example.COM ")
    assert user.email == "anna.kiss@example.com"
    assert user_by_email(session, "ANNA.KISS@example.com") == user


def test_an_unknown_address_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match=r"nobody@example\.com"):
        user_by_email(session, "nobody@example.com")


def test_an_address_is_taken_once(session: Session) -> None:
    add_user(session, Role.OFFICE, by=None, at=make.NOON, email="a@example.com")
    with pytest.raises(Conflict, match=r"a@example\.com is already somebody's address"):
        add_user(session, Role.SHOPPER, by=None, at=make.NOON, email="A@example.com")


def test_a_code_is_taken_once(session: Session) -> None:
    add_user(session, Role.SHOPPER, by=None, at=make.NOON, code="s1")
    with pytest.raises(Conflict, match="s1 is already somebody's code"):
        add_user(session, Role.SHOPPER, by=None, at=make.NOON, code="s1", email="b@example.com")
    assert add_user(session, Role.SHOPPER, by=None, at=make.NOON).code is None


@pytest.mark.parametrize(
    "email",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "a b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com,b@example.com",
        "Anna <a@example.com>",
        "a@b@example.com",
        "a\u202e@example.com",
        "a" * 250 + "@example.com",
    ],
)
def test_what_is_not_one_mail_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(Refused, match="is not a mail address"):
        add_user(session, Role.OFFICE, by=None, at=make.NOON, email=email)
    with pytest.raises(Refused, match="is not a mail address"):
        user_by_email(session, email)


def test_staff_belong_to_a_branch_and_managers_to_a_region(session: Session) -> None:
    with pytest.raises(Refused, match="belongs to a branch"):
        make.user(session, Role.STAFF)
    with pytest.raises(Refused, match="belongs to a region"):
        make.user(session, Role.MANAGER)
    branch = make.branch(session)
    assert make.user(session, Role.STAFF, branch=branch).branch_id == branch.id
    assert make.user(session, Role.MANAGER, region=branch.region).region_id == branch.region_id


def test_a_shopper_known_by_a_code_gets_an_address_once(session: Session) -> None:
    shopper = add_user(session, Role.SHOPPER, by=None, at=make.NOON, code="s1")
    office = make.user(session)
    give_address(session, shopper, "S1@example.com", name="Sam", language="hu", by=office, at=make.NOON)
    assert (shopper.email, shopper.name, shopper.language) == ("s1@example.com", "Sam", "hu")
    assert [(event.verb, event.by_id) for event in history.of(session, shopper)] == [
        ("add", None),
        ("give_address", office.id),
    ]
    with pytest.raises(Conflict, match="s1 is already somebody's code"):
        give_address(session, shopper, "other@example.com", by=office, at=make.NOON)
