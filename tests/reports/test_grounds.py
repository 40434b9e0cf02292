"""What a judgement rests on, and why score and norm do not subtract to what is said."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports.figures import Cell, State
from reports.grounds import among_surer, estimated, grounds
from reports.voice import Voice
from tests.reports import invented
from tests.reports.invented import TITLES

SHORT = invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM)}, {"b1": "Kossuth tér"})
RANKED = replace(SHORT.cells[0], rank_low=52, rank_high=60, ranked=60)
ENGLISH = language("en")


def test_everything_that_speaks_for_a_flag_is_told() -> None:
    assert grounds(SHORT, RANKED, ENGLISH, whole=True) == (
        ("Best guess", "12.4 below the norm (likely between 6 and 18 below)"),
        ("Measured", "12.4 below the norm · Score 71.2, norm 83.6."),
        ("More than 5 points below the norm", "97% sure"),
        ("A false alarm: not more than 5 points below", "about 3 chances in 100"),
        ("Audits", "9 from 25 May 2026 to 22 November 2026"),
        ("Shoppers", "5"),
        ("Likely rank", "52 to 60 of 60 branches; 1 is the best"),
    )


def test_staff_are_told_of_no_rank_and_nothing_of_shoppers() -> None:
    told = [what for what, _ in grounds(SHORT, RANKED, ENGLISH, whole=False)]
    assert told == [
        *("Best guess", "Measured", "More than 5 points below the norm"),
        *("A false alarm: not more than 5 points below", "Audits"),
    ]


def test_what_is_not_known_is_left_out_and_a_rank_that_is_not_is_a_dash() -> None:
    few = invented.cell("b1", "cut", State.NOT_ENOUGH, audits=1)
    assert grounds(SHORT, few, ENGLISH, whole=True) == (
        ("Audits", "1 from 25 May 2026 to 22 November 2026"),
        ("Shoppers", "1"),
        ("Likely rank", "\u2013"),
    )
    unseen = invented.cell("b1", "cut", State.NOT_ENOUGH, audits=0)
    assert grounds(SHORT, unseen, ENGLISH, whole=True) == ()


@pytest.mark.parametrize("code", codes())
def test_grounds_are_worded_in_every_language(code: str) -> None:
    assert "[en]" not in repr(grounds(SHORT, RANKED, language(code), whole=True))


def told(*cells: Cell, named: bool = True) -> str:
    return estimated(Voice(SHORT, ENGLISH, TITLES), cells, named=named)


def test_where_they_differ_most_score_and_norm_are_told_apart_from_the_estimate_once() -> None:
    apart, more = replace(RANKED, estimate=-11.0), replace(SHORT.cells[0], section="cut", estimate=-9.0)
    said = (
        "What was measured is score less norm. The points said are our best guess once luck and strict or generous "
        "shoppers are allowed for: go by these. "
        "Such as {place}: measured 12.4 below the norm, best guess 9.0 below the norm."
    )
    assert told(apart, more) == said.format(place="Kossuth tér, Cut")
    assert told(more, apart, named=False) == (
        "The points said are our best guess. Luck and strict or generous shoppers are allowed for, "
        "so they differ from score less norm: go by them."
    )


def test_where_both_are_small_nobody_need_act() -> None:
    near = replace(SHORT.cells[1], variance=-2.1, estimate=0.7)
    small = "measured 2.1 below the norm, best guess 0.7 above the norm. Both are less than the 5 points that are worth acting on."
    assert told(near).endswith(small)
    assert "Both" not in told(replace(near, variance=-5.0)) + told(replace(near, state=State.WATCH))


def test_where_they_subtract_nothing_is_explained() -> None:
    assert told(SHORT.cells[0]) == told() == ""


def test_what_a_flag_shares_with_surer_ones_is_small_print() -> None:
    said = "This flag and all surer ones in the chain, taken together: 3% of them can be expected to be false alarms."
    assert among_surer(RANKED, ENGLISH) == said
    assert among_surer(replace(RANKED, state=State.WATCH), ENGLISH) == ""
