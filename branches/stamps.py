"""Stamps, pure: the moments that a shopper taps while at the branch, and the answers that follow from them.

A stamp is a moment in UTC by the phone's own clock, to the second: 2026-11-16T10:02:03Z.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from branches.errors import Refused

STAMPS = ("arrived", "greeted", "offered", "served", "paid")
"""In the order in which they come."""
VISITED = "@visited"
"""Stands among the items for the time of the visit."""
BEGUN = "@begun"
"""Stands among the items for the moment of the first answer."""
MOST_SECONDS = 86_400

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)

Span = tuple[str, str]
"""From which stamp to which an item is timed."""


def entry(stamp: str) -> str:
    """What a stamp is called among the items of a draft."""
    return f"@{stamp}"


ENTRIES = frozenset({BEGUN, *map(entry, STAMPS)})
"""What a draft holds besides items and the time of the visit."""


def written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime | None:
    """The moment of a stamp; None where there is none."""
    if _WRITTEN.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def span(timed: str) -> Span | None:
    """Reads arrived-greeted; None where nothing is said, refused where it is no span."""
    if not timed:
        return None
    first, _, last = timed.partition("-")
    if first not in STAMPS or last not in STAMPS or STAMPS.index(first) >= STAMPS.index(last):
        raise Refused(
            "An item is timed from one of {stamps} to a later one, as arrived-greeted.", stamps=", ".join(STAMPS)
        )
    return first, last


def answers(spans: Mapping[str, Span], stamps: Mapping[str, str], zone: str) -> dict[str, str]:
    """What the stamps say: the time of the visit by the clock at the branch, and the seconds of each timed item."""
    at = {stamp: found for stamp, text in stamps.items() if (found := moment(text)) is not None}
    said = {}
    if "arrived" in at:
        said[VISITED] = at["arrived"].astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    for item, (first, last) in spans.items():
        if first in at and last in at:
            seconds = int((at[last] - at[first]).total_seconds())
            if 0 <= seconds <= MOST_SECONDS:
                said[item] = str(seconds)
    return said


def changes(
    spans: Mapping[str, Span], before: Mapping[str, str], after: Mapping[str, str], marks: Mapping[str, str], zone: str
) -> dict[str, str]:
    """The answers that change with the stamps; one that the shopper has typed stays."""
    was, now = answers(spans, before, zone), answers(spans, after, zone)
    return {
        code: now.get(code, "")
        for code in [VISITED, *spans]
        if marks.get(code, "") == was.get(code, "") != now.get(code, "")
    }
