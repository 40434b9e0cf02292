"""What is it about: words, table and bars of the items that fail most often."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports import items_words
from reports.charts_items import item_bars
from reports.compose import compose
from reports.drawing import svg
from reports.figures import BranchItem, Figures, Interval, ItemFigures, State, Whose
from reports.report import ItemBars, Picture
from reports.voice import Voice
from tests.reports.invented import TITLES, figures

TEXTS = {"greeted": "Were you greeted within a minute?", "name": "Was a name given?", "clean": "Was it clean?"}
GREETED = ItemFigures("greeted", "greeting", 90, 60, Interval(60 / 90, 0.58, 0.75), None, Whose.CHAIN, 0.99)
NAME = ItemFigures(
    *("name", "greeting", 90, 70, Interval(70 / 90, 0.69, 0.85), None, Whose.BRANCHES, 0.97),
    worst=(BranchItem("b1", 9, 1), BranchItem("b2", 9, 3)),
)
CLEAN = ItemFigures("clean", "cut", 90, 89, Interval(89 / 90, 0.95, 1.0), None, Whose.NOBODY)
WELL = ItemFigures("well", "cut", 9, 9, Interval(1.0, 0.72, 1.0), None, Whose.UNTOLD)


def made(*items: ItemFigures) -> Figures:
    return replace(figures({"b1": (State.AS_NORM, State.AS_NORM)}, {"b2": "Kossuth tér"}), items=items)


def picture(*items: ItemFigures, code: str = "en") -> Picture:
    found = items_words.picture(Voice(made(*items), language(code), TITLES), TEXTS)
    assert found is not None
    return found


def bars(found: Picture) -> ItemBars:
    assert isinstance(found.values, ItemBars)
    return found.values


def test_items_that_fail_most_come_first_and_those_that_never_fail_are_left_out() -> None:
    found = picture(CLEAN, WELL, NAME, GREETED)
    assert [one.text for one in bars(found).bars] == [TEXTS["greeted"], TEXTS["name"], TEXTS["clean"]]
    assert [entry.text for entry in found.table.rows[0]] == [
        "Were you greeted within a minute?",
        "Greeting",
        "60",
        "90",
        "67%",
        "58%",
        "75%",
        "at most branches alike",
    ]
    assert [row[-1].text for row in found.table.rows][1:] == ["at a few branches", "seldom anywhere"]


def test_an_item_with_few_marks_leads_no_list() -> None:
    once = ItemFigures("once", "cut", 1, 0, Interval(0.0, 0.0, 0.95), None, Whose.UNTOLD)
    assert [one.text for one in bars(picture(once, GREETED)).bars] == [TEXTS["greeted"], "once"]


def test_the_items_are_told_in_words_too() -> None:
    report = compose(made(CLEAN, NAME, GREETED), language("en"), TITLES, TEXTS)
    assert report.failing == (
        "Were you greeted within a minute? In order at 60 of 90 marks (67%).",
        "Was a name given? In order at 70 of 90 marks (78%).",
        "Was it clean? In order at 89 of 90 marks (99%).",
    )


def test_whose_problem_is_told_with_the_branches() -> None:
    report = compose(made(CLEAN, WELL, NAME, GREETED), language("en"), TITLES, TEXTS)
    assert [(one.title, one.items, one.more) for one in report.about] == [
        ("Failing at most branches alike", ("Were you greeted within a minute?",), ""),
        (
            "Failing at a few branches",
            ("Was a name given? Most of all at b1 (1 of 9 in order) and Kossuth tér (3 of 9 in order).",),
            "",
        ),
    ]
    assert report.about_note.startswith("Both are said of the whole chain, and only with a probability of at least 90%")


def test_more_items_than_one_reads_are_counted() -> None:
    many = [replace(GREETED, code=f"greeted{n}") for n in range(5)]
    report = compose(made(*many), language("en"), TITLES, TEXTS)
    assert (len(report.about[0].items), report.about[0].more) == (3, "And 2 more.")


def test_nothing_is_told_where_nothing_can_be() -> None:
    report = compose(made(CLEAN, replace(GREETED, whose=Whose.UNTOLD)), language("en"), TITLES, TEXTS)
    assert (report.about, report.about_note) == ((), "")
    assert compose(made(WELL), language("en"), TITLES, TEXTS).items is None
    assert compose(made(), language("en"), TITLES, TEXTS).items is None


def test_region_is_shown_beside_the_chain() -> None:
    found = picture(replace(GREETED, chain=Interval(0.8, 0.7, 0.9)))
    assert (bars(found).bars[0].chain, bars(found).chain_word) == (0.8, "the whole chain")
    assert found.caption.endswith("The line across a bar is the whole chain's share.")
    assert found.table.columns[-2].title == "The whole chain"
    assert found.table.rows[0][-2].text == "80%"


@pytest.mark.parametrize("code", codes())
def test_bars_are_drawn_and_worded_in_every_language(code: str) -> None:
    found = picture(replace(GREETED, chain=Interval(0.8, 0.7, 0.9)), NAME, CLEAN, code=code)
    drawn = svg(item_bars(bars(found), language(code)), "items", found.question, found.caption)
    assert "[en]" not in drawn + found.question + found.caption + "".join(row[-1].text for row in found.table.rows)
    assert drawn.count("<text") == 1 + 3 + 1 + 2 * 3


def test_ranges_at_the_ends_are_drawn_within_the_picture() -> None:
    sure = replace(GREETED, rate=Interval(0.0, 0.0, 0.0), kept=0)
    drawn = svg(item_bars(bars(picture(sure, replace(CLEAN, rate=Interval(1.0, 1.0, 1.0)))), language("en")), "items")
    assert drawn.startswith("<svg")
