"""An invented salon chain with known faults, for the first five minutes and for the yardstick of the flags."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from random import Random
from typing import NamedTuple

from sqlmodel import Session

from branches.exchange import load_standard
from branches.standards import Standard
from branches.weeks import Week
from monitor.demo.chain import Chain, found
from monitor.demo.levels import section_laws
from monitor.demo.plan import CellKey, Plan, plan
from monitor.demo.storing import Scorer, store
from monitor.demo.truth import Cell, Spreads, cells, curves, logits_per_point
from monitor.demo.visits import Visits, World, leniencies


class Fault(NamedTuple):
    """A cell in which something is planted, and by how many points."""

    branch: str
    section: str
    points: float


@dataclass(frozen=True)
class Planted:
    """What is known of the invented chain, because it was put there."""

    faults: tuple[Fault, ...]
    """Below what the cell would score otherwise, throughout."""
    above: tuple[Fault, ...]
    """Above it, throughout."""
    falls: tuple[Fault, ...]
    """Below it since `fell_on`."""
    fell_on: date
    opened: tuple[str, ...]
    """Branches too new to be judged."""
    closed: tuple[str, ...]
    first: Week
    last: Week
    """Weeks with audits, both included."""
    audits: int
    cells: Mapping[tuple[str, str], Cell]
    """Truth by branch and section: the expected score, over shoppers, days and marks."""


@dataclass(frozen=True)
class Progress:
    """How far the building has come."""

    weeks: int
    of_weeks: int
    rows: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0


def build(
    session: Session,
    *,
    seed: int,
    today: date,
    branches: int = 60,
    weeks: int = 30,
    audits_per_week: float = 1.0,
    progress: Callable[[Progress], None] | None = None,
) -> Planted:
    """Puts the chain into an empty database, audited up to the last week that has ended; the same seed, the same chain."""
    chance, spreads = Random(seed), Spreads()  # noqa: S311 - draws to be repeated, no secrets
    last = Week.of(today).plus(-1)
    first = last.plus(1 - weeks)
    begun = datetime.combine(first.monday - timedelta(weeks=4), clock(12), tzinfo=UTC)
    standard = load_standard(session, at=begun)
    laws = section_laws(standard, chance)
    planned = plan(chance, branches, [section.code for section in laws if section.scored], last)
    chain = found(session, branches, planned, at=begun)
    truth = cells(chance, curves(laws, spreads), chain.region_of, planned, spreads)
    per_point = logits_per_point(laws)
    leniency = leniencies(chance, len(chain.shoppers), laws, spreads, per_point)
    visits = Visits(World(chain, laws, truth, spreads, per_point, leniency), chance, audits_per_week)
    session.flush()
    audits = _audit(session, standard, visits, [first.plus(n) for n in range(weeks)], progress)
    return _planted(chain, planned, truth, (first, last), audits)


def _audit(
    session: Session,
    standard: Standard,
    visits: Visits,
    weeks: list[Week],
    progress: Callable[[Progress], None] | None,
) -> int:
    scorer, began = Scorer(standard), time.monotonic()
    audits = rows = 0
    for done, week in enumerate(weeks, start=1):
        more = store(session, standard.id, scorer, visits.of(week))
        audits, rows = audits + more[0], rows + more[1]
        if progress is not None:
            progress(Progress(done, len(weeks), rows, time.monotonic() - began))
    return audits


def _planted(
    chain: Chain, planned: Plan, truth: Mapping[CellKey, Cell], weeks: tuple[Week, Week], audits: int
) -> Planted:
    codes = [branch.code for branch in chain.branches]

    def faults(points: Mapping[CellKey, float]) -> tuple[Fault, ...]:
        return tuple(Fault(codes[branch], section, p) for (branch, section), p in sorted(points.items()))

    return Planted(
        faults=faults(planned.faults),
        above=faults(planned.above),
        falls=faults(planned.steps),
        fell_on=planned.step_day,
        opened=tuple(codes[branch] for branch in planned.opened),
        closed=tuple(codes[branch] for branch in planned.closed),
        first=weeks[0],
        last=weeks[1],
        audits=audits,
        cells={(codes[branch], section): cell for (branch, section), cell in truth.items()},
    )
