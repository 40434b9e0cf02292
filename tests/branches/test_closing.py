"""Shoppers are reminded once of an audit whose last day comes near."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from branches import assignments, closing
from branches.audits import Audit
from branches.outbox import Mail, MailKind
from tests import make

ASKED = datetime(2025, 7, 2, 12, tzinfo=UTC)
LAST = date(2025, 7, 20)
MORNING = datetime(2025, 7, 18, 6, tzinfo=UTC)
"""08:00 at the branch, two days before."""


@pytest.fixture
def audit(session: Session) -> Audit:
    made = assignments.assign(
        session,
        make.standard(session),
        make.branch(session),
        make.shopper(session),
        opens_on=date(2025, 7, 10),
        closes_on=LAST,
        by=None,
        at=ASKED,
    )
    return made.audit


def reminded(session: Session) -> list[Mail]:
    return list(session.exec(select(Mail).where(Mail.kind == MailKind.CLOSING.value)))


@pytest.mark.parametrize(
    ("at", "mails"),
    [
        (MORNING - timedelta(days=1), 0),
        (MORNING - timedelta(hours=3), 0),
        (MORNING, 1),
        (MORNING + timedelta(days=2), 1),
        (MORNING + timedelta(days=3), 0),
    ],
)
def test_reminder_is_written_from_two_days_before_until_the_last_day(
    session: Session, audit: Audit, at: datetime, mails: int
) -> None:
    assert closing.write(session, at=at) == mails
    assert [mail.about["audit"] for mail in reminded(session)] == [audit.public_id] * mails


def test_reminder_is_written_once_and_again_for_other_days(session: Session, audit: Audit) -> None:
    assert [closing.write(session, at=MORNING + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]
    later = LAST + timedelta(days=7)
    office = make.user(session)
    assignments.change_window(session, audit, opens_on=LAST, closes_on=later, by=office, at=MORNING)
    assert closing.write(session, at=MORNING + timedelta(days=7)) == 1


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "expired"])
def test_nobody_is_reminded_of_what_is_not_to_be_made(session: Session, audit: Audit, state: str) -> None:
    audit.state = state
    assert closing.write(session, at=MORNING) == 0


def test_nobody_is_reminded_who_was_asked_a_day_ago_or_cannot_be_reached(session: Session, audit: Audit) -> None:
    audit.assigned_at = MORNING - timedelta(days=1)
    assert closing.write(session, at=MORNING) == 0
    audit.assigned_at = ASKED
    assert audit.shopper is not None
    audit.shopper.email = None
    assert closing.write(session, at=MORNING) == 0
