"""One bad visit is a finding, not a flag."""

from dataclasses import replace

import numpy as np
import pytest

from reports.figures import Rules, State
from reports.norms import norms
from reports.screening import assess
from reports.sheet import ScoreSheet
from reports.visits import rests_on_one


def sheet(*visits: list[float]) -> ScoreSheet:
    """One section; a list of scores for each branch, each by another shopper."""
    branch = np.array([b for b, scores in enumerate(visits) for _ in scores], dtype=np.int64)
    count = branch.size
    return ScoreSheet(
        sections=("only",),
        branches=tuple(f"b{b}" for b in range(len(visits))),
        regions=("r",),
        shoppers=tuple(f"s{s}" for s in range(5)),
        region_of=np.zeros(len(visits), dtype=np.int64),
        branch=branch,
        shopper=np.arange(count, dtype=np.int64) % 5,
        version=np.ones(count, dtype=np.int64),
        week=np.full(count, 739_000, dtype=np.int64),
        scores=np.array([score for scores in visits for score in scores])[:, None],
    )


@pytest.mark.parametrize(
    ("scores", "alone"),
    [
        ([0.0, 100.0, 100.0], True),
        ([0.0, 0.0, 100.0], False),
        ([60.0], True),
        ([97.0, 98.0, 97.0, 98.0], True),
        ([80.0, 90.0, 70.0, 80.0], False),
        ([], True),
    ],
)
def test_a_shortfall_that_one_audit_makes_rests_on_it(scores: list[float], alone: bool) -> None:
    held = sheet(scores, *[[100.0, 100.0, 100.0]] * 9)
    assert bool(rests_on_one(held, norms(held), 5.0, -1)[0, 0]) is alone


def test_the_other_side_is_the_mirror_image() -> None:
    low = sheet([20.0, 90.0, 70.0], [55.0, 60.0], [50.0, 52.0, 58.0])
    high = replace(low, scores=100.0 - low.scores)
    short = rests_on_one(low, norms(low), 5.0, -1)
    above = rests_on_one(high, norms(high), 5.0, 1)
    assert short.tolist() == above.tolist()


def test_one_failure_where_nobody_else_fails_is_watched_and_not_flagged() -> None:
    """A section of one yes/no item: its spread is almost nothing, so the model alone would be sure."""
    held = sheet([0.0, 100.0, 100.0], *[[100.0, 100.0, 100.0]] * 60)
    found = assess(held, Rules()).cells[0]
    assert found.state is not State.FALLS_SHORT


def test_two_failures_of_three_may_be_flagged() -> None:
    held = sheet([0.0, 0.0, 100.0], *[[100.0, 90.0, 100.0]] * 60)
    assert assess(held, Rules()).cells[0].state is State.FALLS_SHORT
