"""Sent once: a double tap, two tabs, two phones, lost replies and a browser that repeats by itself make one audit."""

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.branches.test_photos import jpeg
from tests.monitor.desk import Desk
from tests.phone.handset import Handset, handset
from tests.phone.relay import Relay

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VISIT = "2025-07-03T14:30"


def fill(page: Page) -> None:
    page.locator("#visited").fill(VISIT)
    page.locator("[name=m-greeted][value=no]").check()
    page.locator("[name=m-drink][value=tea]").check()
    page.locator("[name=p-mirror]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.locator("[data-photo]").wait_for()


def to_the_button(phone: Handset) -> Page:
    page = phone.open("/form/all")
    fill(page)
    page.get_by_role("button", name="Save and look it over").click()
    page.wait_for_selector("form[data-send]")
    return page


def sent_once(phone: Handset) -> None:
    page = phone.page
    page.goto(phone.address + phone.desk.at())
    page.get_by_text("3 answers, 1 of 1 photo, kept at 18:04.").first.wait_for()
    desk = phone.desk
    assert (desk.stored().state, desk.sendings(), desk.photos_kept()) == ("submitted", 1, ["mirror"])
    assert {code: mark for code, mark in desk.answers().items() if mark} == {
        "greeted": "no",
        "drink": "tea",
        "mirror": "1",
    }


def test_a_double_tap(phone: Handset, line: Relay) -> None:
    page = to_the_button(phone)
    place = line.hold("/send", "before")
    button = page.locator("form[data-send] button").last
    button.click()
    button.click()
    place.wait()
    place.released.set()
    page.wait_for_url("**/sent")
    sent_once(phone)


def test_two_tabs_of_one_phone(phone: Handset, line: Relay) -> None:
    first = to_the_button(phone)
    second = phone.new_page()
    second.goto(first.url)
    second.wait_for_selector("form[data-send]")
    for page in (first, second):
        page.evaluate("document.querySelector('form[data-send]').requestSubmit()")
    for page in (first, second):
        page.wait_for_url("**/sent")
    assert len([one for one in line.asked if one.endswith("/send")]) == 1  # whoever comes later finds the work done
    sent_once(phone)


def test_two_tabs_in_which_is_typed(phone: Handset) -> None:
    first = phone.open("/form/all")
    second = phone.new_page()
    second.goto(first.url)
    second.wait_for_selector("form[data-kept]", state="attached")
    first.locator("#visited").fill(VISIT)
    second.locator("[name=m-greeted][value=no]").check()
    first.locator("#m-people").fill("2")
    second.locator("#m-people").fill("3")
    second.locator("[data-stands]", has_text="With head office: 3 July 2025").wait_for()
    first.reload()
    assert (first.locator("#visited").input_value(), first.locator("#m-people").input_value()) == (VISIT, "3")


def test_two_phones(phone: Handset, desk: Desk, browser: Browser, line: Relay) -> None:
    first = to_the_button(phone)
    with handset(desk, browser, line.address) as other:
        other.page.goto(line.address + desk.at("/check"))
        other.page.wait_for_selector("form[data-send]")
        for page in (first, other.page):
            page.evaluate("document.querySelector('form[data-send]').requestSubmit()")
        for page in (first, other.page):
            page.wait_for_url("**/sent")
    sent_once(phone)


@pytest.mark.parametrize("mine", [True, False])
def test_two_phones_that_typed_different_words(
    phone: Handset, desk: Desk, browser: Browser, line: Relay, *, mine: bool
) -> None:
    """Both are in sight where it is told, without another page, and a tap settles it; also on the other phone."""
    first, words = phone.open("/form/all"), ("The radio was loud.", "No music at all.")
    with handset(desk, browser, line.address) as other:
        second = other.open("/form/all")
        first.locator("#c-cut").evaluate("box => box.closest('details').open = true")
        second.locator("#c-cut").evaluate("box => box.closest('details').open = true")
        first.locator("#c-cut").fill(words[0])
        phone.stands("With head office: 3 July 2025")
        second.locator("#c-cut").fill(words[1])
        other.stands("Choose which one holds.")
        shown = second.locator("[data-choice=cut]")
        assert [one in shown.inner_text() for one in words] == [True, True]
        second.get_by_role("button", name="Save", exact=True).click()  # by itself it chooses nothing
        expect(shown).to_be_visible()
        shown.get_by_role("button", name=words[mine]).click()
        other.stands("With head office: 3 July 2025")
        assert (second.locator("#c-cut").input_value(), shown.count()) == (words[mine], 0)
        assert words[mine] in desk.visitor.get(desk.at("/form/all")).html
        first.locator("#m-people").fill("2")
        expect(first.locator("#c-cut")).to_have_value(words[mine])
        assert first.locator("[data-choice]").count() == 0


def test_an_audit_that_came_back_says_so_on_the_phone_that_sent_it(phone: Handset) -> None:
    page = to_the_button(phone)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/sent")
    phone.desk.review("Which drink was it?", "drink")
    phone.prepare()
    expect(page.locator(".rows .tag")).to_have_text("returned to you")
    phone.open("/form/all")
    page.locator("[name=m-drink][value=water]").check()
    page.get_by_role("button", name="Save and look it over").click()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/sent")
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/audits")
    expect(page.locator(".rows .tag")).to_have_text("sent, being looked at")


@pytest.mark.parametrize("path", ["/draft", "/photos/", "/send"])
def test_replies_that_are_lost(phone: Handset, line: Relay, path: str) -> None:
    line.lose(path, times=2)
    page = phone.open("/form/all")
    fill(page)
    page.goto(f"{phone.address}/audits")
    page.locator("[data-waiting][data-ready][hidden]").wait_for(state="attached", timeout=40_000)
    page.goto(phone.address + phone.desk.at("/check"))
    page.wait_for_selector("form[data-send]")
    page.locator("form[data-send] button").last.click()
    page.get_by_text("kept at 18:04").first.wait_for(timeout=40_000)  # also where it was sent again by itself
    sent_once(phone)


def test_an_answer_that_was_changed_back_while_nobody_heard_of_the_first(phone: Handset, line: Relay) -> None:
    page = phone.open("/form/all")
    place = line.lose("/draft")
    page.locator("#m-people").fill("3")
    place.wait()
    page.locator("#m-people").fill("")
    phone.stands("With head office: 3 July 2025")
    page.reload()
    assert (page.locator("#m-people").input_value(), page.locator("[data-choice]").count()) == ("", 0)


def pressed(page: Page, name: str) -> None:
    """Presses it; where the browser does not try again by itself, as it does only over a kept connection, its user does."""
    left = page.url
    with suppress(Error):  # a page of the browser's own, that there is no answer
        page.get_by_role("button", name=name).click()
    expect(page).not_to_have_url(left)
    if page.url.startswith("chrome-error:"):
        page.reload()


def test_a_browser_that_repeats_a_plain_form_by_itself(
    phone: Handset, desk: Desk, browser: Browser, line: Relay
) -> None:
    """Without JavaScript: Chromium sends a POST again where a kept connection breaks before the answer."""
    plain = browser.new_context(java_script_enabled=False, storage_state=phone.context.storage_state())
    page = plain.new_page()
    try:
        page.goto(line.address + desk.at("/form/all"))
        page.locator("#visited").fill(VISIT)
        page.locator("[name=m-greeted][value=no]").check()
        page.locator("[name=m-drink][value=tea]").check()
        page.locator("[name=p-mirror]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
        line.lose("/form/all", times=1)
        pressed(page, "Save and look it over")
        page.locator("[name=content]").wait_for(state="attached")
        line.lose("/send", times=1)
        pressed(page, "Send")
        page.get_by_text("Your audit has been sent").wait_for()
    finally:
        plain.close()
    posts = [one.rpartition("/")[2] for one in line.asked if one.startswith("POST") and one.endswith(("/all", "/send"))]
    assert posts == ["all", "all", "send", "send"]
    sent_once(phone)
