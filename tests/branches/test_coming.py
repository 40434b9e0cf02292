"""A version is published for a day to come: in force from then on, bound to audits by their days, taken back before."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from branches import assignments, audits, history, rotas, standards
from branches.audits import Audit
from branches.database import transaction
from branches.editing import coming, drafted
from branches.editing.content import content_of
from branches.errors import Conflict, Refused
from branches.questions import AnswersRefused, Mark
from branches.rotas import Wish
from branches.standards import Standard
from branches.tables import metadata
from branches.weeks import moment
from tests import make
from tests.branches.test_standards import drafted as written

ZONE = "Europe/Budapest"
DAY = date(2025, 8, 1)
FIRST = moment(DAY, time(0), ZONE)


def publish(session: Session, since: datetime, at: datetime = make.NOON) -> Standard:
    made = written(session)
    standards.publish(session, made, since=since, by=None, at=at)
    return made


def assign(session: Session, opens_on: date, closes_on: date, at: datetime = make.NOON) -> Audit:
    version = standards.for_days(session, opens_on, ZONE, at)
    assert version is not None
    days: dict[str, Any] = {"opens_on": opens_on, "closes_on": closes_on}
    branch, shopper = make.branch(session), make.shopper(session)
    return assignments.assign(session, version, branch, shopper, **days, by=None, at=at).audit


def rows(session: Session) -> dict[str, list[Any]]:
    """Every row of every table but history and what a standard is made of."""
    session.flush()
    apart = {"history", "standard", "section", "item"}
    found = {name: table for name, table in metadata.tables.items() if name not in apart}
    return {
        name: [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key))]
        for name, table in found.items()
    }


def test_until_its_day_the_version_before_is_in_force(session: Session) -> None:
    first, second = make.standard(session), publish(session, FIRST)
    before = FIRST - timedelta(microseconds=1)
    assert (standards.current(session, before), standards.coming(session, before)) == (first, second)
    assert (standards.current(session, FIRST), standards.coming(session, FIRST)) == (second, None)
    assert (standards.published(session, before), standards.published(session)) == ([first], [second, first])
    assert standards.newest(session) is second


def test_before_a_first_versions_day_none_is_in_force(session: Session) -> None:
    made = publish(session, FIRST)
    assert (standards.current(session, make.NOON), standards.coming(session, make.NOON)) == (None, made)


def test_history_says_from_when_a_version_is_in_force(session: Session) -> None:
    made = publish(session, FIRST)
    details = {"version": 1, "since": FIRST.isoformat()}
    assert [(event.verb, event.at, event.details) for event in history.of(session, made)] == [
        ("publish", make.NOON, details)
    ]


def test_one_version_comes_at_a_time(session: Session) -> None:
    make.standard(session)
    publish(session, FIRST)
    for since in (make.NOON, FIRST, FIRST + timedelta(days=1)):
        with pytest.raises(Conflict, match="Version 2 is coming, and one version comes at a time"):
            publish(session, since)
    assert publish(session, FIRST, at=FIRST).published_at == FIRST


def test_a_day_more_than_a_year_ahead_is_refused(session: Session) -> None:
    publish(session, make.NOON + standards.LONGEST_AHEAD)
    with pytest.raises(Refused, match="a year ahead at most"):
        publish(session, make.NOON + standards.LONGEST_AHEAD * 2 + timedelta(1), at=make.NOON + standards.LONGEST_AHEAD)


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "version"),
    [
        (date(2025, 7, 2), date(2025, 7, 9), 1),
        (date(2025, 7, 31), date(2025, 8, 20), 1),
        (date(2025, 8, 1), date(2025, 8, 1), 2),
        (date(2025, 9, 1), date(2025, 9, 5), 2),
    ],
)
def test_an_audits_first_day_decides_its_version(
    session: Session, opens_on: date, closes_on: date, version: int
) -> None:
    make.standard(session)
    publish(session, FIRST)
    assert assign(session, opens_on, closes_on).standard.version == version


@pytest.mark.parametrize("day", [date.min, date.max])
def test_any_day_has_a_version(session: Session, day: date) -> None:
    first, second = make.standard(session), publish(session, FIRST)
    found = standards.for_days(session, day, ZONE, make.NOON)
    assert found is (first if day == date.min else second)


def test_an_audit_of_the_version_before_is_sent_after_the_day_with_nothing_lost(session: Session) -> None:
    first = make.standard(session, {"greeting": 2})
    audit = assign(session, date(2025, 7, 25), date(2025, 8, 5))
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    publish(session, FIRST)
    marks = {"greeting1": Mark("yes"), "greeting2": Mark("no", "Nobody looked up.")}
    after = FIRST + timedelta(days=2)
    audits.submit(session, audit, marks, visited_at=after, by=audit.shopper, at=after)
    assert (audit.standard, audit.score) == (first, 50_000)


def test_a_visit_before_the_versions_day_is_refused(session: Session) -> None:
    make.standard(session)
    publish(session, FIRST)
    audit = assign(session, DAY, DAY + timedelta(days=9))
    audits.start(session, audit, by=audit.shopper, at=make.NOON)
    early, marks = FIRST - timedelta(minutes=1), {"smile": Mark("yes")}
    with pytest.raises(AnswersRefused, match="The visit cannot be before 2025-08-01: only from then on"):
        audits.submit(session, audit, marks, visited_at=early, by=audit.shopper, at=FIRST)
    audits.submit(session, audit, marks, visited_at=FIRST, by=audit.shopper, at=FIRST)


def test_days_before_its_version_are_not_given_to_an_audit(session: Session) -> None:
    make.standard(session)
    publish(session, FIRST)
    audit, office = assign(session, DAY, DAY + timedelta(days=9)), make.user(session)
    days: dict[str, Any] = {"opens_on": DAY - timedelta(days=9), "closes_on": DAY - timedelta(days=1)}
    with pytest.raises(Refused, match="a version of the standard that is in force from 2025-08-01"):
        assignments.change_window(session, audit, **days, by=office, at=make.NOON)
    assignments.change_window(session, audit, **days | {"closes_on": DAY}, by=office, at=make.NOON)


def test_a_version_that_is_taken_back_never_comes_and_is_the_draft_again(session: Session) -> None:
    office, first, second = make.user(session), make.standard(session), publish(session, FIRST)
    assert coming.take_back(session, version=2, by=office, at=make.NOON) is second
    assert (standards.current(session, FIRST), standards.coming(session, make.NOON)) == (first, None)
    assert [(e.verb, e.by_id, e.details) for e in history.of(session, second)][-1] == (
        "take_back",
        office.id,
        {"version": 2},
    )
    draft = drafted.current(session)
    assert draft is not None
    assert [item.code for item in drafted.content(draft).items] == ["smile"]
    assert publish(session, FIRST).version == 3


def test_a_draft_that_was_begun_stays_where_a_version_is_taken_back(session: Session) -> None:
    publish(session, FIRST)
    content = drafted.content(drafted.begin(session, content_of(written(session)), origin="x", by=None, at=make.NOON))
    coming.take_back(session, version=1, by=None, at=make.NOON)
    draft = drafted.current(session)
    assert draft is not None
    assert drafted.content(draft) == content


@pytest.mark.parametrize(("version", "at"), [(1, make.NOON), (3, make.NOON), (2, FIRST)])
def test_what_is_not_coming_is_not_taken_back(session: Session, version: int, at: datetime) -> None:
    make.standard(session)
    publish(session, FIRST)
    with pytest.raises(Conflict, match=f"Version {version} is not coming any more"):
        coming.take_back(session, version=version, by=None, at=at)


def test_a_version_by_which_somebody_is_to_audit_is_not_taken_back(session: Session) -> None:
    office, _, second = make.user(session), make.standard(session), publish(session, FIRST)
    audit = assign(session, DAY, DAY + timedelta(days=9))
    with pytest.raises(Refused, match="Audits are assigned or planned by version 2 already"):
        coming.take_back(session, version=2, by=office, at=make.NOON)
    assignments.withdraw(session, audit, reason="The version is taken back.", by=office, at=make.NOON)
    wish = Wish(opens_on=DAY, closes_on=DAY + timedelta(days=9), each=1, most_audits=4, most_km=80)
    rota = rotas.ask(session, second, wish, by=office, at=make.NOON)
    with pytest.raises(Refused, match="Audits are assigned or planned by version 2 already"):
        coming.take_back(session, version=2, by=office, at=make.NOON)
    rotas.drop(session, rota, by=office, at=make.NOON)
    coming.take_back(session, version=2, by=office, at=make.NOON)


def test_publishing_for_a_day_to_come_and_taking_back_change_no_other_row(session: Session) -> None:
    branch = make.branch(session)
    for score in (60, 80):
        make.audit(session, branch, score=score)
    assign(session, date(2025, 7, 25), date(2025, 8, 5))
    before = rows(session)
    publish(session, FIRST)
    assert rows(session) == before
    coming.take_back(session, version=2, by=None, at=make.NOON)
    after = rows(session)
    assert {name for name in before if before[name] != after[name]} == {"standard_draft"}


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 366)), max_size=6), st.integers(0, 900))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_version_in_force_is_the_newest_whose_day_has_come(
    engine: sa.Engine, published: list[tuple[int, int]], asked: int
) -> None:
    """Each is published so many days after the last, for so many days ahead; what may not be is refused and changes nothing."""
    with transaction(engine) as session:
        at, known = make.NOON, dict[int, datetime]()
        for later, ahead in published:
            at, since = at + timedelta(days=later), at + timedelta(days=later + ahead)
            free = all(day <= at and day <= since for day in known.values())
            try:
                with session.begin_nested():
                    made = publish(session, since, at=at)
                    known[made.version] = since
            except Refused:
                assert not free
            assert len([day for day in known.values() if day > at]) <= 1
        when = make.NOON + timedelta(days=asked)
        found = standards.current(session, when)
        come = [version for version, day in known.items() if day <= when]
        assert (found.version if found else None) == max(come, default=None)
        assert list(known.values()) == sorted(known.values())
        session.rollback()
