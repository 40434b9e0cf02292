"""The weekly run: one edition for every scope and week, when it is due and not before, and nothing changed silently."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from branches import audits, editions
from branches.audits import Audit
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition
from branches.errors import Conflict, Refused
from branches.timetable import DueTimes
from branches.weeks import DueTime, Week
from monitor import jobs
from monitor.jobs import Worker
from reports import stored, weekly
from reports.weekly import Picture, Settings
from tests import make
from tests.monitor.chains import SmallChain, audit_weekly, small_chain

pytestmark = pytest.mark.slow

FIRST = Week(date(2026, 3, 2))


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def worker(engine: sa.Engine, clock: Clock) -> Worker:
    settings = Settings(reporting_from=FIRST, chain_zone="Europe/Budapest")
    return Worker(engine, settings, clock, holder="one")


@pytest.fixture
def chain(engine: sa.Engine) -> SmallChain:
    with transaction(engine) as session:
        made = small_chain(session)
        audit_weekly(session, made, FIRST.plus(-4).monday, weeks=10)
        return made


def issued(engine: sa.Engine) -> list[tuple[str, date, int]]:
    with reading(engine) as session:
        rows = session.exec(select(Edition).order_by(col(Edition.id))).all()
        names = {scope.key: scope.region_code or CHAIN for scope in editions.scopes(session, "UTC", DueTimes())}
    return [(names[row.scope], row.week, row.revision) for row in rows]


def audits_new_in(worker: Worker, week: Week) -> int:
    """How many audits the chain's edition of that week lists as new."""
    with reading(worker.engine) as session:
        edition = editions.latest(session, CHAIN, week.monday)
        assert edition is not None
        return len(stored.load(edition.content).new)


def after_the_first_look(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Has something happen between the first look at the audits and its edition."""
    original, waiting = weekly.look, [happens]

    def look(*words: object, **more: object) -> Picture:
        picture = original(*words, **more)  # type: ignore[arg-type]
        if waiting:
            waiting.pop()()
        return picture

    monkeypatch.setattr(weekly, "look", look)


def test_nothing_is_issued_before_it_is_due(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 9, 0, 29, tzinfo=UTC)  # 05:59 on Monday in Kolkata
    assert jobs.weekly_report(worker) == []
    assert issued(worker.engine) == []


def test_each_region_is_due_by_its_own_clock(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 9, 0, 30, tzinfo=UTC)  # 06:00 in Kolkata
    jobs.weekly_report(worker)
    assert issued(worker.engine) == [("Kolkata", FIRST.monday, 0)]
    clock.at = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)  # 06:00 in Budapest: the chain's week has ended in New York too
    jobs.weekly_report(worker)
    assert issued(worker.engine)[1:] == [(CHAIN, FIRST.monday, 0), ("Budapest", FIRST.monday, 0)]
    clock.at = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)  # 06:00 in New York, a day after its clocks went forward
    jobs.weekly_report(worker)
    assert issued(worker.engine)[3:] == [("New_York", FIRST.monday, 0)]


def test_a_second_tick_changes_nothing(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    first = jobs.weekly_report(worker)
    again = jobs.weekly_report(replace(worker, holder="two"))
    assert (len(first), again) == (4, [])


def test_weeks_off_are_caught_up_oldest_first(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 24, tzinfo=UTC)
    jobs.weekly_report(worker)
    weeks = [week for _, week, _ in issued(worker.engine)]
    assert weeks == sorted(weeks)
    assert len(weeks) == 3 * 4


def test_a_held_lease_is_left_alone_until_it_ends(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    with transaction(worker.engine) as session:
        editions.claim(session, CHAIN, FIRST, holder="dead", now=clock.at, seconds=300)
    assert len(jobs.weekly_report(worker)) == 3
    clock.at += timedelta(seconds=301)
    assert [edition.scope for edition in jobs.weekly_report(worker)] == [CHAIN]


def test_an_edition_counts_what_was_released_when_it_was_due(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    late = datetime(2026, 3, 9, 5, 1, tzinfo=UTC)
    with transaction(worker.engine) as session:
        visited = datetime(2026, 3, 5, 12, tzinfo=UTC)
        place = session.merge(chain.branches["Europe/Budapest"])
        make.audit(session, place, visited_at=visited, released_at=late)
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)  # made late, counts the same
    jobs.weekly_report(worker)
    clock.at = datetime(2026, 3, 17, tzinfo=UTC)
    jobs.weekly_report(worker)
    with reading(worker.engine) as session:
        first = editions.latest(session, CHAIN, FIRST.monday)
        second = editions.latest(session, CHAIN, FIRST.plus(1).monday)
    assert first is not None
    assert second is not None
    assert [audit.late for audit in stored.load(first.content).new] == [False] * 3
    assert [audit.late for audit in stored.load(second.content).new] == [True, False, False, False]


def test_an_excluded_audit_revises_the_editions_that_counted_it(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 24, tzinfo=UTC)
    jobs.weekly_report(worker)
    before = issued(worker.engine)
    _exclude(worker, on=date(2026, 3, 11), at=clock.at)
    revised = jobs.weekly_report(worker)
    assert {(e.week, e.revision) for e in revised} == {(FIRST.plus(1).monday, 1), (FIRST.plus(2).monday, 1)}
    assert issued(worker.engine)[: len(before)] == before
    changes = revised[0].changes
    assert changes is not None
    (reason,) = changes["reasons"]
    assert (reason["why"], reason["week"]) == ("excluded", "2026-03-09")
    assert reason["branch"] in {branch.code for branch in chain.branches.values()}
    assert jobs.weekly_report(worker) == []


def test_an_audit_that_no_edition_has_counted_revises_nothing(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    jobs.weekly_report(worker)
    _exclude(worker, on=date(2026, 3, 18), at=clock.at)
    assert jobs.weekly_report(worker) == []


def test_reporting_begins_with_the_week_of_the_first_look_by_default(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 12, tzinfo=UTC)
    plain = replace(worker, settings=replace(worker.settings, reporting_from=None))
    assert jobs.weekly_report(plain) == []
    clock.at = datetime(2026, 3, 23, 12, tzinfo=UTC)
    assert {edition.week for edition in jobs.weekly_report(plain)} == {date(2026, 3, 9), date(2026, 3, 16)}


def test_by_hand_nothing_is_issued_early_or_twice(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    with reading(worker.engine) as session:
        scope = editions.scopes(session, "Europe/Budapest", DueTimes())[0]
    clock.at = datetime(2026, 3, 8, tzinfo=UTC)
    with pytest.raises(Refused, match="is due at"):
        jobs.issue_by_hand(worker, scope, FIRST)
    clock.at = datetime(2026, 3, 9, 12, tzinfo=UTC)
    jobs.issue_by_hand(worker, scope, FIRST)
    with pytest.raises(Conflict, match="already been issued"):
        jobs.issue_by_hand(worker, scope, FIRST)


def test_a_chain_without_branches_has_nothing_due(worker: Worker) -> None:
    assert jobs.weekly_report(worker) == []


def _exclude(worker: Worker, *, on: date, at: datetime) -> None:
    with transaction(worker.engine) as session:
        audit = session.exec(select(Audit).where(Audit.visited_on == on)).first()
        assert audit is not None
        audits.exclude(session, audit, reason="the wrong branch", by=None, at=at)


def test_an_audit_released_while_a_report_is_made_is_in_it(
    worker: Worker, chain: SmallChain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the edition somebody releases an audit that belongs to it: the look is made again."""
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)

    def release() -> None:
        with transaction(worker.engine) as session:
            place = session.merge(chain.branches["Europe/Budapest"])
            at = datetime(2026, 3, 8, tzinfo=UTC)
            make.audit(session, place, visited_at=at, released_at=at)

    after_the_first_look(monkeypatch, release)
    jobs.weekly_report(worker)
    assert audits_new_in(worker, FIRST) == 4


def test_an_audit_excluded_while_a_report_is_made_is_not_in_it(
    worker: Worker, chain: SmallChain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)

    def exclude() -> None:
        _exclude(worker, on=date(2026, 3, 4), at=clock.at)
        assert jobs.revise_editions(replace(worker, holder="two")) == []

    after_the_first_look(monkeypatch, exclude)
    jobs.weekly_report(worker)
    assert audits_new_in(worker, FIRST) == 2


def test_a_changed_due_time_leaves_no_audit_out_and_none_twice(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    jobs.weekly_report(worker)
    for zone, at in (("Europe/Budapest", 9), ("Europe/Budapest", 13)):
        with transaction(worker.engine) as session:
            visited = datetime(2026, 3, 9, 6, tzinfo=UTC)
            make.audit(
                session, session.merge(chain.branches[zone]), visited_at=visited, released_at=visited.replace(hour=at)
            )
    later = replace(worker, settings=replace(worker.settings, due=DueTimes(DueTime("monday", time(12)))))
    clock.at = datetime(2026, 3, 17, tzinfo=UTC)
    jobs.weekly_report(later)
    assert audits_new_in(worker, FIRST.plus(1)) == 3 + 2


def test_a_revision_forgets_the_excluded_audit_among_the_new_ones(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    jobs.weekly_report(worker)
    _exclude(worker, on=date(2026, 3, 4), at=clock.at)
    revised = {edition.scope: stored.load(edition.content) for edition in jobs.weekly_report(worker)}
    assert len(revised[CHAIN].new) == 2
    with reading(worker.engine) as session:
        first = session.exec(select(Edition).where(Edition.scope == CHAIN, Edition.revision == 0)).one()
        assert len(stored.load(first.content).new) == 3


def test_pictures_that_cannot_be_drawn_hold_up_no_edition(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    def fail(_: Edition) -> None:
        raise OSError("the disk is full")

    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    assert len(jobs.weekly_report(replace(worker, draw=fail))) == 4


def test_a_failing_report_is_tried_again_at_once_and_the_others_are_made(
    worker: Worker, chain: SmallChain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_for_the_chain(*words: object, **more: object) -> object:
        if any(getattr(word, "key", None) == CHAIN for word in words):
            raise RuntimeError("a fault of ours")
        return original(*words, **more)  # type: ignore[arg-type]

    original = weekly.prepare
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    monkeypatch.setattr(weekly, "prepare", fail_for_the_chain)
    assert len(jobs.weekly_report(worker)) == 3
    monkeypatch.setattr(weekly, "prepare", original)
    assert [edition.scope for edition in jobs.weekly_report(replace(worker, holder="two"))] == [CHAIN]


def test_looking_at_what_is_due_writes_nothing(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    assert len(jobs.due_editions(worker)) == 4
    with reading(worker.engine) as session:
        assert editions.started(session) == {}


def test_a_region_that_comes_later_has_no_past_to_report(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    clock.at = datetime(2026, 3, 10, tzinfo=UTC)
    jobs.weekly_report(worker)
    with transaction(worker.engine) as session:
        north = make.region(session, "New here", timezone="Europe/Budapest")
        make.branch(session, north)
    clock.at = datetime(2026, 3, 24, tzinfo=UTC)
    begun = [week for name, week, _ in issued(worker.engine) if name == north.code]
    jobs.weekly_report(worker)
    assert begun == []
    clock.at = datetime(2026, 3, 31, tzinfo=UTC)
    jobs.weekly_report(worker)
    clock.at = datetime(2026, 4, 7, tzinfo=UTC)
    jobs.weekly_report(worker)
    assert [week for name, week, _ in issued(worker.engine) if name == north.code] == [date(2026, 3, 30)]


def test_by_hand_no_week_is_issued_before_an_earlier_one_that_is_owed(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 9, 6, tzinfo=UTC)
    jobs.begin_reporting(worker)
    clock.at = datetime(2026, 3, 17, tzinfo=UTC)
    with reading(worker.engine) as session:
        scope = editions.scopes(session, "Europe/Budapest", DueTimes())[0]
    with pytest.raises(Refused, match="is due before this one"):
        jobs.issue_by_hand(worker, scope, FIRST.plus(1))
