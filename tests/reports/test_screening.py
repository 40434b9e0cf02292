from collections.abc import Callable
from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from reports.beliefs import believe
from reports.figures import Assessment, Rules, State
from reports.joint import known
from reports.norms import norms
from reports.screening import assess, false_shares
from reports.sheet import UNKNOWN_SHOPPER, ScoreSheet
from reports.trend import chain_moves, changes, region_moves
from tests.reports.chains import ALIKE, chain, sheet_of, with_gaps, with_strangers

NAN = float("nan")
FITS, MOST_FITS = 20, 100


def states(found: Assessment) -> set[State]:
    return {cell.state for cell in found.cells}


def flagged(found: Assessment) -> set[tuple[str, str]]:
    return {(cell.branch, cell.section) for cell in found.cells if cell.state is State.FALLS_SHORT}


def test_false_shares_are_running_means_from_the_likeliest_down() -> None:
    shares = false_shares(np.array([[0.5, 0.9], [NAN, 1.0]]))
    np.testing.assert_allclose(shares, [[0.2, 0.05], [NAN, 0.0]])


def test_false_shares_are_equal_for_equal_probabilities() -> None:
    np.testing.assert_allclose(false_shares(np.array([0.8, 0.8, 1.0])), [0.4 / 3, 0.4 / 3, 0.0])


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_planted_faults_are_flagged_and_hardly_anything_else(gaps: float) -> None:
    sheet, truth = chain(5, audits=26, short={(3, 1): 25.0, (20, 0): 25.0})
    found = assess(with_gaps(sheet, 1, gaps) if gaps else sheet, Rules())
    short = np.argwhere(truth - truth.mean(axis=0) < -Rules().margin)
    really = {(sheet.branches[b], sheet.sections[k]) for b, k in short}
    assert {("b0003", "section0001"), ("b0020", "section0000")} <= flagged(found)
    assert len(flagged(found) - really) <= 1


def test_cells_come_in_the_sheets_order_with_the_plain_figures_beside() -> None:
    sheet, _ = chain(6, branches=12, audits=6)
    found = assess(sheet, Rules())
    assert [(cell.branch, cell.section) for cell in found.cells] == [
        (branch, section) for branch in sheet.branches for section in sheet.sections
    ]
    cell = found.cells[4]
    means = [sheet.scores[sheet.branch == b, 1].mean() for b in range(12)]
    assert cell.audits == 6
    assert cell.score == pytest.approx(means[1])
    assert cell.norm == pytest.approx(np.mean(means[:1] + means[2:]))
    assert cell.variance == pytest.approx(means[1] - np.mean(means[:1] + means[2:]))


def test_a_rank_comes_with_its_interval_among_the_branches_seen() -> None:
    sheet, _ = chain(5, audits=26, short={(3, 1): 40.0})
    found = assess(sheet, Rules())
    own = next(cell for cell in found.cells if (cell.branch, cell.section) == ("b0003", "section0001"))
    best = max((cell for cell in found.cells if cell.section == "section0001"), key=lambda cell: cell.estimate or 0.0)
    assert (own.rank_low, own.rank_high, own.ranked) == (40, 40, 40)
    assert (best.rank_low, best.ranked) == (1, 40)


def test_a_branch_of_which_nothing_is_said_has_no_rank_but_is_ranked_among() -> None:
    sheet, _ = chain(5, branches=12, audits=6)
    few = assess(sheet, Rules(least_audits=7))
    assert {(cell.rank_low, cell.rank_high, cell.ranked) for cell in few.cells} == {(None, None, None)}
    once = np.flatnonzero(sheet.branch == 0)[1:]
    kept = np.setdiff1d(np.arange(sheet.branch.size), once)
    columns = ("branch", "shopper", "version", "week", "scores")
    fewer = replace(sheet, **{name: getattr(sheet, name)[kept] for name in columns})
    found = assess(fewer, Rules())
    assert [cell.ranked for cell in found.cells[:4]] == [None, None, None, 12]


@pytest.mark.slow
def test_intervals_hold_the_truth_nine_times_in_ten() -> None:
    inside = []
    for seed in range(6):
        sheet, truth = chain(seed, branches=60)
        found = believe(sheet, known(sheet), Rules().margin)
        true = truth - (truth.sum(axis=0) - truth) / (len(truth) - 1)
        inside.append((found.low < true) & (true < found.high))
    assert 0.86 < np.mean(inside) < 0.94


@pytest.mark.slow
def test_identical_branches_are_rarely_flagged() -> None:
    editions = []
    for seed in range(20):
        sheet, _ = chain(seed, spreads=ALIKE)
        shares = false_shares(believe(sheet, known(sheet), Rules().margin).short)
        editions.append(bool((shares <= Rules().false_share).any()))
    assert sum(editions) <= 2


@pytest.mark.parametrize("unknown", [0.0, 0.5])
def test_one_audit_a_branch_flags_nothing(unknown: float) -> None:
    sheet = with_strangers(chain(7, branches=80, audits=1)[0], 1, unknown)
    found = assess(sheet, Rules(margin=0.0))
    assert states(found) == {State.NOT_ENOUGH}
    assert {(cell.p_short, cell.q) for cell in found.cells} == {(None, None)}
    assert (found.design.enough, found.design.audits_wanted) == (False, 41)


def test_section_seen_once_at_each_branch_wants_repeats_of_its_own() -> None:
    sheet, _ = chain(1, branches=20)
    scores = sheet.scores.copy()
    scores[np.arange(sheet.branch.size) % 8 > 0, 2] = np.nan
    scores[:, 1] = np.nan
    found = assess(replace(sheet, scores=scores), Rules())
    assert found.design.enough
    assert [section.audits_wanted for section in found.sections] == [0, 32, 30]
    assert {cell.state for cell in found.cells if cell.section == sheet.sections[2]} == {State.NOT_ENOUGH}


def test_branch_with_too_few_audits_is_not_judged_but_estimated() -> None:
    sheet, _ = chain(8, audits=6)
    kept = (sheet.branch != 4) | (np.arange(sheet.branch.size) % 6 == 0)
    columns = {name: getattr(sheet, name)[kept] for name in ("branch", "shopper", "version", "week", "scores")}
    found = assess(replace(sheet, **columns), Rules())
    cells = [cell for cell in found.cells if cell.branch == "b0004"]
    assert [(cell.audits, cell.state, cell.p_short, cell.q) for cell in cells] == [
        (1, State.NOT_ENOUGH, None, None)
    ] * 3
    for cell in cells:
        assert cell.low is not None
        assert cell.estimate is not None
        assert cell.high is not None
        assert cell.low < cell.estimate < cell.high


def test_branch_without_audits_has_a_cell_of_nothing() -> None:
    sheet, _ = chain(9, audits=6)
    closed = replace(sheet, branches=(*sheet.branches, "new"), region_of=np.append(sheet.region_of, 0))
    cell = assess(closed, Rules()).cells[-1]
    assert (cell.branch, cell.audits, cell.shoppers, cell.state) == ("new", 0, 0, State.NOT_ENOUGH)
    assert (cell.score, cell.variance, cell.estimate, cell.low, cell.high) == (None,) * 5


def test_single_shoppers_branch_is_less_sure() -> None:
    """A branch seen by one shopper who saw no other cannot be told from that shopper: its interval widens."""
    sheet, _ = chain(10, audits=12)
    alone = replace(sheet, shoppers=(*sheet.shoppers, "alone"), shopper=np.where(sheet.branch == 0, 12, sheet.shopper))
    narrow, wide = (assess(s, Rules()).cells[0] for s in (sheet, alone))
    assert (narrow.shoppers > 1, wide.shoppers) == (True, 1)
    assert None not in (narrow.high, narrow.low, wide.high, wide.low)
    assert (wide.high or 0) - (wide.low or 0) > 1.2 * ((narrow.high or 0) - (narrow.low or 0))


def test_leniencies_are_near_the_truth_within_their_uncertainty() -> None:
    sheet, _ = chain(11, branches=60, audits=12, shoppers=8)
    lenient = replace(sheet, scores=sheet.scores + 6.0 * (sheet.shopper == 2)[:, None])
    before, after = ({(x.shopper, x.section): x for x in assess(s, Rules()).shoppers} for s in (sheet, lenient))
    assert len(before) == 8 * 3
    for section in sheet.sections:
        change = after["s0002", section].leniency - before["s0002", section].leniency
        assert change == pytest.approx(6.0, abs=0.6)
        assert 0.2 < after["s0002", section].sd < 2.0


def test_new_version_of_the_standard_is_no_difference_between_branches() -> None:
    """Half the branches audited under a version that gives 20 points less: nobody falls short for it."""
    sheet, _ = chain(12, audits=10, spreads=ALIKE)
    second = np.arange(sheet.branch.size) % 10 >= np.where(sheet.branch % 2, 8, 2)
    harder = replace(sheet, version=np.where(second, 2, 1), scores=sheet.scores - 20.0 * second[:, None])
    assert flagged(assess(harder, Rules())) == set()


@pytest.mark.slow
def test_fading_audits_count_less() -> None:
    """With a half-life, six bad weeks weigh more when they are the last than when they are the first."""
    sheet, _ = chain(13, audits=20)
    turn = np.arange(sheet.branch.size) % 20
    found = {}
    for half_life in (0.0, 4.0):
        for bad in ("first", "last"):
            hit = (sheet.branch == 5) & ((turn < 6) if bad == "first" else (turn >= 14))
            week, scores = sheet.week + 7 * turn, sheet.scores - 20.0 * hit[:, None]
            estimate = (
                assess(replace(sheet, week=week, scores=scores), Rules(half_life_weeks=half_life)).cells[15].estimate
            )
            assert estimate is not None
            found[half_life, bad] = estimate
    assert found[0.0, "last"] == pytest.approx(found[0.0, "first"], abs=1.0)
    assert found[4.0, "last"] < found[4.0, "first"] - 5.0


def test_sections_carry_their_own_fit() -> None:
    found = assess(chain(14)[0], Rules())
    for section in found.sections:
        assert list(section.variances) == ["region", "branch", "shopper", "residual"]
        assert section.criterion is not None
        assert section.shopper_over_branch is not None
        for interval in section.variances.values():
            assert interval.low <= interval.value <= interval.high


def empty(branches: int) -> ScoreSheet:
    return sheet_of([], [], np.zeros((0, 2)), regions=[0] * branches)


@pytest.mark.parametrize(
    "sheet",
    [
        empty(0),
        empty(3),
        sheet_of([0], [0], [[50.0]]),
        sheet_of([0] * 40, list(range(4)) * 10, np.arange(80.0).reshape(40, 2)),
        sheet_of([0, 1], [0, 0], [[50.0], [60.0]]),
        sheet_of([0, 1] * 3, [0] * 6, [[NAN]] * 6),
    ],
    ids=["no branch", "no audit", "one audit", "one branch", "two audits", "nothing scored"],
)
def test_too_little_is_not_enough(sheet: ScoreSheet) -> None:
    found = assess(sheet, Rules())
    assert states(found) <= {State.NOT_ENOUGH}
    assert len(found.cells) == len(sheet.branches) * len(sheet.sections)


@pytest.mark.parametrize("who", [0, UNKNOWN_SHOPPER])
def test_one_shopper_or_none_known_is_judged_without_leniency(who: int) -> None:
    sheet, _ = chain(15, audits=12, shoppers=1, short={(0, 0): 30.0})
    found = assess(replace(sheet, shopper=np.full(sheet.shopper.size, who)), Rules())
    assert ("b0000", "section0000") in flagged(found)
    assert found.shoppers == ()
    assert "shopper" not in found.sections[0].variances


def test_equal_scores_are_at_the_norm() -> None:
    sheet, _ = chain(16)
    found = assess(replace(sheet, scores=np.full(sheet.scores.shape, 100.0)), Rules())
    assert states(found) == {State.AS_NORM}
    assert {(cell.estimate, cell.p_short, cell.variance) for cell in found.cells} == {(0.0, 0.0, 0.0)}


def test_section_with_equal_scores_does_not_hide_the_others() -> None:
    sheet, _ = chain(17, audits=20, short={(3, 1): 30.0})
    scores = sheet.scores.copy()
    scores[:, 0] = 100.0
    found = assess(replace(sheet, scores=scores), Rules())
    assert ("b0003", "section0001") in flagged(found)
    assert {cell.state for cell in found.cells if cell.section == "section0000"} == {State.AS_NORM}


def test_section_never_answered_does_not_hide_the_others() -> None:
    sheet, _ = chain(18, audits=20, short={(3, 1): 30.0})
    scores = sheet.scores.copy()
    scores[:, 0] = NAN
    found = assess(replace(sheet, scores=scores), Rules())
    assert ("b0003", "section0001") in flagged(found)
    assert {cell.state for cell in found.cells if cell.section == "section0000"} == {State.NOT_ENOUGH}
    assert (found.sections[0].norm, found.sections[0].variances) == (None, {})


def test_branches_that_never_vary_are_told_apart() -> None:
    """No chance at all within branches: the fit is at its edge, and the branch below is still found."""
    sheet, _ = chain(19, audits=4)
    scores = np.where(sheet.branch == 3, 60.0, 90.0)[:, None] * np.ones(3)
    found = assess(replace(sheet, scores=scores), Rules())
    assert flagged(found) == {("b0003", section) for section in sheet.sections}


def test_every_shopper_seen_once_and_more_of_them_than_branches() -> None:
    sheet, _ = chain(20, audits=12, short={(3, 1): 30.0})
    crowd = replace(
        sheet, shopper=np.arange(sheet.branch.size) // 2, shoppers=tuple(map(str, range(sheet.branch.size // 2)))
    )
    found = assess(crowd, Rules())
    assert ("b0003", "section0001") in flagged(found)


def test_infinite_score_is_refused() -> None:
    sheet = sheet_of([0, 1], [0, 0], [[50.0], [float("inf")]])
    with pytest.raises(ValueError, match=r"^A score is infinite; scores are numbers, or empty where"):
        assess(sheet, Rules())


@pytest.mark.parametrize("asked", [norms, changes, chain_moves, region_moves, lambda sheet: assess(sheet, Rules())])
@pytest.mark.parametrize("score", [1e150, -1_000_001.0])
def test_score_beyond_a_million_is_refused(score: float, asked: Callable[[ScoreSheet], object]) -> None:
    sheet = sheet_of([0, 1], [0, 0], [[50.0], [score]])
    with pytest.raises(
        ValueError, match=r"^A score lies beyond a million points; scores are points, usually 0 to 100\.$"
    ):
        asked(sheet)


@pytest.mark.parametrize("audits", [0, 4])
def test_without_sections_and_branches_nothing_is_said(audits: int) -> None:
    none = np.zeros(0, dtype=np.int64)
    names, rows = (("b0",), np.zeros(audits, dtype=np.int64)) if audits else ((), none)
    sheet = ScoreSheet((), names, names, names, rows[:1], rows, rows, rows, rows, np.zeros((audits, 0)))
    found = assess(sheet, Rules())
    assert (found.cells, found.sections, found.shoppers, found.design.enough) == ((), (), (), False)
    assert (changes(sheet), chain_moves(sheet), norms(sheet).overall.size) == ((), (), 0)


def test_code_outside_its_list_is_refused() -> None:
    sheet = replace(sheet_of([0, 1], [0, 0], [[50.0], [60.0]]), branch=np.array([0, 2]))
    with pytest.raises(ValueError, match=r"^An audit or a branch refers to a branch, shopper or region that is not"):
        assess(sheet, Rules())


def test_columns_of_unequal_length_are_refused() -> None:
    sheet = replace(sheet_of([0, 1], [0, 0], [[50.0], [60.0]]), week=np.array([1]))
    with pytest.raises(ValueError, match=r"^Every audit needs a branch, a shopper, a version, a week and"):
        assess(sheet, Rules())


@pytest.mark.slow
def test_half_a_year_of_weekly_audits_is_judged_in_a_moment() -> None:
    """200 branches, 26 audits each, 4 sections: some 1.4 s of an idle processor, or forty times the bare fit in the same run."""
    sheet, _ = chain(21, branches=200, audits=26, sections=4, shoppers=67, regions=8)
    begun = process_time()
    for _ in range(FITS):
        known(sheet)
    fitted, begun = process_time() - begun, process_time()
    assess(sheet, Rules())
    assert (process_time() - begun) / (fitted / FITS) < MOST_FITS


def test_section_that_comes_with_a_new_standard_is_judged() -> None:
    """The standard's second version adds a section: it is judged on the audits made since."""
    sheet, _ = chain(22, audits=20, short={(3, 2): 40.0})
    since = np.arange(sheet.branch.size) % 20 >= 10
    scores = sheet.scores.copy()
    scores[~since, 2] = NAN
    found = assess(replace(sheet, scores=scores, version=np.where(since, 2, 1)), Rules())
    assert ("b0003", "section0002") in flagged(found)
    assert {cell.audits for cell in found.cells if cell.section == "section0002"} == {10}
