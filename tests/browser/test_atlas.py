"""Every page of every room, as the routes list them: rules of accessibility, narrow windows, large type."""

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.routing import Rule

from branches.language import codes
from tests.browser.atlas import unknown
from tests.browser.houses import House
from tests.browser.looks import COLOURS, DESK, NARROW, PHONE, TOO_SMALL, Look, look

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]

OUTSIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .filter(one => !one.parentElement.closest(".scroll"))
    .map(one => one.outerHTML.slice(0, 100)).concat(["the page"])"""


def test_a_page_without_an_example_fails(house: House) -> None:
    assert unknown(house.app) == set()
    other = Flask(__name__)
    other.url_map.add(Rule("/new-room", endpoint="new.room", methods=["GET"]))
    assert unknown(other) == {"new.room"}


@pytest.mark.parametrize("code", codes())
def test_every_page_keeps_the_rules_and_fits_narrow_windows_and_large_type(
    browser: Browser, house: House, code: str
) -> None:
    house.speak(code)
    with look(browser, house.served, PHONE, "light", code) as seen:
        for place in house.places:
            status = house.show(seen, place, code)
            seen.note(
                place.name,
                status=status != place.status and status,
                language=seen.page.get_attribute("html", "lang") != code,
                small=seen.page.evaluate(TOO_SMALL),
                complaints=seen.complaints(place.status),
                sideways=_sideways(seen),
                light=seen.violations(),
                dark=seen.dressed("dark", lambda: seen.violations(*COLOURS)),
            )


def _sideways(seen: Look) -> list[str]:
    """What sticks out of the narrowest phone's window, of a desk's at twice the size, and of that with all type twice as large."""
    narrow, zoomed = seen.in_width(NARROW, OUTSIDE), seen.in_width(DESK[0] // 2, OUTSIDE)
    seen.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    large = seen.in_width(DESK[0] // 2, OUTSIDE)
    seen.page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    found = {"narrow": narrow, "zoomed": zoomed, "large": large}
    return [f"{window}: {one}" for window, outside in found.items() for one in outside]
