"""What branches do about it, as an edition keeps it: corrective actions, and what the audits since then say of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter


class Outcome(StrEnum):
    """What may be said of a corrective action's effect."""

    BETTER = "better"
    NOT_SHOWN = "not_shown"
    WORSE = "worse"
    TOO_EARLY = "too_early"
    UNTOLD = "untold"
    """There were too few audits before, no number of audits would tell, or they did not come in time."""


@dataclass(frozen=True)
class Effect:
    """What the audits since a corrective action was completed say of it."""

    outcome: Outcome
    audits: int
    """Since it was completed; once it is judged those that it was judged by."""
    wanted: int | None = None
    """Audits after which it is judged, fixed before the first of them is seen; None where none would do."""
    before: float | None = None
    """Where the branch was before it, points above the norm; fixed at the same time. None of too few audits."""
    doubt: float | None = None
    """Variance of that, points²."""
    change: float | None = None
    """Points by which the branch is better than was to be expected without it; None until it is judged."""
    low: float | None = None
    high: float | None = None
    """90 % interval of the true change."""

    @property
    def is_judged(self) -> bool:
        return self.change is not None


@dataclass(frozen=True)
class PlannedAction:
    """A corrective action as it stood when the edition was made."""

    public_id: str
    branch: str
    section: str
    plan: str
    state: str
    """"open", "completed" or "verified"."""
    due_on: date
    overdue: bool
    for_flag: bool
    """Whether it answers a flag; else a finding."""
    completed_on: date | None = None
    effect: Effect | None = None
    """Of the whole section, also where one item of it failed. None where it answers no section, is not completed, or nothing could be fitted."""


def load(stored: dict[str, Any] | None) -> Effect | None:
    """An effect as its action keeps it."""
    return TypeAdapter(Effect).validate_python(stored) if stored is not None else None
