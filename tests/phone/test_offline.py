"""With no network: the list, the form and sending; one person's pages never reach another."""

import time

import pytest
from playwright.sync_api import expect

from branches.database import transaction
from branches.people import User
from tests import make
from tests.branches.test_photos import jpeg
from tests.monitor.desk import VISIT
from tests.phone.handset import Handset
from tests.phone.relay import Relay

pytestmark = pytest.mark.browser


def fill(phone: Handset) -> None:
    page = phone.page
    page.locator("#visited").fill(VISIT)
    page.locator("#m-greeted").check()
    page.locator("#m-after").fill("0:42")
    page.locator("input[name=m-cut][value=na]").check()
    page.locator("input[name=m-drink][value=tea]").check()


def stranger(phone: Handset) -> User:
    with transaction(phone.desk.engine) as session:
        return make.shopper(session)


def test_an_audit_is_made_and_sent_with_no_network_until_the_end(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    fill(phone)
    with phone.page.expect_file_chooser() as chooser:
        page.locator("[name=p-mirror]").click()
    chooser.value.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.locator("[data-photo]").wait_for()
    page.get_by_role("button", name="Save and look it over").click()
    phone.stands("Everything is there. It has not been sent yet.")
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("You have sent it. It leaves this phone as soon as there is a network.")
    phone.crash()
    page = phone.page
    page.goto(f"{phone.address}/audits")
    expect(page.locator("[data-waiting]")).to_contain_text(
        "</b>: sent by you; it leaves this phone as soon as there is a network."
    )
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("answers, 1 of 1 photo, kept at")
    assert phone.desk.stored().state == "submitted"
    assert phone.desk.answers()["after"] == "42"


def test_what_is_missing_is_told_with_no_network(phone: Handset) -> None:
    phone.prepare()
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


def test_signing_out_takes_the_pages_off_the_phone_and_keeps_what_was_not_sent(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys().then(names => names.filter(one => one.startsWith('pages-')))") == []
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/audits")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()


def test_without_a_network_nobody_is_signed_out_and_that_is_said(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    page.locator("[data-waiting][data-ready]").wait_for(state="attached")
    phone.context.set_offline(True)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".headline")).to_have_text(
        "There is no network, and nothing was done. Try again once there is one."
    )
    page.goto(phone.address + phone.desk.at("/form/all"))
    phone.ready()


def test_where_no_answer_comes_to_signing_out_the_pages_are_gone_and_nobody_claims_to_know(
    phone: Handset, line: Relay
) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    page.locator("[data-waiting][data-ready]").wait_for(state="attached")
    line.lose("/sign-out", times=2)
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".headline")).to_contain_text("it may or may not have been done")
    assert page.evaluate("caches.keys().then(names => names.filter(one => one.startsWith('pages-')))") == []


def test_who_signs_out_while_pages_are_being_kept_leaves_none(
    phone: Handset, line: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come slowly, and one of them after the sign-out has begun, to which no answer comes."""
    phone.open()
    page, answered = phone.page, Relay._answer

    def slowly(relay: Relay, request: bytes) -> bytes:
        if request.startswith(b"GET /audits/") and b"Sec-Fetch-Mode: navigate" not in request:
            time.sleep(1.5)
        return answered(relay, request)

    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    monkeypatch.setattr(Relay, "_answer", slowly)
    page.goto(f"{phone.address}/audits")
    place = line.hold("/sign-out", "before")
    page.get_by_role("button", name="Sign out").click(no_wait_after=True)
    place.wait()
    page.wait_for_timeout(4_000)
    line.cut()
    expect(page.locator(".headline")).to_contain_text("it may or may not have been done")
    assert page.evaluate("caches.keys().then(names => names.filter(one => one.startsWith('pages-')))") == []


def test_with_no_network_the_form_counts_by_itself_and_the_list_knows_what_was_sent(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    fill(phone)
    page.locator("[name=p-mirror]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    expect(page.locator("[data-progress]")).to_have_text("5 of 7 questions answered")
    page.get_by_role("button", name="Save and look it over").click()
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("You have sent it.")
    page.goto(f"{phone.address}/audits")
    expect(page.locator(".rows .tag")).to_have_text("on its way")
    page.goto(phone.address + phone.desk.at())
    expect(page.locator(".headline")).to_contain_text("sent by you")
    expect(page.get_by_role("button", name="Start")).to_be_hidden()
    phone.context.set_offline(False)
    expect(page.locator("main")).to_contain_text("1 of 1 photo, kept at")


def test_a_reason_that_cannot_be_sent_stays_where_it_was_typed(phone: Handset) -> None:
    phone.prepare()
    page = phone.page
    page.goto(phone.address + phone.desk.at())
    page.locator("[data-waiting][data-ready]").wait_for(state="attached")
    phone.context.set_offline(True)
    page.get_by_text("I cannot go").click()
    page.get_by_label("Why can you not go?").fill("My train does not run.")
    page.get_by_role("button", name="Give this audit back").click()
    expect(page.locator("[data-needs-network]")).to_have_text(
        "There is no network, and nothing was done. Try again once there is one."
    )
    assert page.get_by_label("Why can you not go?").input_value() == "My train does not run."
    phone.context.set_offline(False)
    page.get_by_role("button", name="Give this audit back").dblclick()  # pressed twice it is done once
    expect(page.locator(".headline")).to_have_text("This audit has been withdrawn; nothing is to be done.")
    assert phone.desk.stored().state == "withdrawn"


def test_another_person_on_the_same_phone_finds_nothing_of_the_first(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    page.locator("#m-greeted").check()
    phone.stands("Kept on this phone")
    phone.context.set_offline(False)
    phone.become(stranger(phone))
    page.goto(f"{phone.address}/audits")
    expect(page.get_by_role("heading", name="My audits")).to_be_visible()
    expect(page.locator("[data-waiting]")).to_be_hidden()
    phone.context.set_offline(True)
    page.goto(phone.address + phone.desk.at("/form/all"))
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
