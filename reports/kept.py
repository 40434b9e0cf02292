"""What an edition keeps of a branch over the weeks: since when it is above."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class StandingPraise:
    """A branch that is above the norm in a section as it stands with an edition."""

    branch: str
    section: str
    since: date
    """The week of the first of the scope's editions that say so one after the other."""
