"""With no network: the list, the form and sending; one person's pages never reach another."""

import pytest
from playwright.sync_api import expect

from tests.branches.test_photos import jpeg
from tests.monitor.desk import VISIT
from tests.phone.handset import Handset

pytestmark = pytest.mark.browser


def prepared(phone: Handset) -> None:
    """The list has been opened once where there was a network."""
    page = phone.page
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")


def fill(phone: Handset) -> None:
    page = phone.page
    page.locator("#visited").fill(VISIT)
    page.locator("#m-greeted").check()
    page.locator("#m-after").fill("0:42")
    page.locator("input[name=m-cut][value=na]").check()
    page.locator("input[name=m-drink][value=tea]").check()


def test_an_audit_is_made_and_sent_with_no_network_until_the_end(phone: Handset) -> None:
    prepared(phone)
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    fill(phone)
    with phone.page.expect_file_chooser() as chooser:
        page.locator("[name=p-mirror]").click()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.locator("[data-photo]").wait_for()
    page.get_by_role("button", name="Save and look it over").click()
    phone.stands("Everything is there. It is sent as soon as there is a network.")
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("sent as soon as there is a network")
    phone.crash()
    page = phone.page
    page.goto(f"{phone.address}/audits")
    expect(page.locator("[data-waiting]")).to_contain_text("Waiting to be sent from this phone: 1.")
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("answers and 1 photo, kept on")
    assert phone.desk.stored().state == "submitted"
    assert phone.desk.answers()["after"] == "42"


def test_what_is_missing_is_told_with_no_network(phone: Handset) -> None:
    prepared(phone)
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    page.get_by_role("button", name="Save and look it over").click()
    links = page.locator("[data-faults] a")
    expect(links).to_have_text(
        [
            "Give the day and the time of the visit.",
            "“About greeted?” is not answered yet.",
            "“About mirror?” needs a photo.",
        ]
    )
