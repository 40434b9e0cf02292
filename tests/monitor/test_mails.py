"""The page that a mail leads to, and the click of a mail program: what they change, and what they never tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from branches import accounts, history, subscriptions
from branches.database import reading, transaction
from branches.people import Role, User
from branches.subscriptions import Wanted
from tests.databases import SqliteDatabases
from tests.monitor.house import House, entered, form, opened
from tests.monitor.pages import Page

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def address(house: House, role: Role = Role.MANAGER) -> str:
    """What the mails of that person lead to."""
    with transaction(house.engine) as session:
        return f"/mails/{subscriptions.of(session, house.people[role]).token}"


def wanted(house: House, role: Role = Role.MANAGER) -> Wanted:
    with reading(house.engine) as session:
        return subscriptions.wanted(session, house.people[role])


def noted(house: House, role: Role = Role.MANAGER) -> list[str]:
    with reading(house.engine) as session:
        events = history.of(session, house.people[role])
        return [one.details["after"] for one in events if one.verb == "choose_mails"]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_one_click_of_a_mail_program_ends_the_mails(house: House, role: Role) -> None:
    """RFC 8058: no cookie, no token of a form, no redirect."""
    plain = house.app.test_client(use_cookies=False)
    where = address(house, role)
    for _ in range(2):  # mail programs may send it again
        answer = plain.post(where, data=ONE_CLICK)
        assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    assert wanted(house, role) is Wanted.NEVER
    assert noted(house, role) == ["never"]


def test_one_click_may_come_as_a_form_of_parts(house: House) -> None:
    plain = house.app.test_client(use_cookies=False)
    answer = plain.post(address(house), data=ONE_CLICK, content_type="multipart/form-data")
    assert (answer.status_code, wanted(house)) == (200, Wanted.NEVER)


def test_a_scanner_that_follows_the_link_changes_nothing(house: House) -> None:
    where = address(house)
    plain = house.app.test_client(use_cookies=False)
    assert [plain.open(where, method=method).status_code for method in ("GET", "HEAD", "OPTIONS")] == [200] * 3
    assert plain.get(f"{where}?List-Unsubscribe=One-Click").status_code == 200
    assert (wanted(house), noted(house)) == (Wanted.ALWAYS, [])


@pytest.mark.parametrize("choice", Wanted)
def test_the_page_says_what_is_chosen_and_takes_each_choice_from_who_is_not_signed_in(
    house: House, choice: Wanted
) -> None:
    where, visitor = address(house), house.visitor()
    said = {
        Wanted.ALWAYS: "You are mailed the report every week.",
        Wanted.SHORT: "You are mailed the report only when something falls short.",
        Wanted.NEVER: "You are not mailed the report.",
    }
    page = visitor.get(where)
    assert said[Wanted.ALWAYS] in page.text
    assert form(page, where).buttons == [("wanted", one.value) for one in Wanted]
    page = visitor.submit(form(page, where), wanted=choice.value)
    assert said[choice] in page.text
    assert wanted(house) is choice


@pytest.mark.parametrize("fields", [{}, {"wanted": ""}, {"wanted": "sometimes"}, {"List-Unsubscribe": "no"}])
def test_anything_else_is_refused_in_a_sentence(house: House, fields: dict[str, str]) -> None:
    page = Page(house.app.test_client().post(address(house), data=fields))
    assert (page.status, wanted(house)) == (422, Wanted.ALWAYS)
    assert "Choose when the report is mailed." in page.text


def test_the_page_speaks_its_readers_language_unless_another_was_chosen_here(house: House) -> None:
    house.change(accounts.call, Role.MANAGER, "Anna", language="hu")
    where, visitor = address(house), house.visitor()
    assert visitor.get(where, headers={"Accept-Language": "ta"}).language == "hu"
    page = visitor.client.post(where, data={"wanted": "sometimes"})
    assert Page(page).language == "hu"
    visitor.submit(form(visitor.get(where), "/language"), language="hi")
    assert visitor.get(where).language == "hi"


def test_the_page_tells_nothing_of_whose_mails_they_are(house: House) -> None:
    house.change(accounts.call, Role.MANAGER, "Anna Kovács", language="en")
    with reading(house.engine) as session:
        manager = session.get_one(User, house.people[Role.MANAGER].id)
        known = [manager.name, manager.email or "", manager.public_id, manager.region.name if manager.region else ""]
    visitor, where = house.visitor(), address(house)
    pages = [visitor.get(where), Page(visitor.client.post(where, data=ONE_CLICK))]
    assert [word for page in pages for word in known if word in page.html] == []


def test_the_address_signs_nobody_in(house: House) -> None:
    visitor, where = house.visitor(), address(house)
    visitor.submit(form(visitor.get(where), where), wanted="never")
    assert visitor.client.get_cookie("device") is None
    assert visitor.client.get("/account").status_code == 302


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_or_old_address_is_not_found_as_anywhere_else(house: House, method: str) -> None:
    old = address(house)
    house.change(accounts.change_address, Role.MANAGER, "new@example.com")
    gone = address(house, Role.OFFICE)
    with transaction(house.engine) as session:
        session.get_one(User, house.people[Role.OFFICE].id).active = False
    plain = house.app.test_client()
    nowhere = plain.get("/nowhere").text
    for path in (old, gone, "/mails/" + "x" * 32, "/mails/" + "x" * 5000, "/mails/%F0%9F%94%91", "/mails/..%2Faccount"):
        answer = plain.open(path, method=method, data=ONE_CLICK if method == "POST" else None)
        assert answer.status_code == 404, path
        assert Page(answer).headings == Page(plain.get("/nowhere")).headings
    assert "There is no such page, or it is not for you." in nowhere
    assert (wanted(house), wanted(house, Role.OFFICE)) == (Wanted.ALWAYS, Wanted.ALWAYS)


def test_changing_it_over_and_over_comes_to_an_end_but_off_is_always_taken(house: House) -> None:
    plain, where = house.app.test_client(), address(house)
    statuses = [
        plain.post(where, data={"wanted": wanted}).status_code for _ in range(20) for wanted in ("short", "always")
    ]
    assert statuses == [303] * 30 + [422, 303] * 5  # what is chosen already is no change
    assert plain.post(where, data=ONE_CLICK).status_code == 200
    assert wanted(house) is Wanted.NEVER
    assert len(noted(house)) == 31
    house.clock.forward(minutes=61)
    assert plain.post(where, data={"wanted": "always"}).status_code == 303


def test_these_forms_alone_need_no_token(house: House) -> None:
    exempt = exempted(house.app)
    assert exempt == {"monitor.web.mails.choose", "monitor.web.mails.choose_alerts"}


def exempted(app: Flask) -> set[str]:
    forms = app.extensions["csrf"]
    return {*forms._exempt_views, *(one.name for one in forms._exempt_blueprints)}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_a_reader_of_reports_chooses_on_their_own_page(house: House, role: Role) -> None:
    visitor = entered(house, role)
    page = visitor.get("/account")
    assert "You are mailed the report every week." in page.text
    page = visitor.submit(form(page, "/account/mails"), wanted="short")
    assert "Kept." in page.text
    assert "You are mailed the report only when something falls short." in page.text
    assert wanted(house, role) is Wanted.SHORT


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_for_whom_no_report_is_made_there_is_nothing_to_choose(house: House, role: Role) -> None:
    visitor = entered(house, role)
    page = visitor.get("/account")
    assert "The report by mail" not in page.text
    sent = {**form(page, "/account/password").fields, "wanted": "never"}
    assert visitor.client.post("/account/mails", data=sent).status_code == 404


def test_an_own_choice_needs_a_token_and_one_of_three(house: House) -> None:
    visitor = entered(house, Role.MANAGER)
    assert visitor.client.post("/account/mails", data={"wanted": "never"}).status_code == 400
    visitor.submit(form(visitor.get("/account"), "/account/mails"), status=422, wanted="sometimes")
    assert wanted(house) is Wanted.ALWAYS


def test_head_office_sees_and_changes_it_and_history_says_so(house: House) -> None:
    office = entered(house)
    where = f"/office/people/{house.people[Role.MANAGER].public_id}"
    page = office.submit(form(office.get(where), f"{where}/mails"), wanted="short")
    assert "Only when something falls short" in page.text
    assert "chose when the report is mailed." in page.text
    assert "Every week → Only when something falls short" in page.text
    assert wanted(house) is Wanted.SHORT
    page = office.submit(form(page, f"{where}/mails"), status=422, wanted="sometimes")
    assert "Choose when the report is mailed." in page.text


@pytest.mark.parametrize("role", [Role.STAFF, Role.SHOPPER])
def test_head_office_finds_no_such_choice_with_other_people(house: House, role: Role) -> None:
    office = entered(house)
    where = f"/office/people/{house.people[role].public_id}"
    page = office.get(where)
    assert "The report by mail" not in page.text
    sent = {**form(page, f"{where}/name").fields, "wanted": "never"}
    assert office.client.post(f"{where}/mails", data=sent).status_code == 404
    with reading(house.engine) as session:
        assert session.exec(select(subscriptions.Subscription)).all() == []
