"""Neither the order of the audits nor that of branches, shoppers, regions and sections changes anything that is said."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures import Move, Rules
from reports.level import turns
from reports.screening import assess
from reports.sheet import ScoreSheet
from reports.trend import chain_moves, changes
from tests.reports.ceilings import Kind, inspected
from tests.reports.chains import chain, sheet_of, with_gaps, with_strangers
from tests.reports.test_laws import close

RULES = Rules(margin=4.0)


def sheet(seed: int) -> ScoreSheet:
    """A small chain of four to six sections: with and without gaps, unknown shoppers, a second standard, a ceiling."""
    rng = np.random.default_rng(900_000 + seed)
    sections, gaps, unknown = int(rng.integers(4, 7)), 0.15 * (seed % 2), 0.2 * (seed // 2 % 2)
    if seed % 3:
        made, _ = chain(seed, branches=20, audits=6, sections=sections, shoppers=8, short={(1, 0): 25.0})
        made = replace(made, scores=np.clip(made.scores, None, 100.0)) if seed % 3 == 1 else made
    else:
        levels = tuple(rng.uniform(1.0, 4.5, sections).tolist())
        made, _ = inspected(seed, Kind(25, (12,) * sections, levels, audits=(0.0, 0.1, 0.3, 0.3, 0.3)))
    made = with_strangers(with_gaps(made, seed, gaps), seed, unknown)
    rows = made.week.size
    version = 1 + (rng.random(rows) < 0.3 * (seed // 4 % 2)).astype(np.int64)
    return replace(made, week=made.week + 7 * rng.integers(0, 12, rows), version=version)


def shuffled(given: ScoreSheet, seed: int) -> ScoreSheet:
    """The same audits in another order, of lists in another order."""
    rng = np.random.default_rng(seed)
    branch, region = rng.permutation(len(given.branches)), rng.permutation(len(given.regions))
    shopper, section = rng.permutation(len(given.shoppers)), rng.permutation(len(given.sections))
    rows, back = rng.permutation(given.branch.size), np.argsort(branch)
    who = np.where(given.shopper >= 0, shopper[np.maximum(given.shopper, 0)], given.shopper)
    return ScoreSheet(
        sections=tuple(given.sections[i] for i in section),
        branches=tuple(given.branches[i] for i in back),
        regions=tuple(given.regions[i] for i in np.argsort(region)),
        shoppers=tuple(given.shoppers[i] for i in np.argsort(shopper)),
        region_of=region[given.region_of[back]],
        branch=branch[given.branch][rows],
        shopper=who[rows],
        version=given.version[rows],
        week=given.week[rows],
        scores=given.scores[rows][:, section],
    )


def charts(given: ScoreSheet) -> Mapping[tuple[str, str], tuple[Move, list[tuple[int, float, float]]]]:
    """Each cell's move, and its chart's weeks, averages and limits."""
    return {
        (one.branch, one.section): (
            one.move,
            [(point.week, round(point.average, 6) + 0.0, round(point.limit, 6)) for point in one.points],
        )
        for one in changes(given)
    }


@pytest.mark.slow
@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_order_of_everything_does_not_matter(seed: int) -> None:
    one = sheet(seed)
    other = shuffled(one, seed)
    close(assess(one, RULES), assess(other, RULES))
    assert charts(one) == charts(other)
    moved = [{move.section: round(move.points.value, 6) for move in chain_moves(made)} for made in (one, other)]
    assert moved[0] == moved[1]


def test_turns_of_audits_with_the_same_scores_in_other_sections_do_not_depend_on_their_order() -> None:
    """One failed in the first section, one in the second: their sum is no way to tell which comes first."""
    scores = [[100.0, 80.0], [80.0, 100.0], [100.0, np.nan], [np.nan, 100.0], [60.0, 90.0], [100.0, 100.0]]
    made = sheet_of([0] * 6, list(range(6)), scores)
    assert sorted(turns(made).tolist()) == list(range(6))
    for seed in range(20):
        order = np.random.default_rng(seed).permutation(6)
        again = sheet_of([0] * 6, order.tolist(), np.array(scores)[order])
        assert turns(again).tolist() == turns(made)[order].tolist()
        swapped = replace(made, sections=made.sections[::-1], scores=made.scores[:, ::-1])
        assert turns(swapped).tolist() == turns(made).tolist()
