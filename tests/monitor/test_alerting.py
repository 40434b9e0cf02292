"""The job that tells between reports, and its mail as it goes out: on time, once, of what still holds."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlmodel import select

from branches import audits, flags, history, outbox, runs, stand_ins, subscriptions
from branches.audits import Audit
from branches.database import reading, transaction
from branches.flags import Flag, Shortfall
from branches.outbox import Counts, Mail
from branches.people import Role, User
from branches.places import Branch
from branches.weeks import Week
from monitor import alerting, scheduler
from monitor.jobs import Worker
from reports import deliver
from reports.deliver import Post, Sent
from reports.envelope import Sender
from reports.weekly import Settings
from tests import make
from tests.branches.test_alerts import asking, failed_audit
from tests.monitor.mailbox import Mailbox, text

SIX = datetime(2025, 7, 3, 4, tzinfo=UTC)
"""Six in the morning in Budapest, the day after the audits of `make`."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Scene:
    """A branch in Budapest whose manager asked to be told, a mail server, and a clock that is set by hand."""

    engine: sa.Engine
    branch: Branch
    manager: User
    now: datetime = SIX
    mail: Mailbox = field(default_factory=Mailbox)

    @property
    def worker(self) -> Worker:
        first = Week.of(SIX.date()).plus(50)  # no report is due here
        return Worker(self.engine, Settings(chain_zone="UTC", reporting_from=first), lambda: self.now, holder="one")

    def tell(self) -> int:
        return alerting.tell(self.worker)

    def send(self) -> Sent:
        post = Post(Sender("reports@chain.example", "Salons"), "https://audits.example", "one", 300)
        return deliver.send_due(self.engine, self.mail, post, lambda: self.now)

    def fail(self) -> Audit:
        with transaction(self.engine) as session:
            return failed_audit(session, self.branch, released_at=self.now - MINUTE)

    def counts(self) -> Counts:
        with reading(self.engine) as session:
            return outbox.counts(session)


@pytest.fixture
def scene(engine: sa.Engine) -> Scene:
    with transaction(engine) as session:
        branch = make.branch(session, make.region(session, "North"), name="Kossuth tér")
        manager = asking(session, Role.MANAGER, region=branch.region)
    return Scene(engine, branch, manager)


def flat(message: EmailMessage, kind: str) -> str:
    return " ".join(text(message, kind).split())


def test_it_is_told_at_six_where_the_reader_is_once(scene: Scene) -> None:
    scene.fail()
    scene.now = SIX - MINUTE
    assert scene.tell() == 0
    scene.now = SIX
    assert [scene.tell(), scene.tell()] == [1, 0]
    assert [scene.send(), scene.send()] == [Sent(sent=1), Sent()]
    scene.now = SIX + DAY
    assert scene.tell() == 0


def test_the_mail_says_where_and_what_and_how_to_end_it(scene: Scene) -> None:
    scene.fail()
    with transaction(scene.engine) as session:
        flags.correct_flags(
            session, Week.of(SIX.date()).monday, [scene.branch.id], [Shortfall(scene.branch.id, "service")], at=SIX
        )
    scene.tell()
    scene.send()
    (message,) = scene.mail.sent
    assert str(message["Subject"]) == "North: A critical item failed at Kossuth tér; 1 flag was raised"
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    ends = str(message["List-Unsubscribe"]).strip("<>")
    assert ends.startswith("https://audits.example/mails/")
    assert ends.endswith("/alerts")
    for kind in ("plain", "html"):
        said = flat(message, kind)
        assert "Kossuth tér · week of 30 June 2025 · greeting1" in said
        assert "Kossuth tér · Service · week of 30 June 2025" in said
        assert "You get this because you manage North." in said
        assert ends in said
    with reading(scene.engine) as session:
        shoppers = session.exec(select(User).where(User.role == Role.SHOPPER.value)).all()
        known = [word for one in shoppers for word in (one.name, one.email, one.code, one.public_id) if word]
    whole = message.as_string()
    assert [word for word in (*known, "12:00", "14:00", "2 July") if word in whole] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("hu", "Nem teljesült egy kritikus szempont: Kossuth tér"),
        ("hi", "एक क्रिटिकल आइटम फ़ेल हुआ: Kossuth tér"),
        ("ta", "ஓர் அதிமுக்கிய அம்சம் தவறியது: Kossuth tér"),
        ("te", "ఒక కీలక అంశం ఫెయిలైంది: Kossuth tér"),
    ],
)
def test_the_mail_speaks_its_readers_language(scene: Scene, language: str, said: str) -> None:
    with transaction(scene.engine) as session:
        session.get_one(User, scene.manager.id).language = language
    scene.fail()
    scene.tell()
    scene.send()
    (message,) = scene.mail.sent
    assert str(message["Subject"]) == f"North: {said}"
    assert f'lang="{language}"' in text(message, "html")
    assert "[en]" not in text(message) + text(message, "html")


def test_a_branchs_name_adds_no_header_and_no_markup(scene: Scene) -> None:
    with transaction(scene.engine) as session:
        session.get_one(Branch, scene.branch.id).name = "A\r\nBcc: x@y.example\u2028<b>"
    scene.fail()
    scene.tell()
    scene.send()
    (message,) = scene.mail.sent
    assert message["Bcc"] is None
    assert "<b>" not in text(message, "html")


def test_an_audit_that_is_excluded_before_the_mail_goes_out_is_not_told(scene: Scene) -> None:
    audit = scene.fail()
    scene.tell()
    with transaction(scene.engine) as session:
        found = session.get_one(Audit, audit.id)
        audits.exclude(session, found, reason="A mix-up.", by=make.user(session), at=scene.now)
    assert scene.send() == Sent(dropped=1)
    with reading(scene.engine) as session:
        assert session.exec(select(Mail.trouble)).one() == "What it was to tell holds no longer."


def test_who_ends_it_before_the_mail_goes_out_gets_none(scene: Scene) -> None:
    scene.fail()
    scene.tell()
    with transaction(scene.engine) as session:
        reader = session.get_one(User, scene.manager.id)
        subscriptions.choose_alerts(session, reader, False, by=reader, at=scene.now)
    assert scene.send() == Sent(dropped=1)


def test_a_manager_of_another_region_by_then_gets_nothing_of_the_old_one(scene: Scene) -> None:
    scene.fail()
    scene.tell()
    with transaction(scene.engine) as session:
        session.get_one(User, scene.manager.id).region_id = make.region(session, "South").id
    assert scene.send() == Sent(dropped=1)


def test_a_stand_in_is_told_why(scene: Scene) -> None:
    with transaction(scene.engine) as session:
        manager, office = session.get_one(User, scene.manager.id), make.region(session, "South")
        make.branch(session, office)
        there = asking(session, Role.MANAGER, region=office, email="karin@example.com")
        manager.name = "Anna"
        day = scene.now.date()
        stand_ins.name(session, manager, there, first_day=day, last_day=day, by=None, at=SIX)
    scene.fail()
    assert scene.tell() == 2
    scene.send()
    (message,) = [one for one in scene.mail.sent if "karin" in str(one["To"])]
    assert str(message["Subject"]).startswith("North: ")
    said = flat(message, "plain")
    assert "You get this because you manage South." in said
    assert "You get this because you stand in for Anna until 3 July 2025." in said


def test_while_reports_are_being_made_nobody_is_told_for_an_hour_at_most(scene: Scene) -> None:
    scene.fail()
    late = Settings(chain_zone="UTC", reporting_from=Week.of(SIX.date()).plus(-1))
    worker = Worker(scene.engine, late, lambda: scene.now, holder="one")
    assert alerting.tell(worker) == 0
    scene.now = SIX + 59 * MINUTE
    assert alerting.tell(worker) == 0
    scene.now = SIX + 60 * MINUTE
    assert alerting.tell(worker) == 1


def test_the_job_is_noted_among_the_others(scene: Scene) -> None:
    scene.fail()
    names = [job.name for job in scheduler.timetable(scene.worker, 30)]
    assert names.index("alerts") < names.index("mail")
    scheduler.tell(scene.worker)
    with reading(scene.engine) as session:
        (run,) = runs.done(session, SIX - DAY, most=5)
    assert (run.job, run.did) == ("alerts", {"alerts": 1})


def test_a_fault_with_one_reader_is_told_and_tried_again(scene: Scene) -> None:
    with transaction(scene.engine) as session:
        flag = Flag(branch_id=scene.branch.id, section="greeting", raised_week=SIX.date(), last_week=SIX.date())
        session.add(flag)
        history.write(session, "raise", flag, by=None, at=SIX)  # says no week, as nothing of ours does
        asking(session)
    scene.now = SIX + 180 * MINUTE  # six at head office too
    heard: list[str] = []
    worker = replace(scene.worker, tell=heard.append)
    for n in (1, 2):
        assert alerting.tell(worker) == 0
        assert heard == ["KeyError: 'week'"] * 2 * n
