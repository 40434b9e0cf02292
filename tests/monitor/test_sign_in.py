"""Signing in: by mail, by code, by password; what ends it; and what an onlooker learns: nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import select

from branches import accounts, database, history
from branches.database import reading, transaction
from branches.people import Role, User
from branches.sessions import DeviceSession, SignInLink
from monitor import passwords
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.mailbox import Mailbox, code, link, text
from tests.monitor.pages import Form, Page, Visitor

BEGIN = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = bytes(range(32))
PASSWORD = "Nine green bottles"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"


@dataclass
class Clock:
    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: int) -> None:
        self.at += timedelta(**by)


@dataclass
class House:
    """A chain with one person of each role, its pages and its mail."""

    app: Flask
    engine: sa.Engine
    people: dict[Role, User]
    mail: Mailbox = field(default_factory=Mailbox)
    clock: Clock = field(default_factory=Clock)

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    def email(self, role: Role = Role.OFFICE) -> str:
        return str(self.people[role].email)

    def change(self, verb: Callable[..., None], role: Role, *values: object, **more: object) -> None:
        with transaction(self.engine) as session:
            verb(session, session.get_one(User, self.people[role].id), *values, by=None, at=self.clock(), **more)


@pytest.fixture
def engine(sqlite: SqliteDatabases) -> Iterator[sa.Engine]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        yield engine
        engine.dispose()


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    return opened(engine, tmp_path)


def opened(engine: sa.Engine, cache: Path, *, address: str = "http://localhost:8000", proxies: int = 0) -> House:
    with transaction(engine) as session:
        branch = make.branch(session)
        people = {
            Role.OFFICE: make.user(session),
            Role.MANAGER: make.user(session, Role.MANAGER, region=branch.region),
            Role.STAFF: make.user(session, Role.STAFF, branch=branch),
            Role.SHOPPER: make.shopper(session),
        }
    mail, clock = Mailbox(), Clock()
    site = Site(engine, clock, "en", cache, "Europe/Budapest", name="Test & Sons", address=address, mail=mail)
    return House(create_app(site, SECRET, trusted_proxies=proxies), engine, people, mail, clock)


def form(page: Page, action: str) -> Form:
    return next(form for form in page.forms if form.action == action)


def ask(visitor: Visitor, email: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get("/sign-in"), "/sign-in"), status=status, email=email)


def follow(visitor: Visitor, path: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get(path), path), status=status)


def type_code(visitor: Visitor, typed: str, *, status: int = 200) -> Page:
    return visitor.submit(form(visitor.get("/sign-in/code"), "/sign-in/code"), status=status, code=typed)


def by_password(visitor: Visitor, email: str, password: str, *, status: int = 200) -> Page:
    page = visitor.get("/sign-in")
    return visitor.submit(form(page, "/sign-in/password"), status=status, email=email, password=password)


def give_password(house: House, role: Role = Role.OFFICE) -> None:
    house.change(accounts.set_password, role, passwords.hashed(house.people[role], PASSWORD))


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").headings == ["My sign-in"]


def entered(house: House, role: Role = Role.OFFICE) -> Visitor:
    """A browser signed in by the mailed link."""
    visitor = house.visitor()
    ask(visitor, house.email(role))
    follow(visitor, link(house.mail.sent[-1]))
    assert is_in(visitor)
    return visitor


@pytest.mark.parametrize("role", list(Role))
def test_each_role_signs_in_by_link_and_by_code(house: House, role: Role) -> None:
    assert is_in(entered(house, role))
    visitor = house.visitor()
    ask(visitor, house.email(role).upper())
    type_code(visitor, code(house.mail.sent[-1]))
    assert is_in(visitor)


def test_one_mail_opens_once_by_link_or_code(house: House) -> None:
    visitor, other = house.visitor(), house.visitor()
    ask(visitor, house.email())
    path = link(house.mail.sent[0])
    follow(other, path)
    follow(house.visitor(), path, status=403)
    page = type_code(visitor, code(house.mail.sent[0]), status=422)
    assert "This code does not fit." in page.text
    assert (is_in(other), is_in(visitor)) == (True, False)


def test_a_scanner_that_follows_the_link_uses_nothing_up(house: House) -> None:
    visitor = house.visitor()
    ask(visitor, house.email())
    path = link(house.mail.sent[0])
    for _ in range(3):
        house.visitor().client.get(path)
        house.visitor().client.head(path)
    with reading(house.engine) as session:
        assert session.exec(select(SignInLink.used_at)).all() == [None]
    follow(visitor, path)
    assert is_in(visitor)


def test_a_code_is_worth_nothing_in_another_browser(house: House) -> None:
    visitor, thief = house.visitor(), house.visitor()
    ask(visitor, house.email())
    type_code(thief, code(house.mail.sent[0]), status=422)
    ask(thief, "nobody@example.com")
    type_code(thief, code(house.mail.sent[0]), status=422)
    type_code(visitor, code(house.mail.sent[0]))
    assert (is_in(visitor), is_in(thief)) == (True, False)


def test_after_five_wrong_codes_the_mail_is_worth_nothing(house: House) -> None:
    visitor = house.visitor()
    ask(visitor, house.email())
    right = code(house.mail.sent[0])
    for _ in range(5):
        type_code(visitor, f"{(int(right) + 1) % 1_000_000:06}", status=422)
    type_code(visitor, right, status=422)
    follow(visitor, link(house.mail.sent[0]), status=403)
    assert is_in(visitor) is False


def test_link_and_code_are_too_old_after_a_quarter_of_an_hour(house: House) -> None:
    visitor = house.visitor()
    ask(visitor, house.email())
    house.clock.forward(minutes=15)
    type_code(visitor, code(house.mail.sent[0]), status=422)
    follow(visitor, link(house.mail.sent[0]), status=403)


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(house: House) -> None:
    house.change(accounts.deactivate, Role.SHOPPER)
    answers = []
    for email in (house.email(), "nobody@example.com", house.email(Role.SHOPPER)):
        visitor = house.visitor()
        page = ask(visitor, email)
        wrong = type_code(visitor, "12345", status=422)
        denied = by_password(visitor, email, PASSWORD, status=422)
        answers.append((page.text, wrong.text, denied.text))
    assert answers[1:] == answers[:1] * 2
    assert [str(mail["To"]) for mail in house.mail.sent] == [f"Person {_number(house)} <{house.email()}>"]


def _number(house: House) -> str:
    return house.people[Role.OFFICE].name.split()[1]


def test_the_answer_is_given_before_anybody_is_looked_for(house: House) -> None:
    waiting: list[Callable[[], object]] = []
    site: Site = house.app.extensions["site"]
    object.__setattr__(site, "later", waiting.append)
    visitor = house.visitor()
    touched: list[object] = []
    sa.event.listen(house.engine, "begin", touched.append)
    ask(visitor, house.email())
    assert (len(waiting), touched, house.mail.sent) == (1, [], [])
    waiting[0]()
    type_code(visitor, code(house.mail.sent[0]))
    assert is_in(visitor)


def test_what_is_no_address_is_said_to_be_none(house: House) -> None:
    page = ask(house.visitor(), "anna", status=422)
    assert "anna is not a mail address." in page.text


def test_five_mails_an_hour_go_to_one_address(house: House) -> None:
    for _ in range(7):
        ask(house.visitor(), house.email())
    ask(house.visitor(), house.email(Role.STAFF))
    assert len(house.mail.sent) == 5 + 1
    house.clock.forward(minutes=61)
    ask(house.visitor(), house.email())
    assert len(house.mail.sent) == 7


def test_a_mail_that_is_not_taken_changes_no_answer(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.mail.shut = True
    assert ask(house.visitor(), house.email()).headings == ["Look into your mail"]
    assert [record.getMessage() for record in caplog.records] == ["A sign-in mail was not taken: 451 try again later"]


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Your way in to Test & Sons"), ("hu", "Belépés: Test & Sons"), ("ta", None), ("te", None), ("hi", None)],
)
def test_the_mail_speaks_the_persons_language(house: House, language: str, subject: str | None) -> None:
    with transaction(house.engine) as session:
        session.get_one(User, house.people[Role.OFFICE].id).language = language
    ask(house.visitor(), house.email())
    mail = house.mail.sent[0]
    said, shown = text(mail), text(mail, "html")
    assert ("[en]" in said + shown, f'lang="{language}"' in shown) == (False, True)
    assert (subject or mail["Subject"], code(mail) in mail["Subject"]) == (mail["Subject"], False)
    assert all(f"http://localhost:8000{link(mail)}" in body for body in (said, shown))
    assert "Test &amp; Sons" in shown


def test_no_header_of_a_request_decides_where_a_link_leads(house: House) -> None:
    visitor, evil = house.visitor(), "http://evil.example"
    page = Page(visitor.client.get("/sign-in", base_url=evil))
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    fields = {**form(page, "/sign-in").fields, "email": house.email()}
    answer = visitor.client.post("/sign-in", data=fields, headers=headers, base_url=evil)
    assert answer.headers["Location"] == "/sign-in/code"
    assert "evil" not in house.mail.sent[0].as_string()


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


def test_after_signing_in_one_is_where_one_wanted_to_go(house: House) -> None:
    visitor = house.visitor()
    visitor.get("/account")
    ask(visitor, house.email(Role.SHOPPER))
    assert follow(visitor, link(house.mail.sent[0])).headings == ["My sign-in"]
    visitor = house.visitor()
    visitor.get("/reports/chain")
    ask(visitor, house.email(Role.SHOPPER))
    assert follow(visitor, link(house.mail.sent[1])).headings == ["My audits"]


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


def test_over_tls_cookies_are_bound_to_the_host_and_never_travel_in_the_open(engine: sa.Engine, tmp_path: Path) -> None:
    house = opened(engine, tmp_path, address="https://quality.example.com")
    there = {"base_url": "https://quality.example.com"}
    client = house.app.test_client()
    page = Page(client.get("/sign-in", **there))
    post = partial(client.post, headers={"Referer": "https://quality.example.com/sign-in"}, **there)
    first = post("/sign-in", data={**form(page, "/sign-in").fields, "email": house.email()})
    given = post("/sign-in/code", data={**form(page, "/sign-in").fields, "code": code(house.mail.sent[0])})
    cookies = [*first.headers.getlist("Set-Cookie"), *given.headers.getlist("Set-Cookie"), page.headers["Set-Cookie"]]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-session", "__Host-asking", "__Host-device"}
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
    engine: sa.Engine, tmp_path: Path, proxies: int, forwarded: str, seen: str
) -> None:
    house = opened(engine, tmp_path, proxies=proxies)
    found: list[str | None] = []
    house.app.before_request(lambda: found.append(__import__("flask").request.remote_addr))
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
