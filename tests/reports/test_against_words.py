"""What is said of a window beside the one before, in sentences and tables."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports import wording
from reports.against import Against, Turn
from reports.against_words import LISTED, AgainstReport, against_report
from reports.figures import Figures, Interval, State
from reports.voice import Voice
from tests.reports import invented
from tests.reports.invented import TITLES

NORM, SHORT = State.AS_NORM, State.FALLS_SHORT
NAMES = {"b1": "Zoo", "b2": "Harbour"}
NOW = invented.figures({"b1": (NORM, NORM), "b2": (NORM, SHORT)}, NAMES)
BEFORE = replace(NOW, window_from=invented.WEEK.replace(year=2025), window_to=invented.WEEK)
POINTS = {Turn.BETTER: Interval(9.0, 5.0, 13.0), Turn.WORSE: Interval(-8.0, -12.0, -4.0)}
POINTS |= {Turn.UNTOLD: Interval(1.0, -3.0, 5.0)}


def beside(branch: str, section: str, turn: Turn) -> Against:
    points = POINTS.get(turn)
    return Against(branch, section, turn, points, 0.01 if points else None, -3.2, 7)


def told(*turns: Turn, now: Figures = NOW, before: Figures = BEFORE, code: str = "en") -> AgainstReport:
    """Of the cells in their order: b1 greeting, b1 cut, b2 greeting, b2 cut."""
    found = [beside(cell.branch, cell.section, turn) for cell, turn in zip(now.cells, turns, strict=True)]
    return against_report(Voice(now, language(code), TITLES), before, found)


def test_how_many_are_better_or_worse_and_that_the_others_cannot_be_told() -> None:
    found = told(Turn.BETTER, Turn.UNTOLD, Turn.WORSE, Turn.NOT_ENOUGH)
    assert found.headline == (
        "Against the time before, by more than chance: better 1 section of a branch, worse 1 section of a branch.",
        "Elsewhere it cannot be told.",
        "Without enough audits in both times: 1 section of a branch.",
    )


def test_what_is_named_stands_in_a_table_the_worse_before_the_better() -> None:
    table = told(Turn.BETTER, Turn.UNTOLD, Turn.WORSE, Turn.UNTOLD).named
    assert table is not None
    rows = [[entry.text for entry in row] for row in table.rows]
    assert rows == [
        ["Harbour", "Greeting", "Worse", "−8.0", "−12.0", "−4.0", "+0.3", "−3.2", "9", "7"],
        ["Zoo", "Greeting", "Better", "+9.0", "+5.0", "+13.0", "+0.3", "−3.2", "9", "7"],
    ]


def test_where_nothing_could_be_shown_that_is_said_and_nothing_is_named() -> None:
    found = told(*[Turn.UNTOLD] * 4)
    assert (found.headline, found.named) == (("Nowhere could a change against the time before be shown.",), None)


@pytest.mark.parametrize(
    ("audits", "said"),
    [
        (0, "There is nothing to compare with: in the time before no audit was counted."),
        (5, "There are not enough audits in both times to compare them."),
    ],
)
def test_a_time_before_with_too_little_says_so(audits: int, said: str) -> None:
    before = replace(BEFORE, design=replace(BEFORE.design, audits=audits))
    found = told(*[Turn.NOT_ENOUGH] * 4, before=before)
    assert (found.headline, found.named, bool(found.notes)) == ((said,), None, audits > 0)


def test_what_falls_short_comes_first_and_the_others_by_name() -> None:
    rows = told(*[Turn.UNTOLD] * 4).all.rows
    assert [(row[0].text, row[1].text) for row in rows] == [
        *(("Harbour", "Cut"), ("Harbour", "Greeting"), ("Zoo", "Greeting"), ("Zoo", "Cut"))
    ]


def test_a_table_of_very_many_says_what_it_leaves_out() -> None:
    many = invented.figures({f"b{n}": (NORM, NORM) for n in range(LISTED)})
    found = told(*[Turn.UNTOLD] * 2 * LISTED, now=many)
    assert (len(found.all.rows), found.all.rest) == (LISTED, f"{LISTED} more are not listed here.")


def test_the_norms_of_both_times_stand_beside_each_other() -> None:
    earlier = replace(BEFORE, sections=(replace(BEFORE.sections[0], norm=80.0, audits=30),))
    table = told(*[Turn.UNTOLD] * 4, before=earlier).norms
    assert table is not None
    assert [[entry.text for entry in row] for row in table.rows] == [
        ["Greeting", "83.6", "80.0", "36", "30"],
        ["Cut", "90.0", wording.NOTHING, "36", "0"],
    ]


@pytest.mark.parametrize("code", codes())
def test_the_accepted_share_is_said_in_every_language(code: str) -> None:
    notes = told(Turn.BETTER, Turn.UNTOLD, Turn.WORSE, Turn.UNTOLD, code=code).notes
    assert (len(notes), "10" in notes[1]) == (4, True)
