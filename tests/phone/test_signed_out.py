"""A sign-in that has ended asks for a code and loses nothing; nobody else on the phone sees what waits there."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session

from branches import sessions
from branches.database import transaction
from branches.people import User
from monitor.web import way_in
from tests import make
from tests.phone.handset import Handset
from tests.phone.test_once import VISIT, fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def end_sign_in(phone: Handset) -> None:
    with transaction(phone.desk.engine) as session:
        sessions.end_all(session, session.get_one(User, phone.desk.shopper.id))


def sign_in_by_code(phone: Handset, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shopper does: asks for a mail and types the code that stands in it."""
    codes: list[str] = []
    monkeypatch.setattr(way_in, "_mail", lambda *given: codes.append(given[-1].code))
    with Session(phone.desk.engine) as session:
        email = session.get_one(User, phone.desk.shopper.id).email
    assert email
    page.locator("[name=email]").first.fill(email)
    page.locator("[name=email]").first.press("Enter")
    page.wait_for_url("**/sign-in/code")
    for _ in range(50):
        if codes:
            break
        page.wait_for_timeout(100)
    page.locator("[name=code]").fill(codes[0])
    page.locator("[name=code]").press("Enter")


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_what_was_filled_in_after_the_sign_in_had_ended_is_sent(
    phone: Handset, monkeypatch: pytest.MonkeyPatch, *, offline: bool
) -> None:
    page = phone.open("/form/all")
    phone.context.set_offline(offline)
    end_sign_in(phone)
    fill(page)
    if offline:
        phone.stands("Kept on this phone")
        phone.context.set_offline(False)
    phone.stands("Kept on this phone. Sign in again to send it.")
    page.locator("[data-stands] a").click()
    page.wait_for_url("**/sign-in")
    sign_in_by_code(phone, page, monkeypatch)
    page.wait_for_url(re.compile("/form/all$"))  # back where they were
    phone.ready()
    phone.stands("With head office: 3 July 2025")
    assert page.locator("#visited").input_value() == VISIT
    page.get_by_role("button", name="Save and look it over").click()
    page.wait_for_selector("form[data-send]")
    page.locator("form[data-send] button").last.click()
    page.wait_for_url("**/sent")
    assert (phone.desk.sendings(), phone.desk.photos_kept()) == (1, ["mirror"])


def test_on_every_page_the_way_to_sign_in_stands_beside_what_waits(phone: Handset) -> None:
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    fill(page)
    phone.stands("Kept on this phone")
    end_sign_in(phone)
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting] a")).to_have_text("Sign in again to send it", timeout=20_000)


def test_somebody_else_who_signs_in_on_this_phone_neither_sees_nor_sends_it(phone: Handset) -> None:
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    fill(page)
    phone.stands("Kept on this phone")
    end_sign_in(phone)
    phone.context.set_offline(False)
    with transaction(phone.desk.engine) as session:
        stranger = make.shopper(session)
    phone.become(stranger)
    other = phone.new_page()
    other.goto(f"{phone.address}/audits")
    other.wait_for_selector("[data-waiting][data-ready]", state="attached")
    expect(other.locator("[data-waiting]")).to_be_hidden()
    other.goto(phone.address + phone.desk.at("/form/all"))
    assert ("cut" in other.content(), phone.desk.photos_kept()) == (False, [])
    phone.stands("Kept on this phone")  # the first page, still open, has sent nothing as somebody else
    phone.become(phone.desk.shopper)
    page.goto(f"{phone.address}/audits")
    page.locator("[data-waiting][data-ready][hidden]").wait_for(state="attached", timeout=40_000)
    assert phone.desk.photos_kept() == ["mirror"]
