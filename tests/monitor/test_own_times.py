"""Reports of scopes that have times of their own: made then, once, counting each audit once, whatever is changed when."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import select

from branches import editions, timetable
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, Scope
from branches.timetable import DueTimes
from branches.weeks import DAYS, DueTime
from monitor import jobs
from monitor.jobs import Worker
from reports import stored, weekly
from tests.monitor.chains import SmallChain
from tests.monitor.test_jobs import FIRST, Clock, chain, clock, issued, worker

__all__ = ["chain", "clock", "worker"]

TUESDAY = DueTime("tuesday", time(7))
HOUR = timedelta(hours=1)


def with_times(worker: Worker, due: DueTimes) -> Worker:
    return replace(worker, settings=replace(worker.settings, due=due))


def scope_of(worker: Worker, code: str | None) -> Scope:
    with reading(worker.engine) as session:
        found = editions.scopes(session, worker.settings.chain_zone, worker.settings.due)
    return next(scope for scope in found if scope.region_code == code)


def change(worker: Worker, code: str | None, due: DueTime | None) -> None:
    """As the page makes it."""
    scope, now = scope_of(worker, code), worker.clock()
    with transaction(worker.engine) as session:
        timetable.change(session, scope.key, due, scope.changes_from(due, now), by=None, at=now)


@pytest.mark.slow
def test_each_scope_is_issued_at_the_time_it_has(worker: Worker, chain: SmallChain, clock: Clock) -> None:
    own = with_times(worker, DueTimes(chain=DueTime("wednesday", time(18, 30)), regions={"Kolkata": TUESDAY}))
    change(own, "Budapest", DueTime("friday", time(9)))
    due = {
        "New_York": datetime(2026, 3, 9, 10, tzinfo=UTC),
        "Kolkata": datetime(2026, 3, 10, 1, 30, tzinfo=UTC),
        CHAIN: datetime(2026, 3, 11, 17, 30, tzinfo=UTC),
        "Budapest": datetime(2026, 3, 13, 8, tzinfo=UTC),
    }
    for number, at in enumerate(due.values(), 1):
        clock.at = at - timedelta(seconds=1)
        assert jobs.weekly_report(own) == []
        clock.at = at
        jobs.weekly_report(own)
        assert [name for name, _, _ in issued(worker.engine)] == list(due)[:number]
    with reading(worker.engine) as session:
        assert [row.due_at for row in session.exec(select(Edition).order_by(Edition.id))] == list(due.values())  # type: ignore[arg-type]


def test_scopes_due_at_the_same_moment_share_one_look(
    worker: Worker, chain: SmallChain, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    original = weekly.look

    def look(*words: object, **more: object) -> weekly.Picture:
        looked.append(words[2])  # type: ignore[arg-type]
        return original(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(weekly, "look", look)
    clock.at = datetime(2026, 3, 12, tzinfo=UTC)
    assert len(jobs.weekly_report(with_times(worker, DueTimes(regions={"Budapest": TUESDAY})))) == 4
    assert len(looked) == len(set(looked)) == 4


def test_a_change_leaves_what_is_due_and_what_was_issued_as_it_is(
    worker: Worker, chain: SmallChain, clock: Clock
) -> None:
    clock.at = datetime(2026, 3, 9, 6, tzinfo=UTC)
    jobs.weekly_report(worker)
    clock.at = datetime(2026, 3, 9, 11, tzinfo=UTC)  # New York's is due since an hour, and nobody has looked
    for code in ("Budapest", "New_York"):
        change(worker, code, TUESDAY)
    jobs.weekly_report(worker)
    assert Counter(name for name, _, _ in issued(worker.engine)) == Counter([CHAIN, "Budapest", "Kolkata", "New_York"])
    with reading(worker.engine) as session:
        newest = editions.latest(session, scope_of(worker, "New_York").key)
    assert newest is not None
    assert newest.due_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert scope_of(worker, "New_York").due_at(FIRST.plus(1)) == datetime(2026, 3, 17, 11, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_over_random_changes_each_week_is_issued_once_and_each_audit_is_new_once(
    worker: Worker, chain: SmallChain, clock: Clock, seed: int
) -> None:
    chance, names = random.Random(seed), [None, "Budapest", "Kolkata", "New_York"]
    due, end = worker, datetime(2026, 4, 6, tzinfo=UTC)
    while clock.at < end:
        clock.at += chance.randrange(1, 50) * HOUR
        at = DueTime(chance.choice(DAYS), time(chance.randrange(24)))
        match chance.randrange(4):
            case 0:
                change(due, chance.choice(names), at if chance.random() < 0.8 else None)
            case 1:
                due = with_times(worker, DueTimes(at))
            case _:
                jobs.weekly_report(due)
    jobs.weekly_report(due)
    with reading(worker.engine) as session:
        rows = session.exec(select(Edition).where(Edition.revision == 0).order_by(Edition.week)).all()  # type: ignore[arg-type]
    for code in names:
        scope = scope_of(due, code)
        mine = [row for row in rows if row.scope == scope.key]
        weeks = (scope.next_week(clock.at).monday - FIRST.monday).days // 7
        assert [row.week for row in mine] == [FIRST.plus(n).monday for n in range(weeks)]
        assert [row for row in mine if row.issued_at < row.due_at] == []
        new = Counter((one.branch, one.week) for row in mine for one in stored.load(row.content).new)
        branches = 3 if code is None else 1
        assert (len(new), set(new.values())) == (branches * weeks, {1})
