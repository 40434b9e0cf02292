"""Where the browser tells its workers that there is a network again, open pages send at once."""

import pytest
from playwright.sync_api import expect

from tests.phone.handset import Handset
from tests.phone.relay import Relay

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = """const real = setTimeout;
    window.setTimeout = (act, wait, ...given) => real(act, wait === 8_000 ? 3_600_000 : wait, ...given);"""
"""A page that does not look by itself again."""


def test_an_open_page_is_woken_by_the_worker(phone: Handset, line: Relay) -> None:
    page = phone.page
    page.add_init_script(PATIENT)
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    line.cut()
    page.locator("#m-people").fill("3")
    phone.stands("sent as soon as there is a network")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-waiting]")).to_contain_text("not yet with head office", timeout=20_000)
    line.mend()
    page.wait_for_timeout(3_000)
    expect(page.locator("[data-waiting]")).to_be_visible()
    (worker,) = phone.context.service_workers
    worker.evaluate("wakePages()")
    expect(page.locator("[data-waiting]")).to_be_hidden(timeout=4_000)  # sooner than it would look by itself
