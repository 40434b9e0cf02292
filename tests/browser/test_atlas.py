"""Every page of every room, as the routes list them: rules of accessibility, narrow windows, large type."""

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.routing import Rule

from tests.browser.atlas import unknown
from tests.browser.houses import House
from tests.browser.looks import NARROW, PHONE, TOO_SMALL, Look, Scheme, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OUTSIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .filter(one => !one.parentElement.closest(".scroll"))
    .map(one => one.outerHTML.slice(0, 100)).concat(["the page"])"""
BOTH: tuple[Scheme, ...] = ("light", "dark")
WHOLE = (("en", BOTH, None), ("ta", ("light",), None), ("hu", ("dark",), None))
"""Languages in which every page is looked at."""
SHARED = (("hi", ("light",), 0), ("hi", ("dark",), 1), ("te", ("dark",), 2), ("te", ("light",), 3))
"""In Hindi and Telugu, each page is looked at in one of these."""
FITTED = {"en", "ta"}


def test_a_page_without_an_example_fails(house: House) -> None:
    assert unknown(house.app) == set()
    other = Flask(__name__)
    other.url_map.add(Rule("/new-room", endpoint="new.room", methods=["GET"]))
    assert unknown(other) == {"new.room"}


@pytest.mark.parametrize(("code", "schemes", "part"), [*WHOLE, *SHARED])
def test_every_page_keeps_the_rules_and_fits_narrow_windows_and_large_type(
    browser: Browser, house: House, code: str, schemes: tuple[Scheme, ...], part: int | None
) -> None:
    house.speak(code)
    with look(browser, house.served, PHONE, schemes[0], code) as seen:
        for number, place in enumerate(house.places):
            if part is not None and number % len(SHARED) != part:
                continue
            status = house.show(seen, place, code)
            seen.note(
                place.name,
                status=status != place.status and status,
                language=seen.page.get_attribute("html", "lang") != code,
                small=seen.page.evaluate(TOO_SMALL),
                complaints=seen.complaints(place.status),
                sideways=_sideways(seen) if code in FITTED else [],
                **{scheme: seen.dressed(scheme, seen.violations) for scheme in schemes},
            )


def _sideways(seen: Look) -> list[str]:
    """What sticks out of a window as narrow as the narrowest phone, and of a wider one in which all type is twice as large."""
    narrow = seen.in_width(NARROW, OUTSIDE)
    seen.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    large = seen.in_width(2 * NARROW, OUTSIDE)
    seen.page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    return [*(f"narrow: {one}" for one in narrow), *(f"large: {one}" for one in large)]
