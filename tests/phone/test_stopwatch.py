"""The watch beside an answer in seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.phone.handset import Handset

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BEGUN = datetime(2025, 7, 3, 12, 30, tzinfo=UTC)


def later(page: Page, seconds: int) -> None:
    page.clock.set_fixed_time(BEGUN + timedelta(seconds=seconds))


def opened(phone: Handset) -> tuple[Page, Locator]:
    page = phone.open()
    page.locator("#m-greeted").check()
    return page, page.locator(".stopwatch button.quiet")


def test_it_measures_and_starts_again(phone: Handset) -> None:
    page, button = opened(phone)
    expect(button).to_have_text("Start the watch")
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    for begin, seconds in ((0, 42), (100, 7)):
        later(page, begin)
        button.click()
        expect(button).to_have_text("Stop the watch")
        later(page, begin + seconds)
        button.click()
        assert page.locator("#m-after").input_value() == str(seconds)
        expect(page.locator(".stopwatch [role=status]")).to_have_text(f"Measured: {seconds} seconds.")
        expect(button).to_have_text("Start again")
    phone.stands("With head office: 3 July 2025")


def test_it_runs_on_over_a_reload_and_a_crash(phone: Handset) -> None:
    page, button = opened(phone)
    later(page, 0)
    button.click()
    phone.stands("With head office: 3 July 2025")
    page.reload()
    phone.ready()
    expect(button).to_have_text("Stop the watch")
    phone.crash()
    later(phone.page, 83)
    page, _ = opened(phone)
    expect(page.locator(".stopwatch > span").first).to_have_text("1:23")
    page.locator(".stopwatch button.quiet").click()
    assert page.locator("#m-after").input_value() == "83"


def test_it_looks_at_the_clock_no_more_than_once_a_second(phone: Handset) -> None:
    page, button = opened(phone)
    page.evaluate(
        "() => { const own = setTimeout; window.asked = [];"
        " window.setTimeout = (work, pause, ...more) => { window.asked.push(pause); return own(work, pause, ...more); } }"
    )
    button.click()
    page.wait_for_timeout(2_500)
    assert page.evaluate("asked.filter((pause) => pause < 1000)") == []
    assert 2 <= page.evaluate("asked.filter((pause) => pause === 1000).length") <= 4


def test_typing_stays_possible(phone: Handset) -> None:
    page, button = opened(phone)
    page.locator("#m-after").fill("1:30")
    expect(button).to_have_text("Start again")
    phone.stands("With head office: 3 July 2025")
    assert page.locator("#m-after").input_value() == "1:30"


def test_a_watch_that_was_started_by_mistake_leaves_what_was_measured(phone: Handset) -> None:
    page, button = opened(phone)
    page.locator("#m-after").fill("42")
    later(page, 0)
    button.click()
    page.get_by_role("button", name="Leave it at 42").click()
    expect(button).to_have_text("Start again")
    assert page.locator("#m-after").input_value() == "42"
