"""The whole way of one audit, from being assigned to the page of the branch's staff, and each refusal on it.

Everybody holds a phone of 360 pixels without JavaScript; the program is served, its mail goes to a mail server, and its
timetable runs by a clock that is set forward.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.journey import office, readers, shopper
from tests.journey.chain import fill
from tests.journey.phone import Phone, enter_by_code, enter_by_link, held
from tests.journey.served import DUE, House, opened
from tests.monitor.mailbox import text

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> Iterator[House]:
    with opened(engine, fill(engine), tmp_path) as made:
        yield made


def test_an_audit_goes_all_the_way_from_the_office_to_the_branch(house: House, browser: Browser) -> None:
    chain = house.chain
    with held(browser, house, chain.office) as desk:
        enter_by_link(desk)
    audit = office.assign(house)
    house.tick()
    assert "Mill Lane" in text(house.mails(chain.shopper)[-1])
    house.forward(days=1, hours=8)
    with held(browser, house, chain.shopper) as phone:
        sent = make(phone, audit)
        with held(browser, house, chain.other) as stranger:
            enter_by_code(stranger)
            shopper.refused_to_others(stranger, audit)
        house.forward(hours=15)
        office.release_too_early(house, audit)
        office.send_back(house, audit)
        house.tick()
        assert office.REASON in " ".join(text(house.mails(chain.shopper)[-1]).split())
        house.forward(hours=3)
        shopper.correct(phone, audit, office.REASON)
        assert shopper.send(phone, audit) != sent
    office.approve(house, audit)
    office.release(house, audit)
    office.note(house)
    report(house, browser)


def make(phone: Phone, audit: str) -> dict[str, str]:
    """The shopper's visit, typed in on the phone."""
    enter_by_code(phone)
    shopper.start(phone, audit)
    shopper.fill_in(phone)
    shopper.put_right(phone, audit)
    older = phone.context.new_page()
    older.goto(f"/audits/{audit}/form/1")
    sent = shopper.send(phone, audit)
    shopper.send_again(phone, audit, sent, older)
    return sent


def report(house: House, browser: Browser) -> None:
    """The week ends: one edition, one mail, and nothing before its time."""
    manager = house.chain.manager
    house.clock.at = DUE
    house.forward(seconds=-1)
    house.tick()
    assert (house.editions(), house.mails(manager)) == (0, [])
    house.forward(seconds=1)
    house.tick()
    (mail,) = house.mails(manager)
    path = readers.read_mail(house, mail)
    for later in ({"minutes": 1}, {"hours": 5}, {"days": 2}):
        house.forward(**later)
        house.tick()
    assert (house.editions(), len(house.mails(manager))) == (2, 1)
    with held(browser, house, manager) as phone:
        assert phone.go(path) == 200
        enter_by_link(phone)
        readers.open_edition(phone, path)
