"""Without a mouse: everything can be reached, and where one is can be seen."""

import pytest
from playwright.sync_api import Browser

from tests.browser.chain import Served
from tests.browser.looks import CLICKABLE, DESK, PHONE, look, places

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUSABLE = f"{CLICKABLE}, [tabindex='0']"
MOST = 300
NUMBER = f"""() => [...document.querySelectorAll("{FOCUSABLE}")]
    .filter(one => one.checkVisibility({{visibilityProperty: true, contentVisibilityAuto: true}}))
    .map((one, place) => {{ one.dataset.place = place; return place }})"""
WHERE = """() => {
    const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
    const inside = box.right > 0 && box.left < innerWidth && box.width > 1;
    return one === document.body ? null : [Number(one.dataset.place), ring && inside ? "" : one.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_tab_key_reaches_everything_in_sight_and_shows_where_it_is(
    browser: Browser, served: Served, size: tuple[int, int]
) -> None:
    with look(browser, served, size) as seen:
        for name, (person, path, _) in places(served, "en").items():
            seen.open(person, path)
            wanted = seen.page.evaluate(NUMBER)
            reached, unseen = [], []
            for _ in range(MOST):
                seen.page.keyboard.press("Tab")
                where = seen.page.evaluate(WHERE)
                if where is None or where[0] in reached:
                    break
                reached.append(where[0])
                unseen += [where[1]] if where[1] else []
            seen.note(name, unreached=sorted(set(wanted) - set(reached)), unseen=unseen)


def test_the_first_tab_offers_to_skip_to_the_content(browser: Browser, served: Served) -> None:
    with look(browser, served, PHONE) as seen:
        seen.open("office en", "/reports/chain")
        seen.page.keyboard.press("Tab")
        assert seen.page.locator(":focus").inner_text() == "Skip to the content"
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("main:focus").count() == 1


def test_a_fold_opens_by_the_enter_key(browser: Browser, served: Served) -> None:
    with look(browser, served, PHONE) as seen:
        seen.open("office en", "/reports/chain")
        fold = seen.page.locator("details", has_text="Watch").first
        assert fold.get_attribute("open") is None
        fold.locator("summary").first.press("Enter")
        assert fold.get_attribute("open") is not None
