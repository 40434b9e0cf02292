"""When reports are due, and what a change of that may never do: leave a week out, report one twice, or early."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from branches import editions, history, timetable
from branches.editions import CHAIN, Scope, region_key
from branches.errors import Refused
from branches.timetable import DueTimes, Times
from branches.weeks import DAYS, DueTime, Week
from tests import make

FIRST = Week.parse("2026-W08")
BEGINS = datetime(2026, 2, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TUESDAY = DueTime("tuesday", time(7))
ZONES = ("America/New_York", "Asia/Kolkata", "Europe/Budapest", "Pacific/Kiritimati", "Pacific/Pago_Pago")
DUE_TIMES = st.builds(DueTime, st.sampled_from(DAYS), st.times().map(lambda at: at.replace(second=0, microsecond=0)))
SCOPES = st.builds(
    Scope,
    st.just("x"),
    st.sampled_from(ZONES),
    zones=st.lists(st.sampled_from(ZONES), max_size=3, unique=True).map(tuple),
    times=st.builds(Times, DUE_TIMES),
)
HAPPENINGS = st.lists(
    st.tuples(st.integers(1, 400), st.booleans(), st.none() | DUE_TIMES).map(lambda told: Happening(*told)),
    min_size=5,
    max_size=40,
)


@dataclass(frozen=True)
class Happening:
    """So many hours later the time is changed, or the scheduler looks."""

    hours: int
    looks: bool
    due: DueTime | None


@dataclass
class Reported:
    """One scope's weeks, reported by a scheduler that looks now and then, while its time is changed."""

    scope: Scope
    now: datetime = BEGINS
    due: dict[date, datetime] = field(default_factory=dict)
    issued: list[tuple[Week, datetime]] = field(default_factory=list)

    def go(self, happening: Happening) -> None:
        self.now += happening.hours * HOUR
        if happening.looks:
            self.look()
        elif happening.due != self.scope.times.last:
            self.change(happening.due)

    def look(self) -> None:
        for week in editions.missing(self.scope, FIRST, self.due, self.now):
            self.due[week.monday] = self.scope.due_at(week)
            self.issued.append((week, self.now))

    def change(self, due: DueTime | None) -> None:
        """As the page makes it."""
        weeks, before = [FIRST.plus(n) for n in range(-2, 120)], self.scope
        first = before.changes_from(due, self.now)
        times = replace(before.times, changes=(*before.times.changes, (first, due)))
        self.scope = replace(before, times=times)
        was_due = [week for week in weeks if before.due_at(week) <= self.now]
        assert [self.scope.due_at(week) for week in was_due] == [before.due_at(week) for week in was_due]
        assert [week for week in weeks if week not in was_due and self.scope.due_at(week) <= self.now] == []
        assert self.scope.due_at(first) == max((due or times.settings).of(first, before.zone), before.ended_at(first))


@pytest.mark.slow
@given(SCOPES, HAPPENINGS)
def test_whatever_is_changed_each_week_is_reported_once_in_order_and_never_early(
    scope: Scope, happenings: list[Happening]
) -> None:
    reported = Reported(scope)
    for happening in happenings:
        reported.go(happening)
    reported.look()
    weeks = [week for week, _ in reported.issued]
    assert weeks == [FIRST.plus(n) for n in range(len(weeks))]
    assert reported.scope.due_at(FIRST.plus(len(weeks))) > reported.now
    assert [week for week, at in reported.issued if at < max(reported.due[week.monday], scope.ended_at(week))] == []
    assert [(one, other) for one, other in pairwise(reported.due.values()) if not one < other] == []


@given(SCOPES, st.integers(0, 365 * 24 * 60))
def test_the_next_report_is_the_first_that_is_not_due_yet(scope: Scope, minutes: int) -> None:
    now = BEGINS + timedelta(minutes=minutes)
    week = scope.next_week(now)
    assert scope.due_at(week.plus(-1)) <= now < scope.due_at(week)


def test_the_settings_have_a_usual_time_and_scopes_of_their_own() -> None:
    due = DueTimes(DueTime(), chain=TUESDAY, regions={"N": DueTime("friday")})
    assert (due.of(None), due.of("N"), due.of("S")) == (TUESDAY, DueTime("friday"), DueTime())
    assert DueTimes().of(None) == DueTime()


def test_a_later_change_of_an_earlier_week_ends_one_of_a_later_week() -> None:
    wednesday = DueTime("wednesday")
    times = Times(DueTime(), ((FIRST.plus(1), TUESDAY), (FIRST, wednesday)))
    assert [times.of(FIRST.plus(n)) for n in (-1, 0, 1, 2)] == [DueTime(), wednesday, wednesday, wednesday]
    again = replace(times, changes=(*times.changes, (FIRST.plus(1), None)))
    assert [again.of(FIRST.plus(n)) for n in (0, 1)] == [wednesday, DueTime()]
    assert (times.last, again.last) == (wednesday, None)


def test_what_is_due_already_keeps_its_time() -> None:
    scope = Scope("x", "Europe/Budapest")
    at_eight = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert scope.changes_from(TUESDAY, at_eight - 2 * HOUR) == Week.parse("2026-W10")  # issued an hour ago, or missing
    assert scope.changes_from(TUESDAY, at_eight - 3 * HOUR) == Week.parse("2026-W09")
    late = replace(scope, times=Times(TUESDAY))
    assert late.changes_from(DueTime(), at_eight) == Week.parse("2026-W10")  # by the new time it would have been due


def test_a_change_is_kept_with_who_made_it(session: Session) -> None:
    region, office = make.region(session), make.user(session)
    make.branch(session, region)
    key = region_key(region)
    timetable.change(session, key, TUESDAY, FIRST, by=office, at=BEGINS)
    timetable.change(session, key, None, FIRST.plus(1), by=office, at=BEGINS)
    chain, north = editions.scopes(session, "UTC", DueTimes(DueTime("friday")))
    assert chain.times == Times(DueTime("friday"))
    assert north.times == Times(DueTime("friday"), ((FIRST, TUESDAY), (FIRST.plus(1), None)))
    made = timetable.made(session, key)
    told = [(event.by_id, event.verb, event.details) for event in history.of_all(session, made)]
    assert told == [
        (office.id, "change_due", {"scope": key, "due": "tuesday 07:00", "first_week": "2026-02-16"}),
        (office.id, "change_due", {"scope": key, "due": None, "first_week": "2026-02-23"}),
    ]
    assert timetable.made(session, CHAIN) == []
    assert history.of_all(session, []) == []


def test_codes_that_no_region_has_are_named() -> None:
    due = DueTimes(regions={"NORHT": TUESDAY, "SOUTH": TUESDAY})
    assert timetable.unknown(due, [None, "NORTH", "SOUTH"]) == ["NORHT"]


@given(DUE_TIMES)
def test_a_due_time_is_written_as_it_is_read(due: DueTime) -> None:
    assert DueTime.parse(str(due)) == due


@pytest.mark.parametrize(
    "text", ["", "tuesday", "tuesday 7:00", "Tuesday 07:00", "tuesday 24:00", "tuesday  07:00", "x 07:00"]
)
def test_what_is_no_due_time_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not a day and a time"):
        DueTime.parse(text)
