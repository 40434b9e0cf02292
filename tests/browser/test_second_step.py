"""The second step in a real browser, from setting a phone up to signing in with it: each page keeps the rules."""

import pytest
from playwright.sync_api import Browser
from sqlmodel import select

from branches import sessions
from branches.database import reading, transaction
from branches.factors import SecondFactor
from branches.language import codes
from branches.people import User
from monitor import authenticator
from monitor.authenticator import SECONDS
from tests import make
from tests.browser.chain import AT
from tests.browser.houses import SECRET, House
from tests.browser.looks import COLOURS, PHONE, TOO_SMALL, Look, look
from tests.browser.test_atlas import _sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]


def shown(house: House, code: str) -> str:
    """What the phone shows now."""
    with reading(house.engine) as session:
        query = select(SecondFactor.sealed, User.public_id).join(User).where(User.email == address(code))
        sealed, whose = session.exec(query).one()
    made_from = authenticator.unsealed(sealed, SECRET, whose)
    assert made_from is not None
    return authenticator.code(made_from, int(AT.timestamp()) // SECONDS)


def address(code: str) -> str:
    return f"second-{code}@example.com"


def check(seen: Look, name: str, status: int = 200) -> None:
    seen.note(
        name,
        small=seen.page.evaluate(TOO_SMALL),
        complaints=seen.complaints(status),
        sideways=_sideways(seen),
        light=seen.violations(),
        dark=seen.dressed("dark", lambda: seen.violations(*COLOURS)),
    )


def press(seen: Look, typed: str | None = None) -> None:
    """Sends the first form of the page."""
    if typed is not None:
        seen.page.fill("main form input.control", typed)
    seen.said.clear()
    with seen.page.expect_navigation():
        seen.page.click("main form button")


def way_in(house: House, code: str) -> str:
    """A fresh link for somebody of head office who reads that language."""
    with transaction(house.engine) as session:
        user = session.exec(select(User).where(User.email == address(code))).first()
        if user is None:
            user = make.user(session, email=address(code), language=code)
        return f"{house.served.address}/sign-in/{sessions.make_link(session, user, at=AT)}"


@pytest.mark.parametrize("code", codes())
def test_each_page_of_the_second_step_keeps_the_rules(browser: Browser, house: House, code: str) -> None:
    with look(browser, house.served, PHONE, "light", code) as seen:
        seen.go(way_in(house, code))
        press(seen)
        seen.go(f"{house.served.address}/account/second-step")
        check(seen, "off")
        press(seen)
        check(seen, "setting up")
        press(seen, "1")
        check(seen, "setting up, wrong code", 422)
        press(seen, shown(house, code))
        check(seen, "recovery codes")
        recovery = seen.page.inner_text(".keys li >> nth=0")
        seen.go(f"{house.served.address}/account/second-step")
        seen.page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true }")
        check(seen, "on")
        seen.context.clear_cookies()
        seen.go(way_in(house, code))
        press(seen)
        check(seen, "door")
        press(seen, "000000")
        check(seen, "door, wrong code", 422)
        press(seen, recovery)
        assert seen.page.url.endswith("/reports/chain")
