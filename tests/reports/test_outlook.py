"""The plan behind a report, and the words that tell it."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from branches.language import codes, language
from reports import plan_words, wording
from reports.figures import Figures, Interval, State
from reports.outlook import Outlook, as_json, outlook
from reports.plan_plain import aligned, plain
from reports.plan_words import PlanReport, plan_report
from reports.report import Column, Entry, Table
from reports.voice import Voice
from tests.reports.invented import TITLES, VARIANCES, figures

FINE = (State.AS_NORM, State.AS_NORM)
BRANCHES = {
    "b1": FINE,
    "b2": (State.WATCH, State.AS_NORM),
    "b3": (State.NOT_ENOUGH, State.NOT_ENOUGH),
    "b4": (State.AS_NORM, State.NOT_ENOUGH),
}


def words(made: Figures, found: Outlook | None = None, code: str = "en") -> PlanReport:
    return plan_report(Voice(made, language(code), TITLES), found or outlook(made))


def fitted(**variances: float) -> Figures:
    made = figures(BRANCHES)
    changed = {name: Interval(value, value, value) for name, value in variances.items()}
    return replace(made, sections=tuple(replace(one, variances=changed) for one in made.sections))


def test_outlook_takes_everything_from_the_edition() -> None:
    found = outlook(figures(BRANCHES))
    assert (found.audits, found.supposed, found.untold) == (9.0, None, ())
    assert [(one.section, one.audits) for one in found.sections] == [("greeting", 9), ("cut", 5.0)]
    greeting = found.sections[0]
    assert greeting.reliability == pytest.approx(16 / (16 + 9 * (1 / 5 - 1 / 7) + 100 / 9))
    assert [one.shortfall for one in greeting.noticing] == [10.0, 15.0, 20.0]


def test_neediest_are_named_with_their_reason() -> None:
    found = outlook(figures(BRANCHES), count=3)
    assert [(need.branch, need.audits, need.unjudged) for need in found.needy] == [
        ("b3", 1, ("greeting", "cut")),
        ("b4", 9, ("cut",)),
        ("b2", 9, ()),
    ]
    assert (found.needy[2].section, found.needy[2].p_short) == ("greeting", 0.6)
    table = words(figures(BRANCHES), found).needy
    assert table is not None
    assert [row[2].text for row in table.rows] == [
        "not enough audits in all sections",
        "not enough audits in Cut",
        "not sure: Greeting (60% likely more than 5 points below)",
    ]


def test_branches_of_which_nothing_is_open_are_not_among_the_neediest() -> None:
    sure = figures({"b1": FINE, "b2": (State.WATCH, State.FALLS_SHORT)})
    assert [need.branch for need in outlook(sure).needy] == ["b2", "b1"]
    table = words(sure).needy
    assert table is not None
    assert [[entry.text for entry in row] for row in table.rows] == [
        ["b2", "9", "not sure: Greeting (60% likely more than 5 points below)"]
    ]
    assert words(figures({"b1": FINE})).needy is None


def test_supposed_audits_take_the_place_of_those_there_are() -> None:
    now, more = outlook(figures(BRANCHES)), outlook(figures(BRANCHES), supposed=26)
    assert {one.audits for one in more.sections} == {26}
    assert more.sections[0].reliability > now.sections[0].reliability
    assert more.audits == now.audits
    assert "Supposed here: 26 audits of each branch" in words(figures(BRANCHES), more).basis


def test_plan_is_told_in_words_first() -> None:
    report = words(figures(BRANCHES))
    assert report.headline[0].startswith("With 9 audits of each branch, a shortfall of 15 points is noticed in ")
    assert report.headline[1].startswith("To flag four such branches in five takes ")
    assert report.headline[2] == "A smaller one of 10 points is missed more often than not in Greeting and Cut."
    assert report.basis == (
        "From 25 May 2026 to 22 November 2026 a typical branch had 9 audits by 5 shoppers; 7 shoppers are known."
    )
    assert report.sections[0].words == (
        "A comparison of branches can be trusted to 58%: so much of the differences between their scores is real, the rest is chance. That is too little to go by.",
        "25 audits of each branch, shared among all shoppers, would make it 80%.",
    )


def changed(**more: Any) -> PlanReport:
    """The plan in words, had its first section come out like this."""
    made = figures(BRANCHES)
    found = outlook(made)
    return words(made, replace(found, sections=(replace(found.sections[0], **more), *found.sections[1:])))


@pytest.mark.parametrize(
    ("reliability", "will_do"),
    [
        (0.69, "That is too little to go by."),
        (0.7, "That will do to look, not to compare."),
        (0.8, "That will do to compare branches."),
        (0.9, "That will do even for decisions that weigh heavily."),
    ],
)
def test_what_a_comparison_is_good_for_is_said_beside_it(reliability: float, will_do: str) -> None:
    assert changed(reliability=reliability).sections[0].words[0].endswith(f" {will_do}")


def test_as_many_audits_by_more_shoppers_are_told_apart_from_more_audits() -> None:
    enough = changed(audits_for={0.7: 6, 0.8: 9, 0.9: 30}).sections[0].words[1]
    assert enough == (
        "A typical branch had 9 audits, but by only 5 shoppers; shared among all shoppers, as many would reach 80%."
    )


def test_what_is_not_out_of_reach_is_not_explained() -> None:
    within = {0.7: 6, 0.8: 9, 0.9: 30}
    near = [replace(one, audits_for=within, noticing=()) for one in outlook(figures(BRANCHES)).sections]
    far = replace(near[1], audits_for={**within, 0.9: None})
    reports = [replace(outlook(figures(BRANCHES)), sections=(near[0], last)) for last in (near[1], far)]
    told = [plan_words.notes(Voice(figures(BRANCHES), language("en"), TITLES), one) for one in reports]
    assert [any("Out of reach" in note for note in some) for some in told] == [False, True]


def test_a_shortfall_has_a_line_of_its_own_in_each_section() -> None:
    table = words(figures(BRANCHES)).noticed
    assert table is not None
    assert [row[0].text + row[1].text for row in table.rows] == [
        *("Greeting10", "Greeting15", "Greeting20"),
        *("Cut10", "Cut15", "Cut20"),
    ]


def apart(made: Figures) -> Figures:
    """The same with branches that share no shopper with the others."""
    return replace(made, design=replace(made.design, groups=2))


def test_goal_out_of_reach_is_said_plainly() -> None:
    report = words(apart(fitted(branch=16.0, shopper=64.0, residual=100.0)))
    assert report.sections[0].words[1] == (
        "80% is out of reach with 7 shoppers, as long as some branches share no shopper with the others. "
        "Without sharing it takes 19 shoppers."
    )
    assert report.worth is not None
    assert [entry.text for entry in report.worth.rows[0]][-3:] == ["out of reach"] * 3


def test_few_shoppers_who_go_everywhere_are_no_limit() -> None:
    report = words(fitted(branch=16.0, shopper=64.0, residual=100.0))
    assert report.sections[0].words[1] == "25 audits of each branch, shared among all shoppers, would make it 80%."
    assert report.worth is not None
    assert [entry.text for entry in report.worth.rows[0]][-3:] == ["15", "25", "57"]


def test_shortfall_that_cannot_be_noticed_is_said_plainly() -> None:
    assert words(apart(fitted(branch=16.0, shopper=400.0, residual=100.0))).headline[1] == (
        "In Greeting and Cut that is out of reach, however often shoppers go, "
        "as long as some branches share no shopper with the others."
    )
    assert words(fitted(branch=16.0, shopper=400.0, residual=9000.0)).headline[1] == (
        "In Greeting and Cut that would take more than 200 audits of each branch."
    )


def test_branches_not_shown_to_differ_are_said_so_and_nothing_is_said_of_what_no_audit_would_reach() -> None:
    report = words(fitted(branch=0.0, shopper=4.0, residual=100.0))
    assert report.sections[0].words[0] == "Branches could not be shown to differ here yet."
    assert report.worth is not None
    assert [entry.text for entry in report.worth.rows[0]][2:] == ["0%", "3.4", *[wording.NOTHING] * 3]


@pytest.mark.parametrize(("shoppers", "known"), [(0, "0 shoppers are"), (1, "1 shopper is"), (7, "7 shoppers are")])
def test_basis_counts_the_known_shoppers(shoppers: int, known: str) -> None:
    made = figures(BRANCHES)
    basis = words(replace(made, design=replace(made.design, shoppers=shoppers))).basis
    assert basis.endswith(f"a typical branch had 9 audits by 5 shoppers; {known} known.")


def test_shortfall_within_the_margin_is_never_sure() -> None:
    made = fitted(branch=16.0, shopper=1.0, residual=4.0)
    report = words(made, outlook(made, [4.0]))
    assert "A shortfall within the margin of 5 points is never flagged for sure." in report.headline[1]


def test_too_few_audits_are_no_plan_but_the_way_to_one() -> None:
    made = figures(BRANCHES)
    made = replace(made, design=replace(made.design, enough=False, median_audits=1.0, repeats=3, audits_wanted=27))
    report = words(made)
    assert (report.worth, report.noticed, report.sections) == (None, None, ())
    assert report.headline[-1] == "27 more audits, spread over the branches already audited, would be enough."
    assert report.needy is not None


def test_section_without_a_fit_is_named() -> None:
    made = figures(BRANCHES)
    bare = replace(made, sections=(made.sections[0], replace(made.sections[1], variances={})))
    report = words(bare)
    assert [one.title for one in report.sections] == ["Greeting"]
    assert report.notes[0] == "In Cut branches cannot be told from single visits yet."
    none = replace(made, sections=tuple(replace(one, variances={}) for one in made.sections))
    assert words(none).headline == ("In no section can branches be told from single visits yet.",)


def test_chain_without_anything_says_so() -> None:
    made = figures({})
    empty = replace(made, design=replace(made.design, audits=0, enough=False))
    report = words(empty)
    assert (report.headline, report.needy) == (("There is no audit in this time.",), None)
    assert json.loads(json.dumps(as_json(outlook(empty)), allow_nan=False))["neediest"] == []


@pytest.mark.parametrize(("code", "enough"), list(product(codes(), [True, False])))
def test_plan_is_worded_in_every_language(code: str, enough: bool) -> None:
    made = fitted(branch=16.0, shopper=64.0, residual=100.0)
    made = replace(made, design=replace(made.design, enough=enough))
    text = plain(words(made, code=code))
    assert "[en]" not in text
    assert "{" not in text


def test_json_of_a_plan_holds_what_the_words_rest_on() -> None:
    found = json.loads(json.dumps(as_json(outlook(figures(BRANCHES), [10.0])), allow_nan=False))
    greeting = found["sections"][0]
    assert (found["window"], found["audits"], found["supposed"]) == (
        {"from": "2026-05-25", "to": "2026-11-22"},
        9.0,
        None,
    )
    assert (greeting["section"], greeting["shoppers"], greeting["audits_for"]["0.8"]) == ("greeting", 7, 25)
    assert [one["shortfall"] for one in greeting["noticing"]] == [10.0]
    assert found["neediest"][0]["branch"] == "b3"


def test_shoppers_unknown_are_null_in_json() -> None:
    made = figures(BRANCHES)
    found = as_json(outlook(replace(made, design=replace(made.design, shoppers=0))))
    assert found["sections"][0]["shoppers"] is None


def test_terminal_table_lines_up() -> None:
    columns = (Column("Branch", "name"), Column("Audits", "number"))
    rows = (("b1", "9"), ("Kossuth", "12"))
    table = Table("Caption", columns, tuple(tuple(Entry(text) for text in row) for row in rows))
    assert aligned(table) == "Caption\n  Branch   Audits\n  b1            9\n  Kossuth      12"


def test_variances_of_the_example_are_those_assumed_here() -> None:
    assert {name: part.value for name, part in VARIANCES.items()} == {"branch": 16.0, "shopper": 9.0, "residual": 100.0}
