"""The schedule of head office: when whose report is due, what is late, what ran, and another time for a scope."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import editions, outbox, places, runs, webhooks
from branches.database import reading, transaction
from branches.editions import CHAIN, Scope
from branches.outbox import MailKind
from branches.people import Role, User
from branches.timetable import DueChange, DueTimes
from branches.webhooks import Post
from branches.weeks import DueTime, Week
from monitor.app import create_app
from monitor.web.gate import Site
from reports import stored
from reports.figures import State
from tests import make
from tests.databases import SqliteDatabases
from tests.monitor.pages import Form, Page
from tests.monitor.rooms import Rooms, opened
from tests.reports.invented import figures

NOW = datetime(2025, 7, 10, 9, tzinfo=UTC)
"""A Thursday, 11:00 in Budapest: reports of the week before were due on Monday."""
WEEK = Week.parse("2025-W27")
CONTENT = stored.dump(figures({"b1": (State.AS_NORM, State.AS_NORM)}))
DUE = DueTimes(regions={"NORHT": DueTime("friday")})
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


def scopes(rooms: Rooms) -> list[Scope]:
    with reading(rooms.engine) as session:
        return editions.scopes(session, "Europe/Budapest", DueTimes())


def begin(rooms: Rooms, *, late: int = 0) -> None:
    """The scheduler is at work; each scope has its last report but for the last `late` scopes."""
    held = scopes(rooms)
    with transaction(rooms.engine) as session:
        runs.looked(session, "weekly report", at=NOW - MINUTE)
        for number, scope in enumerate(held):
            editions.switch_on(session, scope, None, WEEK)
            if number < len(held) - late:
                due = scope.due_at(WEEK)
                editions.issue(session, scope, WEEK, CONTENT, due_at=due, at=due, standard_id=None)


def regions(session: Session, amount: int) -> None:
    for n in range(amount):
        make.branch(session, make.region(session, f"Region {n:03}"))


def page_of(rooms: Rooms, key: str = "") -> Page:
    return rooms.office().get(f"/office/schedule/{key}" if key else "/office/schedule")


def the_form(page: Page, *names: str) -> Form:
    return next(form for form in page.forms if set(names) <= form.fields.keys())


def test_the_next_report_and_the_last_of_each_scope_are_shown(rooms: Rooms) -> None:
    begin(rooms)
    page = page_of(rooms)
    assert page.headings == ["Schedule"]
    assert "The next report is due on 14 July 2025, 06:00." in page.text
    assert "The whole chain Monday, 06:00 · next on 14 July 2025, 06:00, of the week of 7 July 2025" in page.text
    assert page.text.count("Last: week of 30 June 2025") == len(scopes(rooms))
    with reading(rooms.engine) as session:
        last = editions.latest(session, CHAIN)
    assert last is not None
    assert f"/editions/{last.public_id}" in page.links
    assert "is not at work" not in page.text


def test_a_late_report_is_told_and_found(rooms: Rooms) -> None:
    begin(rooms, late=1)
    page = page_of(rooms)
    assert "1 report is late." in page.text
    assert page.text.count("1 report late, of the week of 30 June 2025") == 1
    late = rooms.office().get("/office/schedule?show=late")
    assert late.html.count('class="name"><a') == 1
    rooms.clock[0] = NOW + timedelta(weeks=2)
    assert "3 reports late, the first of the week of 30 June 2025" in page_of(rooms).text


@pytest.mark.parametrize(
    ("looked", "said"), [(None, "It has never looked"), (6, "It last looked on 10 July 2025, 10:54.")]
)
def test_a_scheduler_that_is_not_at_work_is_told_with_what_to_do(rooms: Rooms, looked: int | None, said: str) -> None:
    if looked is not None:
        with transaction(rooms.engine) as session:
            runs.looked(session, "mail", at=NOW - looked * MINUTE)
    page = page_of(rooms)
    assert "The scheduler is not at work." in page.text
    assert said in page.text
    assert (
        "Have it started: with monitor schedule, or together with the pages by monitor serve --with-schedule."
        in page.text
    )


def test_what_failed_comes_before_what_ran(rooms: Rooms) -> None:
    begin(rooms)
    with transaction(rooms.engine) as session:
        for n in (3, 2):
            at = NOW - n * MINUTE
            runs.note(session, "weekly report", began=at, ended=at, did={}, failed="the <disk> is full")
        hour = NOW - 60 * MINUTE
        runs.note(session, "weekly report", began=hour, ended=hour + 3 * MINUTE, did={"editions": 4, "revisions": 1})
        runs.note(session, "mail", began=hour, ended=hour, did={"mails": 12})
        old = NOW - timedelta(days=8)
        runs.note(session, "mail", began=old, ended=old, did={"mails": 77})
    page = page_of(rooms)
    failed = "Weekly reports 10 July 2025, 10:58, again and again since 10 July 2025, 10:57 the <disk> is full"
    done = "Weekly reports 10 July 2025, 10:00, took 3 minutes 4 reports issued and 1 report revised"
    assert 0 < page.text.index(failed) < page.text.index(done)
    assert "Mail 10 July 2025, 10:00, took 1 second 12 mails sent" in page.text
    assert "77" not in page.text
    assert "Weekly reports 1 minute ago" in page.text
    assert "What the scheduler could not do It failed within the last day" in rooms.office().get("/office/").text


def test_the_outbox_is_counted(rooms: Rooms) -> None:
    begin(rooms)
    with transaction(rooms.engine) as session:
        reader = session.get_one(User, rooms.people[Role.OFFICE].id)
        for key, days in (("sent", 1), ("sent long ago", 8), ("refused", 0), ("waiting", 0)):
            at = NOW - timedelta(days=days)
            mail = outbox.write(session, MailKind.ASSIGNED, reader, {}, key=key, at=at)
            outbox.claim(session, mail, holder="one", clock=lambda at=at: at, seconds=60, domain="example.com")  # type: ignore[misc]
            if key.startswith("sent"):
                outbox.mark_sent(session, mail, at=at)
            if key == "refused":
                outbox.mark_failed(session, mail, "550 no such user", for_good=True, now=NOW)
    page = page_of(rooms)
    assert "Mail Waiting 2 Sent in the last week 1 Mails in trouble · 1" in page.text
    assert "/office/mail" in page.links


@pytest.mark.slow
def test_another_time_is_set_and_given_back(rooms: Rooms) -> None:
    begin(rooms)
    key, office = scopes(rooms)[1].key, rooms.office()
    page = office.get(f"/office/schedule/{key}")
    assert "The next report, of the week of 7 July 2025, is due on 14 July 2025, 06:00." in page.text
    assert "Due Monday, 06:00 Set in config.toml Time zone Europe/Budapest" in page.text
    page = office.submit(the_form(page, "weekday", "hour"), weekday="tuesday", hour="07:30")
    assert "It holds from the report of the week of 7 July 2025 on, which is due on 15 July 2025, 07:30." in page.text
    assert "Due Tuesday, 07:30 Set by head office" in page.text
    assert (
        "changed when a report is due. 10 July 2025, 11:00 Tuesday, 07:30, from the week of 7 July 2025 on" in page.text
    )
    assert scopes(rooms)[1].times.last == DueTime("tuesday", time(7, 30))
    assert scopes(rooms)[0].times.last is None
    assert office.get("/office/schedule?show=own").html.count('class="name"><a') == 1
    again = office.submit(the_form(page, "weekday", "hour"), weekday="tuesday", hour="07:30")
    assert "It is set so already; nothing was changed." in again.text
    back = office.submit(the_form(again, "as_written"))
    assert "Due Monday, 06:00 Set in config.toml" in back.text
    assert scopes(rooms)[1].times.of(WEEK.plus(1)) == DueTime()
    assert len(rooms_changes(rooms)) == 2


def rooms_changes(rooms: Rooms) -> list[DueChange]:
    with reading(rooms.engine) as session:
        return list(session.exec(select(DueChange)))


def test_a_time_that_has_passed_by_the_new_clock_holds_a_week_later(rooms: Rooms) -> None:
    begin(rooms)
    rooms.clock[0] = datetime(2025, 7, 14, 3, tzinfo=UTC)  # 05:00 on the Monday, an hour before the report is due
    office = rooms.office()
    form = the_form(office.get("/office/schedule/chain"), "weekday", "hour")
    page = office.submit(form, weekday="monday", hour="04:00")
    assert "It holds from the report of the week of 14 July 2025 on, which is due on 21 July 2025, 04:00." in page.text
    assert "Due Monday, 06:00 From the week of 14 July 2025 on Monday, 04:00 Set in config.toml" in page.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weekday": "someday"}, "Choose a day."),
        ({"hour": ""}, "Write the time."),
        ({"hour": "24:00"}, "Write the time like 06:00."),
        ({"hour": "6"}, "Write the time like 06:00."),
        ({"hour": "6" * 99}, "That is longer than 40 characters."),
    ],
)
def test_what_is_no_time_is_said_and_changes_nothing(rooms: Rooms, wrong: dict[str, str], said: str) -> None:
    office = rooms.office()
    form = the_form(office.get("/office/schedule/chain"), "weekday", "hour")
    page = office.submit(form, status=422, **{"weekday": "tuesday", "hour": "07:00", **wrong})
    assert said in page.text
    assert rooms_changes(rooms) == []


@pytest.mark.parametrize("key", ["region-0000000000000000", "nothing", "%00", "x" * 3000])
def test_a_scope_that_is_not_there_is_not_found(rooms: Rooms, key: str) -> None:
    office = rooms.office()
    token = office.get("/office/schedule/chain").forms[-1].fields["csrf_token"]
    assert office.client.get(f"/office/schedule/{key}").status_code == 404
    assert office.client.post(f"/office/schedule/{key}", data={"csrf_token": token}).status_code == 404


def test_a_region_whose_branches_are_closed_says_so(rooms: Rooms) -> None:
    begin(rooms)
    with transaction(rooms.engine) as session:
        for branch in places.open_branches(session, NOW.date(), NOW.date()):
            places.close_branch(session, branch, NOW.date() - timedelta(days=9), by=None, at=NOW)
    assert "No report is due: there is no branch that is open." in page_of(rooms).text
    assert "No branch of it is open any more." in page_of(rooms, scopes(rooms)[1].key).text


def test_a_time_for_a_region_that_is_not_here_is_told(rooms: Rooms, tmp_path: Path) -> None:
    site = Site(rooms.engine, lambda: NOW, "en", tmp_path / "cache", "Europe/Budapest", due=DUE)
    rooms.app = create_app(site, bytes(32))
    assert "config.toml has a time for a region that is not here, or has no branch: NORHT." in page_of(rooms).text


@pytest.mark.slow
def test_hundreds_of_regions_stand_page_by_page_and_cost_no_more_queries(rooms: Rooms) -> None:
    office, asked = rooms.office(), list[str]()
    begin(rooms)
    sa.event.listen(rooms.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    office.get("/office/schedule")
    few = len(asked)
    with transaction(rooms.engine) as session:
        regions(session, 330)
    asked.clear()
    first = office.get("/office/schedule")
    assert len(asked) == few
    assert first.html.count('class="name"><a') == 40
    last = office.get("/office/schedule?page=99")
    assert "Region 329" in last.text
    found = office.get("/office/schedule?q=region+12")
    assert found.html.count('class="name"><a') == 10


def test_a_region_leads_to_when_its_report_is_due(rooms: Rooms) -> None:
    region = scopes(rooms)[1].key
    page = rooms.office().get(f"/office/places/regions/{region.removeprefix('region-')}")
    assert f"/office/schedule/{region}" in page.links
    assert "/office/schedule" in rooms.office().get("/office/").links


def test_what_a_chat_system_did_not_take_is_told_without_its_address(rooms: Rooms) -> None:
    begin(rooms)
    assert "Webhooks" not in page_of(rooms).text
    with transaction(rooms.engine) as session:
        for n, name in enumerate(("team", "north", "done")):
            post = Post(key=name, name=name, events=[], made_at=NOW - (n + 5) * timedelta(days=1), next_at=NOW)
            session.add(post)
            session.flush()
            if name == "done":
                webhooks.mark_sent(session, post, at=NOW)
            else:
                webhooks.mark_failed(session, post, "It answered 500.", now=NOW - n * MINUTE - timedelta(hours=1))
    text = page_of(rooms).text
    assert "Webhooks Sent in the last week 1 These were not taken." in text
    assert "team tried 1 time, next on 10 July 2025, 10:01 It answered 500." in text
    assert "north tried 1 time, given up on 10 July 2025, 09:59 It answered 500." in text
    assert "done" not in text
