"""A small chain over three time zones, audited weekly: what the tests of the weekly run work on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from branches import places
from branches.places import Branch
from branches.standards import Standard
from branches.weeks import Week
from tests import make

ZONES = ("America/New_York", "Asia/Kolkata", "Europe/Budapest")


@dataclass(frozen=True)
class SmallChain:
    """Its branches by zone, and its standard."""

    branches: dict[str, Branch]
    standard: Standard


def small_chain(session: Session) -> SmallChain:
    """One region and one branch in each zone."""
    standard = make.standard(session)
    branches = {}
    for zone in ZONES:
        region = places.open_region(session, zone.split("/")[1], name=zone, timezone=zone, by=None, at=make.NOON)
        branches[zone] = places.open_branch(session, region, f"branch of {region.code}", by=None, at=make.NOON)
    return SmallChain(branches, standard)


def audit_weekly(session: Session, chain: SmallChain, first: date, weeks: int) -> None:
    """One audit a week at each branch, on its Wednesday, released the next day."""
    shopper = make.shopper(session)
    for number in range(weeks):
        wednesday = datetime.combine(first + timedelta(days=7 * number + 2), datetime.min.time(), UTC)
        for branch in chain.branches.values():
            visited = wednesday + timedelta(hours=12)
            make.audit(
                session,
                branch,
                by=shopper,
                under=chain.standard,
                score=70 + 10 * (number % 3),
                visited_at=visited,
                released_at=visited + timedelta(days=1),
            )


def weeks_of(year: int) -> list[Week]:
    """Every reporting week whose Monday lies in that year."""
    first = Week.of(date(year, 1, 7))
    return [first.plus(n) for n in range(53) if first.plus(n).monday.year == year]
