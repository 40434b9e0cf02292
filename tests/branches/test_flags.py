from datetime import UTC, date, datetime, timedelta
from time import sleep

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from branches import flags, history
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.flags import Flag, Shortfall
from branches.places import Branch
from tests import make
from tests.together import together

FIRST = date(2025, 6, 30)


def week(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def edition(session: Session, number: int, branch: Branch, *short: str) -> None:
    """The edition of that week, in which the branch falls short in those sections."""
    shortfalls = [Shortfall(branch.id, section) for section in short]
    flags.raise_flags(session, week(number), [branch.id], shortfalls, at=make.NOON)


def raised(session: Session) -> list[tuple[str, date, date | None]]:
    query = select(Flag).order_by(sa.text("id"))
    return [(flag.section, flag.raised_week, flag.cleared_week) for flag in session.exec(query)]


def test_a_flag_is_raised_when_first_short_and_then_stands(session: Session) -> None:
    branch = make.branch(session)
    for number in range(3):
        edition(session, number, branch, "greeting")
    (flag,) = flags.standing_flags(session, [branch.id])
    assert (flag.raised_week, flag.last_week, flag.missed) == (week(0), week(2), 0)
    assert [(e.verb, e.by_id, e.details) for e in history.of(session, flag)] == [
        ("raise", None, {"week": "2025-06-30"})
    ]


def test_a_flag_is_cleared_after_two_editions_outside(session: Session) -> None:
    branch = make.branch(session)
    edition(session, 0, branch, "greeting")
    edition(session, 1, branch)
    assert raised(session) == [("greeting", week(0), None)]
    edition(session, 2, branch)
    assert raised(session) == [("greeting", week(0), week(2))]
    assert flags.standing_flags(session, [branch.id]) == []
    flag = session.exec(select(Flag)).one()
    assert [e.verb for e in history.of(session, flag)] == ["raise", "clear"]


def test_a_flag_that_comes_back_in_between_stands(session: Session) -> None:
    branch = make.branch(session)
    for number, short in enumerate([["greeting"], [], ["greeting"], [], ["greeting"]]):
        edition(session, number, branch, *short)
    assert raised(session) == [("greeting", week(0), None)]


def test_a_shortfall_after_the_clearing_is_a_new_flag(session: Session) -> None:
    branch = make.branch(session)
    for number, short in enumerate([["greeting"], [], [], ["greeting"]]):
        edition(session, number, branch, *short)
    assert raised(session) == [("greeting", week(0), week(2)), ("greeting", week(3), None)]


def test_when_the_same_was_flagged_before_is_known(session: Session) -> None:
    branch = make.branch(session)
    for number, short in enumerate([["greeting"], ["greeting"], [], [], ["greeting", "service"]]):
        edition(session, number, branch, *short)
    standing = flags.standing_flags(session, [branch.id])
    (again,) = [flag.id for flag in standing if flag.section == "greeting"]
    assert flags.before(session, standing) == {again: week(1)}


def test_a_flag_withdrawn_in_its_week_never_stood_before(session: Session) -> None:
    branch = make.branch(session)
    edition(session, 0, branch, "greeting")
    flags.correct_flags(session, week(0), [branch.id], [], at=make.NOON)
    edition(session, 1, branch, "greeting")
    assert flags.before(session, flags.standing_flags(session, [branch.id])) == {}


def test_an_edition_looked_at_twice_counts_once(session: Session) -> None:
    branch = make.branch(session)
    edition(session, 0, branch, "greeting")
    for _ in range(3):
        edition(session, 1, branch)
    assert raised(session) == [("greeting", week(0), None)]
    for _ in range(3):
        edition(session, 2, branch)
    assert raised(session) == [("greeting", week(0), week(2))]


def test_an_edition_of_an_earlier_week_changes_no_flag(session: Session) -> None:
    branch = make.branch(session)
    for number, short in enumerate([["greeting"], [], []]):
        edition(session, number, branch, *short)
    edition(session, 3, branch, "service")
    for number in range(4):
        edition(session, number, branch, *(["greeting"] if number < 3 else ["service"]))
    assert raised(session) == [("greeting", week(0), week(2)), ("service", week(3), None)]


def test_sections_and_branches_are_flagged_apart(session: Session) -> None:
    one, other = make.branch(session), make.branch(session)
    edition(session, 0, one, "greeting", "service")
    edition(session, 0, other, "greeting")
    edition(session, 1, one, "service")
    edition(session, 2, one, "service")
    assert [(f.branch_id, f.section) for f in flags.standing_flags(session, [one.id, other.id])] == [
        (one.id, "service"),
        (other.id, "greeting"),
    ]


def test_branches_that_were_not_judged_keep_their_flags(session: Session) -> None:
    branch = make.branch(session)
    edition(session, 0, branch, "greeting")
    for number in (1, 2, 3):
        flags.raise_flags(session, week(number), [], [], at=make.NOON)
    assert raised(session) == [("greeting", week(0), None)]


@pytest.mark.slow
def test_more_branches_are_judged_at_once_than_a_query_may_name(session: Session) -> None:
    branch = make.branch(session)
    everywhere = range(branch.id, branch.id + 70_000)
    flags.raise_flags(session, week(0), everywhere, [Shortfall(branch.id, "greeting")], at=make.NOON)
    flags.raise_flags(session, week(1), everywhere, [], at=make.NOON)
    assert [(flag.section, flag.missed) for flag in flags.standing_flags(session, everywhere)] == [("greeting", 1)]


@settings(
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(weeks=st.lists(st.booleans(), min_size=1, max_size=12))
def test_flags_follow_any_course_of_weeks(session: Session, weeks: list[bool]) -> None:
    branch = make.branch(session)
    expected: list[list[date | None]] = []
    for number, short in enumerate(weeks):
        edition(session, number, branch, *(["greeting"] if short else []))
        stands = bool(expected) and expected[-1][1] is None
        if short and not stands:
            expected.append([week(number), None])
        elif stands and not any(weeks[max(number - 1, 0) : number + 1]):
            expected[-1][1] = week(number)
    mine = session.exec(select(Flag).where(Flag.branch_id == branch.id).order_by(sa.text("id")))
    assert [[flag.raised_week, flag.cleared_week] for flag in mine] == expected


def test_a_flag_stands_once_for_a_branch_and_section(session: Session) -> None:
    branch = make.branch(session)
    edition(session, 0, branch, "greeting")
    session.add(Flag(branch_id=branch.id, section="greeting", raised_week=week(1), last_week=week(1)))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_two_editions_at_once_raise_one_flag(engine: sa.Engine) -> None:
    with transaction(engine) as session:
        branch = make.branch(session)

    def raise_it() -> None:
        with transaction(engine) as session:
            edition(session, 0, branch, "greeting")
            sleep(0.1)

    assert together(raise_it, raise_it) == [None, None]
    with reading(engine) as session:
        flag = session.exec(select(Flag)).one()
        assert [e.verb for e in history.of(session, flag)] == ["raise"]


def test_a_flag_is_dismissed_for_a_reason_until_a_day(session: Session) -> None:
    branch, office = make.branch(session), make.user(session)
    edition(session, 0, branch, "greeting")
    flag = session.exec(select(Flag)).one()
    flags.dismiss(session, flag, reason=" rebuilding ", until=date(2025, 8, 1), by=office, at=make.NOON)
    assert (flag.dismissed_at, flag.dismissed_until) == (make.NOON, date(2025, 8, 1))
    assert flag.dismissed_reason == "rebuilding"
    told = history.of(session, flag)[-1]
    assert (told.verb, told.by_id, told.details) == (
        "dismiss",
        office.id,
        {"reason": "rebuilding", "until": "2025-08-01"},
    )


def test_a_flag_is_not_dismissed_without_a_reason_into_the_past_or_when_cleared(session: Session) -> None:
    branch, office = make.branch(session), make.user(session)
    edition(session, 0, branch, "greeting")
    flag = session.exec(select(Flag)).one()
    with pytest.raises(Refused, match="Say why"):
        flags.dismiss(session, flag, reason=" ", until=date(2025, 8, 1), by=office, at=make.NOON)
    with pytest.raises(Refused, match="2025-07-01 is past"):
        flags.dismiss(session, flag, reason="x", until=date(2025, 7, 1), by=office, at=make.NOON)
    edition(session, 1, branch)
    edition(session, 2, branch)
    with pytest.raises(Conflict, match="already been cleared"):
        flags.dismiss(session, flag, reason="x", until=date(2025, 8, 1), by=office, at=make.NOON)
    assert flag.dismissed_at is None


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Auckland", 3), ("Europe/Budapest", 2), ("Pacific/Pago_Pago", 1)])
def test_the_last_day_of_a_dismissal_is_the_branchs_own(session: Session, zone: str, day: int) -> None:
    branch, office = make.branch(session, make.region(session, timezone=zone)), make.user(session)
    edition(session, 0, branch, "greeting")
    flag = session.exec(select(Flag)).one()
    at = datetime(2025, 7, 2, {3: 12, 2: 12, 1: 8}[day], 30, tzinfo=UTC)
    with pytest.raises(Refused, match="is past"):
        flags.dismiss(session, flag, reason="x", until=date(2025, 7, day) - timedelta(days=1), by=office, at=at)
    flags.dismiss(session, flag, reason="x", until=date(2025, 7, day), by=office, at=at)
    assert flag.dismissed_until == date(2025, 7, day)


def one_flag(session: Session, branch: Branch) -> Flag:
    edition(session, 0, branch, "greeting")
    (flag,) = flags.standing_flags(session, [branch.id])
    return flag


def test_a_flag_is_seen_once_by_the_first_who_says_so(session: Session) -> None:
    branch, manager, office = make.branch(session), make.user(session), make.user(session)
    flag = one_flag(session, branch)
    flags.acknowledge(session, flag, note=" I call them. ", by=manager, at=make.NOON)
    flags.acknowledge(session, flag, note="Me too.", by=office, at=make.NOON + timedelta(days=1))
    assert (flag.seen_at, flag.seen_by, flag.seen_note) == (make.NOON, manager, "I call them.")
    told = [(event.by_id, event.details) for event in history.of(session, flag) if event.verb == "acknowledge"]
    assert told == [(manager.id, {"note": "I call them."})]


def test_a_flag_that_was_cleared_is_seen_by_nobody(session: Session) -> None:
    flag = one_flag(session, make.branch(session))
    flag.cleared_week = make.NOON.date()
    session.add(flag)
    with pytest.raises(Conflict, match="already been cleared"):
        flags.acknowledge(session, flag, note="", by=make.user(session), at=make.NOON)


def test_a_flag_was_seen_on_the_branchs_own_day_and_not_before(session: Session) -> None:
    flag = one_flag(session, make.branch(session))
    night = datetime(2025, 7, 2, 22, 30, tzinfo=UTC)  # half past midnight in Budapest
    flags.acknowledge(session, flag, note="", by=make.user(session), at=night)
    asked = [night - timedelta(seconds=1), night, night + timedelta(days=1)]
    assert [flags.seen_on(flag, at) for at in asked] == [None, date(2025, 7, 3), date(2025, 7, 3)]
