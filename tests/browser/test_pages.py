"""Every page in a real Chromium: phone and desk, light and dark, in each language."""

import pytest
from playwright.sync_api import Browser

from branches.language import codes, language
from tests.browser.chain import NAMES, Served
from tests.browser.looks import DESK, NARROW, OPEN_ALL, PHONE, TOO_SMALL, WIDER, Scheme, look, places

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVERYWHERE = {"en", "hu", "ta"}
REPORTS = ("chain", "region", "staff")


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_scrolls_sideways_complains_or_has_small_targets(
    browser: Browser, served: Served, size: tuple[int, int], code: str
) -> None:
    with look(browser, served, size, language=code) as seen:
        for name, (person, path, status) in places(served, code).items():
            if code not in EVERYWHERE and name not in REPORTS:
                continue
            response = seen.open(person, path)
            seen.page.evaluate(OPEN_ALL)
            wide = [seen.page.evaluate(WIDER), seen.in_scheme("dark", WIDER)]
            seen.note(
                name,
                status=response.status != status and response.status,
                language=seen.page.get_attribute("html", "lang") != code,
                untranslated="[en]" in seen.page.inner_text("body"),
                small=seen.page.evaluate(TOO_SMALL) if size == PHONE else [],
                sideways=any(wide) or (size == PHONE and seen.in_width(NARROW, WIDER)),
                complaints=seen.complaints(status),
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_demonstrations_doors_keep_the_rules_too(
    browser: Browser, served: Served, demo_address: str, scheme: Scheme
) -> None:
    with look(browser, served, PHONE, scheme) as seen:
        seen.go(f"{demo_address}/sign-in")
        seen.note(
            "doors",
            axe=seen.violations(),
            sideways=seen.page.evaluate(WIDER),
            small=seen.page.evaluate(TOO_SMALL),
            complaints=seen.complaints(200),
        )
        seen.page.get_by_role("button", name="Staff of a branch").click()
        assert seen.page.title().startswith(NAMES[0])


@pytest.mark.parametrize(("person", "path"), [("office", "/reports/chain"), ("manager", "/reports/mine")])
def test_names_are_shown_as_they_are(browser: Browser, served: Served, person: str, path: str) -> None:
    with look(browser, served, DESK) as seen:
        seen.open(f"{person} en", path)
        seen.page.evaluate(OPEN_ALL)
        text = seen.page.locator("main").inner_text()
        assert [name for name in NAMES if name not in text] == []
        apart = seen.page.locator("bdi").all_inner_texts()
        assert [name for name in NAMES if name not in apart] == []
        assert seen.page.locator("main b").count() == 0


def test_a_spent_link_says_so_in_one_sentence_and_leads_back(browser: Browser, served: Served) -> None:
    with look(browser, served, PHONE) as seen:
        seen.open("", "/sign-in/0123456789abcdef")
        seen.page.get_by_role("button", name="Continue").click()
        assert "has been used or is older than 15 minutes" in seen.page.locator(".headline").inner_text()
        seen.note("refusal", axe=seen.violations(), sideways=seen.page.evaluate(WIDER))
        seen.page.get_by_role("link", name="Back to the start").click()
        assert seen.page.url == f"{served.address}/sign-in"


def test_the_choice_of_dark_is_kept_from_page_to_page(browser: Browser, served: Served) -> None:
    with look(browser, served, PHONE) as seen:
        seen.open("office en", "/reports/chain")
        paper = "() => getComputedStyle(document.documentElement).backgroundColor"
        light = seen.page.evaluate(paper)
        seen.page.get_by_role("button", name="Dark").click()
        dark = seen.page.evaluate(paper)
        seen.page.get_by_role("link", name="Past weeks").click()
        assert light != dark == seen.page.evaluate(paper)


def test_a_language_is_chosen_where_the_reader_is(browser: Browser, served: Served) -> None:
    with look(browser, served, PHONE) as seen:
        seen.open("", "/sign-in")
        for code in ("ta", "te", "hi", "hu", "en"):
            seen.page.get_by_role("button", name=language(code).name).click() if code != "en" else None
            if code != "en":
                assert seen.page.get_attribute("html", "lang") == code
        assert seen.page.url == f"{served.address}/sign-in"
