"""On paper: nothing to click, no chart over two sheets, and the foot says what it is."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.chain import NAMES, Served
from tests.browser.looks import DESK, OPEN_ALL, look, places

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MM = 96 / 25.4
SHEET = (round(180 * MM), round(263 * MM))
"""An A4 sheet without its margins, in pixels."""
TO_CLICK = """() => [...document.querySelectorAll("nav, form, button, .skip")]
    .filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 120))"""
TORN = f"""() => [...document.querySelectorAll(".chart, .picture, .verdict, tr")]
    .filter(one => one.checkVisibility())
    .filter(one => !one.closest(".picture, .verdict, tr")
        || getComputedStyle(one.closest(".picture, .verdict, tr")).breakInside !== "avoid"
        || one.getBoundingClientRect().height > {SHEET[1]})
    .map(one => one.outerHTML.slice(0, 120))"""
PAGES = {"chain": 6, "region": 6, "staff": 1, "staff, long": 1, "shopper": 1, "past": 1, "error": 1}
"""How many sheets each page takes at most."""


def test_paper_has_nothing_to_click_and_tears_no_chart(browser: Browser, served: Served) -> None:
    with look(browser, served, DESK) as seen:
        for name, (person, path, _) in places(served, "en").items():
            seen.open(person, path)
            seen.page.emulate_media(media="print")
            seen.page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
            wide = "() => document.documentElement.scrollWidth > innerWidth"
            seen.note(
                name,
                to_click=seen.page.evaluate(TO_CLICK),
                torn=seen.page.evaluate(TORN),
                sideways=seen.page.evaluate(wide),
            )
            seen.page.emulate_media(media="screen")


def test_a_page_takes_no_more_sheets_than_it_must(browser: Browser, served: Served) -> None:
    with look(browser, served, DESK) as seen:
        for name, most in PAGES.items():
            person, path, _ = places(served, "en")[name]
            seen.open(person, path)
            sheets = len(re.findall(rb"/Type\s*/Page\b", seen.page.pdf(prefer_css_page_size=True)))
            seen.note(name, sheets="" if 0 < sheets <= most else sheets)


@pytest.mark.parametrize("person", ["office", "manager", "staff"])
def test_the_foot_of_the_paper_names_scope_and_week(browser: Browser, served: Served, person: str) -> None:
    with look(browser, served, DESK) as seen:
        seen.open(f"{person} en", "/")
        seen.page.emulate_media(media="print")
        foot = seen.page.locator("footer").inner_text()
        names = {"office": "The whole chain", "manager": "North", "staff": NAMES[0]}
        assert names[person] in foot
        assert "week of 16 November 2026" in foot
        assert ("edition" in foot) == (person != "staff")


def test_colours_on_paper_are_those_of_light(browser: Browser, served: Served) -> None:
    with look(browser, served, DESK, "dark") as seen:
        seen.open("office en", "/reports/chain")
        seen.page.evaluate(OPEN_ALL)
        seen.page.emulate_media(media="print")
        ink = seen.page.evaluate("() => getComputedStyle(document.documentElement).color")
        assert ink == "rgb(0, 0, 0)"
