"""One phone, one person after the other: on a slow line too, nobody is shown what was kept for somebody else."""

import time

import pytest
from playwright.sync_api import expect

from branches.database import transaction
from tests import make
from tests.phone.handset import Handset
from tests.phone.relay import Relay
from tests.phone.test_signed_out import end_sign_in, sign_in_by_code

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW = 5.5
"""Seconds; the worker shows what is kept after four."""


def test_who_signs_in_on_a_slow_line_waits_for_their_own_list(phone: Handset, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.prepare()
    end_sign_in(phone)
    page = phone.page
    answered = Relay._answer

    def slowly(line: Relay, request: bytes) -> bytes:
        if request.startswith(b"GET /audits HTTP"):
            time.sleep(SLOW)
        return answered(line, request)

    page.goto(f"{phone.address}/audits")
    page.wait_for_url("**/sign-in")
    monkeypatch.setattr(Relay, "_answer", slowly)
    with transaction(phone.desk.engine) as session:
        phone.desk.shopper = make.shopper(session)
    sign_in_by_code(phone, page, monkeypatch)
    expect(page.get_by_role("heading", name="My audits")).to_be_visible(timeout=9_000)
    expect(page.get_by_text("Kossuth")).to_have_count(0)


def test_where_a_sign_in_has_ended_its_list_does_not_open_with_no_network(phone: Handset) -> None:
    """What was typed and not sent stays for the one who typed it."""
    phone.prepare()
    page = phone.open("/form/all")
    phone.context.set_offline(True)
    page.locator("#m-greeted").check()
    phone.stands("Kept on this phone")
    end_sign_in(phone)
    phone.context.set_offline(False)
    page.goto(f"{phone.address}/audits")
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys().then(names => names.filter(one => one.startsWith('pages-')))") == []
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/audits")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    phone.context.set_offline(False)
    phone.become(phone.desk.shopper)
    page = phone.open("/form/all")
    expect(page.locator("#m-greeted")).to_be_checked()
