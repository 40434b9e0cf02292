"""From the outbox to the reader: each mail once, none lost, whatever the mail server does."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import assignments, audits, editions, outbox, review, standards
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition
from branches.outbox import Counts, Mail
from branches.people import Role, User
from branches.questions import Mark
from branches.weeks import Week
from monitor import jobs, mailer
from monitor.jobs import Worker
from reports import deliver, revising, stored
from reports.deliver import Post, Sent
from reports.envelope import Sender
from reports.revising import Revision, Revisions
from reports.stored import Change
from reports.weekly import Settings
from tests import make
from tests.monitor.chains import SmallChain, audit_weekly, small_chain
from tests.monitor.sink import ACCEPT, DIE, HANG, Sink, config, sink

FIRST = Week(date(2026, 3, 2))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MANAGER, OFFICE = "manager@example.com", "office@example.com"

pytestmark = pytest.mark.slow


@dataclass
class Scene:
    """A chain with a manager and somebody at head office, a mail server, and a clock that is set by hand."""

    engine: sa.Engine
    server: Sink
    folder: Path
    chain: SmallChain
    now: datetime = datetime(2026, 3, 10, tzinfo=UTC)

    def worker(self) -> Worker:
        settings = Settings(reporting_from=FIRST, chain_zone="Europe/Budapest")
        return Worker(self.engine, settings, lambda: self.now, holder="one")

    def issue(self) -> None:
        jobs.weekly_report(self.worker())

    def send(self, *, being_made: frozenset[str] = frozenset()) -> Sent:
        post = Post(Sender("reports@chain.example", "Salons"), "https://audits.example", "one", 300)
        way = mailer.transport(config(self.folder, self.server.port))
        return deliver.send_due(self.engine, way, post, lambda: self.now, being_made=being_made)

    def counts(self) -> Counts:
        with reading(self.engine) as session:
            return outbox.counts(session)

    def came_to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.server.came if address in str(message["To"])]


@pytest.fixture
def scene(engine: sa.Engine, tmp_path: Path) -> Iterator[Scene]:
    with transaction(engine) as session:
        chain = small_chain(session)
        audit_weekly(session, chain, FIRST.plus(-4).monday, weeks=10)
        for user in session.exec(select(User).where(User.role == Role.OFFICE.value)):
            user.email = None  # those who released the audits read no reports
        budapest = chain.branches["Europe/Budapest"].region
        make.user(session, Role.MANAGER, region=budapest, language="hu").email = MANAGER
        make.user(session).email = OFFICE
    with sink() as server:
        yield Scene(engine, server, tmp_path, chain)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_an_edition_reaches_its_readers_in_their_language_once(scene: Scene) -> None:
    scene.issue()
    assert scene.send() == Sent(sent=2)
    assert scene.send() == Sent()
    (to_manager,), (to_office,) = scene.came_to(MANAGER), scene.came_to(OFFICE)
    with reading(scene.engine) as session:
        region = editions.region_key(scene.chain.branches["Europe/Budapest"].region)
        one, whole = (editions.latest(session, key) for key in (region, CHAIN))
    assert one is not None
    assert whole is not None
    assert str(to_manager["Subject"]).startswith("Europe/Budapest, márc. 2-i hét: ")
    assert str(to_office["Subject"]).startswith("The whole chain, week of 2 Mar: ")
    for message, edition in ((to_manager, one), (to_office, whole)):
        assert f"https://audits.example/editions/{edition.public_id}" in body(message, "plain")
        assert f"https://audits.example/editions/{edition.public_id}" in body(message, "html")
        (paper,) = message.iter_attachments()
        assert paper.get_content_type() == "application/pdf"
        assert paper.get_content()[:5] == b"%PDF-"
    assert [part.get_filename() for part in to_office.iter_attachments()] == ["The whole chain 2026-W10.pdf"]
    assert scene.counts() == Counts(waiting=0, troubled=0, sent=2, folded=0, dropped=0)


def test_the_message_id_is_that_of_edition_and_reader(scene: Scene) -> None:
    scene.issue()
    scene.send()
    with reading(scene.engine) as session:
        edition = editions.latest(session, CHAIN)
        office = session.exec(select(User).where(User.email == OFFICE)).one()
        assert edition is not None
        expected = f"<edition.{edition.public_id}.{office.public_id}@chain.example>"
    assert [str(message["Message-ID"]) for message in scene.came_to(OFFICE)] == [expected]


def test_a_server_that_is_full_gets_it_later_with_the_same_id(scene: Scene) -> None:
    scene.issue()
    scene.server.to[OFFICE] = "450 mailbox full"
    assert scene.send() == Sent(sent=1, failed=1)
    assert scene.counts() == Counts(waiting=1, troubled=1, sent=1, folded=0, dropped=0)
    assert scene.send() == Sent()
    scene.server.to.clear()
    scene.now += MINUTE
    assert scene.send() == Sent(sent=1)
    assert len(scene.came_to(OFFICE)) == 1


def test_an_address_refused_for_good_holds_nobody_up_and_is_tried_each_day(scene: Scene) -> None:
    scene.issue()
    scene.server.to[MANAGER] = "550 no such user"
    assert scene.send() == Sent(sent=1, failed=1)
    scene.now += DAY - MINUTE
    assert scene.send() == Sent()
    scene.now += MINUTE
    assert scene.send() == Sent(failed=1)
    with reading(scene.engine) as session:
        assert [(mail.trouble, mail.tries) for mail in outbox.troubled(session)] == [("550 no such user", 2)]


def test_a_mailbox_that_hangs_holds_the_others_up_only_until_the_time_is_over(scene: Scene) -> None:
    scene.issue()
    scene.server.to[MANAGER] = HANG
    assert scene.send() == Sent(sent=1, failed=1)
    assert len(scene.came_to(OFFICE)) == 1


def test_a_server_that_dies_after_the_message_gets_it_again_with_the_same_id(scene: Scene) -> None:
    scene.issue()
    scene.server.answers = [DIE, DIE, ACCEPT]
    assert scene.send() == Sent(failed=2)
    scene.now += MINUTE
    assert scene.send() == Sent(sent=2)
    assert len(scene.server.ids) == 4
    assert sorted(scene.server.ids[:2]) == sorted(scene.server.ids[2:])
    assert len(set(scene.server.ids)) == 2


def test_a_server_that_is_away_costs_one_try_a_round(scene: Scene) -> None:
    scene.issue()
    away = replace(scene, server=Sink(scene.server.port + 1))
    assert away.send() == Sent(failed=1, cut_short=True)
    scene.now += MINUTE
    assert scene.send() == Sent(sent=2)


def test_after_days_off_one_mail_of_the_latest_lists_the_others(scene: Scene) -> None:
    scene.now = datetime(2026, 3, 24, tzinfo=UTC)
    scene.issue()
    assert scene.send() == Sent(sent=2)
    with reading(scene.engine) as session:
        rows = session.exec(select(Edition).where(Edition.scope == CHAIN).order_by(col(Edition.week)))
        first, second, last = (row.public_id for row in rows)
    (message,) = scene.came_to(OFFICE)
    assert str(message["Subject"]).startswith("The whole chain, week of 16 Mar: ")
    for kind in ("plain", "html"):
        words = body(message, kind)
        places = [words.index(f"/editions/{public_id}") for public_id in (last, second, first)]
        assert places == sorted(places)
    assert scene.counts() == Counts(waiting=0, troubled=0, sent=2, folded=4, dropped=0)


def test_mail_waits_while_later_editions_are_made_but_not_for_ever(scene: Scene) -> None:
    scene.issue()
    assert scene.send(being_made=frozenset({CHAIN})) == Sent(sent=1)
    scene.now += HOUR
    assert scene.send(being_made=frozenset({CHAIN})) == Sent(sent=1)


def test_the_timetable_holds_back_what_is_being_made(scene: Scene) -> None:
    held: list[Collection[str]] = []

    def post(being_made: Collection[str]) -> int:
        held.append(being_made)
        return len(held)

    worker = replace(scene.worker(), post=post)
    assert jobs.send_mail(worker) == 1
    scene.issue()
    jobs.send_mail(worker)
    assert [len(scopes) for scopes in held] == [4, 0]


def test_who_left_or_may_no_longer_read_it_gets_nothing(scene: Scene) -> None:
    scene.issue()
    with transaction(scene.engine) as session:
        office = session.exec(select(User).where(User.email == OFFICE)).one()
        manager = session.exec(select(User).where(User.email == MANAGER)).one()
        office.active = False
        manager.region_id = scene.chain.branches["Asia/Kolkata"].region_id
        session.add_all([office, manager])
    assert scene.send() == Sent(dropped=2)
    assert (scene.server.came, scene.counts().dropped) == ([], 2)


def test_a_mail_that_cannot_be_made_is_kept_and_holds_nobody_up(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.issue()
    with transaction(scene.engine) as session:
        session.exec(sa.update(User).where(col(User.email) == MANAGER).values(language="xx"))
    assert scene.send() == Sent(sent=1, failed=1)
    assert "could not be made and is tried again" in caplog.text
    with reading(scene.engine) as session:
        assert [mail.trouble for mail in outbox.troubled(session)] == ["The mail could not be made; the log says why."]


def revise(scene: Scene, figure: str = "state") -> None:
    """Revises the chain's last edition: an audit that it counted was excluded, and one figure is another now."""
    with transaction(scene.engine) as session:
        edition = editions.latest(session, CHAIN)
        assert edition is not None
        was, now = ("as_norm", "watch") if figure == "state" else (80.0, 79.0)
        figures = stored.load(edition.content)
        found = (Change(next(iter(figures.branch_names)), "greeting", figure, was, now),)
        made = Revision(edition, figures, found, (stored.Reason("excluded", FIRST.monday),), {}, newest=False)
        revising.store(session, Revisions((), (made,)), at=scene.now)


@pytest.mark.parametrize(("figure", "mails"), [("state", 1), ("score", 0)])
def test_a_revision_is_mailed_only_if_a_state_changed(scene: Scene, figure: str, mails: int) -> None:
    scene.issue()
    scene.send()
    revise(scene, figure)
    assert scene.send() == Sent(sent=mails)
    if mails:
        message = scene.came_to(OFFICE)[-1]
        assert str(message["Subject"]).startswith("Revised: The whole chain, week of 2 Mar: ")
        assert "no longer counts" in body(message, "plain")
        assert len(set(scene.server.ids)) == 3


def test_a_revision_and_a_new_edition_that_wait_together_are_both_told(scene: Scene) -> None:
    scene.issue()
    scene.send()
    revise(scene)
    scene.now += 7 * DAY
    scene.issue()
    assert scene.send() == Sent(sent=3)
    revision, latest = sorted(scene.came_to(OFFICE)[1:], key=lambda message: str(message["Subject"]))
    assert str(revision["Subject"]).startswith("Revised: The whole chain, week of 2 Mar: ")
    assert "no longer counts" in body(revision, "plain")
    assert str(latest["Subject"]).startswith("The whole chain, week of 9 Mar: ")
    assert "Earlier editions" not in body(revision, "plain") + body(latest, "plain")
    assert scene.counts().folded == 0


def test_of_two_revisions_one_mail_tells_what_both_changed(scene: Scene) -> None:
    scene.issue()
    scene.send()
    revise(scene)
    revise(scene)
    assert scene.send() == Sent(sent=1)
    assert body(scene.came_to(OFFICE)[-1], "plain").count("no longer counts") == 2


@pytest.mark.parametrize("busy", [1, 3])
def test_what_was_sent_is_noted_though_the_database_is_busy(scene: Scene, busy: int) -> None:
    assigned(scene)
    left = [sqlite3.OperationalError("database is locked")] * busy

    @sa.event.listens_for(scene.engine, "before_cursor_execute")
    def refuse(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if left and statement.startswith("UPDATE mail SET") and "sent_at=" in statement:
            raise sa.exc.OperationalError(statement, None, left.pop())

    assert scene.send() == Sent(sent=1)
    assert left == []
    assert scene.counts() == Counts(waiting=0, troubled=0, sent=1, folded=0, dropped=0)
    assert scene.send() == Sent()
    assert len(scene.server.came) == 1


def assigned(scene: Scene) -> None:
    with transaction(scene.engine) as session:
        shopper = make.shopper(session)
        shopper.email = "sam@example.com"
        standard = standards.newest(session)
        assert standard is not None
        branch = scene.chain.branches["Europe/Budapest"]
        assignments.assign(
            session,
            standard,
            branch,
            shopper,
            opens_on=scene.now.date(),
            closes_on=scene.now.date() + 7 * DAY,
            brief="Come after work.",
            fee="20 EUR",
            by=None,
            at=scene.now,
        )


def test_a_shopper_is_told_of_an_audit_and_the_subject_gives_nothing_away(scene: Scene) -> None:
    assigned(scene)
    assert scene.send() == Sent(sent=1)
    (message,) = scene.came_to("sam@example.com")
    assert str(message["Subject"]) == "A new audit for you"
    for words in (
        "Come after work.",
        "20 EUR",
        "From 10 March 2026 to 17 March 2026 (Budapest time).",
        "https://audits.example/",
    ):
        assert words in body(message, "plain")
        assert words in body(message, "html")


def test_an_audit_that_was_taken_back_is_not_told_of(scene: Scene) -> None:
    assigned(scene)
    with transaction(scene.engine) as session:
        mail = session.exec(select(Mail)).one()
        audit = session.exec(select(audits.Audit).where(audits.Audit.public_id == mail.about["audit"])).one()
        audit.state = "withdrawn"
        session.add(audit)
    assert scene.send() == Sent(dropped=1)


def change(scene: Scene, verb: Callable[..., None], **values: object) -> None:
    with transaction(scene.engine) as session:
        (audit,) = session.exec(select(audits.Audit).where(audits.Audit.state == "assigned")).all()
        office = session.exec(select(User).where(User.role == Role.OFFICE.value)).first()
        verb(session, audit, by=office, at=scene.now, **values)


def test_new_days_and_a_withdrawal_are_told_in_the_shoppers_language(scene: Scene) -> None:
    assigned(scene)
    with transaction(scene.engine) as session:
        session.exec(select(User).where(User.email == "sam@example.com")).one().language = "hu"
    assert scene.send() == Sent(sent=1)
    day = scene.now.date()
    for last in (9, 10):
        change(scene, assignments.change_window, opens_on=day, closes_on=day + last * DAY)
        scene.now += MINUTE
    assert scene.send() == Sent(sent=1, dropped=1)  # moved twice before any mail went: where it stands is told once
    change(scene, assignments.withdraw, reason="A fodrászat fest.")
    assert scene.send() == Sent(sent=1)
    moved, withdrawn = scene.came_to("sam@example.com")[1:]
    assert str(moved["Subject"]) == "Az egyik auditjának új napjai vannak"
    assert "2026. március 20. (helyi idő: Budapest)." in body(moved, "plain")
    assert str(withdrawn["Subject"]) == "Az egyik auditját visszavonták"
    assert "A fodrászat fest." in body(withdrawn, "plain")


def test_a_returned_audit_tells_the_hour_by_the_clock_at_the_branch(scene: Scene) -> None:
    assigned(scene)
    change(scene, audits.start)
    with transaction(scene.engine) as session:
        audit = session.exec(select(audits.Audit).where(audits.Audit.state == "started")).one()
        marks = {item.code: Mark("yes") for section in audit.standard.sections for item in section.items}
        audits.submit(session, audit, marks, visited_at=scene.now, by=audit.shopper, at=scene.now)
        review.send_back(session, audit, reason="Which chair?", by=make.user(session), at=scene.now)
    assert scene.send() == Sent(sent=1, dropped=1)
    (message,) = scene.came_to("sam@example.com")
    assert "Please correct it by 11 March 2026, 01:00 (Budapest time)." in body(message, "plain")
