"""One more audit in order: what the section's mean would have been, held against scoring the audits anew."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from branches import scoring
from branches.rules import parse
from branches.scoring import NA, NO, YES, ItemRule, ItemType, ScoringRules
from reports.one_more import OneMore, one_more

RATED = ItemRule("rated", "greeting", ItemType.RATING, Fraction(3), worst=Fraction(1), best=Fraction(5))
RULES = ScoringRules(
    (
        ItemRule("greeted", "greeting", weight=Fraction(2)),
        ItemRule("thanked", "greeting"),
        RATED,
        ItemRule("clean", "cut", weight=Fraction("0.5")),
        ItemRule("asked", "cut", scored=False),
    )
)
BEST = {"rated": "5"}
MARKS = {
    "greeted": st.sampled_from([YES, NO, NA, ""]),
    "thanked": st.sampled_from([YES, NO, NA]),
    "rated": st.sampled_from(["1", "2", "4", "5", NA]),
    "clean": st.sampled_from([YES, NO, ""]),
    "asked": st.sampled_from([YES, NO]),
}
AUDITS = st.lists(st.fixed_dictionaries(MARKS), min_size=1, max_size=5)


def found(audits: list[dict[str, str]], rules: ScoringRules = RULES) -> dict[str, OneMore]:
    return {one.code: one for one in one_more((rules, marks) for marks in audits)}


def mean(audits: list[dict[str, str]], section: str) -> Fraction:
    scores = [scoring.score(RULES, marks).sections for marks in audits]
    told = [one[section].score for one in scores if section in one]
    return sum(told, Fraction(0)) / len(told)


def scored_anew(audits: list[dict[str, str]], code: str, section: str) -> list[Fraction]:
    """The section's mean with that item in order at one more audit, for each audit at which it was not."""
    rule = next(rule for rule in RULES.items if rule.code == code)
    means = []
    for place, marks in enumerate(audits):
        won = scoring.points(rule, marks[code])
        if won is not None and won < 1:
            other = {**marks, code: BEST.get(code, YES)}
            means.append(mean([*audits[:place], other, *audits[place + 1 :]], section))
    return means


@given(AUDITS)
def test_one_more_is_what_scoring_the_audits_anew_would_say(audits: list[dict[str, str]]) -> None:
    told = found(audits)
    expected = {rule.code: scored_anew(audits, rule.code, rule.section) for rule in RULES.items if rule.scored}
    assert {code: (one.least, one.most) for code, one in told.items()} == {
        code: (min(means), max(means)) for code, means in expected.items() if means
    }
    assert all(one.mean == mean(audits, one.section) for one in told.values())


def test_an_audit_at_which_fewer_items_applied_gives_more() -> None:
    whole = {"greeted": YES, "thanked": NO, "rated": "5"}
    one = found([whole, {**whole, "rated": NA}])["thanked"]
    assert (one.audits, one.mean, one.least, one.most) == (2, Fraction(75), Fraction(250, 3), Fraction(275, 3))


def test_of_an_item_on_which_others_depend_nothing_is_said() -> None:
    rules = replace(RULES, conditions={"thanked": parse("greeted = yes")})
    assert list(found([{"greeted": NO, "thanked": "", "rated": "3"}], rules)) == ["rated"]


def test_what_was_in_order_or_not_asked_is_not_told() -> None:
    assert found([{"greeted": YES, "thanked": NA, "rated": "5", "clean": ""}]) == {}
