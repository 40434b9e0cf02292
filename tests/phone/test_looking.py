"""Before sending: what head office would ask about, with the way to each; nothing of it keeps an audit back."""

import pytest
from playwright.sync_api import expect

from tests.branches.test_photos import jpeg
from tests.monitor.desk import VISIT
from tests.phone.handset import Handset
from tests.phone.test_late import sent_from_a_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ASKED = [
    "The form was filled in very fast. Read your answers once more.",
    "“About cut?”: say in a sentence what you saw.",
    "“About people?”: Kovács may be somebody's name. Say what was done, not who did it.",
]


def fill(phone: Handset) -> None:
    page = phone.page
    page.locator("#visited").fill(VISIT)
    page.get_by_label("No", exact=True).first.check()
    page.locator("input[name=m-cut][value='1']").check()
    page.locator("input[name=m-drink][value=tea]").check()
    page.locator("#m-people").fill("3")
    page.locator("[data-item=people] summary").click()
    page.locator("#c-people").fill("Then Kovács came.")
    page.locator("#m-why").fill("Cold in there")
    page.locator("[name=p-mirror]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.locator("[data-photo]").wait_for()


def test_with_no_network_the_phone_asks(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    phone.context.set_offline(True)
    page.clock.set_fixed_time("2025-07-03T16:03:55Z")
    page = phone.open("/form/all")
    fill(phone)
    page.get_by_role("button", name="Save and look it over").click()
    expect(page.locator("[data-doubts] a")).to_have_text(ASKED)
    page.locator("[data-doubts] a").nth(1).click()
    expect(page.locator("#c-cut")).to_be_visible()
    page.get_by_role("button", name="It is right as it is: send").click()
    phone.stands("It leaves this phone as soon as there is a network")
    phone.context.set_offline(False)
    expect(page.get_by_text("1 of 1 photo").first).to_be_visible()
    assert phone.desk.stored().state == "submitted"


def test_with_a_network_the_page_before_sending_asks_the_same(phone: Handset) -> None:
    page = phone.page
    page.clock.set_fixed_time("2025-07-03T16:03:55Z")
    page = phone.open("/form/all")
    fill(phone)
    page.get_by_role("button", name="Save and look it over").click()
    page.wait_for_url("**/check")
    assert page.locator(".notice li a").all_inner_texts() == ASKED
    page.get_by_role("button", name="It is right as it is: send").click()
    page.wait_for_url("**/sent")


def test_with_no_network_what_was_to_be_corrected_is_asked_about_where_it_is_as_before(phone: Handset) -> None:
    sent_from_a_desk(phone.desk)
    phone.desk.review("Which drink, and a picture of the mirror?", "drink", "mirror")
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    page.get_by_role("button", name="Save and look it over").click()
    same = "head office asked about this, and it is as you sent it."
    asked = page.locator("[data-doubts] a", has_text=same)
    expect(asked).to_have_text([f"“About drink?”: {same}", f"“About mirror?”: {same}"])
    page.locator("[name=m-drink][value=water]").check()
    page.locator("[name=p-mirror]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(width=60)}
    )
    page.locator("[data-photo]").wait_for()
    page.get_by_role("button", name="Save and look it over").click()
    phone.stands("Everything is there")
    expect(asked).to_have_count(0)


def test_with_no_network_a_value_that_does_not_apply_is_told_in_words(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    page.locator("#m-people").fill("5")
    page.locator("[name=n-people]").check()
    page.get_by_role("button", name="Save and look it over").click()
    expect(page.locator("[data-faults]")).to_contain_text(
        "“About people?”: give a value or mark that it does not apply, not both."
    )
