"""When somebody is told, and that each thing is told once: at their hour, late commits, deaths, two at once, clocks."""

from datetime import date, datetime
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import database, outbox, telling
from branches.database import reading, transaction
from branches.editions import CHAIN, Scope
from branches.outbox import Mail
from branches.people import Role, User
from branches.places import Branch
from branches.telling import Due
from branches.timetable import Times
from branches.weeks import DueTime
from tests import make
from tests.branches.test_alerts import DAY, HOUR, NOW, asking, failed_audit, look, raise_flag, told
from tests.databases import PostgresqlDatabases
from tests.together import together


def test_after_days_off_one_mail_tells_all(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    for n in range(3):
        failed_audit(session, branch, released_at=NOW + n * 5 * DAY)
    assert look(session, office, NOW + 20 * DAY) == [("critical", "Main Street")] * 3


def test_there_is_one_mail_a_day_at_most(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    failed_audit(session, branch)
    due = Due(office.id, NOW.date(), NOW)
    assert telling.tell(session, office, due, at=NOW + HOUR) is not None
    failed_audit(session, branch, released_at=NOW + 2 * HOUR)
    assert telling.tell(session, office, due, at=NOW + 3 * HOUR) is None
    again = Due(office.id, NOW.date(), NOW + 4 * HOUR)  # the region's clock was changed: its hour comes once more
    assert telling.tell(session, office, again, at=NOW + 5 * HOUR) is None
    assert look(session, office, NOW + DAY) == [("critical", "Main Street")]


def test_what_is_committed_late_under_an_earlier_time_is_told_all_the_same(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    failed_audit(session, branch)
    assert look(session, office, NOW + HOUR) == [("critical", "Main Street")]
    late = failed_audit(session, branch, released_at=NOW - 6 * HOUR)
    assert late.released_at is not None
    assert late.released_at < NOW
    assert look(session, office, NOW + DAY) == [("critical", "Main Street")]
    assert look(session, office, NOW + 2 * DAY) == []


@pytest.mark.slow
def test_what_was_begun_before_a_look_and_is_seen_only_after_it_is_told_next(postgresql: PostgresqlDatabases) -> None:
    """Two who write at once: the numbers and times of the one that ends last are the lower ones."""
    with postgresql.fresh() as url:
        engine = database.create(url)
        with transaction(engine) as session:
            office, branch = asking(session), make.branch(session)
        heard = []
        with transaction(engine) as slow:
            raise_flag(slow, slow.get_one(Branch, branch.id))
            with transaction(engine) as session:
                failed_audit(session, session.get_one(Branch, branch.id), released_at=NOW + HOUR / 2)
            with transaction(engine) as session:
                heard.append(look(session, session.get_one(User, office.id), NOW + HOUR))
        for n in (1, 2):
            with transaction(engine) as session:
                heard.append(look(session, session.get_one(User, office.id), NOW + n * DAY))
        engine.dispose()
    assert heard == [[("critical", "Main Street")], [("raised", "Main Street")], []]


def test_a_clock_that_was_ahead_holds_nothing_up(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    assert look(session, office, NOW + 400 * DAY) == []
    failed_audit(session, branch)
    assert look(session, office, NOW + HOUR) == [("critical", "Main Street")]
    assert look(session, office, NOW + DAY) == []


@pytest.mark.parametrize(
    ("now", "is_due"),
    [(datetime.fromisoformat("2025-07-02T03:59Z"), False), (datetime.fromisoformat("2025-07-02T04:00Z"), True)],
)
def test_the_hour_is_that_of_the_readers_own_reports_by_their_own_clock(
    session: Session, now: datetime, is_due: bool
) -> None:
    region = make.region(session)
    asking(session, Role.MANAGER, region=region, at=now - DAY)
    own = Scope("region-x", "Europe/Budapest", region.id, region.code)
    late = Times(DueTime("monday", DueTime().at.replace(hour=23)))
    chain = Scope(CHAIN, "UTC", times=late)
    found = telling.due(session, [chain, own], now)
    assert [one.day for one in found] == ([date(2025, 7, 2)] if is_due else [])


def test_each_day_is_looked_at_once_also_where_there_is_nothing_to_tell(session: Session) -> None:
    office, chain = asking(session, at=NOW - 2 * DAY), Scope(CHAIN, "UTC")
    found = []
    for at in (NOW - HOUR, NOW, NOW + HOUR, NOW + DAY, NOW + DAY + HOUR):
        due = telling.due(session, [chain], at)
        found.append([one.day for one in due])
        for one in due:
            assert telling.tell(session, office, one, at=at) is None
    today = NOW.date()
    assert found == [[today], [], [], [today + DAY], []]


def test_of_two_at_once_one_writes_the_mail(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        office = asking(session)
        failed_audit(session, make.branch(session))

    def tell() -> bool:
        with transaction(engine) as session:
            due = Due(office.id, NOW.date(), NOW)
            return telling.tell(session, session.get_one(User, office.id), due, at=NOW + HOUR) is not None

    assert sorted(together(tell, tell), key=bool) == [False, True]
    with reading(engine) as session:
        assert len(session.exec(select(Mail)).all()) == 1


class _KilledError(Exception):
    """The process died before the end of its transaction."""


def test_a_death_before_the_end_loses_nothing_and_doubles_nothing(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        office = asking(session)
        failed_audit(session, make.branch(session))

    def tell(*, dies: bool) -> list[tuple[str, str]]:
        with transaction(engine) as session:
            found = look(session, session.get_one(User, office.id), NOW + HOUR)
            if dies:
                raise _KilledError
            return found

    for _ in range(2):
        with pytest.raises(_KilledError):
            tell(dies=True)
    assert tell(dies=False) == [("critical", "Main Street")]
    assert tell(dies=False) == []


def test_days_without_a_mail_server_are_told_in_one_mail(session: Session) -> None:
    branch, office = make.branch(session), asking(session)
    for n in range(3):
        failed_audit(session, branch, released_at=NOW + n * DAY)
        look(session, office, NOW + n * DAY + HOUR)
    first, second, third = session.exec(select(Mail).order_by(sa.text("id"))).all()
    claim = partial(outbox.claim, session, holder="one", clock=lambda: NOW + 3 * DAY, seconds=300, domain="a.example")
    assert claim(first) is None
    assert (first.folded_into_id, second.folded_into_id) == (third.id, third.id)
    assert claim(third) is third
    assert len(told(session, third.about["events"], None)) == 3
    assert look(session, office, NOW + 4 * DAY) == []


BEGUN = st.integers(0, 10 * 24)
"""Hours after somebody asked at which something happened."""
COMMITTED_LATER = st.integers(0, 60)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=st.lists(st.tuples(BEGUN, COMMITTED_LATER), max_size=8), looks=st.sets(st.integers(1, 12), min_size=1))
def test_whatever_is_committed_when_each_thing_is_told_once(
    session: Session, happened: list[tuple[int, int]], looks: set[int]
) -> None:
    """Looks on some days, and changes that are committed up to sixty hours after the time they bear."""
    with session.begin_nested() as attempt:
        office, region = asking(session, at=NOW), make.region(session)
        steps = sorted(
            [(begun + late, 0, begun) for begun, late in happened] + [(24 * day, 1, 0) for day in {*looks, 14, 15}]
        )
        heard: list[str] = []
        for number, (hour, is_look, begun) in enumerate(steps):
            if is_look:
                heard += [name for _, name in look(session, office, NOW + hour * HOUR)]
            else:
                raise_flag(session, make.branch(session, region, name=str(number)), at=NOW + begun * HOUR)
        expected = [str(number) for number, (_, is_look, _) in enumerate(steps) if not is_look]
        assert sorted(heard) == sorted(expected)
        attempt.rollback()
