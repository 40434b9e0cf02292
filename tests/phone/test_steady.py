"""Nothing moves under the shopper's finger, and each choice takes one tap."""

import pytest
from playwright.sync_api import Page, expect

from tests.phone.handset import Handset
from tests.phone.test_form import on_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOVED = """
globalThis.moved = [];
new PerformanceObserver((list) => moved.push(...list.getEntries().filter((one) => !one.hadRecentInput).flatMap(({ value, sources }) =>
  sources.map(({ node, previousRect: from, currentRect: to }) => `${value} ${node?.className} ${from.y} ${to.y}`))))
  .observe({ type: "layout-shift", buffered: true });
"""


def moved(page: Page) -> list[str]:
    """What moved by itself, for half a second more than a browser takes as the finger's doing."""
    page.wait_for_timeout(700)
    found: list[str] = page.evaluate("moved")
    return found


@pytest.mark.parametrize("path", ["/form/1", "/form/all"])
def test_nothing_moves_by_itself(phone: Handset, path: str) -> None:
    phone.page.add_init_script(MOVED)
    page = phone.open(path)
    page.locator("#m-greeted").check()
    expect(page.locator(".stopwatch button.quiet")).to_be_visible()
    page.locator("#m-after").fill("42")
    phone.stands("With head office: 3 July 2025")
    assert moved(page) == []
    page.reload()
    phone.ready()
    expect(page.locator(".stopwatch button.quiet")).to_be_visible()
    assert moved(page) == []


def test_a_choice_takes_one_tap_and_is_written_once(phone: Handset) -> None:
    page = phone.open()
    # what waits has been sent: what is written from here on is the form's own
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate(
        """() => {
  globalThis.writings = 0;
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...what) { writings += 1; return put.apply(this, what); };
}"""
    )
    page.locator("#m-greeted").tap()
    phone.stands("With head office: 3 July 2025")
    assert page.evaluate("writings") == 2, "one of the answer, one that it has arrived"
    assert on_server(phone.desk) == {"greeted": "yes"}


def test_a_link_opens_the_comment_that_it_leads_to(phone: Handset) -> None:
    page = phone.open()
    comment = page.locator("#c-greeted")
    expect(comment).to_be_hidden()
    page.evaluate("location.hash = '#c-greeted'")
    expect(comment).to_be_in_viewport()
