"""Laws that no judgement may break, whatever the audits."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reports.evidence import Evidence, plain, unevenness
from reports.figures import Assessment, Move, Rules, State
from reports.level import power
from reports.mixed import solve
from reports.mixed_effects import deviations
from reports.mixed_sums import sums
from reports.observed import EFFECTS, Observations
from reports.prior import Prior, posterior
from reports.screening import assess
from reports.sheet import Floats, ScoreSheet
from reports.trend import chain_moves, changes
from reports.variance import components
from tests.reports.chains import chain, chosen, names, sheet_of, with_gaps, with_strangers
from tests.reports.test_level import shares

SEEDS = st.integers(0, 10_000)
RULES = Rules(margin=3.0)


def judged(found: Assessment) -> dict[tuple[str, str], tuple[object, ...]]:
    """Each cell's state and rounded figures, by its codes."""

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 3) + 0.0

    return {
        (c.branch, c.section): (c.state, c.audits, rounded(c.variance), rounded(c.estimate), rounded(c.p_short))
        for c in found.cells
    }


def close(one: Assessment, other: Assessment) -> None:
    """The two say the same; figures agree to a thousandth of a point, as far as fits of the same data do."""
    first, second = judged(one), judged(other)
    assert first.keys() == second.keys()
    for key, cell in first.items():
        assert cell[:2] == second[key][:2]
        for value, again in zip(cell[2:], second[key][2:], strict=True):
            assert value == pytest.approx(again, abs=5e-3)


@pytest.mark.slow
@settings(max_examples=4)
@given(seed=SEEDS, gaps=st.sampled_from([0.0, 0.1]), unknown=st.sampled_from([0.0, 0.2]))
def test_order_of_audits_does_not_matter(seed: int, gaps: float, unknown: float) -> None:
    sheet = with_strangers(with_gaps(chain(seed, branches=20, audits=6, sections=2)[0], seed, gaps), seed, unknown)
    order = np.random.default_rng(seed).permutation(sheet.branch.size)
    close(assess(sheet, RULES), assess(chosen(sheet, order), RULES))


@pytest.mark.slow
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_order_of_audits_does_not_matter_where_the_spread_is_uneven(gaps: float) -> None:
    sheet = with_gaps(shares(5), 5, gaps)
    assert power(sheet) > 0.5
    order = np.random.default_rng(5).permutation(sheet.branch.size)
    close(assess(sheet, RULES), assess(chosen(sheet, order), RULES))


@pytest.mark.slow
@settings(max_examples=4)
@given(seed=SEEDS, gaps=st.sampled_from([0.0, 0.1]), points=st.floats(-40, 40))
def test_constant_added_to_all_scores_moves_norms_and_no_flag(seed: int, gaps: float, points: float) -> None:
    """Exactly where the spread is found even, before and after; else the distance from the scale's ends counts too."""
    sheet = with_gaps(chain(seed, branches=20, audits=6, sections=2)[0], seed, gaps)
    moved = replace(sheet, scores=sheet.scores + points)
    assume(power(sheet) == power(moved) == 0.0)
    one, other = assess(sheet, RULES), assess(moved, RULES)
    close(one, other)
    for before, after in zip(one.sections, other.sections, strict=True):
        assert before.norm is not None
        assert after.norm == pytest.approx(before.norm + points)


@pytest.mark.slow
@settings(max_examples=4)
@given(seed=SEEDS)
def test_relabelling_changes_nothing(seed: int) -> None:
    sheet, _ = chain(seed, branches=20, audits=6, sections=2)
    rng = np.random.default_rng(seed)
    branch, shopper = rng.permutation(20), rng.permutation(len(sheet.shoppers))
    region, section = rng.permutation(len(sheet.regions)), rng.permutation(2)
    back = np.argsort(branch)
    renamed = replace(
        sheet,
        sections=tuple(np.array(sheet.sections)[section]),
        branches=tuple(np.array(names("b", 20))[back]),
        region_of=region[sheet.region_of[back]],
        branch=branch[sheet.branch],
        shopper=shopper[sheet.shopper],
        scores=sheet.scores[:, section],
    )
    close(assess(sheet, RULES), assess(renamed, RULES))


@pytest.mark.slow
@settings(max_examples=30)
@given(
    seed=SEEDS,
    variances=st.tuples(*[st.floats(0.0, 3.0)] * 3),
    unknown=st.sampled_from([0.0, 0.3]),
    points=st.floats(0.1, 50.0),
)
def test_better_answer_never_lowers_a_branch_at_fixed_variances(
    seed: int, variances: tuple[float, float, float], unknown: float, points: float
) -> None:
    sheet = with_strangers(chain(seed, branches=8, audits=4, sections=1, shoppers=5)[0], seed, unknown)
    audit = seed % sheet.branch.size
    better = sheet.scores.copy()
    better[audit] += points
    estimates = []
    for values in (sheet.scores, better):
        data = Observations(
            branch=sheet.branch,
            shopper=sheet.shopper,
            version=sheet.version,
            region_of=sheet.region_of,
            values=values,
            weight=np.ones(sheet.branch.size),
            shoppers=5,
        )
        solution = solve(sums(data, EFFECTS), dict(zip(EFFECTS, variances, strict=True)))
        estimates.append(deviations(solution, "branch", 8, np.ones(8, dtype=bool), sheet.region_of).estimate)
    branch = sheet.branch[audit]
    assert estimates[1][branch, 0] >= estimates[0][branch, 0] - 1e-9


@given(
    shift=st.floats(-20, 20),
    step=st.floats(0, 20),
    precision=st.floats(0.01, 5),
    masses=st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
)
def test_better_data_never_lower_the_posterior(
    shift: float, step: float, precision: float, masses: list[float]
) -> None:
    prior = Prior(np.array([-4.0, 0.0, 4.0]), np.array(masses) / sum(masses))
    lower, higher = (
        posterior(prior, plain(np.array([precision]), np.array([s]))).masses for s in (shift, shift + step)
    )
    assert (higher @ prior.points)[0] >= (lower @ prior.points)[0] - 1e-9


def at_eighty_six(place: float, noise: float, doubt: float) -> Evidence:
    """One cell of a section at 86, one unit a point, with a spread that is uneven."""
    usual, none = unevenness(np.array([86.0]), 1.0), np.zeros(1)
    chance, doubted, long = np.array([noise]), np.array([doubt]), np.array([np.inf])
    level, one = np.array([86.0]), np.ones(1)
    return Evidence(np.array([place]), chance, doubted, level, one, usual, none, long, one, power=1.0)


@pytest.mark.slow
@given(
    place=st.floats(-40, 10),
    step=st.floats(0, 10),
    noise=st.floats(0.5, 60),
    doubt=st.sampled_from([0.0, 2.0, 10.0]),
    masses=st.lists(st.floats(0.01, 1), min_size=41, max_size=41),
)
def test_better_data_never_lower_the_posterior_where_the_spread_is_uneven(
    place: float, step: float, noise: float, doubt: float, masses: list[float]
) -> None:
    prior = Prior(np.linspace(-60.0, 20.0, 41), np.array(masses) / sum(masses))
    lower, higher = (posterior(prior, at_eighty_six(p, noise, doubt)).masses for p in (place, place + step))
    assert (higher @ prior.points)[0] >= (lower @ prior.points)[0] - 1e-6


def with_tails(places: Floats, noise: float, tails: float) -> Evidence:
    """Cells of one spread at every level whose chance has the tails of Student's t."""
    none, one = np.zeros(places.size), np.ones(places.size)
    return Evidence(places, noise * one, none, none, one, one, none, tails * one, one)


@pytest.mark.slow
@given(spread=st.floats(0.5, 8), noise=st.floats(0.5, 80), tails=st.floats(3, 40))
def test_better_data_never_lower_the_posterior_within_the_reach_of_long_tails(
    spread: float, noise: float, tails: float
) -> None:
    """Beyond √(tails · (noise + spread²)) a cell's mean is rather taken for bad days, and a better one may count for more."""
    prior = _normal(spread)
    reach = np.sqrt(tails * (noise + spread**2))
    means = posterior(prior, with_tails(np.linspace(-reach, reach, 101), noise, tails)).masses @ prior.points
    assert np.diff(means).min() >= -1e-9


def test_better_data_may_lower_the_posterior_beyond_the_reach_of_long_tails() -> None:
    """The stated limit of the law: so far out, the worse the audits, the more they look like bad days alone."""
    prior = _normal(3.0)
    far, nearer = posterior(prior, with_tails(np.array([-70.0, -20.0]), 30.0, 6.0)).masses @ prior.points
    assert nearer < far < 0.0


def _normal(spread: float) -> Prior:
    points = np.linspace(-6.0, 6.0, 121)
    masses = np.exp(-0.5 * points**2)
    return Prior(points * spread, masses / masses.sum())


@given(place=st.floats(-25, -10), noise=st.floats(4, 30), power=st.floats(0.2, 1.5))
def test_nearer_the_ceiling_the_same_shortfall_is_less_sure(place: float, noise: float, power: float) -> None:
    """Where the spread is uneven, a constant added to all scores draws estimates far below the norm nearer to it."""
    prior, none, one = _normal(4.0), np.zeros(1), np.ones(1)
    means = []
    for level in (70.0, 85.0, 95.0):
        usual = unevenness(np.array([level]), power)
        told = Evidence(
            *(np.array([place]), np.array([noise]), none, np.array([level]), one, usual, none, np.full(1, np.inf), one),
            power=power,
        )
        means.append(float((posterior(prior, told).masses @ prior.points)[0]))
    assert means[0] <= means[1] + 1e-6
    assert means[1] <= means[2] + 1e-6


def nonsense(seed: int, values: list[float], empty: float) -> ScoreSheet:
    """A few audits of a few branches by anybody, of scores that hardly differ or differ wildly, many of them missing."""
    rng = np.random.default_rng(seed)
    audits, branches, shoppers = (int(rng.integers(1, most)) for most in (90, 9, 5))
    scores: Floats = rng.choice(values, (audits, int(rng.integers(1, 4))))
    scores[rng.random(scores.shape) < empty] = np.nan
    branch, shopper = rng.integers(0, branches, audits), rng.integers(-1, shoppers, audits)
    regions = rng.integers(0, 3, branches)
    return sheet_of(branch.tolist(), shopper.tolist(), scores, regions.tolist())


@pytest.mark.long
@settings(max_examples=80)
@given(
    seed=SEEDS,
    values=st.lists(st.sampled_from([0.0, 1e-9, 50.0, 99.0, 100.0, 100.0 + 1e-9, -20.0, 1e6]), min_size=1, max_size=4),
    empty=st.sampled_from([0.0, 0.2, 0.9]),
    margin=st.sampled_from([0.0, 5.0]),
)
@example(seed=1, values=[0.0, 1e6, 1e6], empty=0.0, margin=0.0)
@example(seed=808, values=[99.0, 50.0, 0.0, 99.0], empty=0.9, margin=0.0)
@example(seed=246, values=[100.000000001, 1e6], empty=0.9, margin=0.0)
def test_nonsense_is_judged_or_refused_without_a_warning(
    seed: int, values: list[float], empty: float, margin: float
) -> None:
    sheet = nonsense(seed, values, empty)
    found = assess(sheet, Rules(margin=margin))
    assert len(found.cells) == len(sheet.branches) * len(sheet.sections)
    for cell in found.cells:
        assert (cell.p_short is None) == (cell.state is State.NOT_ENOUGH)
        told = [value for value in (cell.low, cell.estimate, cell.high) if value is not None]
        assert np.isfinite(told).all()
        assert len(told) in {0, 3}
        near = 1e-6 * (1.0 + float(np.abs(told).max(initial=0.0)))
        assert all(a <= b + near for a, b in pairwise(told))
        assert cell.p_short is None or 0.0 <= cell.p_short <= 1.0


@pytest.mark.slow
@settings(max_examples=25)
@given(
    seed=SEEDS,
    values=st.lists(st.sampled_from([0.0, 1e-9, 50.0, 99.0, 100.0, 100.0 + 1e-9, -20.0, 1e6]), min_size=1, max_size=4),
    empty=st.sampled_from([0.0, 0.2, 0.9]),
    weeks=st.sampled_from([1, 5, 26]),
    cusum=st.booleans(),
)
def test_nonsense_is_charted_or_not_without_a_warning(
    seed: int, values: list[float], empty: float, weeks: int, cusum: bool
) -> None:
    sheet = nonsense(seed, values, empty)
    turn = np.random.default_rng(seed).integers(0, weeks, sheet.branch.size)
    sheet = replace(sheet, week=sheet.week + 7 * turn, version=1 + turn % 2)
    found = changes(sheet, cusum=cusum)
    assert len(found) == len(sheet.branches) * len(sheet.sections)
    for change in found:
        assert (change.move is Move.NOT_ENOUGH) == (not change.points)
        assert np.isfinite([(p.surprise, p.average, p.limit) for p in change.points]).all()
        assert (change.size is None) == (change.move in {Move.NOT_ENOUGH, Move.STEADY})
    for move in chain_moves(sheet):
        assert move.points.low <= move.points.value <= move.points.high
    for section in sheet.sections:
        variances = components(sheet, section, EFFECTS).variances
        assert all(0.0 <= one.low <= one.high < np.inf for one in variances.values())
