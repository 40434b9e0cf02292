"""What has changed, in words and as a picture."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from branches.language import codes, language
from reports import change_words
from reports.charts_change import change as drawn_change
from reports.drawing import svg
from reports.figures import ChainMove, Change, ChartPoint, Interval, Move, State
from reports.own import own_report
from reports.render import own_drawings
from reports.report import ChangeChart, Picture
from reports.voice import Voice
from tests.reports.invented import TITLES, WEEK, cell, figures

SINCE = WEEK - timedelta(weeks=4)
POINTS = tuple(
    ChartPoint((WEEK - timedelta(weeks=back)).toordinal(), -1.0, -0.3 * (10 - back), 0.2 * (10 - back) + 0.5)
    for back in range(9, -1, -1)
)
FALLEN = Change("b1", "greeting", Move.FALLING, SINCE.toordinal(), -8.2, POINTS)
RISEN = replace(FALLEN, move=Move.RISING, size=6.0, points=tuple(replace(p, average=-p.average) for p in POINTS))
STEADY = Change("b1", "greeting", Move.STEADY, None, None, POINTS)


def voice(code: str = "en") -> Voice:
    return Voice(figures({"b1": (State.AS_NORM, State.AS_NORM)}), language(code), TITLES)


def picture(change: Change, code: str = "en") -> Picture:
    found = change_words.picture(voice(code), change, "change-1")
    assert found is not None
    return found


def test_fall_and_rise_are_told_with_their_week() -> None:
    assert change_words.sentence(voice(), FALLEN) == (
        "Greeting has fallen since about the week of 19 October 2026, by about 8 points."
    )
    assert change_words.sentence(voice(), RISEN).startswith("Greeting has risen since about the week of 19 October")


def test_what_has_not_changed_is_no_sentence_and_no_picture() -> None:
    assert change_words.sentence(voice(), STEADY) == ""
    assert change_words.picture(voice(), STEADY, "change-1") is None


def test_table_says_which_audits_lay_outside() -> None:
    table = picture(FALLEN).table
    assert [entry.text for entry in table.rows[0]] == ["week of 16 November 2026", "−30.0", "25.0", "outside"]
    assert [entry.text for entry in table.rows[-1]] == ["week of 14 September 2026", "−3.0", "7.0", "inside"]


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("change", [FALLEN, RISEN, replace(FALLEN, points=POINTS[-1:])])
def test_change_is_drawn_and_worded_in_every_language(change: Change, code: str) -> None:
    found = picture(change, code)
    assert isinstance(found.values, ChangeChart)
    drawn = svg(drawn_change(found.values, language(code)), "change-1", found.question, found.caption)
    assert "[en]" not in drawn + found.question + found.caption + found.table.caption
    assert drawn.count("<text") == 6 + len(ticks(found.values))


def ticks(values: ChangeChart) -> list[str]:
    """The numbers at the picture's side."""
    drawn = svg(drawn_change(values, language("en")), "change-1", "", "")
    return [text for text in re.findall(r"<text[^>]*>([^<]+)</text>", drawn) if re.fullmatch("[+−]?\\d+", text)]


def test_picture_is_read_off_in_points_where_these_are_known() -> None:
    found = picture(FALLEN)
    assert isinstance(found.values, ChangeChart)
    assert ticks(found.values) == ["−20", "0", "+20"]
    assert found.caption.endswith("that does not say how likely a fall that is shown is real.")
    assert picture(RISEN).caption.endswith("that does not say how likely a rise that is shown is real.")
    bare = replace(voice(), figures=replace(voice().figures, sections=()))
    old = change_words.picture(bare, FALLEN, "change-1")
    assert old is not None
    assert isinstance(old.values, ChangeChart)
    assert (ticks(old.values), old.table.caption) == ([], "Spreads of a single audit above or below the level before")


def test_chains_own_movement_is_told_apart() -> None:
    fell = ChainMove("greeting", Interval(-3.0, -5.0, -1.0))
    assert change_words.chain_moved(voice(), fell) == (
        "Greeting: the whole chain is 3.0 points lower in the later half of this time than in the earlier "
        "(likely 1 to 5). That is no branch's own."
    )
    assert "higher" in change_words.chain_moved(voice(), ChainMove("greeting", Interval(3.0, 1.0, 5.0)))


@pytest.mark.parametrize("points", [Interval(-3.0, -6.5, 0.5), Interval(0.0, 0.0, 0.0), Interval(0.6, 0.2, 1.0)])
def test_chain_that_hardly_moved_is_not_mentioned(points: Interval) -> None:
    assert change_words.told([ChainMove("greeting", points)]) == []


def test_sections_share_how_often_chance_may_move_one() -> None:
    """Of six sections each may move by chance once in 120; alone it may once in 20."""
    moves = [ChainMove(f"s{k}", Interval(2.0, 0.1, 3.9), 0.04 if k else 0.008) for k in range(6)]
    assert change_words.told(moves) == moves[:1]
    assert change_words.told(moves[1:2]) == moves[1:2]


def test_editions_that_did_not_count_chance_are_read_by_their_interval() -> None:
    just = 2.0 / change_words.CONFIDENT * 1.6  # one that chance exceeds in 5.5 of 100
    assert change_words.told([ChainMove("s", Interval(just, just - 2.0, just + 2.0))]) == []
    assert len(change_words.told([ChainMove("s", Interval(2.1, 0.1, 4.1))])) == 1


def test_next_time_is_expected_nearer_to_the_norm() -> None:
    far = replace(cell("b1", "greeting", State.WATCH, 4), variance=-15.0, estimate=-6.0)
    assert change_words.regression(voice(), far) == (
        "Greeting: measured 15.0 below the norm over 4 audits, part of it probably bad luck or strict shoppers. "
        "Even if nothing changes, as many new audits would probably average about 6.0 below the norm. "
        "Only clearly better than that would speak for an improvement."
    )
    assert change_words.expected_next(far) == -6.0


def test_a_shortfall_that_luck_explains_whole_is_said_to_be_luck() -> None:
    """Part of it cannot be, where the next audits are expected above the norm."""
    luck = replace(cell("b1", "greeting", State.AS_NORM, 26), variance=-1.9, estimate=0.8)
    said = change_words.regression(voice(), luck)
    assert "measured 1.9 below the norm over 26 audits, all of it probably bad luck" in said
    assert "would probably average about 0.8 above the norm." in said


@pytest.mark.parametrize(
    ("variance", "estimate"), [(-6.5, -6.0), (4.0, 2.0), (None, -3.0), (-3.0, None), (0.0, 0.0), (-6.0, -7.0)]
)
def test_nothing_is_said_where_the_next_score_will_be_much_the_same(
    variance: float | None, estimate: float | None
) -> None:
    near = replace(cell("b1", "greeting", State.WATCH, 4), variance=variance, estimate=estimate)
    assert change_words.regression(voice(), near) == ""


def test_branch_page_holds_its_changes_and_what_to_bear_in_mind() -> None:
    made = figures({"b1": (State.FALLS_SHORT, State.AS_NORM)})
    short = replace(made.cells[0], variance=-20.0)
    made = replace(
        made,
        cells=(short, *made.cells[1:]),
        changes=(FALLEN,),
        chain_moves=(ChainMove("cut", Interval(-3.0, -5.0, -1.0)),),
    )
    report = own_report(made, language("en"), TITLES)
    assert [one.name for one in report.changes] == ["change-1"]
    assert [sentence.partition(":")[0] for sentence in report.beside] == ["Cut", "Greeting"]
    assert "change-1" in own_drawings(report, language("en"))


def test_weeks_are_mondays() -> None:
    assert {date.fromordinal(point.week).weekday() for point in POINTS} == {0}
