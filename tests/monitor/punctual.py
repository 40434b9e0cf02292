"""When reports are due by a calendar of the tests' own, and which of them were begun early, late or never.

Nothing here asks the program: zones and the clock on the wall come from zoneinfo alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = time(6)
PATIENCE = timedelta(seconds=60)
Edition = tuple[str, date]
"""A scope and its week's Monday."""


@dataclass(frozen=True)
class Outage:
    """No process was up from `went` on, until one came up."""

    went: datetime
    came: datetime


def on_the_wall(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def due(monday: date, zone: str, branch_zones: Iterable[str]) -> datetime:
    """The following Monday at 06:00 where the report is read, but not before Sunday is over at the last branch."""
    following = monday + timedelta(days=7)
    ends = [on_the_wall(following, time(0), each) for each in branch_zones]
    return max(on_the_wall(following, HOUR, zone), *ends)


def unpunctual(
    calendar: Mapping[Edition, datetime], begun: Mapping[Edition, datetime], outages: Iterable[Outage] = ()
) -> dict[Edition, str]:
    """Every edition whose first work began before it was due, a minute after it could have, or never."""
    down = list(outages)
    found = {}
    for edition, due_at in calendar.items():
        could = next((outage.came for outage in down if outage.went <= due_at < outage.came), due_at)
        at = begun.get(edition)
        if at is None:
            found[edition] = "never begun"
        elif at < due_at:
            found[edition] = f"begun {due_at - at} before it was due"
        elif at > could + PATIENCE:
            found[edition] = f"begun {at - could} after it could have been"
    return found
