from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import audits, held
from branches.audits import Audit
from branches.held import Few, Look, Privacy
from branches.places import Branch
from branches.weeks import Week, local_date
from tests import make

ZONE = "Europe/Budapest"
WEDNESDAY = make.NOON
MONDAY = date(2025, 7, 7)
"""After its week."""
ZONES = ("UTC", ZONE, "Asia/Kolkata", "America/Havana", "Pacific/Auckland", "America/Santiago")
moments = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@pytest.mark.parametrize(
    ("released", "wait", "first"),
    [
        (local(date(2025, 7, 2), 18), 1, MONDAY),
        (local(date(2025, 7, 5), 23, 59), 1, MONDAY),
        (local(date(2025, 7, 6), 0, 1), 1, MONDAY + timedelta(weeks=1)),
        (local(date(2025, 7, 6), 23), 0, MONDAY),
        (local(date(2025, 7, 7), 9), 0, MONDAY + timedelta(weeks=1)),
        (local(date(2025, 7, 7), 9), 6, MONDAY + timedelta(weeks=1)),
        (local(date(2025, 7, 7), 9), 7, MONDAY + timedelta(weeks=2)),
        (local(date(2025, 7, 2), 18), 28, MONDAY + timedelta(weeks=4)),
    ],
)
def test_staff_first_see_an_audit_on_a_monday_after_its_week_and_its_wait(
    released: datetime, wait: int, first: date
) -> None:
    assert held.first_seen(date(2025, 7, 2), released, ZONE, wait) == first


@given(moments, st.timedeltas(timedelta(0), timedelta(days=90)), st.sampled_from(ZONES), st.integers(0, 28))
def test_an_audit_appears_on_a_monday_that_no_day_within_its_week_moves(
    visited: datetime, pause: timedelta, zone: str, wait: int
) -> None:
    day, released = local_date(visited, zone), visited + pause
    first = held.first_seen(day, released, zone, wait)
    assert (first.weekday(), first >= Week.of(day).plus(1).monday) == (0, True)
    assert released <= held._waited(first, zone, wait)
    earlier = first - timedelta(weeks=1)
    assert earlier < Week.of(day).plus(1).monday or released > held._waited(earlier, zone, wait)
    assert held.first_seen(Week.of(day).monday, released, zone, wait) == first


@pytest.fixture
def branch(session: Session) -> Branch:
    return make.branch(session)


def visit(session: Session, at: Branch, day: int, released: timedelta = timedelta(hours=5), **more: object) -> Audit:
    when = WEDNESDAY + timedelta(days=day)
    return make.audit(session, at, visited_at=when, released_at=when + released, **more)  # type: ignore[arg-type]


def from_files(session: Session, made: Audit) -> Audit:
    """As an import leaves it: since the end of its day, and nobody sent it."""
    assert made.visited_on is not None
    made.submitted_at, made.released_at = None, local(made.visited_on + timedelta(days=1))
    session.add(made)
    session.flush()
    return made


def listed(session: Session, branch: Branch, look: Look) -> set[int]:
    return set(session.exec(select(Audit.id).where(held.seen(branch.timezone, look))))


def mornings() -> Iterator[datetime]:
    """Around each midnight of five weeks."""
    for day in range(35):
        for pause in (timedelta(minutes=-1), timedelta(0)):
            yield local(date(2025, 6, 30) + timedelta(days=day)) + pause


@pytest.mark.parametrize("wait", [0, 1, 9])
def test_what_a_query_finds_is_what_is_said_of_each_audit(session: Session, branch: Branch, wait: int) -> None:
    made = [visit(session, branch, day, timedelta(hours=7 * day)) for day in range(-2, 9, 2)]
    made += [from_files(session, visit(session, branch, day)) for day in range(5)]
    privacy = Privacy(staff_delay_days=wait)
    for at in mornings():
        look = Look(privacy, at)
        assert listed(session, branch, look) == {one.id for one in made if held.is_seen(session, one, look)}, at


def test_audits_of_one_week_from_files_appear_together_whatever_their_day(session: Session, branch: Branch) -> None:
    made = [from_files(session, visit(session, branch, day)) for day in range(-2, 5)]
    assert {held.seen_from(session, one, Privacy()) for one in made} == {MONDAY}


def test_an_audit_that_is_not_released_is_seen_from_no_day_on(session: Session, branch: Branch) -> None:
    standard = make.standard(session)
    made = audits.assign(session, standard, branch, None, by=None, at=make.NOON)
    assert held.seen_from(session, made, Privacy()) is None
    assert not held.is_seen(session, made, Look(Privacy(), make.NOON + timedelta(days=99)))


LATER = WEDNESDAY + timedelta(weeks=3)


def test_comments_wait_for_so_many_audits_that_staff_see(session: Session, branch: Branch) -> None:
    shoppers = [make.shopper(session) for _ in range(3)]
    for day, shopper in zip((0, 1), shoppers, strict=False):
        visit(session, branch, day, by=shopper)
    look = Look(Privacy(), LATER)
    assert held.comments(session, branch, look) is Few.AUDITS
    visit(session, branch, 19, by=shoppers[2])  # released, and not seen before next Monday
    assert held.comments(session, branch, look) is Few.AUDITS
    assert held.comments(session, branch, Look(Privacy(), LATER + timedelta(days=5))) is None


def test_comments_wait_for_so_many_shoppers_in_the_region(session: Session) -> None:
    region = make.region(session, "North")
    here, there = make.branch(session, region), make.branch(session, region)
    one, two, three = (make.shopper(session) for _ in range(3))
    for day in range(3):
        visit(session, here, day, by=one)
    visit(session, there, 0, by=two)
    look = Look(Privacy(), LATER)
    assert held.comments(session, here, look) is Few.SHOPPERS
    assert held.comments(session, here, Look(Privacy(comments_after_shoppers=2), LATER)) is None
    visit(session, there, 1)  # not known who audited
    assert held.comments(session, here, look) is Few.SHOPPERS
    assert held.thin_regions(session, look) == [region]
    visit(session, there, 2, by=three)
    assert held.comments(session, here, look) is None
    assert held.comments(session, there, Look(Privacy(comments_after_audits=4), LATER)) is Few.AUDITS
    assert held.thin_regions(session, look) == []


def test_only_the_window_of_the_reports_is_counted(session: Session, branch: Branch) -> None:
    for day in range(3):
        visit(session, branch, day, by=make.shopper(session))
    assert held.comments(session, branch, Look(Privacy(weeks=2), MONDAY_NOON + timedelta(weeks=1))) is None
    assert held.comments(session, branch, Look(Privacy(weeks=2), MONDAY_NOON + timedelta(weeks=2))) is Few.AUDITS


MONDAY_NOON = local(MONDAY, 12)


def test_an_audit_that_is_excluded_counts_for_nothing(session: Session, branch: Branch) -> None:
    made = [visit(session, branch, day, by=make.shopper(session)) for day in range(3)]
    look = Look(Privacy(), LATER)
    assert held.comments(session, branch, look) is None
    audits.exclude(session, made[0], reason="Another branch's.", by=make.user(session), at=LATER)
    assert held.comments(session, branch, look) is Few.AUDITS


def test_regions_without_audits_are_not_told_as_thin(session: Session) -> None:
    found = [make.region(session, name) for name in ("North", "South")]
    for region in found:
        make.branch(session, region)
    assert held.thin_regions(session, Look(Privacy(), LATER)) == []
