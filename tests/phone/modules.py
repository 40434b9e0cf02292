"""The phone's modules in a real browser, served from their files to a page that holds nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

import monitor

STATIC = Path(monitor.__file__).parent / "static"
ADDRESS = "http://127.0.0.1:9"
"""Nobody answers there: each request is fulfilled from the files."""


def _fulfil(route: Route) -> None:
    name = route.request.url.removeprefix(ADDRESS)
    if name == "/":
        route.fulfill(content_type="text/html", body="<!doctype html><title>empty</title>")
    else:
        route.fulfill(content_type="text/javascript", path=STATIC / name.removeprefix("/static/"))


@contextmanager
def empty_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.route("**/*", _fulfil)
        page.goto(f"{ADDRESS}/")
        yield page
    finally:
        context.close()
