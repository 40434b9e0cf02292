"""Which share of the variance of one audit's score comes from each source? From draws of the variances."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from reports.figures import Interval
from reports.normal import REACH
from reports.sheet import Floats

DRAWS = 4_000
TAILS = (0.05, 0.95)
HALF_NORMAL = 1.959963984540054
"""Where nineteen in twenty of a half-normal distribution lie below."""
ALONE = "residual"
CHANCE = (1.642, 2.952, 4.006)
"""Rise of the criterion that chance exceeds once in ten where one, two or three variances are truly zero: each is then
found to be zero half of the time (Self & Liang 1987)."""


@dataclass(frozen=True)
class Sources:
    """What one section's audits say of all sources of variance together."""

    shopper_over_branch: float | None = None
    """Probability that shoppers differ more than branches with their regions; None where it cannot be told."""
    shares: Mapping[str, Interval] = field(default_factory=dict)
    """Of the variance of one audit's score, 0…1; empty where they cannot be told."""


def shares_of(values: Mapping[str, float]) -> dict[str, float]:
    """Which share of their sum is each variance?"""
    total = sum(values.values())
    return {name: value / total if total else 0.0 for name, value in values.items()}


def share_intervals(
    spans: Mapping[str, Interval], draws: Mapping[str, Floats], *, all_chance: bool = False
) -> dict[str, Interval]:
    """Which share of the variance is each source's, and how sure is that?

    Args:
        spans: the variances in points², "residual" among them, with their 90 % intervals.
        draws: of each other source, D draws of its variance over the residual one.
        all_chance: whether the scores would be as likely if nothing but single audits differed.

    Returns:
        Shares of the estimates, 0…1, with the 5 and 95 % points of the draws; from 0 where the variance may be zero.
        Empty where nothing but the residual was fitted.
    """
    names = [name for name in spans if name != ALONE]
    if not names:
        return {}
    values = shares_of({name: spans[name].value for name in (*names, ALONE)})
    whole = 1.0 + sum(draws[name] for name in names)
    found = {}
    for name, value in values.items():
        low, high = np.quantile((1.0 if name == ALONE else draws[name]) / whole, TAILS).tolist()
        low = 0.0 if name != ALONE and spans[name].low <= 0.0 else low
        high = 1.0 if name == ALONE and all_chance else high
        found[name] = Interval(value, min(low, value), max(high, value))
    return found


def nothing_found(high: float) -> Floats:
    """Draws of a variance of which nothing was found and whose interval ends here: half a normal curve."""
    return np.abs(np.random.default_rng(2).standard_normal(DRAWS)) * high / HALF_NORMAL


def vast_shares(spans: Mapping[str, Interval]) -> dict[str, Interval]:
    """The same for a vast chain, by normal log variances with independent errors.

    Args:
        spans: the variances as `vast_intervals` gives them.
    """
    if not spans:
        return {}
    normal = np.random.default_rng(1).standard_normal((len(spans), DRAWS))
    drawn = {
        name: span.value * np.exp(z * np.log(span.high / span.value) / REACH)
        if span.value > 0.0
        else nothing_found(span.high)
        for z, (name, span) in zip(normal, spans.items(), strict=True)
    }
    residual = drawn.pop(ALONE)
    return share_intervals(spans, {name: part / residual for name, part in drawn.items()})
