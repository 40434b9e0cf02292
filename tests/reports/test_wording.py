from dataclasses import replace
from datetime import date

import pytest

from branches.language import language
from reports import wording
from reports.figures import Rules, StandingFlag, State
from tests.reports import invented

ENGLISH = language("en")


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (-8.2, "8.2 below the norm"),
        (3.0, "3.0 above the norm"),
        (0.0, "at the norm"),
        (-0.04, "at the norm"),
        (-0.05, "0.1 below the norm"),
    ],
)
def test_difference_is_said_with_its_side(points: float, words: str) -> None:
    assert wording.difference(ENGLISH, points) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-18.0, -6.0, "likely between 6 and 18 below"),
        (5.6, 12.4, "likely between 6 and 12 above"),
        (-11.2, 0.4, "likely between 0 and 11 below"),
        (-0.4, 9.0, "likely between 0 and 9 above"),
        (-0.4, 0.4, "likely between 0 and 0 below"),
        (-14.5, 2.5, "likely between 15 below and 3 above"),
    ],
)
def test_likely_range_always_names_its_side(low: float, high: float, words: str) -> None:
    assert wording.likely(ENGLISH, low, high) == words


def test_verdict_says_how_far_how_sure_and_on_what() -> None:
    cell = invented.cell("b1", "greeting", State.FALLS_SHORT)
    assert (
        wording.verdict(ENGLISH, cell) == "12.4 below the norm (likely between 6 and 18 below) · 9 audits by 5 shoppers"
    )


def test_verdict_without_an_estimate_says_only_the_audits() -> None:
    assert wording.verdict(ENGLISH, invented.cell("b1", "cut", State.NOT_ENOUGH, audits=1)) == "1 audit"


def test_detail_of_a_flag_gives_its_probability() -> None:
    cell = invented.cell("b1", "greeting", State.FALLS_SHORT)
    said = "Score 71.2, norm 83.6. We are 97% sure that it is more than 5 points below: "
    said += "about 3 chances in 100 that it is a false alarm."
    assert wording.detail(ENGLISH, cell, 5.0) == said
    ranked = replace(cell, rank_low=52, rank_high=60, ranked=60)
    assert wording.detail(ENGLISH, ranked, 5.0) == f"{said} Likely rank: 52 to 60 of 60 (1 is the best)."


def test_a_rank_is_a_range_or_where_it_is_sure_one_place() -> None:
    cell = invented.cell("b1", "greeting", State.FALLS_SHORT)
    assert wording.rank(ENGLISH, cell) == wording.NOTHING
    assert wording.rank(ENGLISH, replace(cell, rank_low=60, rank_high=60, ranked=60)) == "60 of 60"


@pytest.mark.parametrize(("p", "words"), [(0.5, "50%"), (0.999, "over 99%"), (0.001, "under 1%"), (1.0, "over 99%")])
def test_probability_is_never_rounded_to_certainty(p: float, words: str) -> None:
    assert wording.probability(ENGLISH, p) == words


@pytest.mark.parametrize(("points", "text"), [(-8.25, "\u22128.3"), (3.0, "+3.0"), (0.0, "0.0"), (None, "\u2013")])
def test_signed_has_a_true_minus_and_no_sign_for_nothing(points: float | None, text: str) -> None:
    assert wording.signed(ENGLISH, points) == text


@pytest.mark.parametrize(("name", "isolated"), [("Oktogon", "Oktogon"), ("\u05d0\u05d1", "\u2068\u05d0\u05d1\u2069")])
def test_name_written_from_right_to_left_is_kept_apart(name: str, isolated: str) -> None:
    assert wording.isolated(name) == isolated


@pytest.mark.parametrize(
    ("weeks", "state", "words"),
    [
        (0, State.FALLS_SHORT, "New flag this week."),
        (
            1,
            State.FALLS_SHORT,
            "Flagged since the report of the week of 9 November 2026; it may have been low before. It has stood through 2 reports; each rests on nearly the same audits as the one before, so these are not 2 proofs.",
        ),
        (
            3,
            State.FALLS_SHORT,
            "Flagged since the report of the week of 26 October 2026; it may have been low before. It has stood through 4 reports; each rests on nearly the same audits as the one before, so these are not 4 proofs.",
        ),
        (3, State.WATCH, "Flagged before; the flag is cleared after two editions without it."),
    ],
)
def test_flag_says_how_long_it_has_stood(weeks: int, state: State, words: str) -> None:
    since = invented.WEEK.fromordinal(invented.WEEK.toordinal() - 7 * weeks)
    assert wording.flagged(ENGLISH, state, invented.WEEK, StandingFlag("b", "greeting", since)) == words


def test_what_was_flagged_before_is_no_new_flag() -> None:
    flag = StandingFlag("b", "greeting", invented.WEEK, before=date(2026, 10, 12))
    again = (
        "Flagged again since the week of 16 November 2026; it was flagged before, last in the week of 12 October 2026."
    )
    assert wording.flagged(ENGLISH, State.FALLS_SHORT, invented.WEEK, flag) == again
    later = wording.flagged(ENGLISH, State.FALLS_SHORT, date(2026, 11, 23), flag)
    assert (
        later
        == f"{again} It has stood through 2 reports; each rests on nearly the same audits as the one before, so these are not 2 proofs."
    )


def test_what_a_flag_means_is_the_rule_by_which_it_is_raised() -> None:
    said = wording.flag_means(ENGLISH, Rules(margin=4.0, false_share=0.2))
    assert said.startswith("A flag means: probably more than 4 points below the norm.")
    assert (
        "It may be a false alarm: it is a reason to look, not a verdict, and says nothing about any one person." in said
    )


@pytest.mark.parametrize(
    ("p_short", "said"),
    [
        (0.998, "less than 1 chance in 100"),
        (0.97, "about 3 chances in 100"),
        (0.9, "about 1 chance in 10"),
        (0.75, "about 1 chance in 4"),
        (0.71, "about 29 chances in 100"),
    ],
)
def test_how_probably_a_flag_is_a_false_alarm_is_what_its_probability_leaves(p_short: float, said: str) -> None:
    assert wording.false_alarm(ENGLISH, p_short) == said


def test_a_state_for_want_of_proof_has_a_word_of_its_own() -> None:
    cell = invented.cell("b1", "greeting", State.AS_NORM)
    open_one = replace(cell, p_short=wording.UNSURE)
    assert [wording.cell_word(ENGLISH, one) for one in (cell, open_one)] == ["As the norm", "Not sure"]


def test_a_dismissed_flag_says_until_when_and_why() -> None:
    flag = StandingFlag("b", "greeting", invented.WEEK, dismissed_until=date(2026, 12, 1), dismissed_reason="New floor")
    words = wording.flagged(ENGLISH, State.FALLS_SHORT, invented.WEEK, flag)
    assert words == "New flag this week. Dismissed until 1 December 2026: New floor"
