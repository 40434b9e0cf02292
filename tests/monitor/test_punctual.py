"""The calendar and the check by which the simulated year is judged: they find what they are there for."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.monitor.chains import ZONES
from tests.monitor.punctual import Outage, due, unpunctual

MONDAY = date(2026, 3, 2)
DUE = datetime(2026, 3, 9, 5, tzinfo=UTC)
ONE = ("chain", MONDAY)


@pytest.mark.parametrize(
    ("monday", "zone", "at"),
    [
        (date(2026, 3, 2), "America/New_York", datetime(2026, 3, 9, 10, tzinfo=UTC)),  # the clocks went forward
        (date(2026, 2, 23), "America/New_York", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        (date(2026, 3, 23), "Europe/Budapest", datetime(2026, 3, 30, 4, tzinfo=UTC)),
        (date(2026, 10, 19), "Europe/Budapest", datetime(2026, 10, 26, 5, tzinfo=UTC)),  # and back
        (date(2026, 10, 19), "Asia/Kolkata", datetime(2026, 10, 26, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_report_is_due_at_six_on_the_wall(monday: date, zone: str, at: datetime) -> None:
    assert due(monday, zone, [zone]) == at


def test_the_chain_waits_for_its_last_branch() -> None:
    assert due(MONDAY, "Asia/Kolkata", ZONES) == datetime(2026, 3, 9, 4, tzinfo=UTC)  # midnight in New York


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        ({ONE: DUE}, {}),
        ({ONE: DUE + timedelta(seconds=60)}, {}),
        ({ONE: DUE - timedelta(seconds=1)}, {ONE: "begun 0:00:01 before it was due"}),
        ({ONE: DUE - timedelta(hours=1)}, {ONE: "begun 1:00:00 before it was due"}),
        ({ONE: DUE + timedelta(seconds=61)}, {ONE: "begun 0:01:01 after it could have been"}),
        ({}, {ONE: "never begun"}),
    ],
)
def test_work_is_punctual_within_a_minute_of_being_due(begun: dict[tuple[str, date], datetime], said: object) -> None:
    assert unpunctual({ONE: DUE}, begun) == said


def test_work_after_an_outage_is_punctual_within_a_minute_of_coming_up() -> None:
    outage = Outage(DUE - timedelta(days=1), DUE + timedelta(days=2))
    in_time, late = (outage.came + timedelta(seconds=n) for n in (60, 61))
    assert unpunctual({ONE: DUE}, {ONE: in_time}, [outage]) == {}
    assert unpunctual({ONE: DUE}, {ONE: late}, [outage]) == {ONE: "begun 0:01:01 after it could have been"}
    earlier = Outage(DUE - timedelta(days=2), DUE - timedelta(days=1))
    assert unpunctual({ONE: DUE}, {ONE: in_time}, [earlier]) == {ONE: "begun 2 days, 0:01:00 after it could have been"}
