"""Who may go where, from which window on, and how far it is: every branch against every shopper."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from branches.rota import Available, Bar, Field, Point, Wanted
from reports.norms import Bools
from reports.sheet import Floats, Ints

EARTH_KM = 6371.0
MAY = -1
"""In the place of a bar: this shopper may go there."""
BARS = tuple(Bar)
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Pairs:
    """B branches × S shoppers."""

    bar: Codes
    """The number of the first bar in BARS, or MAY."""
    start: Codes
    """The first of the branch's windows in which the shopper may go; they may in all later ones."""
    km: Floats
    """Of the way as the rules take it."""
    measured: Bools
    """Whether that is from the map."""
    before: Codes
    """How often the shopper was there of late."""
    cost: Floats
    """What it weighs that the shopper goes there, in kilometres."""
    may: Bools
    """Whether no bar holds."""


@dataclass(frozen=True)
class Ask:
    """A field in a fixed order, with the places of its branches and shoppers."""

    field: Field
    branches: dict[int, int]
    shoppers: dict[int, int]
    wants: Ints
    """How many audits each branch wants."""
    most: Ints
    """How many each shopper may still be given."""


def ask(field: Field) -> Ask:
    """What is asked, in an order that does not hang on how it was written down."""
    wanted = tuple(sorted((one for one in field.wanted if one.windows), key=lambda one: one.branch))
    shoppers = tuple(sorted(field.shoppers, key=lambda one: one.shopper))
    wants = np.array([len(one.windows) for one in wanted], dtype=np.int64)
    most = [min(max(one.most, 0), len(wanted)) if one.active else 0 for one in shoppers]
    return Ask(
        field=replace(field, wanted=wanted, shoppers=shoppers),
        branches={one.branch: place for place, one in enumerate(wanted)},
        shoppers={one.shopper: place for place, one in enumerate(shoppers)},
        wants=wants,
        most=np.array(most, dtype=np.int64),
    )


def pairs(asked: Ask) -> Pairs:
    """Who may go where? Of several bars the first in the order of Bar is kept.

    Returns:
        Arrays of B × S; the way in kilometres.
    """
    field, rules = asked.field, asked.field.rules
    km, measured = _ways(field)
    before, start, locked = _times(asked)
    limits = np.array(
        [rules.most_km if one.most_km is None else min(one.most_km, rules.most_km) for one in field.shoppers]
    )
    known = np.array([one.point is not None or one.region is not None for one in field.shoppers], dtype=bool)
    stated = (
        (Bar.INACTIVE, np.array([not one.active for one in field.shoppers], dtype=bool)),
        (Bar.UNCERTIFIED, np.array([rules.certified_only and not one.certified for one in field.shoppers], dtype=bool)),
        (Bar.CONFLICT, _there(asked, field.conflicts)),
        (Bar.MISSED, _there(asked, field.missed)),
        (Bar.FAR, known & (km > limits)),
        (Bar.LOCKOUT, locked),
        (Bar.FULL, asked.most <= 0),
    )
    bar = np.full(km.shape, MAY, dtype=np.int8)
    for one, holds in reversed(stated):
        bar[np.broadcast_to(holds, km.shape)] = BARS.index(one)
    return Pairs(bar, start, km, measured, before, km + rules.again_km * before, bar == MAY)


def _ways(field: Field) -> tuple[Floats, Bools]:
    """From the map where both are on it, else by whether it is the shopper's own region."""
    there, here = _points(field.wanted), _points(field.shoppers)
    region = np.array([one.region for one in field.wanted], dtype=np.int64)
    own = np.array([-1 if one.region is None else one.region for one in field.shoppers], dtype=np.int64)
    rules = field.rules
    usual = np.where(region[:, None] == own[None, :], rules.same_region_km, rules.other_region_km)
    km = _kilometres(there, here)
    measured = ~np.isnan(km)
    return np.where(measured, km, usual), measured


def _points(places: tuple[Wanted, ...] | tuple[Available, ...]) -> Floats:
    """Latitude and longitude in radians; NaN where they are not known."""
    nowhere = Point(np.nan, np.nan)
    found = [(point.latitude, point.longitude) for point in (one.point or nowhere for one in places)]
    return np.radians(np.array(found, dtype=np.float64).reshape(-1, 2))


def _kilometres(there: Floats, here: Floats) -> Floats:
    """The shortest way over a round earth, by the haversine formula; branch by branch, so that it needs little room."""
    km = np.empty((len(there), len(here)))
    for row, (latitude, longitude) in enumerate(there):
        across = np.sin((here[:, 0] - latitude) / 2) ** 2
        along = np.cos(latitude) * np.cos(here[:, 0]) * np.sin((here[:, 1] - longitude) / 2) ** 2
        km[row] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(across + along, 0.0, 1.0)))
    return np.round(km, 1)


def _there(asked: Ask, named: frozenset[tuple[int, int]]) -> Bools:
    """Which pairs are named."""
    barred = np.zeros((len(asked.branches), len(asked.shoppers)), dtype=bool)
    for branch, shopper in named:
        if branch in asked.branches and shopper in asked.shoppers:
            barred[asked.branches[branch], asked.shoppers[shopper]] = True
    return barred


def _times(asked: Ask) -> tuple[Codes, Codes, Bools]:
    """How often each was there, from which window on they may go again, and who may in none."""
    shape = (len(asked.branches), len(asked.shoppers))
    before, start, locked = np.zeros(shape, np.int8), np.zeros(shape, np.int8), np.zeros(shape, dtype=bool)
    lockout = max(asked.field.rules.lockout_days, 1)
    known = [one for one in asked.field.been if one.branch in asked.branches and one.shopper in asked.shoppers]
    for (branch, shopper), times in Counter((one.branch, one.shopper) for one in known).items():
        before[asked.branches[branch], asked.shoppers[shopper]] = min(times, 100)
    for one in known:
        row, column = asked.branches[one.branch], asked.shoppers[one.shopper]
        windows = asked.field.wanted[row].windows
        shut = [place for place, window in enumerate(windows) if window.days_to(one.days) < lockout]
        first = shut[-1] + 1 if shut else 0
        start[row, column] = max(start[row, column], min(first, len(windows) - 1))
        locked[row, column] |= first >= len(windows)
    return before, start, locked
