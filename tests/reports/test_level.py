from dataclasses import replace

import numpy as np
import pytest

from reports.level import power
from reports.sheet import ScoreSheet
from tests.reports.chains import Spreads, chain, sheet_of

ITEMS = 8


def weekly(sheet: ScoreSheet) -> ScoreSheet:
    """The same audits, each of a branch in a week of its own."""
    turn = np.arange(sheet.branch.size) % int((sheet.branch == 0).sum())
    return replace(sheet, week=sheet.week + 7 * turn)


def shares(seed: int) -> ScoreSheet:
    """Branches between 60 and 97 %, each audit eight yes/no items in each of three sections: p = 1 by construction."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(0.60, 0.97, (40, 3))
    branch = np.repeat(np.arange(40), 20)
    scores = rng.binomial(ITEMS, level[branch]) / ITEMS * 100.0
    return weekly(sheet_of(branch.tolist(), [0] * branch.size, scores))


def test_power_of_shares_of_yes_is_one() -> None:
    assert np.mean([power(shares(seed)) for seed in range(8)]) == pytest.approx(1.0, abs=0.1)


@pytest.mark.slow
def test_power_of_an_even_spread_is_exactly_none_nearly_always() -> None:
    found = [power(weekly(chain(seed, audits=20)[0])) for seed in range(20)]
    assert sum(one == 0.0 for one in found) >= 16
    assert max(found) < 0.5


def test_power_is_the_same_for_scores_turned_upside_down() -> None:
    sheet = shares(3)
    assert power(replace(sheet, scores=100.0 - sheet.scores)) == pytest.approx(power(sheet), abs=0.15)


@pytest.mark.parametrize(
    "sheet",
    [
        sheet_of([], [], np.zeros((0, 2)), regions=[0, 0]),
        sheet_of([0, 1] * 2, [0] * 4, np.full((4, 2), 90.0)),
        sheet_of([0, 1, 2] * 8, [0] * 24, np.full((24, 2), 100.0)),
        chain(1, audits=2, spreads=Spreads(residual=20.0))[0],
    ],
    ids=["no audit", "two audits each", "all equal", "halves of one audit"],
)
def test_nothing_to_learn_from_leaves_the_spread_even(sheet: ScoreSheet) -> None:
    assert power(sheet) == 0.0
