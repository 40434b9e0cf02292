"""What was to be sent and is not: its shopper is told on every page, and nothing untrue stays there."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from branches import assignments
from branches.audits import Audit
from branches.database import transaction
from branches.people import User
from tests import make
from tests.monitor.desk import NOW, form, these
from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_once import fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON = 15_000
WANTED = """() => new Promise((done) => {
  const asked = indexedDB.open("audits");
  asked.onsuccess = () => {
    const found = asked.result.transaction("drafts").objectStore("drafts").getAll();
    found.onsuccess = () => done(found.result.map(({ wanted }) => wanted));
  };
})"""


def wanted_with_no_network(phone: Handset) -> Page:
    """All of it is with head office; Send was pressed where there was no network."""
    phone.prepare()
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    phone.context.set_offline(True)
    page.get_by_role("button", name="Save and look it over").click()
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("It leaves this phone as soon as there is a network")
    return page


def typed_with_no_network(phone: Handset) -> Page:
    """One answer is on this phone alone."""
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    page.locator("#m-people").fill("3")
    phone.stands("Kept on this phone")
    return page


def test_staff_who_sign_in_on_this_phone_withdraw_nothing(phone: Handset) -> None:
    page = wanted_with_no_network(phone)
    with transaction(phone.desk.engine) as session:
        office = make.user(session)
    phone.become(office)
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting] a")).to_have_text("Sign in again to send it", timeout=SOON)
    assert page.evaluate(WANTED) == [True]
    phone.become(phone.desk.shopper)
    page.goto(f"{phone.address}/audits")
    expect(page.locator("[data-waiting]")).to_contain_text("kept at 18:04", timeout=SOON)


def test_what_changed_elsewhere_is_told_until_it_was_looked_at(phone: Handset) -> None:
    page, desk = wanted_with_no_network(phone), phone.desk
    page.goto(f"{phone.address}/audits")
    shown = desk.visitor.get(desk.at("/form/1"))
    desk.visitor.submit(form(shown, "/form/1"), go="stay", **these({"m-cut": "4"}))
    phone.context.set_offline(False)
    told = page.locator("[data-waiting] a")
    expect(told).to_contain_text("The answers have changed since this page was opened.", timeout=SOON)
    page.reload()
    expect(told).to_contain_text("Look at them again before you send.")
    assert (told.get_attribute("href"), desk.stored().state) == (desk.at("/form/all#look"), "started")


def test_an_audit_that_is_no_longer_asked_for_is_put_away(phone: Handset) -> None:
    page, desk = typed_with_no_network(phone), phone.desk
    with transaction(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        shopper = session.get_one(User, desk.shopper.id)
        assignments.declare_conflict(session, shopper, audit.branch, reason="x", by=shopper, at=NOW)
    phone.context.set_offline(False)
    page.goto(f"{phone.address}/audits")
    line = page.locator("[data-waiting]")
    expect(line).to_contain_text("This audit has been withdrawn; nothing is to be done.")
    expect(line).not_to_contain_text("has been sent before")
    line.get_by_role("button", name="Take it off this phone").click()
    expect(line).to_be_hidden()
    assert page.evaluate(WANTED) == []


def test_an_audit_that_is_nobodys_any_more_is_told_once_and_put_away(phone: Handset, line: Relay) -> None:
    page, desk = typed_with_no_network(phone), phone.desk
    with transaction(desk.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()
        audit.shopper_id = make.shopper(session).id
        session.add(audit)
    phone.context.set_offline(False)
    page.goto(f"{phone.address}/audits")
    shown = page.locator("[data-waiting]")
    expect(shown.get_by_role("button", name="Take it off this phone")).to_be_visible()
    asked = len([one for one in line.asked if one.endswith("/draft")])
    page.reload()
    page.locator("[data-waiting][data-ready]").wait_for()
    assert len([one for one in line.asked if one.endswith("/draft")]) == asked  # it is not tried for ever
    shown.get_by_role("button", name="Take it off this phone").click()
    expect(shown).to_be_hidden()
    assert page.evaluate(WANTED) == []


def test_what_is_typed_after_send_was_pressed_waits_for_another_send(phone: Handset) -> None:
    page = wanted_with_no_network(phone)
    page.goto(phone.address + phone.desk.at("/form/all"))
    phone.ready()
    page.locator("#c-cut").evaluate("box => box.closest('details').open = true")
    page.locator("#c-cut").fill("Rita was very ru")
    phone.stands("Kept on this phone")
    phone.context.set_offline(False)
    phone.stands("With head office: 3 July 2025")
    assert phone.desk.stored().state == "started"
    page.goto(f"{phone.address}/audits")
    line = page.locator("[data-waiting]")
    expect(line).to_contain_text("not sent, because you changed it after pressing Send. Look it over")
    line.get_by_role("link").click()
    page.locator(".stands .button").click()
    page.wait_for_url("**/sent")
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    expect(line).not_to_contain_text("pressing Send")


def test_what_was_changed_after_send_is_no_longer_asked_for_once_it_was_sent_from_elsewhere(phone: Handset) -> None:
    page = wanted_with_no_network(phone)
    page.goto(phone.address + phone.desk.at("/form/all"))
    phone.ready()
    page.locator("[name=m-cut][value='2']").check()
    phone.context.set_offline(False)
    phone.stands("With head office: 3 July 2025")
    desk = phone.desk
    desk.visitor.submit(form(desk.visitor.get(desk.at("/check")), "/send"))
    page.goto(f"{phone.address}/audits")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    expect(page.locator("[data-waiting]")).not_to_contain_text("pressing Send")


def test_a_page_that_was_kept_does_not_send_what_it_does_not_show(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    page.get_by_role("button", name="Save and look it over").click()
    page.wait_for_selector("form[data-send]")
    page.locator("[data-waiting][data-ready]").wait_for(state="attached")
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    page.locator("[name=m-drink][value=water]").check()
    phone.stands("Kept on this phone")
    page.goto(phone.address + phone.desk.at("/check"))
    page.locator("form[data-send] button").last.click()
    phone.stands("Everything is there. It has not been sent yet.")
    expect(page.locator("[name=m-drink][value=water]")).to_be_checked()


def test_what_was_sent_with_no_network_is_not_asked_for_again(phone: Handset) -> None:
    page = wanted_with_no_network(phone)
    page.goto(phone.address + phone.desk.at("/form/all"))
    phone.ready()
    page.get_by_role("button", name="Save and look it over").click()
    phone.stands("You have sent it.")
    expect(page.locator("[data-stands] button")).to_have_count(0)


def test_where_the_wish_is_withdrawn_the_audit_says_so_at_once(phone: Handset) -> None:
    page, desk = wanted_with_no_network(phone), phone.desk
    page.goto(phone.address + desk.at())
    expect(page.locator(".headline")).to_contain_text("sent by you")
    shown = desk.visitor.get(desk.at("/form/2"))
    desk.visitor.submit(form(shown, "/form/2"), go="stay", **these({"m-drink": "water"}))
    phone.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_contain_text("Look at them again before you send")
    expect(page.locator(".headline")).not_to_contain_text("sent by you")
