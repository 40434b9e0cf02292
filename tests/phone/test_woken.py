"""Where the browser tells its worker that there is a network again, what waits goes at once, with a page open or none."""

import time

import pytest
from playwright.sync_api import expect

from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_once import fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENT = """const real = setTimeout;
    window.setTimeout = (act, wait, ...given) => real(act, wait === 8_000 ? 3_600_000 : wait, ...given);"""
"""A page that does not look by itself again."""
ONLINE = "() => { dispatchEvent(new SyncEvent('sync', { tag: 'send' })); }"
"""What the browser tells its worker where there is a network again."""


def test_an_open_page_is_woken_by_the_worker(phone: Handset, line: Relay) -> None:
    phone.page.add_init_script(PATIENT)
    phone.prepare()
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    line.cut()
    page.locator("#m-people").fill("3")
    phone.stands("head office has it as soon as there is a network")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-waiting]")).to_contain_text("only this phone has", timeout=20_000)
    line.mend()
    page.wait_for_timeout(3_000)
    expect(page.locator("[data-waiting]")).to_be_visible()
    (worker,) = phone.context.service_workers
    worker.evaluate(ONLINE)
    expect(page.locator("[data-waiting]")).to_be_hidden(timeout=4_000)


def test_with_no_page_open_the_worker_sends_what_was_wanted(phone: Handset, line: Relay) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    line.cut()
    page.locator("#m-people").fill("3")
    page.get_by_role("button", name="Save and look it over").click()
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("leaves this phone as soon as there is a network")
    (worker,) = phone.context.service_workers
    page.close()
    line.mend()
    worker.evaluate(ONLINE)
    until = time.monotonic() + 30
    while phone.desk.stored().state != "submitted" and time.monotonic() < until:
        time.sleep(0.1)
    assert (phone.desk.stored().state, phone.desk.answers()["people"]) == ("submitted", "3")
    assert phone.desk.photos_kept() == ["mirror"]
