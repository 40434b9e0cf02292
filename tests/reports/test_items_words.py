"""What is it about: words, table and bars of the items that fail most often."""

from dataclasses import replace

import pytest

from branches.language import codes, language
from reports import items_words
from reports.charts_items import item_bars
from reports.compose import compose
from reports.drawing import svg
from reports.figures import BranchItem, Figures, Grade, Interval, ItemFigures, Scale, State, Whose
from reports.report import ItemBars, Picture
from reports.voice import Voice
from reports.wording import NOTHING
from tests.reports.invented import TITLES, figures

TEXTS = {"greeted": "Were you greeted within a minute?", "name": "Was a name given?", "clean": "Was it clean?"}
GREETED = ItemFigures("greeted", "greeting", 90, 60, Interval(60 / 90, 0.58, 0.75), None, Whose.CHAIN, 0.99)
NAME = ItemFigures(
    *("name", "greeting", 90, 70, Interval(70 / 90, 0.69, 0.85), None, Whose.BRANCHES, 0.97),
    worst=(BranchItem("b1", 9, 1), BranchItem("b2", 9, 3)),
)
CLEAN = ItemFigures("clean", "cut", 90, 89, Interval(89 / 90, 0.95, 1.0), None, Whose.NOBODY)
WELL = ItemFigures("well", "cut", 9, 9, Interval(1.0, 0.72, 1.0), None, Whose.UNTOLD)


AGREED = ItemFigures(
    *("agreed", "cut", 90, 10, Interval(10 / 90, 0.06, 0.18), None, Whose.UNTOLD),
    lost=120.0,
    grade=Grade(Scale("rating", 1.0, 5.0), 2.7, Interval(0.425, 0.38, 0.47), None),
)


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
        "90",
        "30",
        "33%",
        "25%",
        "42%",
        "all over the chain",
    ]
    assert [row[-1].text for row in found.table.rows][1:] == ["at a few branches", "seldom in the chain"]
    assert found.question == "Which items go wrong most often?"


def costed(one: ItemFigures, lost: float) -> ItemFigures:
    return replace(one, lost=lost)


def test_the_costliest_items_come_first_graded_ones_among_them() -> None:
    found = picture(costed(GREETED, 90.0), costed(CLEAN, 3.0), AGREED)
    assert [one.text for one in bars(found).bars] == ["agreed", TEXTS["greeted"], TEXTS["clean"]]
    assert [round(bars(found).bars[0].rate.high, 2), round(bars(found).bars[0].rate.low, 2)] == [0.62, 0.53]
    assert found.question == "Which items cost the most points?"
    assert [column.title for column in found.table.columns] == [
        *("Item", "Section", "Of all lost points", "Audits", "Not in order", "Average mark"),
        *("Share not in order", "Likely from", "to", "Where"),
    ]
    assert [[entry.text for entry in row][2:] for row in found.table.rows] == [
        ["56%", "90", NOTHING, "2.7", "58%", "53%", "62%", NOTHING],
        ["42%", "90", "30", NOTHING, "33%", "25%", "42%", "all over the chain"],
        ["1%", "90", "1", NOTHING, "1%", "0%", "5%", "seldom in the chain"],
    ]


def test_what_an_item_cost_is_told_beside_how_often_it_failed() -> None:
    chain = replace(costed(GREETED, 80.0), chain=Interval(0.8, 0.7, 0.9))
    assert compose(made(chain, AGREED), language("en"), TITLES, TEXTS).failing == (
        "agreed · on average 2.7 of 5, full points at 10 of 90 audits · 60% of all lost points",
        "Were you greeted within a minute? · not in order at 30 of 90 audits (33%; the whole chain 20%) · 40% of all lost points",
    )


@pytest.mark.parametrize(
    ("scale", "mark", "words"),
    [
        (Scale("rating", 1.0, 5.0), 2.74, "on average 2.7 of 5"),
        (Scale("rating", 5.0, 1.0), 2.0, "on average 2.0 (a number)"),
        (Scale("number", 20.0, 5.0), 8.25, "on average 8.3 (a number)"),
        (Scale("seconds", 120.0, 30.0), 95.4, "on average 95 seconds"),
    ],
)
def test_a_graded_item_is_told_by_its_mean_mark(scale: Scale, mark: float, words: str) -> None:
    said = items_words.graded(language("en"), scale, mark, 2, 26)
    assert said == f"{words}, full points at 2 of 26 audits"


def test_an_item_with_few_marks_leads_no_list() -> None:
    once = ItemFigures("once", "cut", 1, 0, Interval(0.0, 0.0, 0.95), None, Whose.UNTOLD)
    assert [one.text for one in bars(picture(once, GREETED)).bars] == [TEXTS["greeted"], "once"]


def test_the_items_are_told_in_words_too() -> None:
    report = compose(made(CLEAN, NAME, GREETED), language("en"), TITLES, TEXTS)
    assert report.failing == (
        "Were you greeted within a minute? · not in order at 30 of 90 audits (33%)",
        "Was a name given? · not in order at 20 of 90 audits (22%)",
        "Was it clean? · not in order at 1 of 90 audits (1%)",
    )


def test_whose_problem_is_told_with_the_branches() -> None:
    report = compose(made(CLEAN, WELL, NAME, GREETED), language("en"), TITLES, TEXTS)
    assert [(one.title, one.items, one.more) for one in report.about] == [
        (
            "All over the chain, not just at a few branches (1 of 4 items)",
            ("Were you greeted within a minute?",),
            "",
        ),
        (
            "Mostly at a few branches (1 of 4 items)",
            ("Was a name given? Most of all at b1 (not in order at 8 of 9) and Kossuth tér (not in order at 6 of 9).",),
            "",
        ),
    ]
    assert [one.meant.split(":")[0] for one in report.about] == [
        "Even the one in five branches that fail them most make less than half of the failures",
        "One in five branches makes more than half of the failures",
    ]
    assert report.about_note == "This is said of the whole chain, and only with a probability of at least 90%."


def test_graded_items_are_said_to_be_left_out_of_whose_problem_it_is() -> None:
    report = compose(made(costed(GREETED, 9.0), AGREED), language("en"), TITLES, TEXTS)
    assert [one.title for one in report.about] == ["All over the chain, not just at a few branches (1 of 1 item)"]
    assert report.about_note.endswith(" Graded items are left out.")


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
    assert (round(bars(found).bars[0].chain or 0, 6), bars(found).chain_word) == (0.2, "the whole chain")
    assert found.caption.endswith("The line across a bar is the whole chain's share.")
    assert found.table.columns[-2].title == "The whole chain"
    assert found.table.rows[0][-2].text == "20%"


def test_what_the_picture_leaves_out_is_counted() -> None:
    many = [replace(costed(GREETED, 9.0), code=f"greeted{n}") for n in range(items_words.SHOWN + 2)]
    assert picture(*many).beyond == "2 more are in the table."


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
