"""Rules of XLSForms: ours in their words and back, and theirs as far as a rule here says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches import rules
from branches.errors import Refused
from branches.exchange.xlsform import relevance
from branches.rules import Expression
from tests.branches import drawn

CODES = {"greeted": "greeted", "q-1": "q_1"}
MARKS = {"greeted": {"1": "yes", "0": "no"}}


@given(rule=drawn.expressions(drawn.plain_codes.filter(lambda code: code not in rules._WORDS)))
def test_a_rule_comes_back_from_its_words(rule: Expression) -> None:
    assert rules.parse(rules.written(rule)) == rule
    names = {item: f"{item}_there" for item in rules.items(rule)}
    codes = {name: item for item, name in names.items()}
    assert relevance.read(relevance.written(rule, names), codes, {}) == rule


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("${greeted} = 'yes'", "greeted = yes"),
        ('${greeted}="yes"', "greeted = yes"),
        ("${ greeted } = 1", "greeted = yes"),
        ("selected(${greeted}, '0')", "greeted = no"),
        ("'yes' = ${greeted}", "greeted = yes"),
        ("10 < ${q-1}", "q_1 > 10"),
        ("${q-1} >= 10", "q_1 > 10 or q_1 = 10"),
        ("${a} = 1 and ${b} != 2 or not(${c} > -2.5)", "a = 1 and b != 2 or not c > -2.5"),
        ("${a} = 1 and (${b} = 2 or ${c} = 3)", "a = 1 and (b = 2 or c = 3)"),
        ("not(${a} = 1 or ${b} = 2)", "not (a = 1 or b = 2)"),
        ("${a} = \u2018x\u2019", "a = x"),
        ("selected(${a}, 'x') and selected(${b}, 'y')", "a = x and b = y"),
    ],
)
def test_a_rule_of_others_is_read(there: str, here: str) -> None:
    rule = relevance.read(there, CODES, MARKS)
    assert rules.written(rule) == here
    assert rules.parse(here) == rule


@pytest.mark.parametrize(
    ("there", "what"),
    [
        ("${a} + 1 = 2", "+ 1 = 2"),
        ("${a} = ''", "''"),
        ("${a} != ''", "''"),
        ("${a} = ${b}", "${b}"),
        ("${a} = 'two words'", "'two words'"),
        ("count-selected(${a}) > 2", "count-selected"),
        ("today() > '2026-01-01'", "today"),
        ("true()", "true"),
        ("regex(., '[0-9]')", "., '[0-9]')"),
        ("../a = 1", "../a = 1"),
        ("1 = 1", "1"),
        ("${a} = 1 ${b} = 2", "${b}"),
        ("${a} and ${b}", "and"),
        ("${a} = 1)", ")"),
        ("not ${a} = 1", "${a}"),
        ("${a} = yes", "yes"),
    ],
)
def test_a_rule_that_says_more_is_refused(there: str, what: str) -> None:
    with pytest.raises(Refused) as refused:
        relevance.read(there, CODES, MARKS)
    sentence = f"{what} has no place in a rule, which compares answers by = != < > and joins that by and, or, not."
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        ("${a} =", "The rule breaks off; write it like ${greeted} = 'yes'."),
        ("(${a} = 1", "The rule breaks off; write it like ${greeted} = 'yes'."),
        ("(" * 30 + "${a} = 1" + ")" * 30, "The rule is nested more than 20 deep."),
        ("not(" * 30 + "${a} = 1" + ")" * 30, "The rule is nested more than 20 deep."),
        ("x" * 4001, "The rule has 4001 characters; at most 4000 fit."),
    ],
)
def test_a_rule_without_end_is_refused(there: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        relevance.read(there, CODES, MARKS)
    assert str(refused.value) == sentence


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["${a}", "=", "'x'", "(", ")", "not", "and", "selected", ",", "1"])).map(" ".join)
)
def test_no_text_brings_the_reader_down(text: str) -> None:
    try:
        rule = relevance.read(text, CODES, MARKS)
    except Refused:
        return
    assert rules.items(rule)
