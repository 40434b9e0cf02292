"""Improbable, pure: what one audit has that hardly any other has. Said as it was seen; why it is so the program cannot know."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import asin, cos, radians, sin, sqrt

FEWEST_RATINGS = 5
"""In a row, from which on it says something that they are all the same."""
ENOUGH = 20
"""Audits of others, below which it cannot be said what is rare."""
RARE = 0.05
"""The share of them that may have as long a row of the same mark, for it to be told."""
SHORTEST = 20
"""Letters and digits of a text that is not written the same twice by chance."""
FASTEST = 150
"""Kilometres in an hour, as the crow flies, with the whole visit in between."""
NEAR = 2
"""Kilometres within which two branches may stand in one street or one mall."""
EARTH_KM = 6371.0
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Row:
    """The same mark so many times, one after another; `first` is the place of the first of them."""

    mark: str
    length: int
    first: int


@dataclass(frozen=True)
class Point:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float


def longest_row(marks: Sequence[str]) -> Row | None:
    """The longest row of one mark, the first of those that are as long; None where there are no marks."""
    best, place = None, 0
    for mark, group in groupby(marks):
        row = Row(mark, len(list(group)), place)
        place += row.length
        best = row if best is None or row.length > best.length else best
    return best


def has_row(marks: Sequence[str], mark: str, length: int) -> bool:
    """Whether that mark stands so many times in a row."""
    return any(found == mark and len(list(group)) >= length for found, group in groupby(marks))


def rare_row(marks: Sequence[str], others: Sequence[Sequence[str]]) -> Row | None:
    """The longest row of an audit's ratings, where hardly any other audit has as long a one of that mark.

    All the best at a good branch is common, so it is not told: what is rare is learnt from the `others`.
    """
    row = longest_row(marks)
    if row is None or row.length < FEWEST_RATINGS or len(others) < ENOUGH:
        return None
    as_long = sum(has_row(one, row.mark, row.length) for one in others)
    return row if as_long <= RARE * len(others) else None


def bare(text: str) -> str:
    """A text as it is compared: letters and digits alone, so that retyping it makes no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LMN")  # M: vowel signs of Indic scripts


def telling(text: str) -> str:
    """What is compared of a text; empty where it is so short that two may well write the same."""
    found = bare(text)
    return found if len(found) >= SHORTEST else ""


def kilometres(one: Point, other: Point) -> float:
    """The shortest way over a round earth, by the haversine formula."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = sin((south - north) / 2) ** 2
    along = cos(north) * cos(south) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(sqrt(across + along), 1.0))


def is_too_far(km: float, between: timedelta) -> bool:
    """Whether nobody gets so far in that time."""
    return km > NEAR and km > FASTEST * (abs(between) / _HOUR)
