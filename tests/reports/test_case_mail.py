"""The mail about a reference case: what it says, and when there is nobody left to send it to."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from branches import calibration
from branches.outbox import Mail
from branches.people import User
from branches.questions import Mark
from reports import case_mail
from reports.addressed import Links, NoReader
from reports.case_mail import Settled
from reports.envelope import Letter
from tests import make
from tests.branches.test_calibration import DAY, an_open_case
from tests.make import NOON

LINKS = Links("https://audits.example", "audits.example")


def letter(session: Session, reader: User, *, days: int = 0) -> Letter:
    mail = session.exec(select(Mail)).one()
    return case_mail.opened(session, mail, reader, LINKS, now=NOON + timedelta(days=days)).letter


def test_shopper_is_told_of_the_case_and_where_it_is(session: Session) -> None:
    shopper = make.shopper(session)
    case = an_open_case(session, make.user(session))
    found = letter(session, shopper)
    assert found.subject == "A case to practise on"
    for words in (
        "A quiet Tuesday",
        "Please answer until 9 July 2025.",
        f"https://audits.example/cases/{case.public_id}",
    ):
        assert words in found.text
    assert "hello" not in found.text


def test_nobody_is_told_of_what_is_closed_answered_or_not_theirs(session: Session) -> None:
    office, shopper = make.user(session), make.shopper(session)
    case = an_open_case(session, office)
    with pytest.raises(Settled):
        letter(session, shopper, days=8)
    calibration.answer(session, case, {"greeted": Mark("yes")}, day=DAY, by=shopper, at=NOON)
    with pytest.raises(Settled):
        letter(session, shopper)
    shopper.active = False
    with pytest.raises(NoReader):
        letter(session, shopper)
