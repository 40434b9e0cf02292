"""Weeks: the reporting week by its Monday, and when one has ended where."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from branches.errors import Refused

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_ISO_WEEK = re.compile(r"(?:19|20|21)\d\d-W\d\d", re.ASCII)


@dataclass(frozen=True, order=True)
class Week:
    """A reporting week, Monday to Sunday; an audit's week is that of its visit's local date at the branch."""

    monday: date

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise ValueError(f"{self.monday} is not a Monday")

    @classmethod
    def of(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Reads "2025-W27"."""
        if _ISO_WEEK.fullmatch(text) is None:
            raise Refused("{text} is not a week; write it like 2025-W27.", text=text[:40])
        year, number = text.split("-W")
        try:
            return cls(date.fromisocalendar(int(year), int(number), 1))
        except ValueError as error:
            raise Refused("The year {year} has no week {number}.", year=year, number=number) from error

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year:04d}-W{number:02d}"

    def plus(self, weeks: int) -> "Week":
        return Week(self.monday + timedelta(weeks=weeks))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def ends_at(self, zone: str) -> datetime:
        """The first moment after the week in that zone, in UTC."""
        return moment(self.monday + timedelta(days=7), time(0), zone)


@dataclass(frozen=True)
class Window:
    """Days at the branch, the first and the last included."""

    first: date
    last: date

    def days_to(self, other: "Window") -> int:
        """Days between the two; 0 or less where they meet."""
        return max((other.first - self.last).days, (self.first - other.last).days)


@dataclass(frozen=True)
class DueTime:
    """When in the following week a report is due, by the clock on the wall."""

    weekday: str = "monday"
    at: time = time(6, 0)

    def of(self, week: Week, zone: str) -> datetime:
        day = week.monday + timedelta(days=7 + DAYS.index(self.weekday))
        return moment(day, self.at, zone)

    @classmethod
    def parse(cls, text: str) -> "DueTime":
        """Reads "tuesday 07:00"."""
        day, _, hour = text.partition(" ")
        if day not in DAYS or _CLOCK.fullmatch(hour) is None:
            raise Refused("{text} is not a day and a time; write it like tuesday 07:00.", text=text[:40])
        return cls(day, time.fromisoformat(hour))

    def __str__(self) -> str:
        return f"{self.weekday} {self.at:%H:%M}"


def moment(day: date, at: time, zone: str) -> datetime:
    """That wall-clock time in UTC; one that a clock change skips comes as much later as the clock jumped."""
    return datetime.combine(day, at, tzinfo=_zone(zone)).astimezone(UTC)


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(_zone(zone)).date()


@lru_cache(maxsize=700)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_name(text: str) -> str:
    """That IANA zone's name, refused where there is none; the machine's own zone has no name that holds elsewhere."""
    if text not in _zone_names():
        raise Refused("{text} is not a time zone; write one like Europe/Budapest.", text=text[:60])
    return text


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})
