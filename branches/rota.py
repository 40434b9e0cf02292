"""Rota: pure: the audits planned for some days, as values; what is wanted, who is there, what was proposed and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from branches.language import Message, message
from branches.weeks import Window


class Part(StrEnum):
    """When in the week a branch is looked at: what is good on a Tuesday morning may be otherwise on a Saturday."""

    MORNING = "morning"
    """Of Monday to Friday, as the next two are."""
    AFTERNOON = "afternoon"
    EVENING = "evening"
    WEEKEND = "weekend"

    @property
    def word(self) -> Message:
        return _PARTS[self]


_PARTS = {
    Part.MORNING: message("in the morning, Monday to Friday"),
    Part.AFTERNOON: message("in the afternoon, Monday to Friday"),
    Part.EVENING: message("in the evening, Monday to Friday"),
    Part.WEEKEND: message("on a Saturday or Sunday"),
}


class Bar(StrEnum):
    """Why a shopper does not go to a branch; the first that holds is told."""

    INACTIVE = "inactive"
    UNCERTIFIED = "uncertified"
    CONFLICT = "conflict"
    MISSED = "missed"
    """They were asked to go there in these days, and could not or did not."""
    FAR = "far"
    LOCKOUT = "lockout"
    """They were there too short a time before, or are to go there anyway."""
    FULL = "full"
    """They have as many audits as they may."""
    THERE = "there"
    """Another of the branch's audits in this rota is theirs."""


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Wanted:
    """A branch, and the windows in each of which one audit of it is wanted: in order, none reaching into the next."""

    branch: int
    region: int
    windows: tuple[Window, ...]
    point: Point | None = None
    came: Mapping[Part, int] = field(default_factory=dict)
    """Audits of late by the part of the week in which they were."""


@dataclass(frozen=True)
class Available:
    """A shopper, and how much they can take on."""

    shopper: int
    most: int
    """Audits that they may still be given in these days."""
    region: int | None = None
    """Where they live; None: not known."""
    point: Point | None = None
    most_km: float | None = None
    """How far they go; None: as far as the rules let them."""
    certified: bool = True
    active: bool = True


@dataclass(frozen=True)
class Been:
    """A shopper was at a branch within these days, or is to go there."""

    branch: int
    shopper: int
    days: Window


@dataclass(frozen=True)
class RotaRules:
    """The first four are never broken; the others weigh one proposal against another, in kilometres."""

    lockout_days: int = 30
    most_km: float = 80.0
    certified_only: bool = False
    same_region_km: float = 15.0
    """For the way within a region where it is not known how far it is."""
    other_region_km: float = 60.0
    """For the way to another region."""
    again_km: float = 20.0
    """Each time that a shopper was at the branch before: another pair of eyes is worth so long a way."""
    apart_km: float = 200.0
    """Each group of branches that shares no shopper with the others: leniency cannot be compared between groups."""


@dataclass(frozen=True)
class Field:
    """All that a rota is made from."""

    wanted: tuple[Wanted, ...]
    shoppers: tuple[Available, ...]
    been: tuple[Been, ...] = ()
    """Of late: those that lock a shopper out, and those that tell who was where."""
    conflicts: frozenset[tuple[int, int]] = frozenset()
    """Branch and shopper."""
    missed: frozenset[tuple[int, int]] = frozenset()
    """The same of those who were asked for these days in vain."""
    rules: RotaRules = RotaRules()


@dataclass(frozen=True)
class Given:
    """One audit that was given to a shopper, and what speaks for it."""

    branch: int
    window: Window
    part: Part
    shopper: int
    km: float | None
    """As the crow flies; None where it is not known."""
    home: bool | None
    """Whether the branch is of the shopper's own region; None where that is not known."""
    before: int
    """How often the shopper was there of late."""
    could: int
    """How many shoppers may go there at all."""
    joins: bool = False
    """It was given to this one so that two groups of branches share a shopper."""


@dataclass(frozen=True)
class Unplaced:
    """One audit that nobody could be given, and why not each shopper."""

    branch: int
    window: Window
    part: Part
    bars: Mapping[Bar, int]
    """How many shoppers each keeps away; nobody is counted twice."""


@dataclass(frozen=True)
class Quality:
    """How good a proposal is; of two the smaller one is better, whatever could not be placed before all else."""

    unplaced: int
    groups: int
    """Into how many groups branches fall that share no shopper, with the audits of late."""
    km: float
    """All ways, as the rules take them."""
    again: int
    """Audits by somebody who was there before, each time counted."""
    cost: float
    """Ways, repetitions and groups by the weights of the rules."""

    @property
    def order(self) -> tuple[int, float]:
        return (self.unplaced, self.cost)


@dataclass(frozen=True)
class Proposal:
    """Who goes where; by branch, then by day."""

    given: tuple[Given, ...]
    unplaced: tuple[Unplaced, ...]
    quality: Quality


def windows(first: date, last: date, audits: int) -> tuple[Window, ...]:
    """So many windows of nearly the same length, one after another; fewer where there are fewer days."""
    days = (last - first).days + 1
    parts = max(min(audits, days), 0)
    starts = [first + timedelta(days=days * n // parts) for n in range(parts)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [last]
    return tuple(Window(start, end) for start, end in zip(starts, ends[: len(starts)], strict=True))
