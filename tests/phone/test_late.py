"""After an audit was sent from elsewhere: what this phone still has is shown beside it, and head office is asked."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from branches import amendments
from branches.amendments import Wanted
from branches.audits import Audit
from branches.drafts import Typed
from tests.branches.test_photos import jpeg
from tests.monitor.desk import VISIT, Desk, form, send_files, these
from tests.phone.handset import Handset

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sent_from_a_desk(desk: Desk) -> None:
    visitor = desk.visitor
    page, marks = visitor.get(desk.at("/form/1")), {"m-greeted": "no", "m-cut": "4"}
    page = visitor.submit(form(page, "/form/1"), visited=VISIT, go="on", **these(marks))
    page = send_files(desk, form(page, "/form/2"), {"p-mirror": [jpeg()]}, go="on", **these({"m-drink": "tea"}))
    visitor.submit(form(page, "/send"))


@pytest.fixture
def sent_elsewhere(phone: Handset) -> Page:
    """This phone had no network while another browser filled the audit in and sent it."""
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    page.locator("[name=m-cut][value='1']").check()
    page.locator("[data-item=cut] summary").click()
    page.locator("#c-cut").fill("crooked")
    page.locator("[name=m-drink][value=tea]").check()  # as it was sent
    page.locator("[name=p-mirror]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(width=60)}
    )
    page.locator("[data-photo]").wait_for()
    phone.stands("Kept on this phone")
    sent_from_a_desk(phone.desk)
    phone.context.set_offline(False)
    page.goto(f"{phone.address}/audits")
    return page


def wanted(desk: Desk) -> list[Wanted]:
    with Session(desk.engine) as session:
        return amendments.wanted(session, session.exec(select(Audit).where(Audit.public_id == desk.audit)).one())


def test_both_are_shown_and_head_office_is_asked(phone: Handset, sent_elsewhere: Page) -> None:
    page, desk = sent_elsewhere, phone.desk
    line = page.locator("[data-waiting]")
    expect(line).to_contain_text("has been sent before. On this phone something is different; it has not been sent.")
    assert (desk.answers()["cut"], desk.photos_kept()) == ("4", ["mirror"])
    line.get_by_role("button", name="See both").click()
    expect(page.get_by_text("Head office has:")).to_contain_text("4 answers, 1 of 1 photo")
    shown = page.locator("section[aria-labelledby=lost] dl")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("4")
    expect(shown).to_contain_text("1 · crooked")
    expect(page.get_by_text("1 photo is not with head office.")).to_be_visible()
    page.get_by_role("button", name="Ask for a correction").click()
    expect(page.get_by_text("You asked on 3 July 2025, 18:04 to have it corrected")).to_be_visible()
    phone.holds(["mirror", "mirror"])  # the photo follows, before or after the page is made
    page.reload()
    expect(page.locator("main")).to_contain_text("4 answers, 2 of 2 photos")
    assert wanted(desk) == [Wanted("cut", Typed("4"), Typed("1", "crooked"))]
    page.goto(f"{phone.address}/audits")
    expect(page.locator("[data-waiting]")).to_be_hidden()


def test_when_it_is_returned_both_are_in_the_form(phone: Handset, sent_elsewhere: Page) -> None:
    page, desk = sent_elsewhere, phone.desk
    page.locator("[data-waiting]").get_by_role("button", name="See both").click()
    page.get_by_role("button", name="Ask for a correction").click()
    page.get_by_text("You asked on").wait_for()
    desk.review("As you asked.", "cut")
    page = phone.open("/form/all")
    expect(page.locator("[data-item=cut]")).to_contain_text("1 · crooked")
    page.get_by_role("button", name="1 · crooked").click()
    phone.stands("With head office: 3 July 2025")
    assert (page.locator("#c-cut").input_value(), page.locator("[data-choice]").count()) == ("crooked", 0)


def test_what_was_left_on_a_phone_goes_on_when_the_audit_comes_back(phone: Handset, sent_elsewhere: Page) -> None:
    """Nobody asked for a correction; head office returned it for a reason of its own."""
    sent_elsewhere.locator("[data-waiting]").get_by_role("button", name="See both").wait_for()
    phone.desk.review("Which drink was it?", "drink")
    page = phone.open("/form/all")
    page.locator("[data-stands]", has_text="on").wait_for()
    page = phone.open("/form/all")
    held = (
        page.locator("[name=m-cut][value='1']").is_checked() or page.get_by_role("button", name="1 · crooked").count()
    )
    assert (bool(held), page.locator("[data-item=mirror] ul.pictures li").count()) == (True, 2)


def test_a_phone_that_has_nothing_else_is_told_that_it_was_sent(phone: Handset) -> None:
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    page.locator("[name=m-drink][value=tea]").check()
    phone.stands("Kept on this phone")
    sent_from_a_desk(phone.desk)
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("4 answers, 1 of 1 photo, kept at 18:04.", timeout=20_000)


def test_without_a_script_the_page_asks_as_well(phone: Handset, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False, storage_state=phone.context.storage_state())
    page = plain.new_page()
    try:
        page.goto(phone.address + phone.desk.at("/form/all"))
        page.locator("[name=m-cut][value='1']").check()
        sent_from_a_desk(phone.desk)
        page.get_by_role("button", name="Save and look it over").click()
        page.get_by_role("button", name="Ask for a correction").click()
        expect(page.get_by_text("You asked on")).to_be_visible()
    finally:
        plain.close()
    assert Wanted("cut", Typed("4"), Typed("1")) in wanted(phone.desk)
