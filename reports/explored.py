"""A window of the reader's own choice: its figures as an edition would have them, against the window of the same length before."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlmodel import Session

from branches.editions import Scope
from branches.weeks import Week, local_date
from reports.against import Against, against, of_branches
from reports.collect import Window
from reports.figures import Figures, Rules

if TYPE_CHECKING:
    from reports.weekly import Picture


@dataclass(frozen=True)
class Explored:
    """One scope in one window and in the one before; of other scopes' branches nothing is in it."""

    now: Figures
    before: Figures
    against: tuple[Against, ...]
    standard_id: int | None


def before(days: Window) -> Window:
    """The window of the same length that ends the day before."""
    length = days.last - days.first
    last = days.first - timedelta(days=1)
    return Window(last - length, last)


def explore(session: Session, days: Window, scope: Scope, rules: Rules, known_at: datetime) -> Explored:
    """How does a scope stand in these days, and how did it in as many days before?

    The whole chain is assessed and compared, as in an edition; nothing is stored.

    Args:
        session: only read from.
        days: first and last day counted.
        scope: the chain or a region, whose branches alone are handed on.
        rules: those of the editions.
        known_at: what was released later does not count.
    """
    # All that fits models is loaded only once somebody asks: half a second that no other page waits for.
    from reports import weekly  # noqa: PLC0415

    picture, earlier = (weekly.look(session, one, known_at, rules) for one in (days, before(days)))
    now, standard_id = _figures(session, picture, scope, known_at)
    was, _ = _figures(session, earlier, scope, known_at)
    found = against(picture.assessment, earlier.assessment, rules.false_share)
    return Explored(now, was, of_branches(found, now.branch_names), standard_id)


def _figures(session: Session, picture: "Picture", scope: Scope, known_at: datetime) -> tuple[Figures, int | None]:
    from reports import weekly  # noqa: PLC0415 - as above

    week = Week.of(min(picture.window.last, local_date(known_at, scope.zone)))
    made = weekly.prepare(session, picture, scope, week, due_at=known_at, since=known_at, reported=week)
    # One page answers once what has changed: the charts of single branches ask another question, with another share of
    # false alarms. Shoppers and what is new belong to a week's report.
    figures = replace(made.figures, by_days=True, new=(), new_after=None, shoppers=(), changes=(), courses=None)
    return figures, made.standard_id


@cache
def _adapter() -> TypeAdapter[Explored]:
    return TypeAdapter(Explored)


def dump(found: Explored) -> bytes:
    """As a file holds it."""
    return _adapter().dump_json(found)


def load(kept: bytes) -> Explored:
    """What a file held.

    Raises:
        ValueError: that is no such file.
    """
    return _adapter().validate_json(kept)
