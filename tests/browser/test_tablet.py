"""The shared tablet in a real browser: it goes back to reading by itself, and what was typed outlives the lock."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import col, select

from branches.database import reading
from branches.people import Role, User
from monitor import passwords
from tests.browser.houses import House, opened
from tests.browser.looks import Look, look
from tests.databases import SqliteDatabases

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]

TABLET = (768, 1024)
LOCKED = "The tablet has locked itself."
PLAN = "Two at the door."


@pytest.fixture(scope="module")
def tablets(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: here actions are planned."""
    with sqlite.fresh() as url, opened(url, tmp_path_factory.mktemp("tablets")) as found:
        yield found


@pytest.fixture
def seen(browser: Browser, tablets: House) -> Iterator[Look]:
    with look(browser, tablets.served, TABLET) as made:
        yield made


def answer(house: House) -> str:
    return house.place("results.answer · tablet").path


def test_a_page_that_nobody_types_into_goes_back_to_reading_when_its_time_is_over(tablets: House, seen: Look) -> None:
    seen.page.clock.install()
    seen.open("lent tablet en", answer(tablets))
    seen.page.clock.run_for("04:58")
    assert seen.page.locator("[data-lent]").is_visible()
    with seen.page.expect_navigation():
        seen.page.clock.run_for("00:03")
    assert seen.page.url.endswith(answer(tablets))


def test_what_somebody_types_stays_on_the_page_that_locked_itself(tablets: House, seen: Look) -> None:
    seen.page.clock.install()
    seen.open("lent tablet en", answer(tablets))
    seen.page.fill("#plan", PLAN)
    seen.page.clock.run_for("05:02")
    expect(seen.page.locator("[data-locked]")).to_contain_text(LOCKED)
    expect(seen.page.locator("[data-lent]")).to_be_hidden()
    assert seen.page.input_value("#plan") == PLAN


def test_what_came_back_with_a_refusal_stays_on_the_page_that_locked_itself(tablets: House, seen: Look) -> None:
    seen.page.clock.install()
    seen.open("lent tablet en", answer(tablets))
    seen.page.fill("#plan", PLAN)
    seen.page.locator("form[action$='/plan'] button").click()  # no day is given
    assert seen.page.locator(".shared.acting").get_attribute("data-sent") is not None
    seen.page.clock.run_for("05:02")
    expect(seen.page.locator("[data-locked]")).to_contain_text(LOCKED)
    assert seen.page.input_value("#plan") == PLAN


def test_a_form_goes_on_its_way_once_the_pin_is_given(tablets: House, seen: Look) -> None:
    seen.open("lent tablet en", answer(tablets))
    seen.page.fill("#plan", PLAN)
    seen.page.fill("#due", "2026-12-01")
    _lock_elsewhere(tablets, seen)
    seen.page.click("text=Note the action")
    expect(seen.page.locator(".headline")).to_contain_text("What you typed is kept")
    seen.page.check(f"[name=who][value='{_staff(tablets)}']", force=True)
    seen.page.fill("#pin", passwords.DEMO_PIN)
    seen.page.click("text=Continue")
    expect(seen.page.locator(".notices")).to_contain_text("The action is noted.")
    expect(seen.page.locator("#main")).to_contain_text(PLAN)
    expect(seen.page.locator(".shared")).to_contain_text("This tablet acts as")


def _lock_elsewhere(house: House, seen: Look) -> None:
    """As if its time had been over: the page still shows the form."""
    page = seen.context.new_page()
    page.goto(house.served.address + "/branch")
    page.click("text=Lock now")
    page.close()


def _staff(house: House) -> str:
    """Somebody who has a PIN there."""
    with reading(house.engine) as session:
        query = select(User.public_id).where(User.role == Role.STAFF.value).order_by(col(User.id))
        return session.exec(query).all()[0]
