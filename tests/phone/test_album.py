"""Photos of several places and at several times: each stays where it was put until it is taken away there."""

import json
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.branches.test_photos import jpeg
from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_form import on_server
from tests.phone.test_once import fill

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ALBUM = """() => new Promise((done) => {
  const opened = indexedDB.open("audits");
  opened.onsuccess = () => {
    const all = opened.result.transaction("photos").objectStore("photos").getAll();
    all.onsuccess = () => done(all.result.map(({ item, pushed }) => [item, Boolean(pushed)]));
  };
})"""
SLOW_READING = """() => {
  const { arrayBuffer } = Blob.prototype;
  Blob.prototype.arrayBuffer = async function () {
    await new Promise((done) => setTimeout(done, 600));
    return arrayBuffer.call(this);
  };
}"""
MIRROR, VISIT = "[name=p-mirror]", "[name='p-']"


def has(page: Page, photos: list[list[object]]) -> None:
    """Waits until this phone keeps these photos: of which item, and whether it has sent them."""
    page.wait_for_function(
        f"(want) => ({ALBUM})().then((found) => JSON.stringify(found) === want)",
        arg=json.dumps(photos, separators=(",", ":")),
    )


def photo(number: int = 0) -> FilePayload:
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(width=60 + number)}


def at_both(phone: Handset) -> Page:
    """The same picture at its question and at the visit as a whole, both with head office."""
    page = phone.open("/form/all")
    for place in (MIRROR, VISIT):
        with page.expect_response("**/photos/*"):
            page.locator(place).set_input_files(photo())
    phone.holds(["", "mirror"])
    return page


def test_the_same_picture_at_two_places_goes_from_one(phone: Handset) -> None:
    page = at_both(phone)
    page.locator("[data-photo]").last.get_by_role("button", name="Take away").click()
    phone.holds(["mirror"])
    has(page, [["mirror", True]])


def test_the_same_picture_not_yet_sent_stays_where_the_other_is_taken_away(phone: Handset) -> None:
    page = phone.open("/form/all")
    page.locator(MIRROR).set_input_files(photo())
    phone.holds(["mirror"])
    page.reload()
    phone.ready()
    phone.context.set_offline(True)
    page.locator(VISIT).set_input_files(photo())
    expect(page.locator("[data-photo]")).to_have_count(1)
    page.locator("[name=remove]").click()
    phone.stands("Kept on this phone")
    has(page, [["", False]])
    phone.context.set_offline(False)
    phone.holds([""])


def test_where_one_was_taken_away_there_is_room_for_another(phone: Handset) -> None:
    page = phone.open("/form/all")
    page.locator(MIRROR).set_input_files([photo(number) for number in range(7)])
    refused = page.locator("[data-photo] .error")
    expect(page.locator("[data-stands]")).to_have_text("There are 6 photos here already; take one away first.")
    page.reload()
    phone.ready()
    expect(refused).to_have_count(1)
    page.locator("[name=remove]").first.click()
    expect(refused).to_have_count(0)
    phone.holds(["mirror"] * 6)
    phone.stands("With head office: 3 July 2025")
    has(page, [["mirror", True]] * 6)


def test_a_file_that_the_phone_cannot_read_is_told(phone: Handset) -> None:
    page = phone.open("/form/all")
    gone = "() => { Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError')); }"
    page.evaluate(gone)
    page.locator(MIRROR).set_input_files(photo())
    expect(page.locator("[data-refused]")).to_contain_text("0.jpg: The photo cannot be read")


@pytest.mark.parametrize("pause", [300, 900], ids=["while it is read", "while it is written"])
def test_a_second_choice_loses_nothing_of_the_first(phone: Handset, pause: int) -> None:
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate(SLOW_READING)
    page.locator(MIRROR).set_input_files([photo(1), photo(2)])
    page.wait_for_timeout(pause)
    page.locator(MIRROR).set_input_files(photo(3))
    phone.holds(["mirror"] * 3)


def test_no_answer_waits_for_a_picture_that_is_never_drawn(phone: Handset) -> None:
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate("() => { globalThis.Worker = class { postMessage() {} terminate() {} }; }")
    page.locator(MIRROR).set_input_files(photo())
    phone.stands("being made smaller")
    with page.expect_response("**/draft", timeout=10_000):
        page.locator("#m-people").fill("3")
    assert on_server(phone.desk)["people"] == "3"


def test_a_photo_chosen_while_the_audit_is_being_sent_is_told(phone: Handset, line: Relay) -> None:
    page = phone.open("/form/all")
    fill(page)
    phone.stands("With head office: 3 July 2025")
    phone.context.set_offline(True)
    page.get_by_role("button", name="Save and look it over").click()
    page.get_by_role("button", name="Send", exact=True).click()
    phone.stands("You have sent it.")
    place = line.hold("/send", "after")
    phone.context.set_offline(False)
    place.wait()
    page.locator(VISIT).set_input_files(photo(5))
    expect(page.locator("[data-photo]")).to_have_count(2)
    place.released.set()
    expect(page.locator("[data-stands] a")).to_be_visible()
    page.goto(f"{phone.address}/audits")
    expect(page.locator("[data-waiting]")).to_contain_text("On this phone something is different")


def test_a_photo_that_is_none_answers_nothing(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    cut = FilePayload(name="cut.jpg", mimeType="image/jpeg", buffer=jpeg()[:200])
    with page.expect_response("**/photos/*"):
        page.locator(MIRROR).set_input_files(cut)
    expect(page.locator("[data-photo]")).to_have_count(1)
    page.reload()
    phone.ready()
    phone.context.set_offline(True)
    page.locator("[name=m-drink][value=tea]").check()
    expect(page.locator("[data-progress]")).to_have_text("1 of 6 questions answered")


def test_where_a_photo_is_taken_away_it_is_no_longer_ready(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    fill(page)
    page.get_by_role("button", name="Save and look it over").click()
    phone.stands("Everything is there.")
    page.get_by_role("button", name="Take away").click()
    phone.stands("Kept on this phone")
    expect(page.get_by_role("button", name="Save and look it over")).to_be_visible()


def test_only_a_question_for_photos_takes_one(phone: Handset) -> None:
    page: Any = phone.open("/form/all")
    status = page.evaluate(
        """async ([path, bytes]) => {
  const body = new Uint8Array(bytes);
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", body))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const headers = { "X-CSRFToken": document.querySelector("[name=csrf_token]").value, Accept: "application/json" };
  return (await fetch(`${path}/photos/${digest}?item=greeted`, { method: "POST", body, headers })).status;
}""",
        [phone.desk.at(), list(jpeg())],
    )
    assert (status, phone.desk.photos_kept()) == (422, [])
