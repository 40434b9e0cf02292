from dataclasses import replace

import numpy as np
import pytest

from reports import change_words
from reports.adjusted import adjusted
from reports.figures import Change, ChartPoint, Move
from reports.sheet import ScoreSheet
from reports.trend import (
    MEMORY,
    chain_moves,
    changes,
    cusum_height,
    ewma_height,
    lasting,
    region_moves,
)
from tests.reports.chains import MONDAY, chain

WEEKS = 52
WATCHED = MONDAY + 7 * 26


def year(seed: int, fallen: int = 0, points: float = 12.0, chain_points: float = 0.0) -> ScoreSheet:
    """Weekly audits of 160 branches; from the 27th week on the first ones have fallen, or the whole chain has."""
    sheet, _ = chain(seed, branches=160, audits=WEEKS, sections=1, shoppers=30)
    turn = np.arange(sheet.branch.size) % WEEKS
    drop = points * ((sheet.branch < fallen) & (turn >= 26)) + chain_points * (turn >= 26)
    return replace(sheet, week=MONDAY + 7 * turn, scores=sheet.scores - drop[:, None])


@pytest.mark.parametrize("doubt", [0.0, 0.1])
def test_ewma_limit_has_the_false_alarms_it_states(doubt: float) -> None:
    rng = np.random.default_rng(1)
    surprises = rng.normal(0, 1, (40_000, 20)) + rng.normal(0, np.sqrt(doubt), (40_000, 1))
    average, lowest = np.zeros(40_000), np.full(40_000, np.inf)
    for t in range(20):
        average = (1 - MEMORY) * average + MEMORY * surprises[:, t]
        kept = (1 - MEMORY) ** (t + 1)
        spread = np.sqrt(MEMORY / (2 - MEMORY) * (1 - kept**2) + doubt * (1 - kept) ** 2)
        lowest = np.minimum(lowest, average / spread)
    assert (lowest < -ewma_height(20, 0.05, doubt)).mean() == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("doubt", [0.0, 0.1])
def test_cusum_limit_has_the_false_alarms_it_states(doubt: float) -> None:
    rng = np.random.default_rng(2)
    surprises = rng.normal(0, 1, (40_000, 20)) + rng.normal(0, np.sqrt(doubt), (40_000, 1))
    total, highest = np.zeros(40_000), np.zeros(40_000)
    for t in range(20):
        total = np.maximum(0.0, total - surprises[:, t] - 0.5)
        highest = np.maximum(highest, total)
    assert (highest > cusum_height(20, 0.05, doubt)).mean() == pytest.approx(0.05, abs=0.006)


@pytest.mark.slow
def test_changes_keep_their_false_alarms_and_find_falls() -> None:
    """Falls of 12 points at weekly audits: half of them within 8 audits, nine in ten within 26; few others alarm."""
    falling, quick, others = [], [], []
    for seed in range(3):
        for change in changes(year(seed, fallen=12), 0.05, WATCHED):
            down = change.move is Move.FALLING
            if int(change.branch[1:]) < 12:
                falling.append(down)
                quick.append(any(point.average < -point.limit for point in change.points[:8]))
            else:
                others.append(down)
    assert np.mean(falling) > 0.85
    assert np.mean(quick) > 0.4
    assert np.mean(others) < 0.08


@pytest.mark.slow
def test_sums_find_falls_too() -> None:
    found = changes(year(1, fallen=12), 0.05, WATCHED, cusum=True)
    falling = [change.move is Move.FALLING for change in found]
    assert np.mean(falling[:12]) > 0.75
    assert np.mean(falling[12:]) < 0.1


@pytest.mark.slow
def test_change_says_since_when_and_how_much() -> None:
    found = changes(year(4, fallen=1, points=30.0), 0.05, WATCHED)[0]
    assert found.since is not None
    assert found.size is not None
    assert abs(found.since - WATCHED) <= 7 * 2
    assert -32.0 < found.size < -20.0


@pytest.mark.slow
def test_chain_that_moves_alarms_no_branch() -> None:
    sheet = year(5, chain_points=10.0)
    alarms = [change.move in {Move.FALLING, Move.RISING} for change in changes(sheet, 0.05, WATCHED)]
    assert np.mean(alarms) < 0.14
    for move in chain_moves(sheet):
        assert move.points.low < -10.0 < move.points.high
        assert move.points.high < -8.0


def test_change_that_lasts_is_outside_at_the_end() -> None:
    point = ChartPoint(MONDAY, -1.0, -0.9, 0.8)
    fallen = Change("b", "s", Move.FALLING, MONDAY, -5.0, (replace(point, average=0.0), point))
    assert lasting(fallen)
    assert not lasting(replace(fallen, points=(point, replace(point, average=-0.7))))
    assert not lasting(replace(fallen, size=2.0))
    assert not lasting(Change("b", "s", Move.STEADY, None, None, (point,)))
    assert not lasting(Change("b", "s", Move.NOT_ENOUGH, None, None, ()))


def test_later_half_is_watched_by_default() -> None:
    sheet, _ = chain(6, branches=12, audits=10, sections=1)
    sheet = replace(sheet, week=MONDAY + 7 * (np.arange(sheet.branch.size) % 10))
    assert {len(change.points) for change in changes(sheet)} == {5}


def test_what_is_known_of_a_sheet_serves_changes_and_the_chains_own_movement() -> None:
    sheet, _ = chain(3, branches=30, audits=10)
    sheet = replace(sheet, week=MONDAY + 7 * (np.arange(sheet.branch.size) % 10))
    known = adjusted(sheet)
    for k, own in known.items():
        assert [sheet.branch[own.rows[s]].tolist() for s in map(slice, own.starts, own.starts[1:])] == [
            [b] * 10 for b in range(30)
        ]
        assert own.values.size == own.rows.size == 300, k
    assert changes(sheet, known=known) == changes(sheet)
    assert chain_moves(sheet, known) == chain_moves(sheet)


def test_short_history_is_not_enough() -> None:
    sheet, _ = chain(7, branches=12, audits=3, sections=1)
    sheet = replace(sheet, week=MONDAY + 7 * (np.arange(sheet.branch.size) % 3))
    found = changes(sheet, 0.05, MONDAY + 7)
    assert {(change.move, change.since, change.size, change.points) for change in found} == {
        (Move.NOT_ENOUGH, None, None, ())
    }
    assert chain_moves(sheet) == ()


def test_equal_scores_are_not_enough_for_a_chart() -> None:
    sheet, _ = chain(8, branches=12, audits=6)
    level = replace(sheet, scores=np.full(sheet.scores.shape, 90.0))
    assert {change.move for change in changes(level)} == {Move.NOT_ENOUGH}
    assert chain_moves(level) == ()


def test_a_region_that_fell_is_told_apart_from_those_that_did_not() -> None:
    sheet = year(3)
    fell = (sheet.region_of[sheet.branch] == 1) & (sheet.week >= WATCHED)
    found = region_moves(replace(sheet, scores=sheet.scores - 6.0 * fell[:, None]))
    assert list(found) == list(sheet.regions)
    (move,) = found[sheet.regions[1]]
    assert (move.section, move.points.high < 0.0) == (sheet.sections[0], True)
    assert move.points.low < -6.0 < move.points.high
    assert [found[code][0].points.high < 0.0 for code in sheet.regions] == [False, True, False, False]


@pytest.mark.slow
def test_where_nothing_has_changed_few_reports_tell_of_a_move() -> None:
    """30 chains and their four regions, six sections each: at most one report in twenty says worse, one better."""
    told = []
    for seed in range(30):
        sheet, _ = chain(9100 + seed, audits=26, sections=6, shoppers=15)
        sheet = replace(sheet, week=(MONDAY + 7 * np.tile(np.arange(26), 40)).astype(np.int64))
        known = adjusted(sheet)
        told += [
            change_words.told(moves) for moves in (chain_moves(sheet, known), *region_moves(sheet, known).values())
        ]
    for sign in (-1, 1):
        assert np.mean([any(move.points.value * sign > 0 for move in moves) for moves in told]) <= 0.06


def test_a_single_regions_move_is_the_chains() -> None:
    sheet = year(4, chain_points=3.0)
    alone = replace(sheet, regions=sheet.regions[:1], region_of=np.zeros_like(sheet.region_of))
    assert region_moves(alone)[sheet.regions[0]] == chain_moves(alone)


def test_a_region_of_too_few_weeks_says_nothing() -> None:
    sheet = year(5)
    early = (sheet.region_of[sheet.branch] != 2) | (sheet.week < MONDAY + 21)
    columns = ("branch", "shopper", "version", "week", "scores")
    found = region_moves(replace(sheet, **{name: getattr(sheet, name)[early] for name in columns}))
    assert [len(found[code]) for code in sheet.regions] == [1, 1, 0, 1]


def test_a_few_weeks_alike_by_chance_are_no_surer_than_single_audits_are() -> None:
    sheet = year(6)
    kept = (sheet.region_of[sheet.branch] != 2) | ((sheet.branch == 2) & (sheet.week < MONDAY + 28))
    columns = ("branch", "shopper", "version", "week", "scores")
    fewer = replace(sheet, **{name: getattr(sheet, name)[kept] for name in columns})
    (own,) = adjusted(fewer).values()
    alike = {0: replace(own, rest=np.where(fewer.region_of[fewer.branch[own.rows]] == 2, 4.0, own.rest))}
    (move,) = region_moves(fewer, alike)[fewer.regions[2]]
    assert move.points.value == 0.0
    assert move.points.high - move.points.low > 4 * np.sqrt(float(own.noise.mean()))
