"""Passwords and devices: a person's own sign-in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from branches import sessions
from branches.database import reading, transaction
from branches.people import Role, User
from branches.sessions import DeviceSession
from monitor import passwords
from tests.databases import SqliteDatabases
from tests.monitor.house import (
    PASSWORD,
    House,
    ask,
    by_password,
    entered,
    follow,
    form,
    give_password,
    is_in,
    opened,
    type_code,
)
from tests.monitor.mailbox import code, link

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def test_a_password_signs_in(house: House) -> None:
    give_password(house)
    visitor = house.visitor()
    by_password(visitor, house.email().upper(), PASSWORD)
    assert is_in(visitor)
    with reading(house.engine) as session:
        kept = session.get_one(User, house.people[Role.OFFICE].id).password
    assert (kept or "").startswith("$argon2id$")


@pytest.mark.parametrize("typed", ["", "wrong", "nine green bottles", "x" * 5000, "\0", "🔑" * 20])
def test_another_password_does_not_sign_in(house: House, typed: str) -> None:
    give_password(house)
    visitor = house.visitor()
    page = by_password(visitor, house.email(), typed, status=422)
    assert "Address and password do not fit each other" in page.text
    assert is_in(visitor) is False


@pytest.mark.slow
def test_after_ten_wrong_passwords_only_the_mail_opens(house: House) -> None:
    give_password(house)
    for _ in range(10):
        by_password(house.visitor(), house.email(), "", status=422)
    by_password(house.visitor(), house.email(), PASSWORD, status=422)
    assert is_in(entered(house))
    house.clock.forward(minutes=61)
    by_password(house.visitor(), house.email(), PASSWORD)


def test_who_is_no_longer_active_gets_in_by_no_way(house: House) -> None:
    give_password(house, Role.STAFF)
    visitor = house.visitor()
    ask(visitor, house.email(Role.STAFF))
    with transaction(house.engine) as session:
        session.get_one(User, house.people[Role.STAFF].id).active = False
    follow(visitor, link(house.mail.sent[0]), status=403)
    type_code(visitor, code(house.mail.sent[0]), status=422)
    by_password(visitor, house.email(Role.STAFF), PASSWORD, status=422)
    assert is_in(visitor) is False


@pytest.mark.slow
def test_changing_the_password_needs_the_one_until_now_and_ends_other_devices(house: House) -> None:
    give_password(house)
    visitor, other = entered(house), entered(house)
    page = visitor.get("/account")
    asked = form(page, "/account/password")
    assert "not your password" in visitor.submit(asked, status=422, current="wrong", new="Ten green bottles").text
    visitor.submit(asked, current=PASSWORD, new="Ten green bottles")
    assert (is_in(visitor), is_in(other)) == (True, False)
    by_password(other, house.email(), PASSWORD, status=422)
    by_password(other, house.email(), "Ten green bottles")


@pytest.mark.parametrize("first", [True, False])
def test_nobodys_writing_waits_while_a_password_is_hashed(
    house: House, monkeypatch: pytest.MonkeyPatch, *, first: bool
) -> None:
    if not first:
        give_password(house)
    visitor, hashed, waited = entered(house), passwords.hashed, list[bool]()

    def hashed_slowly(user: User, password: str) -> str:
        file = str(house.engine.url.database)
        with closing(sqlite3.connect(file, timeout=0)) as database:
            database.execute("BEGIN IMMEDIATE")
            waited.append(False)
        return hashed(user, password)

    monkeypatch.setattr(passwords, "hashed", hashed_slowly)
    asked = form(visitor.get("/account"), "/account/password")
    visitor.submit(asked, current=PASSWORD, new="Ten green bottles")
    assert waited == [False]
    by_password(house.visitor(), house.email(), "Ten green bottles")


@pytest.mark.slow
def test_who_tries_at_the_door_does_not_use_up_the_tries_of_who_is_in(house: House) -> None:
    give_password(house)
    visitor = entered(house)
    for _ in range(10):
        by_password(house.visitor(), house.email(), "", status=422)
    asked = form(visitor.get("/account"), "/account/password")
    visitor.submit(asked, current=PASSWORD, new="Ten green bottles")
    assert is_in(visitor)


def test_who_is_signed_out_while_a_password_is_hashed_changes_none(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, hashed = entered(house), passwords.hashed

    def hashed_too_late(user: User, password: str) -> str:
        with transaction(house.engine) as session:
            sessions.end_all(session, user)
        return hashed(user, password)

    monkeypatch.setattr(passwords, "hashed", hashed_too_late)
    visitor.submit(form(visitor.get("/account"), "/account/password"), new=PASSWORD)
    with reading(house.engine) as session:
        assert session.get_one(User, house.people[Role.OFFICE].id).password is None


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short", "A password needs at least 12 characters."),
        ("aaaaaaaaaaaaaaaa", "is easy to guess"),
        ("person is a secret word", "is easy to guess"),
        ("0123456789" * 13, "This password is too long."),
        ("0123456789" * 500, "This password is too long."),
    ],
)
def test_a_weak_password_is_refused(house: House, new: str, why: str) -> None:
    visitor = entered(house)
    page = visitor.submit(form(visitor.get("/account"), "/account/password"), status=422, new=new)
    assert why in page.text


def test_a_first_password_needs_a_fresh_sign_in(house: House) -> None:
    visitor = entered(house)
    asked = form(visitor.get("/account"), "/account/password")
    house.clock.forward(minutes=16)
    visitor.submit(asked, status=403, new=PASSWORD)
    assert is_in(visitor)


def test_a_person_sees_their_devices_and_signs_one_out(house: House) -> None:
    phone = house.visitor()
    phone.client.environ_base["HTTP_USER_AGENT"] = PHONE
    ask(phone, house.email())
    follow(phone, link(house.mail.sent[-1]))
    desk, stranger = entered(house), entered(house, Role.STAFF)
    page = desk.get("/account")
    assert ("Chrome, Android" in page.text, "signed in on 2 devices" in page.text) == (True, True)
    asked = form(page, "/account/devices")
    stranger.submit(form(stranger.get("/account"), "/sign-out"), device=asked.fields["device"])
    away = [one for one in page.forms if one.action == "/account/devices"]
    assert len(away) == 1
    desk.submit(away[0])
    assert (is_in(phone), is_in(desk)) == (False, True)


def test_nobody_signs_out_anothers_device(house: House) -> None:
    one, spare, other = entered(house), entered(house), entered(house, Role.STAFF)
    with reading(house.engine) as session:
        found = session.exec(select(DeviceSession.id).where(DeviceSession.user_id == house.people[Role.STAFF].id)).one()
    asked = form(one.get("/account"), "/account/devices")
    for device in (str(found), "9" * 30, "-1", "x", "\0"):
        one.submit(asked, device=device)
    assert [is_in(visitor) for visitor in (one, spare, other)] == [True, True, True]


def test_a_device_in_use_is_seen(house: House) -> None:
    visitor = entered(house)
    house.clock.forward(days=3)
    visitor.get("/account")
    assert "last used on 13 March 2026" in visitor.get("/account").text
