from dataclasses import replace

import numpy as np
import pytest

from reports.acted import Effect, Outcome
from reports.adjusted import Adjusted, adjusted
from reports.effects import LEAST_SINCE, Done, effects
from reports.sheet import ScoreSheet
from tests.reports.chains import MONDAY, chain, sheet_of

WEEKS = 26
TURN = MONDAY + 7 * 12
"""The week in which the actions were completed."""


SUNK = 24
HALF_YEAR = (MONDAY, MONDAY + 7 * WEEKS - 1)


def half_year(seed: int, better: float) -> ScoreSheet:
    """Two audits a week of 120 branches, of which 24 are 15 points down; every other of these recovers after its action."""
    short = {(b, 0): 15.0 for b in range(SUNK)}
    sheet, _ = chain(seed, branches=120, audits=2 * WEEKS, sections=1, shoppers=30, short=short)
    week = MONDAY + 7 * (np.arange(sheet.branch.size) % WEEKS)
    risen = (sheet.branch < SUNK) & (sheet.branch % 2 == 0) & (week > TURN)
    return replace(sheet, week=week, scores=sheet.scores + better * risen[:, None])


def judged(seed: int, better: float) -> tuple[list[Effect], list[Effect]]:
    """The effects at the 30 branches that scored worst before: where something was done, and where nothing was."""
    sheet = half_year(seed, better)
    early = sheet.week < TURN
    means = [sheet.scores[early & (sheet.branch == b), 0].mean() for b in range(len(sheet.branches))]
    worst = [sheet.branches[b] for b in np.argsort(means)[:30]]
    found = effects(sheet, adjusted(sheet), {one: Done(one, "section0000", TURN) for one in worst}, 5.0, HALF_YEAR)
    risen = {name for name in worst if int(name[1:]) < SUNK and int(name[1:]) % 2 == 0}
    told = {name: effect for name, effect in found.items() if effect.is_judged}
    return [told[name] for name in told if name in risen], [told[name] for name in told if name not in risen]


@pytest.mark.slow
def test_effects_give_luck_no_credit_and_see_a_recovery() -> None:
    """At branches chosen for having scored low, one in twenty where nothing was done seems better; a full recovery is seen."""
    pairs = [judged(seed, 15.0) for seed in range(12)]
    risen, still = ([effect for pair in pairs for effect in pair[side]] for side in (0, 1))
    assert len(risen) > 80
    assert len(still) > 80
    assert np.mean([effect.outcome is Outcome.BETTER for effect in still]) < 0.08
    assert np.mean([effect.outcome is Outcome.BETTER for effect in risen]) > 0.7


@pytest.mark.slow
def test_effects_of_nothing_at_all() -> None:
    still = [effect for seed in range(20, 32) for side in judged(seed, 0.0) for effect in side]
    assert len(still) > 160
    assert np.mean([effect.outcome is Outcome.BETTER for effect in still]) < 0.08
    assert np.mean([effect.outcome is Outcome.WORSE for effect in still]) < 0.1
    holds = [(effect.low or 0.0) <= 0.0 <= (effect.high or 0.0) for effect in still]
    assert np.mean(holds) > 0.85


def by_hand(
    values: list[float],
    weeks: list[int],
    *,
    level: float = 16.0,
    noise: float = 25.0,
    known: Effect | None = None,
    first: int = 0,
) -> Effect:
    """One branch whose adjusted scores are known; weeks are numbered from the first, the action was completed in the tenth."""
    sheet = replace(
        sheet_of([0] * len(values), [0] * len(values), [[0.0]] * len(values)), week=MONDAY + 7 * np.array(weeks)
    )
    rows, zeros = np.arange(len(values)), np.zeros(len(values))
    own = Adjusted(rows, np.array([0, len(values)]), np.array(values), np.full(len(values), noise), zeros, level)
    done = {"it": Done("b0000", "section0000", MONDAY + 70, known)}
    return effects(sheet, {0: own}, done, 5.0, (MONDAY + 7 * first, MONDAY + 7 * (first + WEEKS) - 1))["it"]


BAD = [-10.0] * 4
EARLY = [1, 2, 3, 4]


def test_effect_by_hand() -> None:
    """Four audits at −10 of variance 25 beside a prior of 16 give a level of −7.2; what comes after at 0 is 7.2 better."""
    doubt = 1 / (1 / 16 + 4 / 25)
    level = doubt * 4 * -10 / 25
    room = (-level / (1.6448536 + 0.8416212)) ** 2 - doubt
    wanted = int(np.ceil(25 / room))
    early = by_hand([*BAD, 0.0, 0.0], [*EARLY, 11, 12])
    assert (early.outcome, early.audits, early.wanted) == (Outcome.TOO_EARLY, 2, wanted)
    assert (early.before, early.doubt) == pytest.approx((level, doubt))
    found = by_hand([*BAD, *[0.0] * (wanted + 3)], [*EARLY, *range(11, 14 + wanted)])
    assert (found.outcome, found.audits) == (Outcome.BETTER, wanted)
    assert found.change == pytest.approx(-level)
    assert found.low == pytest.approx(-level - 1.6448536 * np.sqrt(25 / wanted + doubt))


def test_effect_is_judged_by_the_first_audits_that_suffice_whatever_comes_after() -> None:
    wanted = by_hand(BAD, EARLY, noise=10.0).wanted or 0
    first = by_hand([*BAD, *[-9.0] * wanted], [*EARLY, *range(11, 11 + wanted)], noise=10.0)
    later = by_hand([*BAD, *[-9.0] * wanted, *[12.0] * 6], [*EARLY, *range(11, 17 + wanted)], noise=10.0)
    assert first.outcome is Outcome.NOT_SHOWN
    assert later == first


def test_effect_keeps_to_what_was_fixed_when_it_was_completed() -> None:
    """Audits from before leave the window week by week: neither the level nor the number of audits moves with them."""
    known = by_hand(BAD, EARLY)
    found = by_hand([-10.0, -10.0, 0.0], [3, 4, 11], known=known)
    assert found == replace(known, audits=1)


def test_effect_leaves_the_week_of_the_action_to_neither_side() -> None:
    with_it = by_hand([-10.0, -10.0, 40.0, 0.0, 0.0], [1, 2, 10, 11, 12])
    assert with_it == by_hand([-10.0, -10.0, 0.0, 0.0], [1, 2, 11, 12])


def test_effect_worse() -> None:
    found = by_hand([-6.0] * 10 + [-25.0] * 12, [*range(10), *range(11, 23)], noise=10.0)
    assert found.outcome is Outcome.WORSE
    assert found.high is not None
    assert found.high < 0.0


def test_effect_untold_without_audits_before_and_where_no_number_would_do() -> None:
    assert by_hand([-10.0, 0.0], [1, 11]) == Effect(Outcome.UNTOLD, 1)
    unsure = by_hand([-1.0, -1.0, 0.0], [1, 2, 11], level=400.0, noise=100.0)
    assert (unsure.outcome, unsure.audits, unsure.wanted) == (Outcome.UNTOLD, 1, None)


def test_effect_untold_where_the_audits_did_not_come_before_the_first_left_the_window() -> None:
    known = by_hand(BAD, EARLY)
    assert by_hand([0.0], [14], known=known, first=11).outcome is Outcome.TOO_EARLY
    assert by_hand([0.0], [14], known=known, first=12).outcome is Outcome.UNTOLD


def test_effect_is_never_judged_by_a_few_good_days() -> None:
    found = by_hand([-60.0] * 10 + [0.0] * 2, [*range(10), 11, 12], noise=1.0)
    assert (found.outcome, found.audits, found.wanted) == (Outcome.TOO_EARLY, 2, LEAST_SINCE)


def test_effects_leave_out_what_is_not_in_the_sheet() -> None:
    sheet, _ = chain(3, branches=20, audits=6, sections=1)
    done = {"a": Done("elsewhere", "section0000", MONDAY), "b": Done("b0001", "no section", MONDAY)}
    assert effects(sheet, adjusted(sheet), done, 5.0, HALF_YEAR) == {}


def test_effect_untold_where_audits_come_too_slowly_for_one_window_to_hold_them() -> None:
    weekly = by_hand([-10.0] * 4, [6, 7, 8, 9])
    monthly = by_hand([-10.0] * 3, [0, 4, 8])
    assert (weekly.outcome, monthly.outcome, monthly.wanted) == (Outcome.TOO_EARLY, Outcome.UNTOLD, None)
