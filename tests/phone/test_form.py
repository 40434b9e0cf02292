"""Nothing that was typed is lost: kept on the phone at once, on the server as soon as it can be."""

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, select

from branches import drafts
from branches.audits import Audit
from tests.monitor.desk import Desk
from tests.phone.handset import Handset

pytestmark = pytest.mark.browser


def on_server(desk: Desk) -> dict[str, str]:
    with Session(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        return {code: mark for code, mark in drafts.read(session, audit).marks.items() if mark}


def test_an_answer_is_on_the_server_without_a_button(phone: Handset) -> None:
    page = phone.open()
    page.get_by_label("Yes").first.check()
    phone.stands("With head office: 3 July 2025")
    assert on_server(phone.desk) == {"greeted": "yes"}


def test_a_question_comes_to_be_asked_at_once_and_goes_again(phone: Handset) -> None:
    page = phone.open()
    assert page.locator("#m-after").count() == 0
    page.locator("#m-greeted").check()
    expect(page.locator("#m-after")).to_be_visible()  # in the frame after the tap's own
    page.locator("#m-after").fill("1:30")
    page.get_by_label("No", exact=True).first.check()
    expect(page.locator("#m-after")).to_be_hidden()
    page.locator("#m-greeted").check()
    expect(page.locator("#m-after")).to_be_visible()
    assert page.locator("#m-after").input_value() == "1:30"


def test_without_a_network_what_was_typed_outlives_the_page(phone: Handset) -> None:
    page = phone.open()
    phone.context.set_offline(True)
    page.locator("#m-greeted").check()
    page.locator("#m-after").fill("42")
    phone.stands("Kept on this phone")
    phone.crash()
    phone.context.set_offline(False)
    page = phone.open()
    assert (page.locator("#m-greeted").is_checked(), page.locator("#m-after").input_value()) == (True, "42")
    phone.stands("With head office: 3 July 2025")
    assert on_server(phone.desk) == {"greeted": "yes", "after": "42"}


def test_a_time_that_cannot_be_is_told_before_going_on(phone: Handset) -> None:
    page = phone.open("/form/1")
    page.locator("#visited").fill("2025-12-24T10:00")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("[data-faults] a")).to_have_text("The visit cannot be later than now; check its date and time.")
