"""Rotas: laws that none may break, whatever the chain; and what is said of each audit."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from branches.rota import Available, Bar, Been, Field, Part, Point, RotaRules, Wanted, windows
from branches.weeks import Window
from reports.rota import by_hand, parts, propose
from reports.rota_match import match
from reports.rota_pairs import Ask, Pairs, ask, pairs
from tests.reports.fields import FIRST, LAST, a_branch, broken, fields

HERE, NEAR, AWAY = Point(47.5, 19.0), Point(47.5, 19.1), Point(46.2, 20.1)


def a_shopper(number: int, most: int = 4, point: Point | None = None, region: int | None = 1) -> Available:
    return Available(number, most, region, point)


@pytest.mark.slow
@settings(max_examples=200)
@given(field=fields())
def test_no_hard_rule_is_ever_broken(field: Field) -> None:
    found = propose(field)
    assert broken(field, found.given) == []
    assert broken(field, by_hand(field).given) == []


@pytest.mark.slow
@settings(max_examples=60)
@given(field=fields())
def test_each_wanted_audit_is_given_once_or_told_why_not(field: Field) -> None:
    found = propose(field)
    told = [(one.branch, one.window) for one in found.given] + [(one.branch, one.window) for one in found.unplaced]
    wanted = [(one.branch, window) for one in field.wanted for window in one.windows]
    assert sorted(told, key=str) == sorted(wanted, key=str)
    assert found.quality.unplaced == len(found.unplaced)
    assert {sum(one.bars.values()) for one in found.unplaced} <= {len(field.shoppers)}


@pytest.mark.slow
@settings(max_examples=60)
@given(field=fields(), most=st.integers(0, 4), region=st.integers(1, 3))
def test_one_more_shopper_never_places_fewer(field: Field, most: int, region: int) -> None:
    more = replace(field, shoppers=(*field.shoppers, a_shopper(900, most, region=region)))
    assert len(propose(more).unplaced) <= len(propose(field).unplaced)


@pytest.mark.slow
@settings(max_examples=100)
@given(field=fields())
def test_proposal_is_never_worse_than_one_made_by_hand(field: Field) -> None:
    assert propose(field).quality.order <= by_hand(field).quality.order


@pytest.mark.slow
@settings(max_examples=40)
@given(field=fields(), seed=st.integers(0, 1000))
def test_order_in_which_it_is_written_down_does_not_matter(field: Field, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shuffled = replace(
        field,
        wanted=tuple(field.wanted[n] for n in rng.permutation(len(field.wanted))),
        shoppers=tuple(field.shoppers[n] for n in rng.permutation(len(field.shoppers))),
        been=tuple(field.been[n] for n in rng.permutation(len(field.been))),
    )
    assert propose(shuffled) == propose(field)


def best_of_all(asked: Ask, known: Pairs) -> tuple[int, float]:
    """Every choice there is, tried one by one."""
    best, branches = (0, 0.0), range(len(asked.wants))
    each = [
        [
            some
            for amount in range(int(asked.wants[branch]) + 1)
            for some in combinations(np.nonzero(known.may[branch])[0].tolist(), amount)
            if seated([int(known.start[branch, one]) for one in some], int(asked.wants[branch]))
        ]
        for branch in branches
    ]
    for choice in product(*each):
        load = np.bincount(np.array([one for some in choice for one in some], dtype=int), minlength=len(asked.most))
        if (load <= asked.most).all():
            cost = sum(float(known.cost[branch, one]) for branch in branches for one in choice[branch])
            best = min(best, (-int(load.sum()), round(cost, 1)))
    return best


def seated(starts: list[int], wants: int) -> bool:
    """Whether each finds a window of their own, none before the one they may begin with."""
    return all(sum(start >= place for start in starts) <= wants - place for place in range(wants))


@pytest.mark.slow
@settings(max_examples=80)
@given(field=fields(most=3, audits=3))
def test_choice_is_the_best_of_all_there_are(field: Field) -> None:
    asked = ask(field)
    known = pairs(asked)
    chosen = match(asked, known)
    cost = round(float(known.cost[chosen.branch, chosen.shopper].sum()), 1)
    assert (-len(chosen.branch), cost) == best_of_all(asked, known)


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_pairs_that_were_not_looked_at_first_could_not_lower_the_cost(seed: int) -> None:
    """One audit each and one for each shopper is the classic assignment, which another method solves whole."""
    rng = np.random.default_rng(seed)
    spots = [Point(float(x), float(y)) for x, y in rng.uniform((46, 17), (48, 20), (120, 2))]
    field = Field(
        tuple(a_branch(number, 1, 1, spots[number]) for number in range(60)),
        tuple(a_shopper(100 + number, 1, spots[number + 60]) for number in range(60)),
        rules=RotaRules(most_km=500.0),
    )
    asked = ask(field)
    known = pairs(asked)
    chosen = match(asked, known)
    exact = linear_sum_assignment(known.cost)
    assert known.cost[chosen.branch, chosen.shopper].sum() == pytest.approx(known.cost[exact].sum())


def test_nobody_to_ask_is_told_of_each_audit() -> None:
    found = propose(Field((a_branch(1, 2),), ()))
    assert [dict(one.bars) for one in found.unplaced] == [{}, {}]
    assert found.given == ()


def test_nothing_wanted_is_nothing_proposed() -> None:
    found = propose(Field((a_branch(1, 0),), (a_shopper(9),)))
    assert (found.given, found.unplaced, found.quality.groups) == ((), (), 0)


def test_each_bar_is_counted_where_it_holds_first() -> None:
    people = (
        replace(a_shopper(1), active=False),
        replace(a_shopper(2), certified=False),
        a_shopper(3),
        a_shopper(4, point=AWAY),
        a_shopper(5),
        a_shopper(6, most=0),
        a_shopper(7),
    )
    field = Field(
        (a_branch(1, 1, point=HERE),),
        people,
        (Been(1, 5, Window(date(2026, 12, 20), date(2026, 12, 20))),),
        frozenset({(1, 3)}),
        frozenset({(1, 7)}),
        RotaRules(certified_only=True),
    )
    assert [dict(one.bars) for one in propose(field).unplaced] == [dict.fromkeys(set(Bar) - {Bar.THERE}, 1)]


def test_shopper_of_late_goes_once_the_lockout_is_over() -> None:
    been = Been(1, 9, Window(FIRST - timedelta(days=20), FIRST - timedelta(days=20)))
    found = propose(Field((a_branch(1, 3),), (a_shopper(9),), (been,)))
    assert [(one.window.first, one.before) for one in found.given] == [(date(2026, 12, 21), 1)]
    assert [dict(one.bars) for one in found.unplaced] == [{Bar.THERE: 1}] * 2


def test_somebody_new_goes_before_somebody_who_was_there() -> None:
    been = Been(1, 8, Window(date(2026, 9, 1), date(2026, 9, 1)))
    found = propose(Field((a_branch(1, 1),), (a_shopper(8), a_shopper(9)), (been,)))
    assert [(one.shopper, one.before, one.could, one.home) for one in found.given] == [(9, 0, 2, True)]


def test_nearest_shopper_is_not_wasted_on_a_branch_that_others_reach() -> None:
    """By hand the first branch takes the one shopper whom the second needs."""
    field = Field(
        (a_branch(1, 1, point=NEAR), a_branch(2, 1, point=HERE)),
        (a_shopper(8, 1, HERE), replace(a_shopper(9, 1, Point(47.5, 19.3)), most_km=20.0)),
    )
    assert [(one.branch, one.shopper) for one in propose(field).given] == [(1, 9), (2, 8)]


def test_groups_that_share_no_shopper_are_joined_where_that_is_worth_the_way() -> None:
    august = Window(date(2026, 8, 1), date(2026, 8, 1))
    been = tuple(Been(branch, 8 if branch in {1, 2} else 9, august) for branch in range(1, 5))
    regions = tuple(a_branch(branch, 1, 1 if branch in {1, 2} else 2) for branch in range(1, 5))
    field = Field(regions, (a_shopper(8, region=1), a_shopper(9, region=2)), been)
    found = propose(field)
    assert (found.quality.groups, [one.joins for one in found.given].count(True)) == (1, 1)
    apart = propose(replace(field, rules=RotaRules(apart_km=10.0)))
    assert (apart.quality.groups, [one.joins for one in apart.given].count(True)) == (2, 0)


def test_audits_are_spread_over_the_parts_of_the_week() -> None:
    wanted = Wanted(1, 1, windows(FIRST, LAST, 4), came={Part.MORNING: 2, Part.WEEKEND: 1})
    assert parts(wanted, 0) == (Part.AFTERNOON, Part.EVENING, Part.AFTERNOON, Part.EVENING)
    assert sorted(parts(replace(wanted, came={}), 2)) == sorted(Part)


def test_window_without_a_weekend_asks_for_none() -> None:
    tuesday = date(2026, 12, 1)
    for days in range(4):
        short = Wanted(1, 1, (Window(tuesday, tuesday + timedelta(days=days)),), came=dict.fromkeys(list(Part)[:3], 5))
        assert Part.WEEKEND not in parts(short, 0)
    saturday = Wanted(1, 1, (Window(date(2026, 12, 5), date(2026, 12, 6)),))
    assert parts(saturday, 0) == (Part.WEEKEND,)


@pytest.mark.parametrize(("audits", "lengths"), [(1, [31]), (4, [7, 8, 8, 8]), (31, [1] * 31), (99, [1] * 31), (0, [])])
def test_windows_cover_the_days_without_reaching_into_each_other(audits: int, lengths: list[int]) -> None:
    found = windows(FIRST, LAST, audits)
    assert [(one.last - one.first).days + 1 for one in found] == lengths
    days = [one.first + timedelta(days=n) for one in found for n in range((one.last - one.first).days + 1)]
    assert days == ([FIRST + timedelta(days=n) for n in range(31)] if audits else [])
