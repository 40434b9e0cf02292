"""The page of notes: one tap for each moment at the branch, which nobody sees but its shopper and the review desk."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from branches import drafts
from branches.audits import Audit
from branches.drafts import Filled
from tests.monitor.desk import Desk
from tests.phone.handset import Handset

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CAME = datetime(2025, 7, 3, 12, 30, 5, tzinfo=UTC)
"""14:30:05 in Budapest."""


def notes(phone: Handset) -> Page:
    page = phone.page
    page.goto(f"{phone.address}/notes/{phone.desk.audit}")
    page.wait_for_selector("form[data-kept]")
    return page


def tap(page: Page, word: str, seconds: int = 0) -> None:
    page.clock.set_fixed_time(CAME + timedelta(seconds=seconds))
    page.get_by_role("button", name=word).first.click()


def kept(desk: Desk) -> Filled:
    with Session(desk.engine) as session:
        return drafts.read(session, session.exec(select(Audit).where(Audit.public_id == desk.audit)).one())


def times(page: Page) -> list[str]:
    return page.locator("time").all_inner_texts()


def test_it_says_nothing_of_an_audit(phone: Handset) -> None:
    page = notes(phone)
    assert (page.title(), page.get_by_role("heading").all_inner_texts()) == ("Notes", ["Notes"])
    seen = page.locator("body").inner_text().casefold()
    assert [word for word in ("audit", "shop", "kossuth", "test", "branch", "check") if word in seen] == []
    boxes = [one.bounding_box() for one in page.locator("button:visible, a:visible").all()]
    assert min(min(box["width"], box["height"]) for box in boxes if box) >= 44


def test_a_tap_is_on_the_server_and_fills_the_form(phone: Handset) -> None:
    page = notes(phone)
    tap(page, "Here")
    tap(page, "Hello", 42)
    expect(page.locator("time").nth(1)).to_have_text("14:30:47")
    page.wait_for_function("() => document.querySelectorAll('.undo:not([hidden])').length == 2")
    page = phone.open()
    page.locator("#m-greeted").check()
    assert (page.locator("#visited").input_value(), page.locator("#m-after").input_value()) == (
        "2025-07-03T14:30",
        "42",
    )
    phone.stands("With head office: 3 July 2025")
    assert kept(phone.desk).stamps == {"arrived": "2025-07-03T12:30:05Z", "greeted": "2025-07-03T12:30:47Z"}


def test_a_tap_is_taken_back_with_what_followed_and_a_second_one_changes_nothing(phone: Handset) -> None:
    page = notes(phone)
    tap(page, "Here")
    tap(page, "Here", 99)
    tap(page, "Hello", 42)
    expect(page.locator("time").nth(1)).to_have_text("14:30:47")
    assert times(page)[0] == "14:30:05"
    page.get_by_role("button", name="Undo: Hello").click()
    expect(page.locator("time").nth(1)).to_have_text("")
    page = phone.open()
    page.locator("#m-greeted").check()
    assert (page.locator("#visited").input_value(), page.locator("#m-after").input_value()) == ("2025-07-03T14:30", "")


def test_with_no_network_taps_outlive_a_crash_and_arrive_later(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    phone.context.set_offline(True)
    page = notes(phone)
    tap(page, "Here")
    tap(page, "Paid", 1800)
    expect(page.locator("time").last).to_have_text("15:00:05")
    phone.crash()
    page = notes(phone)
    assert times(page) == ["14:30:05", "", "", "", "15:00:05"]
    phone.context.set_offline(False)
    page = phone.open()
    phone.stands("With head office: 3 July 2025")
    assert page.locator("#visited").input_value() == "2025-07-03T14:30"
    assert kept(phone.desk).stamps == {"arrived": "2025-07-03T12:30:05Z", "paid": "2025-07-03T13:00:05Z"}


def test_what_was_typed_in_the_form_stays(phone: Handset) -> None:
    page = phone.open()
    page.locator("#visited").fill("2025-07-03T13:00")
    phone.stands("With head office: 3 July 2025")
    page = notes(phone)
    tap(page, "Here")
    expect(page.locator("time").first).to_have_text("14:30:05")
    assert phone.open().locator("#visited").input_value() == "2025-07-03T13:00"
