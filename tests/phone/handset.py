"""A shopper's phone: a real browser with one audit to fill in, a network that can be cut, a server that can be stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from werkzeug.serving import BaseWSGIServer

from branches import sessions
from branches.database import transaction
from branches.people import User
from monitor.web.gate import DEVICE_COOKIE
from tests.monitor.desk import NOW, Desk
from tests.served import PagesServer

PHONE = ViewportSize(width=360, height=740)


@dataclass
class Handset:
    """One browser of the shopper's, and the server that it talks to."""

    desk: Desk
    browser: Browser
    address: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    """What the pages' scripts did not catch."""
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.new_page()

    def open(self, path: str = "/form/1") -> Page:
        self.page.goto(self.address + self.desk.at(path))
        return self.ready()

    def prepare(self) -> None:
        """The list is opened once where there is a network: from then on it and the forms open without one."""
        self.page.goto(f"{self.address}/audits")
        self.page.wait_for_selector("[data-waiting][data-ready]", state="attached")

    def ready(self) -> Page:
        """The form, from the moment on at which nothing typed is lost."""
        self.page.wait_for_selector("form[data-kept]", state="attached")
        return self.page

    def stands(self, words: str) -> None:
        """Waits until the form says so."""
        self.page.locator("[data-stands]", has_text=words).wait_for()

    def holds(self, items: list[str]) -> None:
        """Waits until head office has these photos, by item."""
        for _ in range(150):
            if self.desk.photos_kept() == items:
                return
            self.page.wait_for_timeout(200)
        assert self.desk.photos_kept() == items

    def crash(self) -> None:
        """The page is gone without a word, as when the system takes its memory away."""
        old, self.page = self.page, self.new_page()
        old.close(run_before_unload=False)

    def become(self, person: User) -> None:
        """Somebody else signs in on this phone."""
        self.context.add_cookies([{"name": DEVICE_COOKIE, "value": _device(self.desk, person), "url": self.address}])

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)
        return page


def _device(desk: Desk, person: User) -> str:
    with transaction(desk.engine) as session:
        return sessions.begin(session, session.get_one(User, person.id), at=NOW, label="phone")


@contextmanager
def served(desk: Desk) -> Iterator[BaseWSGIServer]:
    server = PagesServer(desk.app)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def handset(desk: Desk, browser: Browser, address: str) -> Iterator[Handset]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(30_000)  # a busy machine is no fault of the phone
    context.add_cookies([{"name": DEVICE_COOKIE, "value": _device(desk, desk.shopper), "url": address}])
    context.clock.set_system_time(NOW)  # the server's, from which on it runs
    found = Handset(desk, browser, address, context)
    try:
        yield found
        assert found.faults == [], found.faults
    finally:
        context.close()
