"""What moves over the weeks, as one reader gets to know it: who has improved, and a small picture of each branch."""

from dataclasses import dataclass

from reports.figures import Interval, Move, State


@dataclass(frozen=True)
class Rise:
    """One branch that has risen in one section."""

    branch: str
    """Its code."""
    name: str
    section: str
    code: str
    """The section's code."""
    words: str
    """How far and since when, and how it stands over the whole time."""


@dataclass(frozen=True)
class Improved:
    """The branches that have risen by more than chance and luck explain."""

    title: str
    sentence: str
    """How many branches there are."""
    rises: tuple[Rise, ...]
    rest: str
    """How many others there are; empty where all are listed."""
    meant: str
    """By which rule that is said, how often it would be said of branches that have not changed, and what it does not say."""


@dataclass(frozen=True)
class Panel:
    """One branch in small: where it was every four weeks, beside the norm."""

    name: str
    section: str
    """Its title; empty for all sections together."""
    state: State | None
    """How it stands in that section; None for all together."""
    move: Move
    """Whether it has changed by more than luck."""
    stretches: tuple[Interval | None, ...]
    """Points above the norm with their likely range; None where there was no audit."""


@dataclass(frozen=True)
class Panels:
    panels: tuple[Panel, ...]
    reach: float
    """Points shown above and below the norm: the same in every panel, so that they can be compared."""
