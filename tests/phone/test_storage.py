"""What this phone keeps may fail: no room, a closed database, none at all. Nothing is lost unseen, nothing is said to be kept that is not."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from branches import drafts
from branches.audits import Audit
from tests.branches.test_photos import jpeg
from tests.monitor.desk import NOW, form, these
from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_form import on_server
from tests.phone.test_notes import kept
from tests.phone.test_once import VISIT, fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FULL = """
const put = IDBObjectStore.prototype.put;
window.failing = 0;
IDBObjectStore.prototype.put = function (...what) {
  if (window.failing-- > 0 || window.refuses?.(what[0])) throw new DOMException("full", "QuotaExceededError");
  return put.apply(this, what);
};
"""
NONE = "IDBFactory.prototype.open = () => { throw new DOMException('none', 'SecurityError'); };"
CLOSED = """
const open = IDBFactory.prototype.open;
window.held = [];
IDBFactory.prototype.open = function (...what) {
  const asked = open.apply(this, what);
  asked.addEventListener("success", () => window.held.push(asked.result));
  return asked;
};
"""
ROUNDS = """
() => {
  const { ofRound } = globalThis.parts["phone/kept.js"];
  const held = { round: 1, seen: 3, edits: 2, key: "k", entries: {}, away: ["ab12"] };
  return ofRound(held, { person: "p", audit: "a", branch: "b", round: 2, seen: 5 }).away;
}
"""
TAP_SAID = "new MutationObserver(() => (localStorage.said = 1)).observe(document.querySelector('[role=status]'), { childList: true })"


def line_of(page: Page) -> str:
    return page.locator("[data-stands]").inner_text()


def test_one_failed_write_loses_no_later_answer(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.open("/form/all")
    page.evaluate("window.failing = 1")
    page.locator("#m-people").fill("3")
    phone.stands("cannot keep it")
    page.locator("#visited").fill(VISIT)
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("With head office: 3 July 2025")
    assert on_server(phone.desk) == {"people": "3", "cut": "2"}


def test_what_finds_no_room_is_not_said_to_be_kept_and_goes_as_without_a_script(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.open("/form/all")
    page.locator("#m-people").fill("3")
    phone.stands("With head office: 3 July 2025")
    page.evaluate("window.failing = 1e9")
    page.locator("[name=m-drink][value=tea]").check()
    phone.stands("cannot keep it")
    page.wait_for_timeout(2_000)
    assert "Kept" not in line_of(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    assert on_server(phone.desk) == {"people": "3", "drink": "tea"}


def test_a_browser_that_cannot_time_a_request_sends_all_the_same(phone: Handset) -> None:
    phone.page.add_init_script("delete AbortSignal.timeout")
    page = phone.open("/form/all")
    page.locator("#m-people").fill("3")
    phone.stands("With head office: 3 July 2025")
    assert on_server(phone.desk) == {"people": "3"}


def test_with_no_memory_the_form_is_as_without_a_script(phone: Handset) -> None:
    phone.page.add_init_script(NONE)
    page = phone.page
    page.goto(phone.address + phone.desk.at("/form/1"))
    page.locator("#visited").fill(VISIT)
    page.locator("[name=m-greeted][value=no]").check()
    page.get_by_role("button", name="Save and go on").last.click()
    page.wait_for_url("**/form/2")
    assert on_server(phone.desk) == {"greeted": "no"}


def test_memory_that_fails_later_leaves_the_form_as_without_a_script(phone: Handset) -> None:
    page = phone.open("/form/1")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate(
        "IDBDatabase.prototype.transaction = () => { throw new DOMException('gone', 'InvalidStateError') }; null"
    )
    page.locator("[name=m-greeted][value=no]").check()
    phone.stands("cannot keep it")
    page.get_by_role("button", name="Save and go on").last.click()
    page.wait_for_url("**/form/2")
    assert on_server(phone.desk) == {"greeted": "no"}
    phone.faults.clear()


def test_with_no_memory_a_tap_in_the_notes_goes_to_the_server(phone: Handset) -> None:
    phone.page.add_init_script(NONE)
    page = phone.page
    page.goto(f"{phone.address}/notes/{phone.desk.audit}")
    page.get_by_role("button", name="Here").first.click()
    expect(page.locator("time").first).not_to_be_empty()
    assert list(kept(phone.desk).stamps) == ["arrived"]


def test_a_tap_that_cannot_be_kept_goes_to_the_server_and_is_not_said_before(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.page
    page.goto(f"{phone.address}/notes/{phone.desk.audit}")
    page.wait_for_selector("form[data-kept]")
    page.evaluate(f"window.failing = 1e9; {TAP_SAID}")
    page.get_by_role("button", name="Here").first.click()
    expect(page.locator(".undo").first).to_be_visible()
    assert (list(kept(phone.desk).stamps), page.evaluate("localStorage.said")) == (["arrived"], None)


def test_a_database_that_the_browser_closed_is_opened_again(phone: Handset) -> None:
    phone.page.add_init_script(CLOSED)
    page = phone.open("/form/all")
    page.locator("#m-people").fill("3")
    phone.stands("With head office: 3 July 2025")
    page.evaluate("window.held.forEach((one) => one.close())")
    page.locator("[name=m-drink][value=tea]").check()
    page.wait_for_function("() => document.querySelector('[data-stands]').textContent == 'Kept on this phone.'")
    phone.stands("With head office: 3 July 2025")
    assert on_server(phone.desk) == {"people": "3", "drink": "tea"}


def test_an_answer_from_elsewhere_is_not_put_in_place_of_one_just_given(phone: Handset, line: Relay) -> None:
    desk = phone.desk
    page = phone.open("/form/all")
    page.locator("#m-people").fill("3")
    phone.stands("With head office: 3 July 2025")
    desk.visitor.submit(form(desk.visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "4"}))
    place = line.hold("/draft", "after")
    page.locator("[name=m-drink][value=tea]").check()
    place.wait()
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("Kept on this phone.")
    place.released.set()
    phone.stands("Another page changed the same answer")
    with Session(desk.engine) as session:
        both = drafts.read(session, session.exec(select(Audit).where(Audit.public_id == desk.audit)).one()).entries[
            "cut"
        ]
    assert {both.now.mark, both.other.mark if both.other else ""} == {"2", "4"}


def test_an_answer_just_given_stays_in_sight(phone: Handset, line: Relay) -> None:
    desk = phone.desk
    page = phone.open("/form/all")
    page.locator("#m-people").fill("3")
    phone.stands("With head office: 3 July 2025")
    desk.visitor.submit(form(desk.visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "4"}))
    place, second = line.hold("/draft", "after"), line.hold("/draft", "before")
    page.locator("[name=m-drink][value=tea]").check()
    place.wait()
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("Kept on this phone.")
    place.released.set()
    second.wait()  # the first reply has been shown
    assert page.locator("[name=m-cut]:checked").get_attribute("value") == "2"


def test_the_button_that_sends_stays_until_it_is_tapped(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    phone.context.set_offline(True)
    page.locator("[name=m-drink][value=water]").check()
    page.get_by_role("button", name="Save and look it over").click()
    send = page.get_by_role("button", name="Send", exact=True)
    send.wait_for()
    page.wait_for_timeout(1_500)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    send.click()
    phone.stands("It leaves this phone as soon as there is a network")
    expect(send).to_have_count(0)


def test_a_photo_that_finds_no_room_is_told_and_stays_chosen(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate("window.failing = 1")
    chosen = page.locator("[name=p-mirror]")
    chosen.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    phone.stands("cannot keep it")
    assert chosen.evaluate("(input) => input.files.length") == 1
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("[name=remove]").wait_for()
    assert phone.desk.photos_kept() == ["mirror"]


def test_photos_to_be_taken_away_are_so_after_the_audit_came_back(phone: Handset) -> None:
    page = phone.open("/form/all")
    assert page.evaluate(ROUNDS) == ["ab12"]


def test_where_there_is_no_room_for_pages_they_open_all_the_same(phone: Handset) -> None:
    phone.prepare()
    page, desk = phone.page, phone.desk
    (worker,) = phone.context.service_workers
    worker.evaluate(
        "() => { Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError')); }"
    )
    desk.visitor.submit(form(desk.visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "4"}))
    phone.open("/form/1")
    expect(page.locator("[name=m-cut][value='4']")).to_be_checked()
    page.goto(phone.address + desk.at("/check"))
    expect(page.locator("main")).to_contain_text("still missing")


def test_two_answers_of_one_person_are_no_choice_where_the_second_found_no_room(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.open("/form/all")
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("With head office: 3 July 2025")
    page.evaluate("window.failing = 1e9")
    page.locator("[name=m-cut][value='4']").check()
    phone.stands("cannot keep it")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    phone.ready()
    assert (on_server(phone.desk)["cut"], page.locator("[data-choice]").count()) == ("4", 0)


def test_audits_that_are_done_are_forgotten_after_a_week(phone: Handset) -> None:
    phone.prepare()
    page = phone.page
    page.evaluate(
        """([person, now]) => new Promise((done) => {
  const opened = indexedDB.open("audits");
  opened.onsuccess = () => {
    const writing = opened.result.transaction("drafts", "readwrite");
    for (const days of [1, 8]) {
      const draft = { id: `${person}/${days}`, person, audit: `${days}`, branch: "b", round: "", seen: 3, edits: 4, entries: {}, away: [] };
      writing.objectStore("drafts").put({ ...draft, receipt: "done", ended: now - days * 86_400_000 });
    }
    writing.oncomplete = done;
  };
})""",
        [phone.desk.shopper.public_id, int(NOW.timestamp() * 1000)],
    )
    phone.prepare()
    page.wait_for_function(
        """() => new Promise((done) => {
  const opened = indexedDB.open("audits");
  opened.onsuccess = () => {
    const all = opened.result.transaction("drafts").objectStore("drafts").getAll();
    all.onsuccess = () => done(all.result.map(({ audit }) => audit).join() === "1");
  };
})"""
    )


def test_what_found_no_room_does_not_overwrite_what_came_from_elsewhere(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page, desk = phone.open("/form/all"), phone.desk
    page.locator("[name=m-drink][value=tea]").check()
    phone.stands("With head office: 3 July 2025")
    page.evaluate("() => { window.refuses = ({ entries }) => entries?.cut?.mark === '2'; }")
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("cannot keep it")
    desk.visitor.submit(form(desk.visitor.get(desk.at("/form/1")), "/form/1"), go="stay", **these({"m-cut": "4"}))
    page.locator("[name=m-cut][value='2']").dispatch_event("change")  # asks again, and hears of the other answer
    page.wait_for_timeout(2_000)
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator("[data-choice=cut]").count() == 1
