"""Which share of a branch's appeals is upheld? Its 90 % interval, or that they are too few to say."""

from branches.language import Language
from reports import wording
from reports.figures import Interval

FEWEST = 10
"""Decided appeals below which no share is told: of nine even the best interval is about half the scale wide."""


def share(upheld: int, decided: int) -> Interval | None:
    """Exact 90 % interval (Clopper & Pearson 1934); None where too few were decided."""
    if decided < FEWEST:
        return None
    from reports.items import rate  # noqa: PLC0415 - loads scipy, without which the pages begin

    return rate(upheld, decided)


def words(language: Language, upheld: int, decided: int) -> str:
    """Such as "30 % (likely 14 % to 50 %)"."""
    if not decided:
        return wording.NOTHING
    found = share(upheld, decided)
    if found is None:
        return language.say("too few to say")
    percent = language.percent
    return language.say(
        "{share} (likely {low} to {high})",
        share=percent(found.value),
        low=percent(found.low),
        high=percent(found.high),
    )
