"""What is logged names nobody: signing in, auditing, mailing and what breaks leave no name, address, word, code or way in there."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import accounts, assignments
from branches.audits import Audit
from branches.database import transaction
from branches.people import Role, User
from reports import deliver
from reports.deliver import Post
from reports.envelope import NotDelivered, Sender, without_addresses
from tests import make
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor import house
from tests.monitor.house import House, ask, by_password, follow, form, type_code
from tests.monitor.mailbox import code, link

NAME, ADDRESS, STRANGER = "Kanári Zsázsa", "kanari.zsazsa@example.net", "stranger.kanari@example.org"
COMMENT, WRONG = "Kanári greeted nobody.", "Kanari password 7"
PHRASE = "Nine yellow birds"


@dataclass
class Telling:
    """A mail server that refuses whatever comes, and says whom it was for."""

    def send(self, message: EmailMessage) -> None:  # noqa: ARG002 - what it says is of no concern
        why = f"550 5.1.1 <{ADDRESS}>: unknown ({ADDRESS})"
        raise NotDelivered(why, for_good=False)


@pytest.fixture
def own(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[House]:
    with house.opened(sqlite, tmp_path) as found:
        with transaction(found.engine) as session:
            shopper = session.get_one(User, found.people[Role.SHOPPER].id)
            accounts.call(session, shopper, NAME, language="en", by=None, at=found.clock())
            accounts.change_address(session, shopper, ADDRESS, by=None, at=found.clock())
        yield found


def test_an_answer_of_a_mail_server_is_logged_without_whom_it_names() -> None:
    said = '550 <a.b@example.com> "c@d.example", (e+f@g.example) unknown; try 12:00'
    assert without_addresses(said) == '550 <…> "…", (…) unknown; try 12:00'


def test_signing_in_leaves_neither_address_nor_way_in(own: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(own.visitor(), STRANGER)
    visitor = own.visitor()
    ask(visitor, ADDRESS)
    mailed = own.mail.sent[-1]
    type_code(visitor, "123 456 789", status=422)
    by_password(own.visitor(), ADDRESS, WRONG, status=422)
    follow(visitor, link(mailed))
    visitor.get(f"/sign-in/{link(mailed)[-10:]}")
    own.app.extensions["site"].mail.shut = True
    ask(own.visitor(), ADDRESS)
    secrets = {link(mailed).removeprefix("/sign-in/"), code(mailed)}
    assert "was not taken" in caplog.text
    assert named(caplog, secrets) == set()


def test_auditing_leaves_no_word_of_it(own: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with transaction(own.engine) as session:
        shopper = session.get_one(User, own.people[Role.SHOPPER].id)
        audit = make.audit(session, make.branch(session), by=shopper, visited_at=own.clock()).public_id
        session.exec(select(Audit).where(Audit.public_id == audit)).one().state = "started"
    visitor = own.visitor()
    ask(visitor, ADDRESS)
    follow(visitor, link(own.mail.sent[-1]))
    page = visitor.get(f"/audits/{audit}/form/1")
    token = page.forms[-1].fields["csrf_token"]
    sent = {"csrf_token": token, "c-greeting1": COMMENT, "p-": (BytesIO(jpeg()), f"{NAME}.jpg"), "go": "stay"}
    visitor.client.post(f"/audits/{audit}/form/1", data=sent)
    broken = {"csrf_token": token, "c-greeting1": COMMENT, "p-": (BytesIO(COMMENT.encode()), f"{NAME}.jpg")}
    visitor.client.post(f"/audits/{audit}/form/1", data=broken)
    assert named(caplog) == set()


def test_what_breaks_leaves_nothing_that_was_typed(own: House, caplog: pytest.LogCaptureFixture) -> None:
    own.app.config["PROPAGATE_EXCEPTIONS"] = False
    visitor = own.visitor()
    ask(visitor, ADDRESS)
    follow(visitor, link(own.mail.sent[-1]))
    asking = form(visitor.get("/account"), "/account/password")
    with own.engine.begin() as database:
        database.execute(sa.text("ALTER TABLE history RENAME TO lost"))
    visitor.submit(asking, status=500, new=PHRASE)
    assert "no such table: history" in caplog.text
    assert named(caplog) == set()


def test_a_mail_that_is_refused_is_logged_by_its_key(own: House, caplog: pytest.LogCaptureFixture) -> None:
    with transaction(own.engine) as session:
        shopper = session.get_one(User, own.people[Role.SHOPPER].id)
        day, office = own.clock().date(), make.user(session)
        window = {"opens_on": day, "closes_on": day, "by": office, "at": own.clock()}
        assignments.assign(session, make.standard(session), make.branch(session), shopper, **window)  # type: ignore[arg-type]
    post = Post(Sender("reports@example.com", "Test"), "http://localhost:8000", "tests", 60)
    deliver.send_due(own.engine, Telling(), post, own.clock)
    assert "was not taken: 550 5.1.1 <…>: unknown" in caplog.text
    assert named(caplog) == set()


def named(caplog: pytest.LogCaptureFixture, secrets: Collection[str] = ()) -> set[str]:
    """Which of what must not be there is, in the lines or in what they were made from."""
    made = [str(record.args) + str(record.exc_text or "") for record in caplog.records]
    text = "\n".join([caplog.text, *made]).casefold()
    telling = {NAME, *NAME.split(), ADDRESS, STRANGER, COMMENT, WRONG, PHRASE, *secrets}
    return {one for one in telling if one.casefold() in text}
