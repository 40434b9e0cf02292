"""The laws by which the demo's marks are drawn earn what they say on average."""

import math
from fractions import Fraction
from itertools import product
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches import scoring
from branches.scoring import NO, YES, ItemRule, ItemType
from monitor.demo.laws import Delay, Steps, YesNo, logit, share
from monitor.demo.sections import Curve, ItemLaw, OneAudit, SectionLaw

SHIFTS = st.floats(-4, 4)
GREETING = SectionLaw(
    1,
    "greeting",
    scored=True,
    items=(
        ItemLaw(1, "greeted", 3, YesNo(1.5)),
        ItemLaw(2, "greeted_after", 2, Delay(30.0, 180, 60), asked_if=("greeted", YES)),
        ItemLaw(3, "smile", 2, YesNo(2.0)),
        ItemLaw(4, "asked_to_wait", 1, YesNo(1.0), na_share=0.7),
        ItemLaw(5, "warmth", 2, Steps(1.0, 1, 5), na_share=0.2),
        ItemLaw(6, "remark", 1, None),
    ),
)


def test_share_and_logit_undo_each_other() -> None:
    assert logit(share(1.25)) == pytest.approx(1.25)


@given(SHIFTS)
def test_delay_expects_the_mean_of_what_scoring_gives_each_wait(shift: float) -> None:
    law = Delay(4.0, 20, 5)
    rule = ItemRule("wait", "service", ItemType.NUMBER, worst=Fraction(20), best=Fraction(5))
    longer = math.exp(-math.exp(shift) / 4.0)
    waits = [(1 - longer) * longer**wait * float(scoring.points(rule, str(wait)) or 0) for wait in range(20)]
    assert law.expected(shift) == pytest.approx(sum(waits))


@given(SHIFTS)
def test_steps_expect_the_mean_of_what_scoring_gives_each_step(shift: float) -> None:
    law = Steps(0.8, 1, 5)
    rule = ItemRule("cut", "service", ItemType.RATING, worst=Fraction(1), best=Fraction(5))
    taken = share(0.8 + shift)
    chances = [math.comb(4, n) * taken**n * (1 - taken) ** (4 - n) for n in range(5)]
    mean = sum(p * float(scoring.points(rule, str(1 + n)) or 0) for n, p in enumerate(chances))
    assert law.expected(shift) == pytest.approx(mean)


@pytest.mark.parametrize("law", [YesNo(1.0), Steps(1.0, 1, 5), Steps(1.0, 5, 1), Delay(30.0, 180, 60)])
def test_marks_drawn_earn_the_expected_share(law: YesNo | Steps | Delay) -> None:
    type_ = {YesNo: ItemType.YES_NO, Steps: ItemType.RATING, Delay: ItemType.SECONDS}[type(law)]
    ends = (0, 1) if isinstance(law, YesNo) else (law.worst, law.best)
    rule = ItemRule("item", "section", type_, worst=Fraction(ends[0]), best=Fraction(ends[1]))
    chance = Random(20)
    won = [float(scoring.points(rule, law.draw(-0.7, chance)) or 0) for _ in range(4000)]
    assert abs(fmean(won) - law.expected(-0.7)) < 4 * stdev(won) / math.sqrt(len(won))


@given(SHIFTS)
def test_one_audit_expects_the_mean_over_every_way_of_marking_it(shift: float) -> None:
    small = SectionLaw(1, "greeting", scored=True, items=(*GREETING.items[:1], *GREETING.items[2:4]))
    total = 0.0
    for marks in product((YES, NO), (YES, NO), (YES, NO, "na")):
        chance, won, possible = 1.0, 0.0, 0.0
        for item, mark in zip(small.items, marks, strict=True):
            assert item.law is not None
            yes = item.law.expected(shift)
            applies = 1 - item.na_share
            chance *= {YES: yes * applies, NO: (1 - yes) * applies, "na": item.na_share}[mark]
            won += item.weight * (mark == YES)
            possible += item.weight * (mark != "na")
        total += chance * 100 * won / possible
    assert OneAudit(small).score(shift) == pytest.approx(total)


def test_one_audit_leaves_out_what_was_not_asked() -> None:
    """Nobody greeted, nothing to time: only the two yes/no items are left of what always applies."""
    never = SectionLaw(
        1,
        "greeting",
        scored=True,
        items=(
            ItemLaw(1, "greeted", 3, YesNo(-40.0)),
            ItemLaw(2, "greeted_after", 2, Delay(30.0, 180, 60), asked_if=("greeted", YES)),
            ItemLaw(3, "smile", 1, YesNo(40.0)),
        ),
    )
    assert OneAudit(never).score(0.0) == pytest.approx(25)


@given(st.floats(15, 97))
def test_curve_reads_backwards(score: float) -> None:
    assert CURVE.score(CURVE.shift(score)) == pytest.approx(score, abs=1e-9)


def test_curve_is_the_mean_over_the_spread_of_shifts() -> None:
    one, chance = OneAudit(GREETING), Random(3)
    scores = [one.score(-0.5 + chance.gauss(0, 0.75)) for _ in range(4000)]
    assert abs(fmean(scores) - CURVE.score(-0.5)) < 4 * stdev(scores) / math.sqrt(len(scores))


CURVE = Curve(OneAudit(GREETING), 0.75)
