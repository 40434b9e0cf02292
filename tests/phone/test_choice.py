"""What the shopper chooses: the form's shape, its language, a place on the home screen; and an update that waits."""

import json
from io import BytesIO
from urllib.request import urlopen

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, expect

from branches.database import transaction
from monitor.web import files
from tests import make
from tests.phone import icons
from tests.phone.handset import Handset
from tests.phone.test_form import on_server
from tests.phone.test_storage import FULL

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_long_page_is_remembered_for_its_person_alone(phone: Handset) -> None:
    page = phone.open()
    page.get_by_role("link", name="All on one page").click()
    page.wait_for_url("**/form/all")
    page.goto(phone.address + phone.desk.at())
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url("**/form/all")
    assert phone.desk.shopper.public_id in [one["value"] for one in phone.context.cookies()]
    page.get_by_role("link", name="One section a page").click()
    page.wait_for_url("**/form/1")
    page.goto(phone.address + phone.desk.at())
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url("**/form/1")


def test_with_no_network_sections_turn_one_by_one(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/1")
    assert (page.locator("#m-greeted").is_visible(), page.locator("#m-people").is_visible()) == (True, False)
    page.locator("#m-greeted").check()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/form/2")
    phone.ready()
    assert (page.locator("#visited").is_visible(), page.locator("#m-people").is_visible()) == (False, True)
    page.get_by_role("button", name="Save and look it over").click()
    page.wait_for_url("**/form/all#look")
    expect(page.locator("[data-faults] a").first).to_have_text("Give the day and the time of the visit.")


def test_another_language_loses_no_keystroke(phone: Handset) -> None:
    page = phone.open()
    page.locator("#m-greeted").check()
    page.locator("#m-after").press_sequentially("42")
    page.get_by_role("button", name="magyar").click()
    page.locator("html[lang=hu] form[data-kept]").wait_for(state="attached")
    assert (page.locator("#m-greeted").is_checked(), page.locator("#m-after").input_value()) == (True, "42")


def test_another_language_with_no_network_says_so_and_keeps_everything(phone: Handset) -> None:
    page = phone.open()
    phone.context.set_offline(True)
    page.locator("#m-greeted").check()
    page.locator("#m-after").fill("42")
    page.get_by_role("button", name="magyar").click()
    phone.stands("Another language needs a network. What you typed is kept on this phone.")
    assert page.locator("#m-after").input_value() == "42"


def test_the_manifest_names_icons_that_are_there(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    address = page.locator("link[rel=manifest]").evaluate("link => link.href")
    with urlopen(address) as answer:
        told = json.load(answer)
    assert (told["name"], told["start_url"], told["display"]) == ("Test", "/audits", "standalone")
    for icon in told["icons"]:
        with urlopen(phone.address + icon["src"]) as answer:
            assert (answer.headers["Content-Type"], answer.status) == ("image/png", 200)
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        (f"{size}x{size}", purpose) for size in (192, 512) for purpose in ("any", "maskable")
    }


def test_the_icons_are_the_drawing(browser: Browser) -> None:
    for size in icons.SIZES:
        kept, drawn = Image.open(icons.FOLDER / f"{size}.png"), Image.open(BytesIO(icons.drawn(browser, size)))
        assert kept.size == drawn.size == (size, size)
        apart = ImageStat.Stat(ImageChops.difference(kept.convert("RGB"), drawn.convert("RGB"))).mean
        assert max(apart) < 1  # of 255: edges may be smoothed otherwise by another browser


def test_the_home_screen_is_offered_where_the_browser_does_and_declined_once(phone: Handset) -> None:
    page = phone.page
    page.goto(f"{phone.address}/audits")
    offer = page.locator("[data-install]")
    expect(offer).to_be_hidden()
    ask = """() => { const offered = new Event("beforeinstallprompt", { cancelable: true });
        offered.prompt = async () => { window.prompted = true; }; dispatchEvent(offered); return offered.defaultPrevented; }"""
    assert page.evaluate(ask) is True
    page.get_by_role("button", name="Put it on the home screen").click()
    page.wait_for_function("() => window.prompted")
    expect(offer).to_be_hidden()
    page.evaluate(ask)
    page.get_by_role("button", name="Not now").click()
    expect(offer).to_be_hidden()
    page.reload()
    page.evaluate(ask)
    expect(offer).to_be_hidden()


def test_an_update_waits_until_the_pages_are_closed(phone: Handset, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.prepare()
    page = phone.open()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    monkeypatch.setattr(files, "version", lambda: "f" * 16)
    page.locator("#m-greeted").check()
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    page.wait_for_function("() => navigator.serviceWorker.ready.then((found) => found.waiting?.state === 'installed')")
    assert page.evaluate("navigator.serviceWorker.ready.then((found) => found.active.state)") == "activated"
    assert page.locator("#m-greeted").is_checked()
    page.locator("#m-after").fill("42")
    phone.stands("With head office: 3 July 2025")


def test_somebody_else_on_the_same_phone_begins_with_sections(phone: Handset) -> None:
    page = phone.open()
    page.get_by_role("link", name="All on one page").click()
    page.wait_for_url("**/form/all")
    with transaction(phone.desk.engine) as session:
        stranger = make.shopper(session)
    phone.become(stranger)
    page.goto(f"{phone.address}/audits")
    assert phone.desk.shopper.public_id not in page.content()


def test_the_way_back_brings_no_older_answer(phone: Handset) -> None:
    page = phone.open("/form/1")
    page.locator("[name=m-cut][value='2']").check()
    phone.stands("With head office: 3 July 2025")
    page.goto(phone.address + phone.desk.at("/check"))
    phone.open("/form/all")
    with page.expect_response("**/draft"):
        page.locator("[name=m-cut][value='4']").check()
    page.go_back()
    page.go_back()
    phone.ready()
    expect(page.locator("[name=m-cut][value='4']")).to_be_checked()
    page.wait_for_timeout(2_000)  # as long as it would take to send the older one
    assert on_server(phone.desk)["cut"] == "4"


def test_another_language_is_not_taken_where_an_answer_found_no_room(phone: Handset) -> None:
    phone.page.add_init_script(FULL)
    page = phone.open("/form/all")
    page.wait_for_selector("[data-waiting][data-ready]", state="attached")
    page.evaluate("window.failing = 1e9")
    page.locator("[name=m-cut][value='4']").check()
    phone.stands("cannot keep it")
    page.get_by_role("button", name="magyar").click()
    expect(page.locator("html")).to_have_attribute("lang", "hu")
    assert on_server(phone.desk)["cut"] == "4", "it went along, as without a script"


def test_the_pages_that_are_kept_are_in_the_language_that_was_chosen(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/1")
    page.get_by_role("button", name="magyar").click()
    expect(page.locator("html")).to_have_attribute("lang", "hu")
    phone.prepare()
    phone.context.set_offline(True)
    for path in ("/form/1", "/form/2", ""):
        page.goto(phone.address + phone.desk.at(path))
        expect(page.locator("html")).to_have_attribute("lang", "hu")


def test_pages_that_cannot_be_had_in_the_new_language_stay_in_the_old(phone: Handset) -> None:
    phone.prepare()
    page = phone.open("/form/all")
    page.get_by_role("button", name="magyar").click()
    expect(page.locator("html")).to_have_attribute("lang", "hu")
    (worker,) = phone.context.service_workers
    worker.evaluate(
        """() => {
  const { fetch } = self;
  self.fetch = (asked, how) => (how ? Promise.resolve(new Response("", { status: 503 })) : fetch(asked)); // what is kept ahead
}"""
    )
    phone.page.goto(f"{phone.address}/audits")
    page.wait_for_timeout(2_000)
    phone.context.set_offline(True)
    phone.open("/form/1")
