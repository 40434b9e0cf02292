"""Whom the mail reaches, as a mail server receives it: who chose what, how one ends it, who stands in for whom."""

import re
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlmodel import col, select

from branches import accounts, outbox, stand_ins, subscriptions
from branches.database import reading, transaction
from branches.editions import Edition
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.subscriptions import Wanted
from monitor.app import create_app
from monitor.web.gate import Site
from reports import envelope
from reports.deliver import Sent
from reports.envelope import POLICY, Letter, Sender
from reports.figures import State
from tests import make
from tests.monitor import test_post
from tests.monitor.test_post import DAY, FIRST, MANAGER, MINUTE, OFFICE, Scene, assigned, body, revise

pytestmark = pytest.mark.slow

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


scene = test_post.scene


@pytest.fixture
def app(scene: Scene, tmp_path: Path) -> Flask:
    site = Site(scene.engine, lambda: scene.now, "en", tmp_path / "cache", "Europe/Budapest", address=ADDRESS)
    return create_app(site, bytes(range(32)))


ADDRESS = "https://audits.example"


def choose(scene: Scene, address: str, wanted: Wanted) -> None:
    with transaction(scene.engine) as session:
        user = session.exec(select(User).where(User.email == address)).one()
        subscriptions.choose(session, user, wanted, by=user, at=scene.now)


def way_out(message: EmailMessage) -> str:
    """The path that the header names."""
    found = re.fullmatch(r"<(https://[^<>,\s]+)>", str(message["List-Unsubscribe"]))
    assert found is not None
    assert found[1].startswith(f"{ADDRESS}/mails/")
    return urlsplit(found[1]).path


def short_in(scene: Scene, *weeks: date) -> None:
    """The chain's editions of these weeks say that a branch falls short, those of all others that none does."""
    with transaction(scene.engine) as session:
        for edition in session.exec(select(Edition)):
            edition.states = {State.FALLS_SHORT.value: int(edition.week in weeks)}
            session.add(edition)


def test_an_editions_mail_names_the_way_out_in_both_headers_and_at_its_foot(scene: Scene) -> None:
    scene.issue()
    assert scene.send() == Sent(sent=2)
    ways = {}
    for address, words in ((MANAGER, "Milyen leveleket kap"), (OFFICE, "Which mails you get")):
        (message,) = scene.came_to(address)
        ways[address] = way_out(message)
        assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
        assert f"{words}:\n{ADDRESS}{ways[address]}" in body(message, "plain").replace("\r\n", "\n")
        assert f'href="{ADDRESS}{ways[address]}"' in body(message, "html")
    assert ways[MANAGER] != ways[OFFICE]


def test_a_mail_to_a_shopper_has_no_way_out(scene: Scene) -> None:
    assigned(scene)
    assert scene.send() == Sent(sent=1)
    (message,) = scene.came_to("sam@example.com")
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (None, None)
    assert "/mails/" not in body(message, "plain") + body(message, "html")


def test_a_click_in_the_mail_program_ends_the_mails_of_that_reader_alone(scene: Scene, app: Flask) -> None:
    scene.issue()
    scene.send()
    provider = app.test_client(use_cookies=False)
    assert provider.post(way_out(scene.came_to(OFFICE)[0]), data=ONE_CLICK, base_url=ADDRESS).status_code == 200
    scene.now += 7 * DAY
    scene.issue()
    assert scene.send() == Sent(sent=1)
    assert (len(scene.came_to(OFFICE)), len(scene.came_to(MANAGER))) == (1, 2)


def test_a_click_counts_for_mail_that_waits_already(scene: Scene, app: Flask) -> None:
    scene.issue()
    scene.server.to[OFFICE] = "450 mailbox full"
    assert scene.send() == Sent(sent=1, failed=1)
    scene.server.to.clear()
    with reading(scene.engine) as session:
        office = session.exec(select(User).where(User.email == OFFICE)).one()
        held = subscriptions.find(session, office)
    assert held is not None
    app.test_client(use_cookies=False).post(f"/mails/{held.token}", data=ONE_CLICK, base_url=ADDRESS)
    scene.now += MINUTE
    assert scene.send() == Sent(dropped=1)
    with reading(scene.engine) as session:
        why = session.exec(select(Mail.trouble).where(col(Mail.dropped_at).is_not(None))).all()
    assert why == ["Its reader does not want it."]
    assert scene.came_to(OFFICE) == []


def test_only_when_something_falls_short_leaves_calm_weeks_out(scene: Scene) -> None:
    for address in (MANAGER, OFFICE):
        choose(scene, address, Wanted.SHORT)
    scene.issue()
    short_in(scene)
    assert scene.send().sent == 0
    assert scene.server.came == []


@pytest.mark.parametrize("which", [0, 1, 2])
def test_of_weeks_that_one_mail_tells_of_each_counts(scene: Scene, which: int) -> None:
    """Missed days: what fell short in an earlier week is told, though the latest is calm."""
    scene.now = datetime(2026, 3, 24, tzinfo=UTC)
    scene.issue()
    for address in (MANAGER, OFFICE):
        choose(scene, address, Wanted.SHORT)
    short_in(scene, FIRST.plus(which).monday)
    assert scene.send() == Sent(sent=2)
    (message,) = scene.came_to(OFFICE)
    assert str(message["Subject"]).startswith("The whole chain, week of 16 Mar: ")


def test_a_revision_that_changed_a_state_is_told_though_nothing_falls_short(scene: Scene) -> None:
    scene.issue()
    scene.send()
    choose(scene, OFFICE, Wanted.SHORT)
    revise(scene)
    short_in(scene)
    assert scene.send() == Sent(sent=1)
    assert str(scene.came_to(OFFICE)[-1]["Subject"]).startswith("Revised: ")


def test_who_wants_none_has_none_written(scene: Scene) -> None:
    for address in (MANAGER, OFFICE):
        choose(scene, address, Wanted.NEVER)
    scene.issue()
    assert scene.counts() == outbox.Counts(waiting=0, troubled=0, sent=0, folded=0, dropped=0)


@pytest.mark.parametrize(
    ("link", "header", "one_click"),
    [
        ("https://a.example/mails/x_y-z", "<https://a.example/mails/x_y-z>", True),
        ("http://127.0.0.1:8000/mails/x", "<http://127.0.0.1:8000/mails/x>", False),
        ("https://[2001:db8::1]:8443/mails/x", "<https://[2001:db8::1]:8443/mails/x>", True),
        ("https://szépség.example:8443/mails/x", "<https://xn--szpsg-csac.example:8443/mails/x>", True),
        ("https://szépség.example/a,b/mails/x", "<https://xn--szpsg-csac.example/a%2Cb/mails/x>", True),
        ("https://a.example/" + "long/" * 60 + "mails/x", "<https://a.example/" + "long/" * 60 + "mails/x>", True),
    ],
)
def test_whatever_the_pages_address_is_the_header_is_plain(link: str, header: str, one_click: bool) -> None:
    made = envelope.enclose(
        Letter("A report", "Words."),
        Sender("reports@chain.example"),
        envelope.address("anna@example.com"),
        message_id="<1@chain.example>",
        at=datetime(2026, 3, 10, tzinfo=UTC),
        ended_at=link,
    )
    lines = made.as_bytes(policy=POLICY).decode("ascii").split("\r\n")
    assert [line for line in lines if line.startswith("List-Unsubscribe: ")] == [f"List-Unsubscribe: {header}"]
    assert ("List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines) is one_click


STAND_IN = "karin@example.com"


def lend(scene: Scene, role: Role, *, last: date) -> None:
    """Somebody of that role stands in for the manager from today on."""
    with transaction(scene.engine) as session:
        away = session.exec(select(User).where(User.email == MANAGER)).one()
        away.name = "Anna"
        elsewhere = session.get_one(Branch, scene.chain.branches["Asia/Kolkata"].id).region
        there = make.user(session, role, region=elsewhere if role is Role.MANAGER else None)
        there.email = STAND_IN
        subscriptions.choose(
            session, session.exec(select(User).where(User.email == OFFICE)).one(), Wanted.NEVER, by=None, at=scene.now
        )
        stand_ins.name(session, away, there, first_day=scene.now.date(), last_day=last, by=None, at=scene.now)


def about_region(scene: Scene) -> list[EmailMessage]:
    """Mails to the stand-in about the region of the one who is away."""
    return [one for one in scene.came_to(STAND_IN) if str(one["Subject"]).startswith("Europe/Budapest")]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_a_stand_in_is_mailed_the_regions_report_and_told_why(scene: Scene, role: Role) -> None:
    lend(scene, role, last=date(2026, 3, 14))
    scene.issue()
    scene.send()
    (message,) = about_region(scene)
    for kind in ("plain", "html"):
        assert "You get this because you stand in for Anna until 14 March 2026." in unwrapped(message, kind)
    assert len(scene.came_to(MANAGER)) == 1
    scene.now += 7 * DAY
    scene.issue()
    scene.send()
    assert (len(about_region(scene)), len(scene.came_to(MANAGER))) == (1, 2)


def unwrapped(message: EmailMessage, kind: str) -> str:
    return " ".join(body(message, kind).split()).replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OFFICE])
def test_a_mail_that_waits_until_the_days_are_over_goes_to_no_stand_in(scene: Scene, role: Role) -> None:
    lend(scene, role, last=scene.now.date())
    scene.issue()
    scene.now += DAY
    scene.send()
    assert about_region(scene) == []
    assert len(scene.came_to(MANAGER)) == 1


def test_an_end_of_the_stand_ins_access_holds_for_mail_that_waits(scene: Scene) -> None:
    lend(scene, Role.MANAGER, last=date(2026, 3, 20))
    scene.issue()
    with transaction(scene.engine) as session:
        accounts.deactivate(
            session, session.exec(select(User).where(User.email == STAND_IN)).one(), by=None, at=scene.now
        )
    scene.send()
    assert scene.came_to(STAND_IN) == []


def test_a_stand_ins_own_choice_holds_for_what_they_get_instead_of_somebody(scene: Scene) -> None:
    lend(scene, Role.MANAGER, last=date(2026, 3, 20))
    choose(scene, STAND_IN, Wanted.NEVER)
    scene.issue()
    scene.send()
    assert scene.came_to(STAND_IN) == []


def test_who_is_away_gets_no_mail_where_they_want_none_and_the_stand_in_does(scene: Scene) -> None:
    lend(scene, Role.OFFICE, last=date(2026, 3, 20))
    choose(scene, MANAGER, Wanted.NEVER)
    scene.issue()
    scene.send()
    assert (len(about_region(scene)), scene.came_to(MANAGER)) == (1, [])
