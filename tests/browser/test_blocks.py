"""The building blocks that forms and lists are made of, before any page is made of them."""

import pytest
from playwright.sync_api import Browser

from tests.browser.chain import Served
from tests.browser.looks import DESK, NARROW, OPEN_ALL, PHONE, TOO_SMALL, WIDER, Scheme, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/blocks", "/blocks/wrong"])
def test_the_blocks_keep_the_rules(
    browser: Browser, served: Served, demo_address: str, path: str, scheme: Scheme
) -> None:
    with look(browser, served, PHONE, scheme) as seen:
        seen.go(demo_address + path)
        seen.page.evaluate(OPEN_ALL)
        seen.note(
            path,
            axe=seen.violations(),
            sideways=seen.page.evaluate(WIDER) or seen.in_width(NARROW, WIDER),
            small=seen.page.evaluate(TOO_SMALL),
            complaints=seen.complaints(200),
        )


def test_what_is_chosen_can_be_told_without_colour(browser: Browser, served: Served, demo_address: str) -> None:
    with look(browser, served, DESK) as seen:
        seen.go(f"{demo_address}/blocks")
        seen.page.get_by_label("Yes", exact=True).check()
        corners, widths = (
            f"() => [...document.querySelectorAll('.choice input')].map(one => getComputedStyle(one).{what})"
            for what in ("backgroundImage.startsWith('linear-gradient')", "borderWidth")
        )
        assert seen.page.evaluate(corners) == [True, False, False]
        seen.page.emulate_media(forced_colors="active")
        assert seen.page.evaluate(widths) == ["4px", "1px", "1px"]


def test_a_form_that_comes_back_begins_at_what_is_wrong(browser: Browser, served: Served, demo_address: str) -> None:
    with look(browser, served, PHONE) as seen:
        seen.go(f"{demo_address}/blocks/wrong")
        assert "The fee has to be a number." in seen.page.locator(":focus").inner_text()
        seen.page.get_by_role("link", name="The fee has to be a number.").click()
        assert seen.page.evaluate("() => document.activeElement.id") == "fee"
        assert seen.page.locator("#fee").get_attribute("aria-describedby") == "fee-error"
