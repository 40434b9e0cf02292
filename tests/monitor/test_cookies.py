"""What a browser carries: when it stops working, how it is kept from others, and whose word is believed."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import flask
import pytest

from branches import accounts, history, sessions
from branches.database import reading, transaction
from branches.people import Role, User
from tests.databases import SqliteDatabases
from tests.monitor.house import (
    PASSWORD,
    House,
    ask,
    entered,
    follow,
    form,
    give_password,
    is_in,
    opened,
)
from tests.monitor.mailbox import code, link, text
from tests.monitor.pages import Page, Visitor


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def test_signing_in_gives_the_browser_a_new_name(house: House) -> None:
    visitor = entered(house)
    before = visitor.client.get_cookie("device")
    ask(visitor, house.email(Role.STAFF))
    follow(visitor, link(house.mail.sent[-1]))
    after = visitor.client.get_cookie("device")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    thief = house.visitor()
    thief.client.set_cookie("device", before.value)
    assert is_in(thief) is False


def sign_out(house: House, visitor: Visitor) -> None:
    visitor.submit(form(visitor.get("/account"), "/sign-out"))


def change_password(house: House, visitor: Visitor) -> None:
    visitor.submit(form(visitor.get("/account"), "/account/password"), new=PASSWORD)


def change_role(house: House, visitor: Visitor) -> None:
    with reading(house.engine) as session:
        branch = session.get_one(User, house.people[Role.STAFF].id).branch
    house.change(accounts.change_role, Role.MANAGER, Role.STAFF, branch=branch)


def deactivate(house: House, visitor: Visitor) -> None:
    house.change(accounts.deactivate, Role.MANAGER)


@pytest.mark.parametrize("ending", [sign_out, change_password, change_role, deactivate])
def test_a_copied_cookie_stops_working(house: House, ending: Callable[[House, Visitor], None]) -> None:
    visitor, thief = entered(house, Role.MANAGER), house.visitor()
    cookie = visitor.client.get_cookie("device")
    assert cookie is not None
    thief.client.set_cookie("device", cookie.value)
    assert is_in(thief)
    ending(house, visitor)
    assert is_in(thief) is False
    assert is_in(visitor) is (ending is change_password)


def test_a_link_sent_before_a_change_of_role_opens_nothing(house: House) -> None:
    ask(house.visitor(), house.email(Role.MANAGER))
    change_role(house, house.visitor())
    follow(house.visitor(), link(house.mail.sent[0]), status=403)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in/password", "/sign-out", "/sign-in/x" * 2])
def test_a_form_without_its_token_is_refused(house: House, path: str) -> None:
    give_password(house)
    fields = {"email": house.email(), "password": PASSWORD, "code": "123456"}
    house.visitor().post(path, status=404 if path.count("x") > 1 else 400, **fields)
    assert house.mail.sent == []


def test_account_forms_without_their_token_are_refused(house: House) -> None:
    visitor = entered(house)
    for path in ("/account/password", "/account/devices"):
        visitor.post(path, status=400, new=PASSWORD)


@pytest.fixture
def far(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    """A house that people reach over TLS."""
    with opened(sqlite, tmp_path, address="https://quality.example.com") as house:
        yield house


def test_over_tls_cookies_are_bound_to_the_host_and_never_travel_in_the_open(far: House) -> None:
    house = far
    there = {"base_url": "https://quality.example.com"}
    client = house.app.test_client()
    page = Page(client.get("/sign-in", **there))
    post = partial(client.post, headers={"Referer": "https://quality.example.com/sign-in"}, **there)
    first = post("/sign-in", data={**form(page, "/sign-in").fields, "email": house.email()})
    given = post("/sign-in/code", data={**form(page, "/sign-in").fields, "code": code(house.mail.sent[0])})
    cookies = [*first.headers.getlist("Set-Cookie"), *given.headers.getlist("Set-Cookie"), page.headers["Set-Cookie"]]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-session", "__Host-asking", "__Host-device", "__Host-known"}
    for cookie in cookies:
        parts = set(cookie.split("; ")[1:])
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert [part for part in parts if part.startswith("Domain")] == []
    assert given.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert f"https://quality.example.com{link(house.mail.sent[0])}" in text(house.mail.sent[0])
    assert client.get("/account", **there).status_code == 200
    assert post("/sign-out", data={}, headers={}).status_code == 400


def test_over_loopback_there_is_no_promise_of_tls(house: House) -> None:
    assert "Strict-Transport-Security" not in house.visitor().get("/sign-in").headers


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "192.0.2.7", "127.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "127.0.0.1, 192.0.2.7", "192.0.2.7"),
        (2, "203.0.113.9, 192.0.2.7, 198.51.100.1", "192.0.2.7"),
    ],
)
def test_only_as_many_proxies_are_believed_as_there_are(
    sqlite: SqliteDatabases, tmp_path: Path, proxies: int, forwarded: str, seen: str
) -> None:
    found: list[str | None] = []
    with opened(sqlite, tmp_path, proxies=proxies) as house:
        house.app.before_request(lambda: found.append(flask.request.remote_addr))
        house.app.test_client().get("/sign-in", headers={"X-Forwarded-For": forwarded})
    assert found == [seen]


def test_the_sign_in_session_of_the_library_does_not_exist(house: House) -> None:
    visitor = entered(house)
    with visitor.client.session_transaction() as held:
        assert set(held) <= {"csrf_token", "_flashes"}
    assert {"login_manager", "security"} & {*house.app.extensions, *vars(house.app)} == set()


def test_history_notes_who_signed_in(house: House) -> None:
    entered(house)
    with reading(house.engine) as session:
        user = session.get_one(User, house.people[Role.OFFICE].id)
        assert history.of(session, user)[-1].verb == "sign_in"


def signed_out(house: House) -> None:
    with transaction(house.engine) as session:
        sessions.end_all(session, house.people[Role.OFFICE])


def test_a_device_signed_out_while_its_form_came_in_writes_nothing(house: House) -> None:
    visitor = entered(house)
    asked = form(visitor.get("/account"), "/account/password")
    hooks = house.app.before_request_funcs[None]
    hooks.insert(1, lambda: signed_out(house))
    assert visitor.client.post(asked.action, data={**asked.fields, "new": PASSWORD}).headers["Location"] == "/sign-in"
    with reading(house.engine) as session:
        assert session.get_one(User, house.people[Role.OFFICE].id).password is None


def test_history_notes_who_signed_out(house: House) -> None:
    visitor = entered(house)
    visitor.submit(form(visitor.get("/account"), "/sign-out"))
    with reading(house.engine) as session:
        user = session.get_one(User, house.people[Role.OFFICE].id)
        assert [event.verb for event in history.of(session, user)][-2:] == ["sign_in", "sign_out"]
