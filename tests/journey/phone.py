"""A phone without JavaScript, 360 pixels wide, as one person holds it; pictures of each station where one asks for them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import APIResponse, Browser, BrowserContext, Page

from branches.people import User
from tests.browser.looks import PHONE, WIDER
from tests.journey.served import PATIENCE, House
from tests.monitor.mailbox import code, link

PICTURES = "MONITOR_JOURNEY_PICTURES"
"""Names a folder for a picture of each station."""
_numbers = count(1)


@dataclass
class Phone:
    """One person's browser."""

    house: House
    user: User
    context: BrowserContext
    page: Page
    broken: list[str] = field(default_factory=list)
    """Answers that no input may ever get."""

    def go(self, path: str) -> int:
        """Opens a page; gives its status."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer.status

    def press(self, name: str) -> int:
        """Presses the first button of that name; gives the status of what follows."""
        with self.page.expect_navigation() as answer:
            self.page.get_by_role("button", name=name, exact=True).first.click()
        assert answer.value is not None
        return answer.value.status

    def follow(self, name: str) -> int:
        with self.page.expect_navigation() as answer:
            self.page.get_by_role("link", name=name).first.click()
        assert answer.value is not None
        return answer.value.status

    @property
    def words(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.house.site.address)

    def get(self, path: str) -> APIResponse:
        """What the page's own address answers to this person, beside the window."""
        return self.context.request.get(path, max_redirects=0)

    def post(self, path: str, **fields: str) -> APIResponse:
        """Sends what no page offers, with the token of the page that is open."""
        token = self.page.locator("input[name=csrf_token]").first.input_value()
        return self.context.request.post(path, form={"csrf_token": token, **fields}, max_redirects=0)

    def shoot(self, station: str) -> None:
        """Keeps a picture of the page where somebody wants to see it; it is never wider than the phone."""
        assert not self.page.evaluate(WIDER), station
        folder = os.environ.get(PICTURES)
        if folder:
            name = f"{next(_numbers):02} {re.sub(r'[^a-z0-9]+', ' ', station.lower())}.png"
            self.page.screenshot(path=Path(folder) / name, full_page=True)


@contextmanager
def held(browser: Browser, house: House, user: User) -> Iterator[Phone]:
    context = browser.new_context(
        base_url=house.site.address,
        viewport={"width": PHONE[0], "height": PHONE[1]},
        java_script_enabled=False,
        is_mobile=True,
        has_touch=True,
        locale="en",
    )
    context.set_default_timeout(1000 * PATIENCE)
    phone = Phone(house, user, context, context.new_page())
    phone.page.on("response", lambda one: phone.broken.append(one.url) if one.status >= 500 else None)
    try:
        yield phone
    finally:
        context.close()
    assert phone.broken == []


def _ask(phone: Phone) -> int:
    """Asks for a way in; gives how many mails this person had."""
    known = len(phone.house.mails(phone.user))
    phone.go("/sign-in")
    phone.page.get_by_label("Your mail address").first.fill(str(phone.user.email))
    assert phone.press("Mail me a way in") == 200
    return known


def enter_by_link(phone: Phone) -> None:
    mail = phone.house.next_mail(phone.user, _ask(phone))
    assert phone.go(link(mail)) == 200
    phone.shoot("sign-in by link")
    assert phone.press("Continue") == 200


def enter_by_code(phone: Phone) -> None:
    mail = phone.house.next_mail(phone.user, _ask(phone))
    phone.shoot("sign-in code")
    phone.page.get_by_label("The code of nine digits").fill(code(mail))
    assert phone.press("Sign in") == 200
