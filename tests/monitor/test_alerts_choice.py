"""Alerts between reports, chosen on each page that has the weekly mail's choice, and ended by one click of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from branches import history, subscriptions
from branches.database import reading, transaction
from branches.people import Role
from branches.subscriptions import Wanted
from tests.databases import SqliteDatabases
from tests.monitor.house import House, entered, form, opened
from tests.monitor.pages import Page
from tests.monitor.test_mails import ONE_CLICK, address, wanted


@pytest.fixture
def house(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with opened(sqlite, tmp_path) as house:
        yield house


def alerts(house: House, role: Role = Role.MANAGER) -> bool:
    with reading(house.engine) as session:
        return subscriptions.wants_alerts(session, house.people[role])


def ask(house: House, role: Role = Role.MANAGER) -> None:
    house.change(subscriptions.choose_alerts, role, True)


def test_one_click_in_an_alert_ends_the_alerts_alone_and_the_page_says_which(house: House) -> None:
    """RFC 8058, as for the weekly mail: no cookie, no token of a form, no redirect."""
    ask(house)
    plain = house.app.test_client(use_cookies=False)
    for _ in range(2):
        answer = plain.post(f"{address(house)}/alerts", data=ONE_CLICK)
        assert (answer.status_code, answer.headers.get("Location")) == (200, None)
    assert (alerts(house), wanted(house)) == (False, Wanted.ALWAYS)
    page = Page(answer)
    assert "You are mailed the report every week. You are not mailed alerts between reports." in page.text


def test_one_click_in_a_weekly_mail_ends_the_weekly_mail_alone(house: House) -> None:
    ask(house)
    page = Page(house.app.test_client(use_cookies=False).post(address(house), data=ONE_CLICK))
    assert (alerts(house), wanted(house)) == (True, Wanted.NEVER)
    assert "You are not mailed the report. You are mailed alerts between reports, at most once a day." in page.text


@pytest.mark.parametrize("where", ["", "/alerts"])
def test_a_scanner_that_follows_the_link_of_an_alert_changes_nothing(house: House, where: str) -> None:
    ask(house)
    plain = house.app.test_client(use_cookies=False)
    path = address(house) + where
    assert [plain.open(path, method=method).status_code for method in ("GET", "HEAD", "OPTIONS")] == [200] * 3
    assert (alerts(house), wanted(house)) == (True, Wanted.ALWAYS)


def test_the_page_takes_either_choice_from_who_is_not_signed_in(house: House) -> None:
    where, visitor = f"{address(house)}/alerts", house.visitor()
    page = visitor.get(where)
    assert form(page, where).buttons == [("alerts", "yes"), ("alerts", "no")]
    for value, chosen in (("yes", True), ("no", False)):
        page = visitor.submit(form(page, where), alerts=value)
        assert alerts(house) is chosen
    assert wanted(house) is Wanted.ALWAYS


@pytest.mark.parametrize("fields", [{}, {"alerts": ""}, {"alerts": "perhaps"}, {"wanted": "never"}])
def test_anything_else_is_refused_in_a_sentence(house: House, fields: dict[str, str]) -> None:
    page = Page(house.app.test_client().post(f"{address(house)}/alerts", data=fields))
    assert (page.status, alerts(house), wanted(house)) == (422, False, Wanted.ALWAYS)
    assert "Choose whether alerts are mailed." in page.text


def test_changing_it_over_and_over_comes_to_an_end_but_off_is_always_taken(house: House) -> None:
    plain, where = house.app.test_client(), f"{address(house)}/alerts"
    statuses = [plain.post(where, data={"alerts": value}).status_code for _ in range(20) for value in ("yes", "no")]
    assert statuses == [303] * 30 + [422, 303] * 5
    ask(house)
    assert plain.post(where, data=ONE_CLICK).status_code == 200
    assert alerts(house) is False


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_address_is_not_found(house: House, method: str) -> None:
    answer = house.app.test_client().open("/mails/" + "x" * 32 + "/alerts", method=method, data=ONE_CLICK)
    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_a_reader_of_reports_asks_on_their_own_page(house: House, role: Role) -> None:
    visitor = entered(house, role)
    page = visitor.get("/account")
    assert "You are not mailed alerts between reports." in page.text
    page = visitor.submit(form(page, "/account/mails"), alerts="yes", wanted="always")
    assert "You are mailed alerts between reports, at most once a day." in page.text
    assert (alerts(house, role), wanted(house, role)) == (True, Wanted.ALWAYS)
    page = visitor.submit(form(page, "/account/mails"), status=422, alerts="perhaps", wanted="never")
    assert (alerts(house, role), wanted(house, role)) == (True, Wanted.ALWAYS)


def test_head_office_sees_and_changes_it_and_history_says_so(house: House) -> None:
    office = entered(house)
    where = f"/office/people/{house.people[Role.MANAGER].public_id}"
    page = office.submit(form(office.get(where), f"{where}/mails"), alerts="yes")
    assert "chose whether alerts are mailed between reports." in page.text
    assert "No → Yes, at most once a day" in page.text
    assert alerts(house) is True
    page = office.submit(form(page, f"{where}/mails"), status=422, alerts="perhaps")
    assert "Choose whether alerts are mailed." in page.text
    with reading(house.engine) as session:
        events = history.of(session, house.people[Role.MANAGER])
        noted = [(one.by_id, one.details) for one in events if one.verb == "choose_alerts"]
    assert noted == [(house.people[Role.OFFICE].id, {"before": "no", "after": "yes"})]


def test_a_new_address_keeps_the_choice_and_gives_the_page_another_name(house: House) -> None:
    ask(house)
    before = address(house)
    with transaction(house.engine) as session:
        subscriptions.renew(session, house.people[Role.MANAGER])
    assert address(house) != before
    assert alerts(house) is True
