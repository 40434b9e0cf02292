"""Clocks: moments in words, by the clock at a branch; and whose clock that is, where its reader may live by another."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time, get_timezone_location
from sqlmodel import Session, select

from branches.language import Language
from branches.places import Branch
from branches.weeks import DAYS, DueTime


def moment_words(tongue: Language, at: datetime, zone: str) -> str:
    """A moment as the clock in that zone shows it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{tongue.date(local.date())}, {time_words(tongue, at, zone)}"


def time_words(tongue: Language, at: datetime, zone: str) -> str:
    """What the clock in that zone shows then, without the day."""
    return format_time(at.astimezone(ZoneInfo(zone)).time(), "short", locale=tongue.locale)


def day_words(tongue: Language, day: str) -> str:
    """A day of the week by its name."""
    return str(tongue.locale.days["stand-alone"]["wide"][DAYS.index(day)])


def due_words(tongue: Language, due: DueTime) -> str:
    """A day of the week and the time on it."""
    return f"{day_words(tongue, due.weekday)}, {format_time(due.at, 'short', locale=tongue.locale)}"


def there(tongue: Language, when: str, zone: str) -> str:
    """Days or a moment together with whose clock is meant: "4 July 2025, 19:04 (Budapest time)"."""
    return tongue.say("{when} ({city} time)", when=when, city=city(tongue, zone))


def city(tongue: Language, zone: str) -> str:
    """A zone by the name of its city, without the country or continent before it."""
    return get_timezone_location(ZoneInfo(zone), locale=tongue.locale, return_city=True).rpartition("/")[2]


def are_several(session: Session) -> bool:
    """Whether the chain's branches live by more than one clock."""
    return len(session.exec(select(Branch.timezone).distinct().limit(2)).all()) > 1
