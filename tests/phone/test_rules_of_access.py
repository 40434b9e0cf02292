"""What scripts put on the shopper's pages keeps the rules of accessibility too, in the light and in the dark."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.looks import TOO_SMALL, VIOLATIONS, WIDER
from tests.phone.handset import Handset
from tests.phone.test_looking import fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def broken(page: Page) -> list[object]:
    """What is against the rules: too small, too wide, or what axe finds, under either scheme."""
    page.evaluate(AXE_SCRIPT)
    found: list[object] = [*page.evaluate(TOO_SMALL), *([page.url] if page.evaluate(WIDER) else [])]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], "preload": False})
    return found


def test_notes_keep_the_rules(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/notes/{phone.desk.audit}")
    page.wait_for_selector("form[data-kept]")
    page.get_by_role("button", name="Here").click()
    expect(page.locator(".undo").first).to_be_visible()
    assert broken(page) == []


def test_watch_and_what_may_be_asked_keep_the_rules(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    phone.context.set_offline(True)
    page.clock.set_system_time("2025-07-03T16:04:00Z")
    page = phone.open("/form/all")
    page.locator("#m-greeted").check()
    page.locator(".stopwatch button.quiet").click()
    assert broken(page) == []
    page.locator(".stopwatch button.quiet").click()
    fill(phone)
    page.get_by_role("button", name="Save and look it over").click()
    expect(page.locator("[data-doubts]")).to_be_visible()
    assert broken(page) == []


def test_the_offer_of_the_home_screen_keeps_the_rules(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate("dispatchEvent(new Event('beforeinstallprompt', { cancelable: true }))")
    expect(page.get_by_role("button", name="Put it on the home screen")).to_be_visible()
    assert broken(page) == []
