"""Without a mouse: everything can be reached, and where one is can be seen."""

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error

from tests.browser.chain import Served
from tests.browser.houses import House
from tests.browser.looks import CLICKABLE, DESK, PHONE, Look, look, places

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]

FOCUSABLE = f"{CLICKABLE}, [tabindex='0']"
MOST = 400
OFFICE_PAGES = 7
NUMBER = f"""() => {{
    const chosen = one => !one.matches("[type=radio]") || one.checked ||
        (!document.querySelector(`[name="${{one.name}}"]:checked`) && one === document.querySelector(`[name="${{one.name}}"]`));
    return [...document.querySelectorAll("{FOCUSABLE}")]
        .filter(one => one.checkVisibility({{visibilityProperty: true, contentVisibilityAuto: true}}))
        .filter(one => one.tabIndex >= 0 && !one.disabled && chosen(one))
        .map((one, place) => {{ one.dataset.place = place; return place }})
}}"""
"""Numbers what the tab key has to reach: of the answers to one question only the chosen one, or the first."""
WHERE = """() => {
    const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
    const ring = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
    const inside = box.right > 0 && box.left < innerWidth && box.width > 1 && box.bottom > 0 && box.top < innerHeight;
    const bar = document.querySelector(".thumb")?.getBoundingClientRect();
    const under = bar && !one.closest(".thumb") && box.top >= bar.top && box.bottom <= bar.bottom + 1;
    return one === document.body ? null :
        [Number(one.dataset.place), ring && inside && !under ? "" : one.outerHTML.slice(0, 120)];
}"""


def _settled(seen: Look) -> None:
    """Waits until the phone has sent what it had: the button that stands there meanwhile goes by itself."""
    if seen.page.locator("[data-waiting]").count():
        with suppress(Error):  # where nothing can be kept
            seen.page.locator("[data-waiting][data-ready]").wait_for(state="attached", timeout=10_000)


def _walk(seen: Look) -> dict[str, list[object]]:
    """What the tab key does not reach, reaches without showing it, or reaches in another order than it stands."""
    _settled(seen)
    wanted = seen.page.evaluate(NUMBER)
    reached: list[int] = []
    unseen, around = [], False
    for _ in range(MOST):
        seen.page.keyboard.press("Tab")
        where = seen.page.evaluate(WHERE)
        if where is None and not around:
            around = True  # a form that came back begins at what is wrong; what stands above it follows
            continue
        if where is None or where[0] in reached[:-1]:
            break
        if where[0] not in reached:  # a field for a day and a time is several stops
            reached.append(where[0])
            unseen += [where[1]] if where[1] else []
    start = reached.index(0) if 0 in reached else 0
    rounds = reached[start:] + reached[:start]
    disorder = [] if rounds == sorted(rounds) else reached
    return {"unreached": sorted(set(wanted) - set(reached)), "unseen": unseen, "disorder": disorder}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_tab_key_reaches_everything_in_sight_and_shows_where_it_is(
    browser: Browser, served: Served, size: tuple[int, int]
) -> None:
    with look(browser, served, size) as seen:
        for name, (person, path, _) in places(served, "en").items():
            seen.open(person, path)
            seen.note(name, **_walk(seen))


WALKED = {
    "/sign-in",
    "/account",
    "/audits",
    "/results",
    "/flags",
    "/actions",
    "/branches",
    "/office",
    "/plan",
    "/explore",
}
"""Where the rooms with forms and lists are."""


def test_the_tab_key_reaches_every_control_of_every_form_and_list(browser: Browser, house: House) -> None:
    house.speak("en")
    with look(browser, house.served, PHONE) as seen:
        for place in house.places:
            if place.path.startswith(tuple(WALKED)):
                status = house.show(seen, place, "en")
                seen.note(place.name, status=status != place.status and status, **_walk(seen))


def test_an_audit_is_filled_in_and_looked_over_without_a_mouse(browser: Browser, house: House) -> None:
    house.speak("en")
    with look(browser, house.served, PHONE) as seen:
        house.show(seen, house.place("capture.section · complete 1"), "en")
        seen.page.locator("[name=m-greeted]").first.focus()
        seen.page.keyboard.press("ArrowRight")
        assert seen.page.locator("[name=m-greeted]:checked:focus").get_attribute("value") == "no"
        _press(seen, "Save and go on")
        assert seen.page.url.endswith("/form/2")
        _press(seen, "Save and look it over")
        assert seen.page.url.endswith("/check")
        assert seen.page.locator("main .button", has_text="Send").count() == 1


def test_an_audit_is_decided_on_without_a_mouse(browser: Browser, house: House) -> None:
    house.speak("en")
    with look(browser, house.served, PHONE) as seen:
        house.show(seen, house.place("office.audit · harmful"), "en")
        seen.page.get_by_role("link", name="Decide").press("Enter")
        assert seen.page.url.endswith("#decide")
        _press(seen, "Approve only")
        assert seen.page.locator(".notice.done").count() == 1


def _press(seen: Look, name: str) -> None:
    """Goes by the tab key to the button of that name and presses it by the enter key."""
    for _ in range(MOST):
        seen.page.keyboard.press("Tab")
        if (
            seen.page.evaluate(
                "() => document.activeElement.matches('button:not(.first)') && document.activeElement.textContent"
            )
            == name
        ):
            with seen.page.expect_navigation():
                seen.page.keyboard.press("Enter")
            return
    pytest.fail(f"the tab key does not reach {name!r}")


def test_the_pages_of_head_office_are_one_fold_on_a_phone_and_a_line_on_a_desk(browser: Browser, house: House) -> None:
    for code in ("en", "hu", "ta"):
        house.speak(code)
        for size, tall in ((PHONE, 100), (DESK, 60)):
            with look(browser, house.served, size, language=code) as seen:
                seen.open("office en", "/office/people")
                assert seen.page.locator(".top").bounding_box()["height"] < tall  # type: ignore[index]
                shown = [one for one in seen.page.locator(".top nav a, .top nav summary").all() if one.is_visible()]
                assert len(shown) == (1 if size == PHONE else OFFICE_PAGES)
                if size == PHONE:
                    shown[0].press("Enter")
                    assert seen.page.locator(".top nav a:visible").count() == OFFICE_PAGES


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
