from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.errors import Refused
from branches.weeks import DueTime, Week, local_date, moment, zone_name

ZONES = ("Europe/Budapest", "America/New_York", "Asia/Kolkata", "America/Santiago", "Africa/Cairo", "Asia/Tehran")
"""Both clock changes; none (the control); and zones where the change skips midnight itself."""

mondays = st.dates(date(1990, 1, 1), date(2040, 12, 31)).map(Week.of)
SECOND = timedelta(seconds=1)


@given(mondays, st.sampled_from(ZONES))
def test_the_end_of_a_week_is_the_first_moment_after_it(week: Week, zone: str) -> None:
    end = week.ends_at(zone)
    assert local_date(end, zone) == week.plus(1).monday
    assert local_date(end - SECOND, zone) == week.sunday


@pytest.mark.parametrize(
    ("zone", "week", "end"),
    [
        ("Europe/Budapest", "2025-W12", "2025-03-23T23:00Z"),
        ("Europe/Budapest", "2025-W13", "2025-03-30T22:00Z"),  # the change was on its Sunday
        ("Europe/Budapest", "2025-W43", "2025-10-26T23:00Z"),
        ("America/New_York", "2025-W10", "2025-03-10T04:00Z"),
        ("America/New_York", "2025-W44", "2025-11-03T05:00Z"),
        ("Asia/Kolkata", "2025-W13", "2025-03-30T18:30Z"),
        ("Asia/Tehran", "2021-W11", "2021-03-21T20:30Z"),  # that Monday began at one o'clock
        ("Asia/Jerusalem", "2002-W40", "2002-10-06T21:00Z"),  # that Monday had two midnights
        ("America/Santiago", "2025-W35", "2025-09-01T04:00Z"),
        ("America/Santiago", "2025-W36", "2025-09-08T03:00Z"),  # its Sunday began at one o'clock
        ("Africa/Cairo", "2025-W17", "2025-04-27T21:00Z"),  # its Friday did
        ("Antarctica/Vostok", "2023-W50", "2023-12-17T17:00Z"),
    ],
)
def test_weeks_end_at_local_midnight(zone: str, week: str, end: str) -> None:
    assert Week.parse(week).ends_at(zone) == datetime.fromisoformat(end)


def test_every_moment_of_a_year_lies_in_the_one_week_that_has_not_ended() -> None:
    for zone in ZONES:
        at = datetime(2024, 12, 20, tzinfo=UTC)
        while at.year < 2026:
            week = Week.of(local_date(at, zone))
            assert week.plus(-1).ends_at(zone) <= at < week.ends_at(zone)
            at += timedelta(hours=5, minutes=30)


@given(mondays, st.sampled_from(ZONES))
def test_weeks_have_seven_days_give_or_take_a_clock_change(week: Week, zone: str) -> None:
    length = week.ends_at(zone) - week.plus(-1).ends_at(zone)
    assert timedelta(days=7) - timedelta(hours=1) <= length <= timedelta(days=7) + timedelta(hours=1)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_day_lies_in_the_week_of_its_monday(day: date) -> None:
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert week.monday.weekday() == 0
    assert Week.parse(str(week)) == week


@given(mondays, st.integers(-2000, 2000))
def test_weeks_are_counted_on_and_back(week: Week, weeks: int) -> None:
    assert week.plus(weeks).plus(-weeks) == week
    assert (week < week.plus(weeks)) == (weeks > 0)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2024, 12, 29), "2024-W52"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
    ],
)
def test_weeks_at_the_turn_of_the_year_belong_to_the_year_of_their_thursday(day: date, week: str) -> None:
    assert str(Week.of(day)) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025",
        "2025W27",
        "2025-W00",
        "2025-W53",
        "2025-W99",
        "2025-w27",
        "2025-W27 ",
        "٢٠٢٥-W27",
        "0001-W01",
        "9999-W52",
    ],
)
def test_what_is_not_a_week_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Week.parse(text)


def test_a_week_begins_on_a_monday() -> None:
    with pytest.raises(ValueError, match="not a Monday"):
        Week(date(2025, 7, 1))


@pytest.mark.parametrize(
    ("zone", "week", "due"),
    [
        ("Europe/Budapest", "2025-W12", "2025-03-24T05:00Z"),
        ("Europe/Budapest", "2025-W13", "2025-03-31T04:00Z"),
        ("Europe/Budapest", "2025-W43", "2025-10-27T05:00Z"),
        ("Asia/Kolkata", "2025-W43", "2025-10-27T00:30Z"),
    ],
)
def test_reports_are_due_at_six_by_the_clock_on_the_wall(zone: str, week: str, due: str) -> None:
    assert DueTime().of(Week.parse(week), zone) == datetime.fromisoformat(due)


def test_reports_may_be_due_on_another_day() -> None:
    due = DueTime("wednesday", time(18, 30)).of(Week.parse("2025-W27"), "Europe/Budapest")
    assert due == datetime(2025, 7, 9, 16, 30, tzinfo=UTC)


def test_a_skipped_hour_comes_as_much_later_as_the_clock_jumped() -> None:
    assert moment(date(2025, 3, 30), time(2, 30), "Europe/Budapest") == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_its_first() -> None:
    assert moment(date(2025, 10, 26), time(2, 30), "Europe/Budapest") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2025-07-06T22:30Z", "Europe/Budapest", date(2025, 7, 7)),
        ("2025-07-06T22:30Z", "America/New_York", date(2025, 7, 6)),
        ("2025-10-26T22:59Z", "Europe/Budapest", date(2025, 10, 26)),
        ("2025-07-07T00:30+05:30", "Asia/Kolkata", date(2025, 7, 7)),
    ],
)
def test_a_visit_has_the_date_of_its_branch(at: str, zone: str, day: date) -> None:
    assert local_date(datetime.fromisoformat(at), zone) == day


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "../../etc/passwd", "Europe", "europe/budapest", "localtime", "right/UTC", "a\0b", "x" * 5000],
)
def test_what_is_not_a_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="not a time zone"):
        zone_name(name)


def test_time_zones_keep_their_name() -> None:
    assert [zone_name(zone) for zone in ZONES] == list(ZONES)
