"""Signing in by mail and code, and what an onlooker learns: nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import accounts, knocking
from branches.database import reading, transaction
from branches.people import PERSONS, Role, User
from branches.sessions import SignInLink
from monitor.web import gate, way_in
from monitor.web.gate import Site
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
from tests.monitor.mailbox import code, link, text
from tests.monitor.pages import Page


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


@pytest.mark.parametrize("role", PERSONS)
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


def test_after_signing_in_one_is_where_one_wanted_to_go(house: House) -> None:
    visitor = house.visitor()
    visitor.get("/account")
    ask(visitor, house.email(Role.SHOPPER))
    assert follow(visitor, link(house.mail.sent[0])).headings == ["My sign-in"]
    visitor = house.visitor()
    visitor.get("/reports/chain")
    ask(visitor, house.email(Role.SHOPPER))
    assert follow(visitor, link(house.mail.sent[1])).headings == ["My audits"]


@pytest.mark.slow
def test_who_tries_elsewhere_closes_no_way_in_for_a_known_browser(house: House) -> None:
    give_password(house)
    visitor = entered(house)
    visitor.submit(form(visitor.get("/account"), "/sign-out"))
    for _ in range(10):
        by_password(house.visitor(), house.email(), "", status=422)
    sent = len(house.mail.sent)
    for _ in range(7):
        ask(house.visitor(), house.email())
    by_password(house.visitor(), house.email(), PASSWORD, status=422)
    ask(visitor, house.email())
    assert len(house.mail.sent) == sent + way_in.MOST_MAILS - 1 + 1  # one was sent when the browser became known
    by_password(visitor, house.email(), PASSWORD)
    assert is_in(visitor)


@pytest.mark.slow
def test_a_place_that_tries_too_often_has_no_password_looked_at(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocking, "MOST_FROM_ONE_PLACE", 2)
    give_password(house)
    give_password(house, Role.STAFF)
    for _ in range(2):
        by_password(house.visitor(), "nobody@example.com", "", status=422)
    by_password(house.visitor(), house.email(), PASSWORD, status=422)
    elsewhere = house.visitor()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    by_password(elsewhere, house.email(), PASSWORD)
    assert is_in(elsewhere)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_a_household_is_one_place(house: House, address: str, source: str) -> None:
    with house.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert gate.source() == source
