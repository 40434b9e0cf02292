"""Few, lopsided audits near the ceiling: what the report says of such chains must be as true as it says."""

import numpy as np
import pytest

from reports.figures import Rules, State
from reports.screening import assess
from reports.sheet import Floats
from tests.reports.ceilings import ALIKE, INSPECTIONS, OFTEN, Kind, inspected

STATES = list(State)
CHAINS = 12


def judged(kind: Kind, first: int) -> Floats:
    """Of every judged cell of twelve chains: true difference, low, high, P(short), state."""
    rows = []
    for seed in range(first, first + CHAINS):
        sheet, truth = inspected(seed, kind)
        for cell, true in zip(assess(sheet, Rules()).cells, truth.ravel(), strict=True):
            if cell.p_short is not None and cell.low is not None and cell.high is not None:
                rows.append((true, cell.low, cell.high, cell.p_short, STATES.index(cell.state)))
    return np.array(rows)


@pytest.mark.long
@pytest.mark.parametrize("kind", [INSPECTIONS, OFTEN], ids=["two or three audits", "four to six"])
def test_few_audits_near_the_ceiling_are_judged_honestly(kind: Kind) -> None:
    true, low, high, p_short, state = judged(kind, 3001).T
    inside = (low <= true) & (true <= high)
    flagged, watched = (state == STATES.index(s) for s in (State.FALLS_SHORT, State.WATCH))
    assert 0.88 <= inside.mean() <= 0.98
    assert flagged.sum() > 20
    assert (true[flagged] >= -5.0).mean() <= 0.2
    assert inside[flagged | watched].mean() >= 0.7
    likely = p_short > 0.2
    assert (true[likely] < -5.0).mean() == pytest.approx(p_short[likely].mean(), abs=0.15)


@pytest.mark.slow
def test_identical_branches_near_the_ceiling_are_rarely_flagged() -> None:
    """Where only the days are bad, low scores of two or three audits make no flag."""
    *_, state = judged(ALIKE, 3101).T
    assert (state == STATES.index(State.FALLS_SHORT)).sum() <= 1
    assert (state == STATES.index(State.WATCH)).mean() < 0.005
