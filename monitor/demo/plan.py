"""What is planted in the invented chain: faults to be found, and the odd branches that every page must bear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from branches.errors import Refused
from branches.weeks import Week

LEAST_BRANCHES = 10
FAULTY_SHARE = 0.08
ABOVE_SHARE = 0.03
FAULT_POINTS = (20.0, 30.0)
ABOVE_POINTS = (7.0, 10.0)
STEP_POINTS = 22.0
STEP_WEEKS = 6
CLOSED_WEEKS = 8
_TWICE = 3
"""Every third faulty branch falls short in two sections."""

CellKey = tuple[int, str]
"""Number of the branch, code of the section."""


@dataclass(frozen=True)
class Plan:
    """Branches by their number in the chain, sections by code."""

    faults: Mapping[CellKey, float]
    """Points by which the cell is below what it would be, throughout."""
    above: Mapping[CellKey, float]
    steps: Mapping[CellKey, float]
    """Points by which the cell fell on `step_day`."""
    step_day: date
    opened: Mapping[int, date]
    closed: Mapping[int, date]
    long_named: int


def plan(chance: Random, branches: int, sections: Sequence[str], last: Week) -> Plan:
    """Decides what is planted where, up to the last week of audits."""
    if branches < LEAST_BRANCHES:
        raise Refused("An invented chain has at least {least} branches.", least=LEAST_BRANCHES)
    order = iter(chance.sample(range(branches), branches))
    faulty = [next(order) for _ in range(max(1, round(FAULTY_SHARE * branches)))]
    good = [next(order) for _ in range(max(1, round(ABOVE_SHARE * branches)))]
    stepped, closing, just_open, not_yet_audited = (next(order) for _ in range(4))
    return Plan(
        faults=_faults(chance, faulty, sections),
        above={(branch, chance.choice(sections)): round(chance.uniform(*ABOVE_POINTS), 1) for branch in good},
        steps={(stepped, chance.choice(sections)): STEP_POINTS},
        step_day=last.plus(1 - STEP_WEEKS).monday,
        opened={just_open: last.monday, not_yet_audited: last.sunday - timedelta(days=1)},
        closed={closing: last.plus(1 - CLOSED_WEEKS).monday},
        long_named=faulty[0],
    )


def _faults(chance: Random, faulty: Sequence[int], sections: Sequence[str]) -> dict[CellKey, float]:
    return {
        (branch, section): round(chance.uniform(*FAULT_POINTS), 1)
        for place, branch in enumerate(faulty)
        for section in chance.sample(sections, 2 if place % _TWICE == _TWICE - 1 else 1)
    }
