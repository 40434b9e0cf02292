"""What may be said of a reference case's items, and of a shopper beside the reference."""

from dataclasses import replace
from fractions import Fraction

import pytest

from branches.scoring import ItemRule, ItemType
from reports import calibrated
from reports.calibrated import Verdict
from reports.figures import Leniency
from tests.reports.invented import figures

YES_NO = ItemRule("greeted", "greeting")
RATING = ItemRule("warmth", "greeting", ItemType.RATING, worst=Fraction(1), best=Fraction(5))
SECONDS = ItemRule("waited", "greeting", ItemType.SECONDS)


@pytest.mark.parametrize(
    ("yes", "no", "verdict"),
    [
        (4, 0, Verdict.TOO_FEW),
        (2, 2, Verdict.TOO_FEW),
        (3, 2, Verdict.UNSURE),
        (9, 0, Verdict.UNSURE),
        (10, 10, Verdict.AMBIGUOUS),
        (50, 0, Verdict.CLEAR),
    ],
)
def test_item_is_ambiguous_only_when_that_is_sure(yes: int, no: int, verdict: Verdict) -> None:
    found = calibrated.item(YES_NO, ["yes"] * yes + ["no"] * no + [""])
    assert (found.verdict, found.shoppers) == (verdict, yes + no)


def test_marks_stand_with_the_most_frequent_first() -> None:
    found = calibrated.item(RATING, ["4", "5", "4", "na", "3", "3", "4"])
    assert found.chosen == (("4", 3), ("3", 2), ("5", 1), ("na", 1))
    assert found.pairs is not None
    assert found.pairs.value == pytest.approx(8 / 42)


def test_ratings_near_each_other_agree_in_part() -> None:
    near, far = (calibrated.item(RATING, [one, other] * 4).gwet for one, other in (("4", "5"), ("1", "5")))
    assert near is not None
    assert far is not None
    assert (near > 0.7, far < 0) == (True, True)


def test_what_is_measured_is_alike_where_it_is_the_same() -> None:
    found = calibrated.item(SECONDS, ["90"] * 6 + ["80"] * 6)
    assert found.pairs is not None
    assert found.pairs.value == pytest.approx(60 / 132)
    assert found.pairs.high < 0.8


def test_choice_without_a_list_is_alike_where_it_is_the_same() -> None:
    found = calibrated.item(ItemRule("colour", "cut", ItemType.CHOICE), ["red"] * 5 + ["grey"])
    assert (found.chosen, found.verdict) == ((("red", 5), ("grey", 1)), Verdict.UNSURE)
    assert found.pairs is not None
    assert found.pairs.value == pytest.approx(20 / 30)


def test_items_of_a_kind_are_told_together_over_cases_once_there_are_ten() -> None:
    rules = [ItemRule(f"greeting{n}", "greeting") for n in range(6)]
    answers = [{rule.code: "yes" if n % 2 else "no" for n, rule in enumerate(rules)} for _ in range(5)]
    (one,) = calibrated.together([(rules, answers)])
    assert (one.items, one.gwet, one.alpha) == (6, None, None)
    (two,) = calibrated.together([(rules, answers), (rules, answers)])
    assert (two.items, two.gwet) == (12, 1.0)
    assert two.alpha is not None
    assert (two.alpha.value, two.alpha.low, two.alpha.high) == (1.0, 1.0, 1.0)


def test_kinds_that_are_not_alike_are_not_added_up() -> None:
    found = calibrated.together([([YES_NO, RATING, SECONDS], [])])
    assert [(one.type, one.items) for one in found] == [(ItemType.YES_NO, 0), (ItemType.RATING, 0)]


def test_an_item_that_was_not_asked_because_of_another_mark_differs() -> None:
    found = calibrated.beside(["a", "b", "c", "d"], {"a": "yes", "b": "no"}, {"a": "yes", "c": "4"})
    assert (found.alike, found.compared, found.different) == (1, 3, ("b", "c"))


def test_leniency_is_taken_from_the_report_with_its_interval() -> None:
    shoppers = (Leniency("a", "greeting", 9, 6.0, 1.0), Leniency("b", "greeting", 9, -1.0, 2.0))
    known = replace(figures({}), shoppers=shoppers)
    (one,), (other,), nobody = (calibrated.leniency(known, code) for code in "abc")
    assert (one.is_more_than_chance, other.is_more_than_chance, nobody) == (True, False, ())
    assert (round(one.points.low, 2), round(one.points.high, 2)) == (4.36, 7.64)
