"""From history to the chat system: each thing posted once, none lost, whatever the address answers."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import audits, flags, runs, webhooks
from branches.audits import Audit
from branches.database import reading, transaction
from branches.flags import Shortfall
from branches.people import Role, User
from branches.places import Branch, Region
from branches.webhooks import Post, Wish
from branches.weeks import Week
from monitor import hooking, scheduler
from monitor.jobs import Worker
from monitor.webhooks import Target
from reports.weekly import Settings
from tests import make
from tests.branches.test_alerts import failed_audit
from tests.monitor.chat import CUT, Chat, chat
from tests.together import together

SIX = datetime(2025, 7, 3, 4, tzinfo=UTC)
"""Six in the morning in Budapest, the day after the audits of `make`."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


@dataclass
class Scene:
    """A branch in Budapest, a chat system, and a clock that is set by hand."""

    engine: sa.Engine
    region: Region
    branch: Branch
    chat: Chat
    now: datetime = SIX - DAY

    def worker(self, *wishes: Wish) -> Worker:
        first = Week.of(SIX.date()).plus(50)  # no report is due here
        return Worker(
            self.engine,
            Settings(chain_zone="Europe/Budapest", reporting_from=first),
            lambda: self.now,
            holder="one",
            hooks=wishes or (Wish("team"),),
            target=lambda name: Target(name, f"{self.chat.address}/{name}", KEY),
        )

    def begin(self, *wishes: Wish) -> None:
        """The settings name it for the first time, a day before; then it is six the day after."""
        assert hooking.write(self.worker(*wishes)) == 0
        self.now = SIX

    def fail(self) -> Audit:
        with transaction(self.engine) as session:
            return failed_audit(session, self.branch, released_at=self.now - MINUTE)

    def round(self, *wishes: Wish) -> tuple[int, int]:
        worker = self.worker(*wishes)
        return hooking.write(worker), hooking.post(worker)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(came.body) for came in self.chat.came]

    def posts(self) -> list[Post]:
        with reading(self.engine) as session:
            return list(session.exec(select(Post).order_by(col(Post.id))))


@pytest.fixture
def scene(engine: sa.Engine) -> Iterator[Scene]:
    with transaction(engine) as session:
        north = make.region(session, "North")
        branch = make.branch(session, north, name="Kossuth tér")
    with chat() as server:
        yield Scene(engine, north, branch, server)


def test_what_happened_is_posted_once_with_a_line_for_each_thing(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    with transaction(scene.engine) as session:
        week = Week.of(SIX.date()).monday
        flags.raise_flags(session, week, [scene.branch.id], [Shortfall(scene.branch.id, "service")], at=SIX)
    assert [scene.round(), scene.round()] == [(1, 1), (0, 0)]
    (said,) = scene.said()
    assert said["text"] == (
        "A critical item failed: Kossuth tér, North, week of 30 June 2025: greeting1\n"
        "Flag raised: Kossuth tér, North, week of 30 June 2025: Service"
    )
    (post,) = scene.posts()
    assert (said["type"], said["id"], said["created"]) == ("alerts", post.public_id, SIX.isoformat())
    place = {"branch": scene.branch.code, "region": scene.region.code, "week": "2025-06-30"}
    assert said["events"] == [
        {"type": "critical", **place, "items": ["greeting1"], "section": None},
        {"type": "raised", **place, "items": [], "section": "service"},
    ]
    assert scene.chat.came[0].headers["webhook-id"] == post.public_id
    scene.now = SIX + DAY
    assert scene.round() == (0, 0)


def test_a_post_says_nothing_of_the_shopper_or_of_any_moment(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    scene.round()
    with reading(scene.engine) as session:
        shoppers = session.exec(select(User).where(User.role == Role.SHOPPER.value)).all()
        known = [word for one in shoppers for word in (one.name, one.email, one.code, one.public_id) if word]
    whole = scene.chat.came[0].body.decode()
    assert [word for word in (*known, "2025-07-02", "12:00", "03:59") if word in whole] == []


def test_an_address_is_told_of_its_region_alone_in_its_language(scene: Scene) -> None:
    wishes = (Wish("north", scene.region.code, "hu"), Wish("south", "S", "te"), Wish("all", "", "hi"))
    with transaction(scene.engine) as session:
        other = make.region(session, "South")
        other.code = "S"
        make.branch(session, other)
    scene.begin(*wishes)
    scene.fail()
    assert scene.round(*wishes) == (2, 2)
    said = {came.path: json.loads(came.body)["text"] for came in scene.chat.came}
    assert said.keys() == {"/north", "/all"}
    assert said["/north"].startswith("Nem teljesült kritikus szempont: Kossuth tér")
    assert said["/all"].startswith("क्रिटिकल आइटम फ़ेल: Kossuth tér")


def test_what_was_before_the_settings_named_it_is_not_posted(scene: Scene) -> None:
    scene.fail()
    scene.now = SIX
    scene.begin()
    scene.now = SIX + DAY
    assert scene.round() == (0, 0)


def test_named_again_after_a_while_it_is_told_what_comes_then(scene: Scene) -> None:
    scene.begin()
    other = Wish("other")
    scene.fail()
    scene.now = SIX + DAY + HOUR
    scene.round(other)
    assert scene.round() == (0, 0)
    scene.now = SIX + 2 * DAY
    scene.fail()
    assert scene.round() == (1, 1)


def test_a_process_without_it_takes_no_address_from_one_that_has_it(scene: Scene) -> None:
    scene.begin()
    without = replace(scene.worker(), hooks=(), target=None)
    for n in range(4):
        scene.now = SIX + n * DAY
        scene.fail()
        assert (hooking.write(without), hooking.write(scene.worker())) == (0, 1)
        assert (hooking.post(without), hooking.post(scene.worker())) == (0, 1)


def test_what_waits_for_an_address_that_nobody_names_any_more_is_given_up(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    assert hooking.write(scene.worker()) == 1
    scene.now += 2 * DAY + HOUR
    assert scene.round(Wish("other")) == (0, 0)
    (post,) = scene.posts()
    assert (post.trouble, post.dropped_at) == ("The settings name it no longer.", scene.now)


def test_a_post_that_is_not_taken_is_tried_again_with_the_same_id_and_text(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    scene.chat.answers = [500, CUT, 302, 200]
    waited = []
    assert scene.round() == (1, 0)
    while (post := scene.posts()[0]).sent_at is None:
        waited.append((post.next_at - scene.now, post.trouble))
        scene.now = post.next_at - MINUTE / 2
        assert hooking.post(scene.worker()) == 0
        scene.now = post.next_at
        hooking.post(scene.worker())
    assert [wait for wait, _ in waited] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert waited[0][1] == "It answered 500."
    assert len({(came.headers["webhook-id"], came.body) for came in scene.chat.came}) == 1
    assert len({came.headers["webhook-timestamp"] for came in scene.chat.came}) == 4
    assert (scene.posts()[0].trouble, scene.posts()[0].tries) == ("", 4)


@pytest.mark.slow
def test_after_some_days_a_post_is_given_up(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    scene.chat.answers = [503]
    scene.round()
    tried = 1
    while (post := scene.posts()[0]).dropped_at is None:
        scene.now = max(post.next_at, scene.now)
        hooking.post(scene.worker())
        tried += 1
    assert timedelta(0) <= post.dropped_at - post.made_at - webhooks.PATIENCE < 2 * HOUR
    assert (post.tries, len(scene.chat.came)) == (tried, tried)
    scene.now += DAY
    assert hooking.post(scene.worker()) == 0
    with reading(scene.engine) as session:
        assert [one.trouble for one in webhooks.in_trouble(session, SIX, most=5)] == ["It answered 503."]


def test_an_address_that_is_gone_is_given_up_at_once(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    scene.chat.answers = [410]
    assert scene.round() == (1, 0)
    assert scene.posts()[0].dropped_at == SIX


def test_what_holds_no_longer_is_not_posted(scene: Scene) -> None:
    scene.begin()
    audit = scene.fail()
    assert hooking.write(scene.worker()) == 1
    with transaction(scene.engine) as session:
        found = session.get_one(Audit, audit.id)
        audits.exclude(session, found, reason="A mix-up.", by=make.user(session), at=scene.now)
    assert hooking.post(scene.worker()) == 0
    assert scene.chat.came == []
    assert scene.posts()[0].trouble == "What it was to tell holds no longer."


def test_one_address_in_trouble_holds_up_no_other(scene: Scene) -> None:
    wishes = (Wish("bad"), Wish("team"))
    scene.begin(*wishes)
    scene.fail()
    worker = scene.worker(*wishes)
    good = worker.target
    assert good is not None
    nowhere = replace(
        worker, target=lambda name: Target(name, "http://127.0.0.1:1/x", KEY) if name == "bad" else good(name)
    )
    assert hooking.write(nowhere) == 2
    assert hooking.post(nowhere) == 1
    assert {post.name: post.trouble for post in scene.posts()} == {"bad": "It takes no connection.", "team": ""}


def busy(scene: Scene, times: int) -> None:
    """So many times the database does not take it that a post was taken."""
    left = [sqlite3.OperationalError("database is locked")] * times

    @sa.event.listens_for(scene.engine, "before_cursor_execute")
    def refuse(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if left and statement.startswith("UPDATE webhook_post SET") and "sent_at=" in statement:
            raise sa.exc.OperationalError(statement, None, left.pop())


def test_what_was_taken_is_noted_though_the_database_is_busy(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    busy(scene, 1)
    assert [scene.round(), scene.round()] == [(1, 1), (0, 0)]
    scene.now += HOUR
    assert scene.round() == (0, 0)
    assert len(scene.chat.came) == 1


def test_what_cannot_be_noted_holds_up_no_other_address(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooking, "PAUSES", (0.0, 0.0))
    wishes = (Wish("first"), Wish("second"))
    scene.begin(*wishes)
    scene.fail()
    busy(scene, 3)
    heard: list[str] = []
    assert hooking.write(scene.worker(*wishes)) == 2
    assert hooking.post(replace(scene.worker(*wishes), tell=heard.append)) == 1
    assert [post.sent_at is not None for post in scene.posts()] == [False, True]
    assert "database is locked" in heard[0]


@pytest.mark.parametrize("end", [webhooks.drop, webhooks.mark_failed])
def test_however_long_what_went_wrong_it_is_kept(scene: Scene, end: Callable[..., None]) -> None:
    scene.begin()
    scene.fail()
    hooking.write(scene.worker())
    with transaction(scene.engine) as session:
        (post,) = webhooks.due(session, scene.now)
        clock = {"at" if end is webhooks.drop else "now": scene.now}
        end(session, post, "\0" + "x" * 600, **clock)
    assert scene.posts()[0].trouble == "x" * 499


def test_a_region_that_is_not_here_is_told_on_the_schedule(scene: Scene) -> None:
    worker = scene.worker(Wish("team", "NORHT"))
    scheduler.tell(worker)
    with reading(scene.engine) as session:
        (run,) = runs.failures(session, SIX - 2 * DAY, most=5)
    assert run.failed == "The webhook team is for the region NORHT, which is not here."


def test_a_chain_without_a_branch_is_told_nothing_and_is_no_fault(engine: sa.Engine) -> None:
    heard: list[str] = []
    worker = Worker(engine, Settings(), lambda: SIX, holder="one", hooks=(Wish("team"),), tell=heard.append)
    assert (hooking.write(worker), hooking.post(worker), heard) == (0, 0, [])


def test_of_two_at_once_one_writes_and_one_sends(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    workers = [replace(scene.worker(), holder=name) for name in ("one", "two")]
    assert sorted(str(made) for made in together(*(lambda one=one: hooking.write(one) for one in workers))) == [
        "0",
        "1",
    ]
    assert sorted(str(sent) for sent in together(*(lambda one=one: hooking.post(one) for one in workers))) == ["0", "1"]
    assert len(scene.chat.came) == 1


def test_a_lease_outlasts_nobody(scene: Scene) -> None:
    scene.begin()
    scene.fail()
    hooking.write(scene.worker())
    with transaction(scene.engine) as session:
        (post,) = webhooks.due(session, scene.now)
        assert webhooks.claim(session, post, holder="dead", clock=lambda: scene.now, seconds=300) is not None
    assert hooking.post(scene.worker()) == 0
    scene.now += timedelta(seconds=301)
    assert hooking.post(scene.worker()) == 1


def test_names_call_nobody_and_stay_on_their_line(scene: Scene) -> None:
    with transaction(scene.engine) as session:
        session.get_one(Branch, scene.branch.id).name = "<!channel> @all\n<https://x.example|Click>"
    scene.begin()
    scene.fail()
    scene.round()
    text = scene.said()[0]["text"]
    assert "\u2039!channel\u203a \uff20all \u2039https://x.example|Click\u203a" in text
    assert text.count("\n") == 0
