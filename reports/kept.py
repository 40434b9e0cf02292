"""What an edition keeps of a branch over the weeks: what failed how often, what cost the most, since when it is above, where it was; how the whole chain kept each item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

TOGETHER = ""
"""In the place of a section: all of them together."""


@dataclass(frozen=True)
class Failures:
    """How often an item failed at one branch in the window."""

    failed: int
    """Audits at which it earned nothing."""
    audits: int
    """At which it applied."""


@dataclass(frozen=True)
class CostlyItem:
    """An item that cost a branch that falls short the most points in the section in which it does."""

    branch: str
    section: str
    code: str
    audits: int
    """At which it applied; as `kept`."""
    kept: int
    """At which it earned all its points."""
    mark: float | None
    """Mean of the marks as they were given, of a graded item."""


@dataclass(frozen=True)
class ChainItem:
    """How the whole chain kept one item: a branch's own audits are taken out of it to hold the branch against the others."""

    code: str
    section: str
    branches: int
    """At which it was marked."""
    audits: int
    """At which it applied; as `kept`."""
    kept: int
    """At which it earned all its points."""
    marks: float | None
    """The marks as they were given, summed, of a graded item."""


@dataclass(frozen=True)
class StandingPraise:
    """A branch that is above the norm in a section as it stands with an edition."""

    branch: str
    section: str
    since: date
    """The week of the first of the scope's editions that say so one after the other."""


@dataclass(frozen=True)
class Course:
    """Where one branch was, stretch after stretch."""

    branch: str
    section: str
    """Its code; empty for all sections together."""
    audits: tuple[int, ...]
    points: tuple[float | None, ...]
    """Above the norm, with shopper, version and the chain's own movement taken out; None of a stretch without an audit."""


@dataclass(frozen=True)
class Courses:
    """The courses of some branches over the same stretches of weeks."""

    starts: tuple[date, ...]
    """The Monday with which each stretch begins; the last ends with the window."""
    spreads: Mapping[str, float]
    """Standard deviation of a single audit about its branch, points, by the section's code; empty for all together."""
    of: tuple[Course, ...]
