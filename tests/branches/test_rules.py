"""Rules: what they mean, what they refuse, and that no text brings them down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches import rules
from branches.errors import Refused
from branches.rules import All, AnyOf, Comparison, Expression, Not

WAITED = Comparison("waited", "=", "yes")
DRINK = Comparison("drink", "!=", "no")
LATE = Comparison("minutes", ">", "10")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("waited = yes", WAITED),
        ("waited=yes and drink!=no", All((WAITED, DRINK))),
        ("waited = yes and drink != no or minutes > 10", AnyOf((All((WAITED, DRINK)), LATE))),
        ("waited = yes and (drink != no or minutes > 10)", All((WAITED, AnyOf((DRINK, LATE))))),
        ("not waited = yes and drink != no", All((Not(WAITED), DRINK))),
        ("not (waited = yes)", Not(WAITED)),
        ("  minutes > 10 ", LATE),
        ("change < -2.5", Comparison("change", "<", "-2.5")),
    ],
)
def test_parse_reads_and_before_or(text: str, expression: Expression) -> None:
    assert rules.parse(text) == expression


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The rule breaks off; write it like greeted = yes."),
        ("waited", "The rule breaks off; write it like greeted = yes."),
        ("waited =", "The rule breaks off; write it like greeted = yes."),
        ("waited = yes and", "The rule breaks off; write it like greeted = yes."),
        ("waited yes no", '"yes" stands in the rule where one of = != < > belongs.'),
        ("waited = and", '"and" stands in the rule where a value belongs.'),
        ("waited = (", '"(" stands in the rule where a value belongs.'),
        ("and = yes", '"and" stands in the rule where an item belongs.'),
        ("4 = yes", '"4" stands in the rule where an item belongs.'),
        ("waited = yes drink = no", 'The rule ends before "drink"; join its parts with and or or.'),
        ("(waited = yes", "A bracket of the rule is not closed."),
        ("waited = yes)", 'The rule ends before ")"; join its parts with and or or.'),
        ("waited = yes; drop", "The rule cannot be read from its character 13 on."),
        ("waited = jó", "The rule cannot be read from its character 11 on."),
        ("w = " + "y" * 500, "The rule has 504 characters; at most 500 fit."),
        ("(" * 30 + "waited = yes" + ")" * 30, "The rule is nested more than 20 deep."),
        ("not " * 30 + "waited = yes", "The rule is nested more than 20 deep."),
    ],
)
def test_parse_refuses_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.parse(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "marks", "holds"),
    [
        ("waited = yes", {"waited": "yes"}, True),
        ("waited = yes", {"waited": "no"}, False),
        ("waited = yes", {}, False),
        ("waited = yes", {"waited": ""}, False),
        ("waited != yes", {}, True),
        ("waited != yes", {"waited": "na"}, True),
        ("waited != yes", {"waited": "yes"}, False),
        ("minutes > 10", {"minutes": "10.1"}, True),
        ("minutes > 10", {"minutes": "10"}, False),
        ("minutes > 10", {"minutes": "na"}, False),
        ("minutes > 10", {}, False),
        ("minutes < 10", {"minutes": "9"}, True),
        ("minutes < 10", {"minutes": "10"}, False),
        ("rating = 4", {"rating": "4.0"}, True),
        ("rating != 4", {"rating": "4.0"}, False),
        ("waited = yes and minutes > 10", {"waited": "yes", "minutes": "11"}, True),
        ("waited = yes and minutes > 10", {"waited": "yes", "minutes": "9"}, False),
        ("waited = yes or minutes > 10", {"waited": "no", "minutes": "11"}, True),
        ("waited = yes or minutes > 10", {"waited": "no", "minutes": "9"}, False),
        ("not waited = yes", {"waited": "yes"}, False),
    ],
)
def test_applies(text: str, marks: dict[str, str], holds: bool) -> None:
    assert rules.applies(rules.parse(text), marks) is holds


def test_items_names_each_item_once() -> None:
    expression = rules.parse("not (waited = yes or drink = no) and waited != na")
    assert rules.items(expression) == {"waited", "drink"}


def test_check_lets_rules_follow_one_another() -> None:
    rules.check(
        {"drink": rules.parse("waited = yes"), "biscuit": rules.parse("drink = yes")},
        frozenset({"waited", "drink", "biscuit"}),
    )


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"a": "a = yes"}, "The rules of a wait for one another."),
        ({"a": "b = yes", "b": "c = yes", "c": "a = yes"}, "The rules of a, b, c wait for one another."),
        ({"a": "b = yes", "b": "c = yes", "c": "b = yes"}, "The rules of b, c wait for one another."),
        ({"a": "z = yes"}, "The rule of a asks about z, which is not an item."),
    ],
)
def test_check_refuses_circles_and_unknown_items(written: dict[str, str], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.check({item: rules.parse(text) for item, text in written.items()}, frozenset("abc"))
    assert str(refused.value) == sentence


@given(
    st.lists(st.sampled_from(["waited", "=", "!=", "<", ">", "yes", "4", "and", "or", "not", "(", ")", "é"])).map(
        " ".join
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = rules.parse(text)
    except Refused:
        return
    marks = {"waited": "yes"}
    assert rules.applies(Not(expression), marks) is not rules.applies(expression, marks)
