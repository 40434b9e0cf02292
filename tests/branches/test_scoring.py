import string
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.errors import Refused
from branches.language import language
from branches.scoring import (
    NA,
    NO,
    YES,
    Band,
    ItemRule,
    ItemType,
    ScoringRules,
    Total,
    band,
    check,
    points,
    rating_steps,
    score,
    thousandths,
)

SECTIONS = ("greeting", "offerings", "service")
BANDS = [Band("poor", Fraction(0)), Band("fair", Fraction("70.05")), Band("good", Fraction(85))]

exact_scores = st.fractions(min_value=0, max_value=100, max_denominator=10**6)
numbers = st.integers(0, 2**16 - 1)
drawn_items = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=7)


def _item(code: str, number: int) -> ItemRule:
    """An item made of one number, so that hypothesis draws little and shrinks well."""
    number, section = divmod(number, 3)
    number, kind = divmod(number, len(ItemType))
    number, flags = divmod(number, 4)
    number, limits = divmod(number, 6)
    worst, best = ((0, 1), (1, 5), (5, 1), (120, 30), (-3, 7), (0, Fraction(3, 10)))[limits]
    return ItemRule(
        code=code,
        section=SECTIONS[section],
        type=list(ItemType)[kind] if limits < 5 else ItemType.NUMBER,
        weight=Fraction(number, 4),
        critical=flags == 1,
        scored=flags != 0,
        worst=Fraction(worst),
        best=Fraction(best),
    )


def _mark(item: ItemRule, number: int) -> str:
    if number % 5 == 0:
        return ("", NA)[number % 2]
    if item.type is ItemType.YES_NO:
        return (YES, NO)[number % 2]
    if item.type is ItemType.RATING:
        steps = rating_steps(item)
        return str(steps[number % len(steps)])
    return str(Decimal(number % 1600 - 400) / 8)


@st.composite
def audits(draw: st.DrawFn) -> tuple[ScoringRules, dict[str, str]]:
    """A standard and an audit's marks under it."""
    drawn = draw(drawn_items)
    items = tuple(_item(f"item{n}", number) for n, (number, _) in enumerate(drawn))
    weights = {"greeting": Fraction(len(items) - 1, 2), "service": Fraction(4)}
    rules = ScoringRules(items, draw(st.sampled_from(Total)), draw(st.sampled_from([None, weights])))
    return rules, {item.code: _mark(item, number) for item, (_, number) in zip(items, drawn, strict=True)}


def applies(item: ItemRule, mark: str) -> bool:
    return points(item, mark) is not None


def test_score_of_the_worked_example() -> None:
    held = ScoringRules(
        (
            ItemRule("greeted", "greeting", weight=Fraction(2)),
            ItemRule("drink", "offerings"),
            ItemRule("cut", "service", ItemType.RATING, worst=Fraction(1), best=Fraction(5)),
        )
    )
    result = score(held, {"greeted": YES, "drink": NA, "cut": "4"})
    assert result.total == Fraction(275, 3)
    assert thousandths(Fraction(275, 3)) == 91667
    assert {code: s.score for code, s in result.sections.items()} == {"greeting": 100, "service": 75}


@given(audits())
def test_score_lies_within_0_and_100(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    result = score(*audit)
    scores = [s.score for s in result.sections.values()] + ([] if result.total is None else [result.total])
    assert all(0 <= s <= 100 for s in scores)


@given(audits())
def test_score_leaves_out_what_does_not_apply(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = audit
    kept = tuple(item for item in held.items if applies(item, marks[item.code]))
    assert score(held, marks) == score(replace(held, items=kept), marks)


@given(audits())
def test_unanswered_and_not_applicable_score_alike(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = audit
    answered = {code: mark for code, mark in marks.items() if mark not in ("", NA)}
    assert score(held, marks) == score(held, answered)


@given(audits(), st.data())
def test_a_better_mark_never_lowers_a_score(audit: tuple[ScoringRules, dict[str, str]], data: st.DataObject) -> None:
    held, marks = audit
    scored = [item for item in held.items if applies(item, marks[item.code])]
    if not scored:
        return
    item = data.draw(st.sampled_from(scored))
    other = _mark(item, data.draw(numbers.filter(lambda number: number % 5 != 0)))
    low, high = sorted((marks[item.code], other), key=lambda mark: points(item, mark) or 0)
    lower, higher = score(held, marks | {item.code: low}), score(held, marks | {item.code: high})
    assert lower.sections.keys() == higher.sections.keys()
    assert all(s.score <= higher.sections[code].score for code, s in lower.sections.items())
    assert lower.total is None or (higher.total is not None and lower.total <= higher.total)
    assert set(higher.failed_critical) <= set(lower.failed_critical)


@given(audits(), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(audit: tuple[ScoringRules, dict[str, str]], chance: Random) -> None:
    held, marks = audit
    mixed = list(held.items)
    chance.shuffle(mixed)
    one, other = score(held, marks), score(replace(held, items=tuple(mixed)), marks)
    assert one.sections == other.sections
    assert one.total == other.total
    assert sorted(one.failed_critical) == sorted(other.failed_critical)


@given(audits(), st.fractions(min_value=Fraction(1, 1000), max_value=1000))
def test_scaling_all_weights_changes_nothing(audit: tuple[ScoringRules, dict[str, str]], factor: Fraction) -> None:
    held, marks = audit
    scaled = replace(
        held,
        items=tuple(replace(item, weight=item.weight * factor) for item in held.items),
        section_weights={code: held_weight(held.section_weights, code) * factor for code in SECTIONS},
    )
    one, other = score(held, marks), score(scaled, marks)
    assert {c: s.score for c, s in one.sections.items()} == {c: s.score for c, s in other.sections.items()}
    assert one.total == other.total


def held_weight(held: Mapping[str, Fraction] | None, code: str) -> Fraction:
    return (held or {}).get(code, Fraction(1))


@given(audits())
def test_a_section_in_which_nothing_applies_has_no_score(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = audit
    applied = {i.section for i in held.items if applies(i, marks[i.code]) and i.weight > 0}
    result = score(held, marks)
    assert set(result.sections) == applied
    assert held.total is Total.SECTIONS or (result.total is None) == (not applied)


@given(audits())
def test_a_failed_critical_item_keeps_the_score(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = audit
    harmless = replace(held, items=tuple(replace(item, critical=False) for item in held.items))
    result, without = score(held, marks), score(harmless, marks)
    assert (result.sections, result.total) == (without.sections, without.total)
    assert result.failed_critical == tuple(
        i.code for i in held.items if i.critical and points(i, marks[i.code]) == Fraction(0)
    )
    assert without.failed_critical == ()


@given(audits())
def test_pooled_total_is_all_points_over_all_weights(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = replace(audit[0], total=Total.POOLED), audit[1]
    won = [(item.weight, points(item, marks[item.code])) for item in held.items]
    possible = sum(weight for weight, earned in won if earned is not None)
    earned = sum(weight * earned for weight, earned in won if earned is not None)
    assert score(held, marks).total == (100 * earned / possible if possible else None)


def test_total_of_sections_is_renormalised_over_those_that_have_a_score() -> None:
    held = ScoringRules(
        (ItemRule("a", "greeting"), ItemRule("b", "offerings"), ItemRule("c", "service"), ItemRule("d", "service")),
        Total.SECTIONS,
        {"greeting": Fraction(3), "offerings": Fraction(5)},
    )
    assert score(held, {"a": YES, "b": NA, "c": YES, "d": NO}).total == Fraction(100 * 3 + 50 * 1, 4)
    assert score(replace(held, total=Total.POOLED), {"a": YES, "b": NA, "c": YES, "d": NO}).total == Fraction(200, 3)
    assert score(held, {"b": NA}).total is None


def test_total_of_sections_that_weigh_nothing_is_none() -> None:
    held = ScoringRules((ItemRule("a", "greeting"),), Total.SECTIONS, {"greeting": Fraction(0)})
    assert score(held, {"a": YES}).total is None


@pytest.mark.parametrize(
    ("worst", "best", "mark", "earned"),
    [
        ("1", "5", "1", 0),
        ("1", "5", "4", Fraction(3, 4)),
        ("5", "1", "4", Fraction(1, 4)),
        ("120", "30", "30", 1),
        ("120", "30", "12.5", 1),
        ("120", "30", "75", Fraction(1, 2)),
        ("120", "30", "4000", 0),
        ("0", "0.3", "0.1", Fraction(1, 3)),
    ],
)
def test_points_follow_the_ramp_between_its_ends(worst: str, best: str, mark: str, earned: Fraction) -> None:
    item = ItemRule("x", "greeting", ItemType.NUMBER, worst=Fraction(worst), best=Fraction(best))
    assert points(item, mark) == earned


@pytest.mark.parametrize("kind", [ItemType.TEXT, ItemType.CHOICE, ItemType.PHOTO])
def test_points_of_what_cannot_be_scored_are_none(kind: ItemType) -> None:
    assert points(ItemRule("x", "greeting", kind), "yes") is None


@given(exact_scores)
def test_thousandths_are_rounded_half_up(value: Fraction) -> None:
    exact = Decimal(value.numerator * 10**6 // value.denominator)  # floor: what lies beyond cannot make a half
    rest = Fraction(value.numerator * 10**6 % value.denominator, value.denominator)
    decimal = (exact / 10**6 + (Decimal("1e-9") if rest else 0)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    assert thousandths(value) == int(decimal * 1000)


@given(st.integers(0, 200_000))
def test_halves_of_thousandths_are_rounded_up(half: int) -> None:
    decimal = (Decimal(half) / 2).quantize(Decimal(1), ROUND_HALF_UP)
    assert thousandths(Fraction(half, 2000)) == int(decimal)


@given(exact_scores)
def test_bands_have_neither_gaps_nor_overlaps(value: Fraction) -> None:
    within = [
        b.code
        for b, above in zip(BANDS, [*BANDS[1:], None], strict=True)
        if b.floor <= value and in_reach(value, above)
    ]
    assert [band(value, BANDS)] == within
    assert band(value, reversed(BANDS)) == band(value, BANDS)


def in_reach(value: Fraction, above: Band | None) -> bool:
    return above is None or value < above.floor


def test_a_score_shown_as_85_but_below_it_is_in_the_lower_band() -> None:
    almost = Fraction(85) - Fraction(1, 10**9)
    assert language("en").number(thousandths(almost) / 1000) == "85.0"
    assert band(almost, BANDS) == "fair"
    assert band(Fraction(85), BANDS) == "good"


def test_band_of_a_score_below_all_of_them_is_none() -> None:
    assert band(Fraction(10), BANDS[1:]) is None
    assert band(Fraction(10), []) is None


@pytest.mark.parametrize(("worst", "best", "steps"), [(1, 5, [1, 2, 3, 4, 5]), (3, 1, [3, 2, 1])])
def test_rating_steps_begin_with_the_worst(worst: int, best: int, steps: list[int]) -> None:
    item = ItemRule("x", "greeting", ItemType.RATING, worst=Fraction(worst), best=Fraction(best))
    assert list(rating_steps(item)) == steps


RATING = ItemRule("x", "greeting", ItemType.RATING, worst=Fraction(5), best=Fraction(1))
NUMBER = ItemRule("x", "greeting", ItemType.NUMBER)
CHOICE = ItemRule("x", "greeting", ItemType.CHOICE, options=("red", "green"))


@pytest.mark.parametrize(
    ("item", "mark"),
    [
        (ItemRule("x", "greeting"), "maybe"),
        (ItemRule("x", "greeting"), "YES"),
        (ItemRule("x", "greeting", na=False), NA),
        (RATING, "0"),
        (RATING, "6"),
        (RATING, "9" * 400),
        (RATING, "2.5"),
        (RATING, "٣"),
        (RATING, "nan"),
        (NUMBER, "1e999999999"),
        (NUMBER, "inf"),
        (NUMBER, "1/0"),
        (NUMBER, "1_000"),
        (NUMBER, "1\n"),
        (NUMBER, "1" * 31),
        (CHOICE, "blue"),
    ],
)
def test_a_mark_that_the_item_does_not_take_is_refused(item: ItemRule, mark: str) -> None:
    with pytest.raises(Refused):
        check(item, mark)


@given(audits())
def test_every_mark_that_is_taken_can_be_scored(audit: tuple[ScoringRules, dict[str, str]]) -> None:
    held, marks = audit
    for item in held.items:
        check(item, marks[item.code])
        points(item, marks[item.code])


@given(st.sampled_from([RATING, NUMBER, CHOICE, ItemRule("x", "greeting")]), st.text(string.printable, max_size=12))
def test_no_text_is_taken_and_then_breaks_the_scoring(item: ItemRule, mark: str) -> None:
    try:
        check(item, mark)
    except Refused:
        return
    won = points(item, mark)
    assert won is None or 0 <= won <= 1


def test_texts_and_choices_without_codes_take_anything() -> None:
    for kind in (ItemType.TEXT, ItemType.CHOICE, ItemType.PHOTO):
        check(ItemRule("x", "greeting", kind), "1e999 anything")
    check(CHOICE, "green")
