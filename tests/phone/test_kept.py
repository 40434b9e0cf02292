"""Kept the moment it is given, said only when it is so, and on its way soon after the server is back."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_once import fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON = 20.0
"""Seconds after which users begin to complain."""

NOTED = """
const real = IDBDatabase.prototype.transaction;
window.writes = [];
IDBDatabase.prototype.transaction = function (...how) {
  const made = real.apply(this, how);
  if (made.mode === "readwrite") window.writes.push(made.durability);
  return made;
};
"""
HELD = """
() => new Promise((done) => {
  const asked = indexedDB.open("audits");
  asked.onsuccess = () => {
    const store = asked.result.transaction("drafts", "readwrite").objectStore("drafts");
    const on = () => window.free || (store.get("nobody").onsuccess = on);
    on();
    done();
  };
})
"""


def test_each_write_is_on_disk_before_it_counts(phone: Handset) -> None:
    phone.page.add_init_script(NOTED)
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    assert set(page.evaluate("window.writes")) == {"strict"}


def test_it_is_not_said_to_be_kept_before_it_is(phone: Handset) -> None:
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    other = phone.new_page()
    phone.context.set_offline(False)
    other.goto(f"{phone.address}/audits")
    other.wait_for_selector("[data-waiting][data-ready]", state="attached")
    other.evaluate(HELD)
    page.locator("#m-people").fill("3")
    page.wait_for_timeout(1_500)
    assert "Kept" not in page.locator("[data-stands]").inner_text()
    other.evaluate("window.free = true")
    phone.stands("Kept on")


def back_within(page: Page, line: Relay, kept: str) -> float:
    """Seconds from the line's mending until the server has what waited, without anybody doing anything."""
    begun = time.monotonic()
    line.mend()
    page.locator(kept).wait_for(state="attached", timeout=60_000)
    return time.monotonic() - begun


def test_what_waits_goes_soon_after_the_server_is_back(phone: Handset, line: Relay) -> None:
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    line.cut()
    page.locator("#m-people").fill("3")
    phone.stands("head office has it as soon as there is a network")
    line_of_waiting = page.locator("[data-waiting]")
    expect(line_of_waiting).to_contain_text("Audits with something that only this phone has: 1.", timeout=20_000)
    expect(line_of_waiting.get_by_role("button", name="Send now")).to_be_in_viewport()
    took = back_within(page, line, "[data-waiting][hidden]")
    assert took < SOON, took
