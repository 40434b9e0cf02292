"""Reminders from the job to the mailbox: worded when they are sent, dropped when there is nothing to remind of any more."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import accounts, actions, outbox
from branches.actions import CorrectiveAction
from branches.database import reading, transaction
from branches.language import codes, language
from branches.outbox import Counts, Mail
from branches.people import Role, User
from branches.standards import Standard
from monitor import jobs
from monitor.jobs import Worker
from reports import deliver, reminding
from reports.deliver import Post, Sent
from reports.envelope import Sender
from reports.reminding import Told
from reports.weekly import Settings
from tests import make
from tests.branches.test_reminders import AFTER, EVE, promised
from tests.monitor.mailbox import Mailbox, text

DAY = timedelta(days=1)
POST = Post(Sender("reports@chain.example", "Salons"), "https://audits.example", "one", 300)


@dataclass
class House:
    """A promise whose day comes, and a clock that is set by hand."""

    engine: sa.Engine
    action: str
    now: datetime = EVE
    box: Mailbox = field(default_factory=Mailbox)

    def write(self) -> int:
        return jobs.write_reminders(Worker(self.engine, Settings(), lambda: self.now, "one"))

    def send(self) -> Sent:
        return deliver.send_due(self.engine, self.box, POST, lambda: self.now)

    def found(self, session: Session) -> tuple[CorrectiveAction, User]:
        action = session.exec(select(CorrectiveAction)).one()
        assert action.owner is not None
        return action, action.owner

    def counts(self) -> Counts:
        with reading(self.engine) as session:
            return outbox.counts(session)


@pytest.fixture
def house(engine: sa.Engine) -> House:
    with transaction(engine) as session:
        standard: Standard = make.standard(session)
        assert standard.published_at is not None
        scene = promised(session)
        scene.owner.email = "anna@example.com"
        scene.owner.name = "Anna"
        return House(engine, scene.action.public_id)


def plain(message: EmailMessage) -> str:
    return text(message).replace("\r\n", "\n")


def test_the_owner_reads_what_is_due_when_and_where_to_say_that_it_is_done(house: House) -> None:
    assert (house.write(), house.write()) == (1, 0)
    assert house.send() == Sent(sent=1)
    (message,) = house.box.sent
    assert (str(message["To"]), str(message["Subject"])) == (
        "Anna <anna@example.com>",
        "Main Street: an action is due on 20 July 2025",
    )
    assert (
        plain(message)
        == f"""\
Main Street · Greeting

This is to be done by 20 July 2025.

When it is done, say so on its page: then no further reminder comes.

What was planned
Smile.

Planned by Anna.

Open the action:
https://audits.example/actions/{house.action}

--{" "}
Made so that service gets better; not for judging or disciplining single
people.
You get this because you see to it.
"""
    )


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("waiting", "The branch has not accepted it yet: on its page it can, or say why not."),
        ("asked", "The branch has said something to it that nobody has answered yet."),
        ("accepted", ""),
    ],
)
def test_a_reminder_names_what_the_branch_has_not_accepted(house: House, reply: str, said: str) -> None:
    with transaction(house.engine) as session:
        house.found(session)[0].reply = reply
    house.write()
    house.send()
    (message,) = house.box.sent
    assert [line for line in plain(message).splitlines() if line.startswith("The branch")] == ([said] if said else [])


def test_what_is_overdue_is_told_once(house: House) -> None:
    house.now = AFTER
    for _ in range(3):
        house.write()
        house.send()
        house.now += DAY
    (message,) = house.box.sent
    assert str(message["Subject"]) == "Main Street: an action is overdue"
    assert "This was to be done by 20 July 2025." in plain(message)


def test_both_reminders_come_of_what_stays_undone(house: House) -> None:
    for now in (EVE, EVE + DAY, AFTER, AFTER + DAY):
        house.now = now
        house.write()
        house.send()
    assert [str(message["Subject"]).rpartition(" is ")[2] for message in house.box.sent] == [
        "due on 20 July 2025",
        "overdue",
    ]


def test_what_was_done_in_the_meantime_is_not_reminded_of(house: House) -> None:
    house.write()
    with transaction(house.engine) as session:
        action, owner = house.found(session)
        actions.complete(session, action, by=owner, at=house.now)
    assert house.send() == Sent(dropped=1)
    with reading(house.engine) as session:
        (mail,) = session.exec(select(Mail)).all()
        assert mail.trouble == "What it reminds of is done, has another day, or is seen to by somebody else."


def test_who_handed_it_over_is_not_reminded(house: House) -> None:
    house.write()
    with transaction(house.engine) as session:
        action, owner = house.found(session)
        other = make.user(session, Role.STAFF, branch=action.branch, email="other@example.com")
        actions.hand_over(session, action, other, by=owner, at=house.now)
    house.write()
    assert house.send() == Sent(sent=1, dropped=1)
    assert "other@example.com" in str(house.box.sent[0]["To"])


def test_who_has_left_or_gone_elsewhere_is_not_reminded(house: House) -> None:
    house.write()
    with transaction(house.engine) as session:
        _, owner = house.found(session)
        accounts.deactivate(session, owner, by=None, at=house.now)
    assert (house.send(), house.box.sent) == (Sent(dropped=1), [])


def test_a_reminder_that_waited_too_long_leaves_it_to_the_next(house: House) -> None:
    house.write()
    house.box.shut = True
    assert house.send().failed == 1
    house.box.shut, house.now = False, AFTER
    house.write()
    assert house.send() == Sent(sent=1, dropped=1)
    assert str(house.box.sent[0]["Subject"]) == "Main Street: an action is overdue"


def test_staff_are_told_that_they_are_reminded_because_they_work_there(house: House) -> None:
    with transaction(house.engine) as session:
        action, owner = house.found(session)
        owner.email = None
        make.user(session, Role.STAFF, branch=action.branch, email="desk@example.com", name="")
    house.write()
    house.send()
    (message,) = house.box.sent
    assert str(message["To"]) == "desk@example.com"
    assert "You get this because you work at Main Street." in plain(message)


def test_a_look_with_nothing_due_writes_nothing(house: House) -> None:
    house.now = datetime(2025, 7, 10, 12, tzinfo=UTC)
    assert (house.write(), house.counts()) == (0, Counts(0, 0, 0, 0, 0))


@pytest.mark.parametrize("late", [False, True])
def test_a_reminder_speaks_every_language(late: bool) -> None:
    for code in codes():
        told = Told("Main Street", "Greeting", "Smile.\nAt once.", "20 July", late, "Anna", "Why.", "https://x.example")
        made = reminding.letter(told, language(code))
        assert ("Main Street" in made.subject, "Smile.\nAt once." in made.text, "[en]" in made.text) == (
            True,
            True,
            False,
        )
