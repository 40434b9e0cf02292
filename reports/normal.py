"""The normal curve of a single number: with the standard library alone, so that pages begin without scipy."""

from math import erfc, sqrt

REACH = 1.6448536269514722
"""Standard deviations at the ends of a 90 % interval."""


def below(z: float) -> float:
    """The share of a standard normal curve that lies below z; exact far out as well (Abramowitz & Stegun 26.2.29)."""
    return erfc(-z / sqrt(2.0)) / 2.0
