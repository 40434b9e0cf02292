"""How a page is looked at: in which window and scheme, as whom; and what a look notices."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pprint import pformat
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.browser.chain import Served

PHONE, DESK, NARROW = (360, 740), (1280, 900), 320
TOUCH = 44
"""Pixels a finger needs each way."""
CLICKABLE = "a[href], button, summary, input:not([type=hidden]), select, textarea"
Scheme = Literal["light", "dark"]

WIDER = "() => document.documentElement.scrollWidth > innerWidth"
OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => one.open = true)"
TOO_SMALL = f"""() => [...document.querySelectorAll('{CLICKABLE}')]
    .filter(one => one.checkVisibility({{visibilityProperty: true}}) && !one.closest('.unseen, .first'))
    .map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()])
    .filter(([_, box]) => Math.min(box.width, box.height) < {TOUCH} - 0.5)
    .map(([words, box]) => `${{words}}: ${{Math.round(box.width)}} × ${{Math.round(box.height)}}`)"""
VIOLATIONS = """options => axe.run(document, options).then(found => found.violations.flatMap(
    one => one.nodes.map(node => `${one.id}: ${node.target} ${node.html.slice(0, 160)}`)))"""
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules whose answer depends on the scheme; all others ask what a page is made of."""


@dataclass
class Look:
    """One window of one scheme; `faults` gathers what went wrong, page by page."""

    served: Served
    context: BrowserContext
    page: Page
    said: list[str] = field(default_factory=list)
    faults: dict[str, Any] = field(default_factory=dict)

    def open(self, person: str, path: str) -> Response:
        """Opens a page as somebody; nobody if `person` is empty."""
        if self.page.url != "about:blank":
            self.page.goto("about:blank")  # or the page before would ask for something as somebody else
        self.context.clear_cookies()
        if person:
            device = {"name": "device", "value": self.served.devices[person], "url": self.served.address}
            self.context.add_cookies([device])  # type: ignore[list-item]
        return self.go(self.served.address + path)

    def go(self, url: str) -> Response:
        self.said.clear()
        response = self.page.goto(url)
        assert response is not None
        return response

    def note(self, name: str, **found: Any) -> None:
        """Keeps what was found wrong; empty findings are none."""
        wrong = {what: value for what, value in found.items() if value}
        if wrong:
            self.faults[name] = wrong

    def complaints(self, status: int) -> list[str]:
        """What the browser said of a page, but for the status of a page that is meant to be refused."""
        refused = f"the server responded with a status of {status}"
        return [line for line in self.said if status == 200 or refused not in line]

    def in_scheme(self, scheme: Scheme, question: str) -> Any:
        """The answer while the page is worn in another scheme."""
        return self.dressed(scheme, lambda: self.page.evaluate(question))

    def dressed(self, scheme: Scheme, ask: Callable[[], Any]) -> Any:
        """What is found while the page is worn in another scheme."""
        was = "dark" if self.page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        self.page.emulate_media(color_scheme=scheme)
        answer = ask()
        self.page.emulate_media(color_scheme=was)  # type: ignore[arg-type]
        return answer

    def in_width(self, width: int, question: str) -> Any:
        """The answer while the window is that wide."""
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": width, "height": size["height"]})
        answer = self.page.evaluate(question)
        self.page.set_viewport_size(size)
        return answer

    def violations(self, *rules: str) -> list[str]:
        """What the accessibility rules, or some of them, have against the page."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.context.add_init_script(
                AXE_SCRIPT
            )  # the pages to come have it from their beginning: a third of the time
            self.page.evaluate(AXE_SCRIPT)
        some = {"runOnly": list(rules)} if rules else {}
        found: list[str] = self.page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], "preload": False, **some})
        return found


@contextmanager
def look(
    browser: Browser, served: Served, size: tuple[int, int], scheme: Scheme = "light", language: str = "en"
) -> Iterator[Look]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
        locale=language,
        has_touch=size != DESK,
        is_mobile=size != DESK,
    )
    page = context.new_page()
    made = Look(served, context, page)
    page.on("console", lambda line: made.said.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: made.said.append(str(error)))
    try:
        yield made
    finally:
        context.close()
    if made.faults:
        pytest.fail(pformat(made.faults, width=160))


def places(served: Served, language: str) -> dict[str, tuple[str, str, int]]:
    """Pages of reports and of the way in: who opens each, where it is, with which status it answers; all are in the atlas."""

    def of(person: str, path: str, status: int = 200) -> tuple[str, str, int]:
        return (f"{person} {language}" if person else "", path, status)

    return {
        "sign-in": of("", "/sign-in"),
        "landing": of("", "/sign-in/0123456789abcdef"),
        "chain": of("office", "/reports/chain"),
        "past": of("office", "/reports/chain/past"),
        "first edition": of("office", served.first),
        "poor edition": of("office", served.poor),
        "region": of("manager", "/reports/mine"),
        "no report": of("new manager", "/reports/mine"),
        "staff": of("staff", "/branch"),
        "staff, long": of("long staff", "/branch"),
        "staff, few": of("few staff", "/branch"),
        "staff, none": of("new staff", "/branch"),
        "shopper": of("shopper", "/audits"),
        "shopper, none": of("new shopper", "/audits"),
        "error": of("manager", "/nowhere", 404),
        "error, out": of("", "/nowhere", 404),
    }
