"""The whole way of one audit, from being assigned to the page of the branch's staff, and each refusal on it.

Everybody holds a phone of 360 pixels without JavaScript; the program is served, its mail goes to a mail server, and its
timetable runs by a clock that is set forward.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from tests.journey import office, readers, shopper
from tests.journey.chain import AUDITED, fill
from tests.journey.phone import Phone, enter_by_code, enter_by_link, held
from tests.journey.served import DUE, House, opened
from tests.monitor.mailbox import text

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> Iterator[House]:
    with opened(engine, fill(engine), tmp_path) as made:
        yield made


def test_an_audit_goes_all_the_way_from_the_office_to_the_branch(house: House, browser: Browser) -> None:
    chain = house.chain
    with ExitStack() as stack:
        desk, phone, staff = (
            stack.enter_context(held(browser, house, one)) for one in (chain.office, chain.shopper, chain.staff)
        )
        audit = assign(desk, phone)
        sent = make(phone, audit)
        refuse_to_others(house, browser, audit)
        enter_by_link(staff)
        readers.nothing_yet(staff, audit)
        house.forward(hours=15)
        correct(desk, phone, audit, sent)
        readers.nothing_yet(staff, audit)
        office.approve(desk, audit)
        office.release(desk, audit)
        readers.uninformed(staff, audit)
        office.note(desk)
        readers.not_before_monday(staff, audit)
        report(house, browser, audit)
        readers.read_audit(staff, audit, "How we are doing")
        readers.never_told(staff, audit)


def assign(desk: Phone, phone: Phone) -> str:
    """Head office asks the shopper, who hears of it by mail."""
    house = desk.house
    enter_by_link(desk)
    office.assign(desk)
    house.tick()
    (mail,) = house.mails(phone.user)
    assert AUDITED in text(mail)
    house.forward(days=1, hours=8)
    return house.newest_audit()


def refuse_to_others(house: House, browser: Browser, audit: str) -> None:
    with held(browser, house, house.chain.other) as stranger:
        enter_by_code(stranger)
        shopper.refused_to_others(stranger, audit)
    with held(browser, house, house.chain.neighbours) as neighbour:
        enter_by_link(neighbour)
        readers.nothing_yet(neighbour, audit)


def correct(desk: Phone, phone: Phone, audit: str, sent: dict[str, str]) -> None:
    """Head office returns the audit with its reasons; the shopper hears of it, corrects it and sends it again."""
    house = desk.house
    office.release_too_early(desk, audit)
    office.send_back(desk, audit)
    house.tick()
    mail = " ".join(text(house.mails(phone.user)[-1]).split())
    for words in office.RETURNED:
        assert words in mail
    house.forward(hours=3)
    shopper.correct(phone, audit, office.RETURNED)
    assert shopper.send(phone, audit) != sent


def make(phone: Phone, audit: str) -> dict[str, str]:
    """The shopper's visit, typed in on the phone."""
    enter_by_code(phone)
    shopper.start(phone, audit)
    shopper.fill_in(phone)
    shopper.put_right(phone, audit)
    older = phone.context.new_page()
    older.goto(f"/audits/{audit}/form/1")
    sent = shopper.send(phone, audit, fast=True)  # the clock stood still since it was opened
    shopper.send_again(phone, audit, sent, older)
    return sent


def report(house: House, browser: Browser, audit: str) -> None:
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
        readers.open_edition(phone, path, audit)
