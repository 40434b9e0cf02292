from datetime import UTC, date, datetime, time, timedelta
from time import sleep
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from branches import editions, history, places
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Lease, Scope
from branches.errors import Conflict
from branches.timetable import DueTimes, Times
from branches.weeks import DueTime, Week
from tests import make
from tests.together import together

WEEK = Week.parse("2025-W27")
NORTH = Scope("region-north", "Europe/Budapest", zones=("Europe/Budapest",))
DUE = NORTH.due_at(WEEK)
MINUTE = timedelta(minutes=1)


def issue(session: Session, week: Week = WEEK, scope: Scope = NORTH, content: str = "first") -> Edition:
    due = scope.due_at(week)
    return editions.issue(session, scope, week, {"is": content}, due_at=due, at=due, standard_id=None)


def claim(session: Session, holder: str, now: datetime, seconds: int = 60) -> bool:
    return editions.claim(session, NORTH.key, WEEK, holder=holder, now=now, seconds=seconds)


def test_scopes_are_the_chain_and_each_region_that_has_a_branch(session: Session) -> None:
    assert editions.scopes(session, "UTC", DueTimes()) == []
    north, south = make.region(session, "North"), make.region(session, "South", timezone="Asia/Kolkata")
    make.region(session, "Empty")
    for region, zone in ((north, "Europe/Lisbon"), (north, ""), (south, "")):
        places.open_branch(session, region, f"{region.code} {zone}", timezone=zone, by=None, at=make.NOON)
    assert editions.scopes(session, "UTC", DueTimes()) == [
        Scope(CHAIN, "UTC", zones=("Asia/Kolkata", "Europe/Budapest", "Europe/Lisbon")),
        Scope(
            editions.region_key(north),
            "Europe/Budapest",
            north.id,
            north.code,
            ("Europe/Budapest", "Europe/Lisbon"),
            (),
            "North",
        ),
        Scope(editions.region_key(south), "Asia/Kolkata", south.id, south.code, ("Asia/Kolkata",), (), "South"),
    ]


@pytest.mark.parametrize(
    ("zone", "zones", "due"),
    [
        ("Europe/Budapest", ("Europe/Budapest",), "2025-07-07T04:00Z"),
        ("Europe/Budapest", (), "2025-07-07T04:00Z"),
        ("Europe/Budapest", ("Asia/Kolkata", "Europe/Budapest"), "2025-07-07T04:00Z"),
        ("Europe/Budapest", ("America/Los_Angeles", "Europe/Budapest"), "2025-07-07T07:00Z"),
        ("Asia/Kolkata", ("Asia/Kolkata", "Pacific/Honolulu"), "2025-07-07T10:00Z"),
    ],
)
def test_a_report_is_due_at_its_hour_but_not_before_the_last_branchs_week_has_ended(
    zone: str, zones: tuple[str, ...], due: str
) -> None:
    assert Scope("x", zone, zones=zones).due_at(WEEK) == datetime.fromisoformat(due)


def test_a_report_due_at_midnight_waits_for_the_end_of_a_week_whose_midnight_is_skipped() -> None:
    tehran = Scope("x", "Asia/Tehran", zones=("Asia/Tehran",), times=Times(DueTime(at=time(0))))
    due = tehran.due_at(Week.parse("2021-W11"))
    assert due == datetime(2021, 3, 21, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Budapest", "America/New_York", "Asia/Kolkata", "America/Santiago"])
def test_each_week_of_a_year_is_missing_from_six_oclock_on_monday(session: Session, zone: str) -> None:
    scope, week = Scope("x", zone, zones=(zone,)), Week.parse("2024-W51")
    while week < Week.parse("2026-W02"):
        six = datetime.combine(week.plus(1).monday, time(6), ZoneInfo(zone)).astimezone(UTC)
        assert editions.missing_weeks(session, scope, week, six - timedelta(microseconds=1)) == []
        assert editions.missing_weeks(session, scope, week, six) == [week]
        week = week.plus(1)


@pytest.mark.parametrize("zone", ["Europe/Budapest", "America/New_York", "Asia/Kolkata"])
def test_weeks_missed_over_a_clock_change_are_found_oldest_first(session: Session, zone: str) -> None:
    scope = Scope("x", zone, zones=(zone,))
    for changed in ("2025-W13", "2025-W10", "2025-W43", "2025-W44"):
        week = Week.parse(changed)
        weeks = [week.plus(n) for n in (-1, 0, 1)]
        due = scope.due_at(weeks[-1])
        assert editions.missing_weeks(session, scope, weeks[0], due) == weeks
        assert editions.missing_weeks(session, scope, weeks[0], due - MINUTE) == weeks[:-1]


def test_weeks_that_were_issued_are_not_missing(session: Session) -> None:
    issue(session, WEEK.plus(1))
    issue(session, WEEK, Scope("other", "UTC"))
    now = NORTH.due_at(WEEK.plus(2))
    assert editions.missing_weeks(session, NORTH, WEEK, now) == [WEEK, WEEK.plus(2)]
    assert editions.missing_weeks(session, NORTH, WEEK.plus(9), now) == []


def test_reporting_is_switched_on_once(session: Session) -> None:
    assert editions.first_week(session, NORTH, None, otherwise=WEEK) == WEEK
    assert editions.switch_on(session, NORTH, None, WEEK) == WEEK
    assert editions.is_switched_on(session, NORTH, None)
    assert editions.first_week(session, NORTH, None, otherwise=WEEK.plus(5)) == WEEK
    assert editions.switch_on(session, NORTH, None, WEEK.plus(5)) == WEEK


def test_the_settings_may_ask_for_another_first_week(session: Session) -> None:
    editions.switch_on(session, NORTH, None, WEEK)
    earlier = WEEK.plus(-3)
    assert not editions.is_switched_on(session, NORTH, earlier)
    assert editions.first_week(session, NORTH, earlier, otherwise=WEEK.plus(5)) == earlier
    editions.switch_on(session, NORTH, earlier, earlier)
    assert editions.started(session) == {NORTH.key: earlier}


def test_a_region_that_comes_later_begins_with_the_next_week(session: Session) -> None:
    editions.switch_on(session, Scope(CHAIN, "UTC"), WEEK, WEEK)
    assert editions.first_week(session, NORTH, WEEK, otherwise=WEEK.plus(5)) == WEEK.plus(5)
    editions.switch_on(session, NORTH, WEEK, WEEK.plus(5))
    assert editions.first_week(session, NORTH, WEEK, otherwise=WEEK.plus(9)) == WEEK.plus(5)


def test_reporting_switched_on_by_two_at_once_begins_once(engine: sa.Engine) -> None:
    def switch_on(week: Week) -> Week:
        with transaction(engine) as session:
            begun = editions.switch_on(session, NORTH, None, week)
            sleep(0.1)
        return begun

    given = together(lambda: switch_on(WEEK), lambda: switch_on(WEEK.plus(1)))
    with reading(engine) as session:
        assert given == [editions.started(session)[NORTH.key]] * 2


def test_a_week_has_one_first_edition(session: Session) -> None:
    first = issue(session)
    with pytest.raises(Conflict, match="week 2025-W27 has already been issued"):
        issue(session, content="second")
    assert [e.content for e in session.exec(select(Edition))] == [{"is": "first"}]
    assert [(e.verb, e.details) for e in history.of(session, first)] == [
        ("issue", {"scope": "region-north", "week": "2025-W27"})
    ]


def test_of_two_who_issue_at_once_one_is_refused_and_keeps_nothing(engine: sa.Engine) -> None:
    def make_it(name: str) -> str:
        with transaction(engine) as session:
            make.region(session, name)
            sleep(0.05)
            issue(session, content=name)
            sleep(0.05)
        return name

    given = together(lambda: make_it("one"), lambda: make_it("two"))
    with reading(engine) as session:
        kept = [e.content["is"] for e in session.exec(select(Edition))]
        assert [r.name for r in places.regions(session)] == kept
    refused = "The report of week 2025-W27 has already been issued."
    assert sorted(map(str, given)) == sorted([*kept, refused])


@pytest.mark.parametrize(("due", "at"), [(DUE, DUE - MINUTE), (DUE - MINUTE * 600, DUE - MINUTE * 361)])
def test_an_edition_is_never_early(session: Session, due: datetime, at: datetime) -> None:
    with pytest.raises(Conflict, match="not due yet"):
        editions.issue(session, NORTH, WEEK, {}, due_at=due, at=at, standard_id=None)
    assert editions.latest(session, NORTH.key) is None


def test_revisions_are_counted_up_beside_the_first(session: Session) -> None:
    first = issue(session)
    second = editions.revise(session, first, {"is": "second"}, {"why": ["excluded"]}, at=DUE + MINUTE)
    third = editions.revise(session, second, {"is": "third"}, {"why": ["appeal upheld"]}, at=DUE + 2 * MINUTE)
    with pytest.raises(Conflict, match="revised by somebody else"):
        editions.revise(session, first, {"is": "late"}, {}, at=DUE + 3 * MINUTE)
    kept = session.exec(select(Edition).order_by(sa.text("revision"))).all()
    assert [(e.revision, e.content["is"], e.changes) for e in kept] == [
        (0, "first", None),
        (1, "second", {"why": ["excluded"]}),
        (2, "third", {"why": ["appeal upheld"]}),
    ]
    assert {(e.scope, e.week, e.due_at) for e in kept} == {(NORTH.key, WEEK.monday, DUE)}
    assert len({e.public_id for e in kept}) == 3
    assert [(e.verb, e.details) for e in history.of(session, third)] == [("revise", {"revision": 2})]


def test_the_latest_edition_is_the_newest_revision_of_the_last_week(session: Session) -> None:
    assert editions.latest(session, NORTH.key) is None
    first, last = issue(session), issue(session, WEEK.plus(1))
    revised = editions.revise(session, first, {}, {}, at=DUE)
    issue(session, WEEK.plus(2), Scope("other", "UTC"))
    assert editions.latest(session, NORTH.key) == last
    assert editions.latest(session, NORTH.key, WEEK.monday) == revised
    assert editions.latest(session, NORTH.key, WEEK.plus(2).monday) is None
    assert editions.last_editions(session, NORTH.key, 2) == [revised, last]
    assert editions.last_editions(session, NORTH.key, 1) == [last]


def test_an_edition_is_found_by_its_public_name_only(session: Session) -> None:
    edition = issue(session)
    assert editions.find(session, edition.public_id) == edition
    assert [editions.find(session, name) for name in ("", str(edition.id), "' OR '1'='1")] == [None, None, None]


def test_past_editions_are_listed_newest_first(session: Session) -> None:
    first, last = issue(session), issue(session, WEEK.plus(1))
    revised = editions.revise(session, first, {}, {}, at=DUE + MINUTE)
    listed = [(e.public_id, e.week, e.revision, e.issued_at) for e in editions.past(session, NORTH.key)]
    assert listed == [(e.public_id, e.week, e.revision, e.issued_at) for e in (last, revised, first)]
    assert [e.public_id for e in editions.past(session, NORTH.key, most=1)] == [last.public_id]


def test_a_lease_binds_others_until_it_ends(session: Session) -> None:
    assert claim(session, "one", DUE)
    assert claim(session, "one", DUE + 30 * timedelta(seconds=1))
    assert not claim(session, "two", DUE + MINUTE)
    assert claim(session, "two", DUE + MINUTE + 30 * timedelta(seconds=1))
    assert not claim(session, "one", DUE + 2 * MINUTE)
    assert editions.claim(session, NORTH.key, WEEK.plus(1), holder="one", now=DUE, seconds=60)


def test_a_lease_of_a_clock_that_was_set_back_binds_nobody(session: Session) -> None:
    assert claim(session, "one", DUE + timedelta(days=3))
    assert claim(session, "two", DUE)


def test_a_clock_that_is_behind_takes_no_lease_that_is_held(session: Session) -> None:
    assert claim(session, "one", DUE)
    assert not claim(session, "two", DUE - timedelta(milliseconds=1))
    assert not claim(session, "two", DUE - timedelta(hours=1))
    assert claim(session, "two", DUE - timedelta(hours=1, microseconds=1))


def test_a_lease_is_given_back_by_its_holder_alone(session: Session) -> None:
    claim(session, "one", DUE)
    editions.end_lease(session, NORTH.key, WEEK, holder="two")
    assert len(session.exec(select(Lease)).all()) == 1
    editions.end_lease(session, NORTH.key, WEEK, holder="one")
    assert session.exec(select(Lease)).all() == []


def test_what_is_released_after_an_edition_was_due_counts_from_then(session: Session) -> None:
    assert editions.counts_from(session, DUE) == DUE
    issue(session)
    before, after = DUE - MINUTE, DUE + MINUTE
    assert editions.counts_from(session, before) == DUE + timedelta(microseconds=1)
    assert editions.counts_from(session, after) == after


def test_a_region_whose_branches_have_closed_is_reported_no_longer(session: Session) -> None:
    north = make.region(session)
    branch = make.branch(session, north)
    places.close_branch(session, branch, WEEK.plus(1).monday, by=None, at=make.NOON)
    scope = editions.scopes(session, "UTC", DueTimes())[1]
    due = scope.due_at(WEEK.plus(3))
    assert editions.missing_weeks(session, scope, WEEK, due) == [WEEK]


@pytest.mark.parametrize("expired", [False, True])
def test_of_many_who_claim_at_once_one_has_it(engine: sa.Engine, *, expired: bool) -> None:
    if expired:
        with transaction(engine) as session:
            claim(session, "dead", DUE - 2 * MINUTE)

    def try_it(holder: str) -> bool:
        with transaction(engine) as session:
            taken = claim(session, holder, DUE)
            sleep(0.03)
        return taken

    given = together(*[lambda name=name: try_it(name) for name in "abcd"])
    assert sorted(map(str, given)) == ["False", "False", "False", "True"]


def test_a_week_is_kept_by_its_monday(session: Session) -> None:
    assert issue(session).week == date(2025, 6, 30)
