from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from branches.language import language
from reports.compose import compose
from reports.figures import Design, Figures, NewAudit, Rules, StandingFlag, State
from reports.groups import IN_FULL
from reports.report import HeatMap, Report
from reports.tables import TABLE_ROWS
from tests.reports import invented
from tests.reports.invented import NORMS, TITLES, WEEK

SHORT, WATCH, NORM, ABOVE, FEW = (
    State.FALLS_SHORT,
    State.WATCH,
    State.AS_NORM,
    State.ABOVE,
    State.NOT_ENOUGH,
)
Pair = tuple[State, State]


def report(*pairs: Pair) -> Report:
    return composed(invented.figures({f"b{place}": pair for place, pair in enumerate(pairs)}))


def composed(figures: Figures) -> Report:
    return compose(figures, language("en"), TITLES)


def test_basis_of_the_chain_names_audits_branches_and_window() -> None:
    assert report((NORM, NORM), (NORM, NORM)).basis == (
        "Rests on 36 audits of 2 branches, 25 May 2026 to 22 November 2026."
    )


def test_basis_of_a_region_names_what_it_is_held_against() -> None:
    north = replace(invented.figures({"b1": (NORM, NORM)}), scope="N", scope_name="North")
    found = composed(north)
    assert (found.title, found.basis) == (
        "North · week of 16 November 2026",
        "Rests on 9 audits of 1 branch, 25 May 2026 to 22 November 2026, held against 36 audits of the whole chain.",
    )


def test_branches_without_an_audit_are_counted_beside_what_it_rests_on() -> None:
    found = invented.figures({"b1": (NORM, NORM), "b2": (FEW, FEW)})
    none = replace(found, cells=tuple(replace(c, audits=0 if c.branch == "b2" else 9) for c in found.cells))
    north = replace(none, scope="N", scope_name="North")
    assert [composed(one).basis.rpartition(". ")[2] for one in (none, north)] == ["1 branch has no audit yet."] * 2


@pytest.mark.parametrize(
    ("chances", "false", "certain"),
    [
        ((0.99, 0.98), "fewer than 0.1", 2),
        ((0.99, 0.96, 0.75), "about 0.3", 2),
        ((0.85,) * 80, "about 12", 0),
    ],
)
def test_certainty_is_how_many_of_these_flags_are_to_be_expected_to_be_false(
    chances: tuple[float, ...], false: str, certain: int
) -> None:
    figures = invented.figures({f"b{n}": (SHORT, NORM) for n in range(len(chances))})
    p_short = {f"b{n}": p for n, p in enumerate(chances)}
    cells = tuple(replace(c, p_short=p_short[c.branch]) if c.state is SHORT else c for c in figures.cells)
    assert composed(replace(figures, cells=cells)).certainty == (
        f"Of the {len(chances)} flags here, {false} can be expected to be false alarms: the branch is in truth not more than 5 points below. "
        f"Almost certain (95% or more): {certain} of them."
    )


def test_certainty_of_one_flag_is_its_own() -> None:
    assert report((SHORT, NORM)).certainty == (
        "Of this flag: about 3 chances in 100 that it is a false alarm, in truth not more than 5 points below."
    )


def test_branches_that_are_not_sure_stand_apart_from_those_as_the_norm() -> None:
    figures = invented.figures({"b1": (NORM, NORM), "b2": (NORM, NORM)})
    cells = tuple(replace(c, p_short=0.3) if (c.branch, c.section) == ("b1", "cut") else c for c in figures.cells)
    found = composed(replace(figures, cells=cells))
    assert found.unsure is not None
    assert found.unsure.table is not None
    assert found.norm.table is not None
    assert (found.unsure.title, found.unsure.sentence, found.norm.sentence) == ("Not sure", "1 branch", "1 branch")
    assert [row[0].branch for row in (*found.unsure.table.rows, *found.norm.table.rows)] == ["b1", "b2"]
    assert [entry.text.endswith(" ?") for entry in found.unsure.table.rows[0]] == [False, False, False, True]
    assert found.heat is not None
    assert [[entry.unsure for entry in row] for row in found.heat.table.rows] == [[False, False, True], [False] * 3]
    assert isinstance(found.heat.values, HeatMap)
    assert [[entry.unsure for entry in row.cells] for row in found.heat.values.rows] == [[False, True], [False] * 2]
    assert composed(figures).unsure is None


def test_certainty_without_flags_is_empty() -> None:
    assert not report((WATCH, NORM)).certainty


def test_verdict_names_branch_section_and_how_sure() -> None:
    figures = replace(invented.figures({"b1": (SHORT, NORM)}, {"b1": "Kossuth tér"}), flags=(flag("b1", 2),))
    (one,) = composed(figures).short.verdicts
    assert (one.name, one.section, one.word, one.region, one.words, one.since) == (
        "Kossuth tér",
        "Greeting",
        "Falls short",
        "North",
        "12.4 below the norm (likely between 6 and 18 below) · 9 audits by 5 shoppers",
        (
            "Flagged since the report of the week of 2 November 2026; it may have been low before. It has stood through 3 reports; "
            "each rests on nearly the same audits as the one before, so these are not 3 proofs."
        ),
    )


def flag(branch: str, weeks: int) -> StandingFlag:
    return StandingFlag(branch, "greeting", WEEK - timedelta(weeks=weeks))


def test_verdicts_beyond_the_first_stand_in_the_table() -> None:
    group = report(*[(SHORT, NORM)] * (TABLE_ROWS + 5)).short
    assert group.table is not None
    assert (len(group.verdicts), group.more) == (IN_FULL, "93 more are in the table.")
    assert (len(group.table.rows), group.table.rest) == (TABLE_ROWS, "5 more are not listed here.")


def test_verdicts_of_one_branch_stand_together_and_are_not_torn_apart() -> None:
    group = report(*[(SHORT, NORM)] * (IN_FULL - 1), (SHORT, SHORT), (SHORT, SHORT)).short
    assert group.table is not None
    listed = [row[0].text for row in group.table.rows]
    assert [one.branch for one in group.verdicts] == listed[: IN_FULL + 1]
    assert listed[IN_FULL - 1 :] == ["b11", "b11", "b12", "b12"]


def test_a_regions_norms_leave_out_where_it_falls_short_itself() -> None:
    figures = invented.figures({"b1": (SHORT, NORM)})
    chain, north = composed(figures).sections, composed(replace(figures, scope="N", scope_name="North")).sections
    assert chain is not None
    assert north is not None
    assert [column.title for column in chain.columns] == ["Section", "Norm", "Audits", "Branches", "Falls short at"]
    assert [column.title for column in north.columns] == ["Section", "Norm", "Audits", "Branches"]
    assert {len(row) for row in north.rows} == {4}


def test_as_the_norm_lists_branches_of_which_nothing_else_is_said() -> None:
    group = report((NORM, NORM), (NORM, FEW), (NORM, SHORT), (FEW, FEW)).norm
    assert group.table is not None
    assert [row[0].text for row in group.table.rows] == ["b0", "b1"]


def test_unjudged_says_why_and_how_many_audits_would_do() -> None:
    found = report((FEW, FEW), (NORM, FEW), (NORM, NORM))
    assert found.reasons == (
        "2 branches could not be judged in every section: that takes 2 audits in the window.",
        "2 more audits would do.",
    )
    assert found.unjudged.table is not None
    assert [[entry.text for entry in row] for row in found.unjudged.table.rows] == [
        ["b0", "all sections", "1"],
        ["b1", "Cut", "1"],
    ]


@pytest.mark.parametrize(
    ("wanted", "last"),
    [
        (44, "44 more audits, spread over the branches already audited, would be enough."),
        (1, "1 more audit of a branch already audited would be enough."),
    ],
)
def test_too_few_repeats_says_why_no_branch_can_be_judged(wanted: int, last: str) -> None:
    figures = invented.figures({"b1": (FEW, FEW), "b2": (FEW, FEW)})
    design = replace(figures.design, enough=False, repeats=4, median_audits=1.0, audits_wanted=wanted)
    found = composed(replace(figures, design=design))
    assert found.reasons == (
        "Branches cannot be told from single visits yet. That takes 2 audits for a typical branch; here it is 1.",
        "It also takes 30 repeat audits of branches already audited; here there are 4.",
        last,
    )
    assert found.heat is None


WANTING = replace(invented.ENOUGH, enough=False)


@pytest.mark.parametrize(
    ("design", "reasons"),
    [
        (
            replace(WANTING, branches=1, median_audits=40.0, repeats=39, audits_wanted=None),
            ("There is only one branch to judge.",),
        ),
        (
            replace(WANTING, median_audits=3.0, repeats=8, audits_wanted=22),
            (
                (
                    "Branches cannot be told from single visits yet. "
                    "That takes 30 repeat audits of branches already audited; here there are 8."
                ),
                "22 more audits, spread over the branches already audited, would be enough.",
            ),
        ),
        (
            replace(WANTING, median_audits=1.0, repeats=30, audits_wanted=1),
            (
                (
                    "Branches cannot be told from single visits yet. "
                    "That takes 2 audits for a typical branch; here it is 1."
                ),
                "1 more audit of a branch already audited would be enough.",
            ),
        ),
        (
            replace(WANTING, audited_branches=1, median_audits=40.0, repeats=39, audits_wanted=1),
            (
                "Only one branch was audited: there is nobody to compare it with.",
                "1 more audit of a branch already audited would be enough.",
            ),
        ),
    ],
)
def test_only_what_is_wanting_is_given_as_the_reason(design: Design, reasons: tuple[str, ...]) -> None:
    figures = invented.figures({"b1": (FEW, FEW)})
    assert composed(replace(figures, design=design)).reasons == reasons


def test_section_without_a_score_is_named_and_no_branch_lacks_audits_in_it() -> None:
    figures = invented.figures({"b1": (NORM, FEW)})
    unscored = replace(figures.sections[1], norm=None)
    found = composed(replace(figures, sections=(figures.sections[0], unscored)))
    assert (found.reasons, found.unjudged.table) == (("Nothing was scored in Cut.",), None)


def test_new_section_wants_audits_of_its_own() -> None:
    figures = invented.figures({f"b{i}": (NORM, FEW) for i in range(20)})
    greeting, cut = (replace(s, audits_wanted=n) for s, n in zip(figures.sections, (0, 30), strict=True))
    assert composed(replace(figures, sections=(greeting, cut))).reasons == (
        "In Cut branches cannot be told from single visits yet. 30 more audits with a score there would do.",
    )


def test_section_in_which_scores_hardly_differ_wants_no_audits() -> None:
    figures = invented.figures({"b1": (NORM, FEW), "b2": (FEW, FEW)})
    sections = tuple(replace(section, audits_wanted=0) for section in figures.sections)
    cells = tuple(replace(cell, audits=9) if cell.section == "cut" else cell for cell in figures.cells)
    assert composed(replace(figures, sections=sections, cells=cells)).reasons == (
        "1 branch could not be judged in every section: that takes 2 audits in the window.",
        "1 more audit would do.",
        "In Cut scores hardly differ: nothing can be judged.",
    )


@pytest.mark.parametrize(
    ("groups", "said"), [(1, "usual region, which keeps the regions comparable."), (2, "usual region.")]
)
def test_regions_are_comparable_only_where_shoppers_connect_all_branches(groups: int, said: str) -> None:
    figures = invented.figures({"b1": (NORM, NORM)})
    design = replace(figures.design, groups=groups, cross_region_share=0.3)
    assert composed(replace(figures, design=design)).notes[-2].endswith(said)


def test_window_without_audits_says_so_once() -> None:
    figures = invented.figures({"b1": (FEW, FEW)})
    design = replace(figures.design, audits=0, enough=False)
    found = composed(replace(figures, design=design, cells=(), trend=()))
    assert (found.basis, found.reasons, found.trend) == (
        "No audit was counted from 25 May 2026 to 22 November 2026.",
        (),
        None,
    )


def test_news_lists_failed_critical_items_first_and_marks_what_was_late() -> None:
    new = (
        NewAudit("b2", WEEK, late=False, score=80.0, failed_critical=()),
        NewAudit("b1", date(2026, 11, 2), late=True, score=None, failed_critical=("HYG1", "X")),
    )
    figures = replace(invented.figures({"b1": (NORM, NORM), "b2": (NORM, NORM)}), new=new)
    news = compose(figures, language("en"), TITLES, {"HYG1": "Tools were clean"}).news
    assert news.sentence == "2 audits are new this week. 1 arrived late. 1 failed a critical item."
    assert [(one.name, one.words, one.late, one.critical) for one in news.critical] == [
        ("b1", "week of 2 November 2026 · no score", "arrived late", ("Tools were clean", "X"))
    ]
    assert [(one.name, one.words, one.late) for one in news.others] == [("b2", "score 80.0", "")]


def test_no_critical_item_is_said_to_have_been_in_order_where_none_is_critical() -> None:
    new = (NewAudit("b1", WEEK, late=False, score=80.0, failed_critical=()),)
    figures = replace(invented.figures({"b1": (NORM, NORM)}), new=new)
    said = [composed(replace(figures, critical_items=n)).news.sentence for n in (None, 0, 2)]
    alone = "1 audit is new this week."
    assert said == [alone, alone, f"{alone} No critical item failed."]


def test_a_report_of_days_is_headed_by_them_and_tells_no_weeks_news() -> None:
    found = composed(replace(invented.figures({"b1": (NORM, NORM)}), by_days=True))
    assert (found.title, found.week, found.news.sentence) == (
        "The whole chain · 25 May 2026 to 22 November 2026",
        "25 May 2026 to 22 November 2026",
        "",
    )


def test_names_lead_to_the_branch_that_they_name() -> None:
    figures = invented.figures({"b1": (SHORT, NORM), "b2": (NORM, NORM), "b3": (FEW, FEW)}, {"b1": "Kossuth tér"})
    found = composed(figures)
    tables = [group.table for group in (found.short, found.norm, found.unjudged)]
    assert [[(row[0].text, row[0].branch) for row in table.rows] for table in tables if table] == [
        [("Kossuth tér", "b1")],
        [("b2", "b2")],
        [("b3", "b3")],
    ]


def test_a_mark_outside_the_funnel_that_is_as_the_norm_is_explained() -> None:
    figures = invented.figures({"b1": (SHORT, NORM), "b2": (NORM, NORM)})
    inside = tuple(replace(cell, score=NORMS[cell.section]) for cell in figures.cells)
    explained = (
        "Below the band, but not flagged: {}. Once luck and strict or lenient shoppers are allowed for, "
        "the difference is too small to act on, or not sure enough."
    )
    outside = composed(figures)
    named = {one.question: one.caption for one in (*outside.funnels, *outside.quiet_funnels)}
    assert named["Which branches fall short in Greeting?"].endswith(f" {explained.format('b2')}")
    assert named["Which branches fall short in Cut?"].endswith(f" {explained.format('b1 and b2')}")
    quiet = composed(replace(figures, cells=inside))
    assert {"Outside" in one.caption for one in (*quiet.funnels, *quiet.quiet_funnels)} == {False}


def test_the_order_of_a_weeks_news_tells_nothing_of_its_days() -> None:
    scores = (50.0, 20.0, 90.0)
    figures = invented.figures({"b1": (NORM, NORM)})
    said = {
        tuple(one.words for one in compose(replace(figures, new=new), language("en"), TITLES, {}).news.others)
        for new in permutations(NewAudit("b1", WEEK, late=False, score=s, failed_critical=()) for s in scores)
    }
    assert said == {("score 20.0", "score 50.0", "score 90.0")}


def test_notes_state_the_rules_and_what_the_audits_leave_open() -> None:
    figures = invented.figures({"b1": (NORM, NORM)})
    design = replace(figures.design, unknown_shopper_audits=1, groups=2, cross_region_share=0.03)
    notes = composed(replace(figures, design=design, rules=Rules(margin=7.5, half_life_weeks=8.0))).notes[1:]
    assert notes[1] == (
        "A branch falls short when it is probably more than 7.5 points below the norm; "
        "a flag is a false alarm where in truth it is not that far below. "
        "Flags are chosen over the whole chain so that of 100 at most 10 are expected to be false alarms; "
        "those of one region may be surer or less sure."
    )
    assert notes[4] == (
        "“Not sure” is said in its place where a shortfall of more than 7.5 points has a probability of 25% or more."
    )
    assert notes[7:] == (
        "In the estimate an audit that is 8 weeks old counts half; in score and norm all audits count alike.",
        "1 audit has no known shopper; its shopper's leniency cannot be allowed for.",
        (
            "The audits fall into 2 groups of branches that share no shopper. "
            "Between the groups, lenient shoppers cannot be told from good branches."
        ),
        (
            "Only 3% of the audits were made outside the shopper's usual region, "
            "so a region that scores high may have lenient shoppers."
        ),
        "The standard is version 3.",
    )


def test_section_without_a_title_is_called_by_its_code() -> None:
    assert compose(invented.figures({"b1": (SHORT, NORM)}), language("en"), {}).headline[0] == "greeting falls short."


def test_funnels_that_tell_something_come_first() -> None:
    found = report((SHORT, NORM), (NORM, NORM))
    assert [one.question for one in found.funnels] == ["Which branches fall short in Greeting?"]
    assert [one.question for one in found.quiet_funnels] == ["Which branches fall short in Cut?"]


def test_spread_is_said_in_points_with_its_share() -> None:
    split = report((NORM, NORM)).split
    assert split is not None
    assert [entry.text for entry in split.table.rows[0]] == [
        "Greeting",
        "From branch to branch",
        "4.0",
        "2.0",
        "6.0",
        "13%",
    ]


@pytest.mark.slow
def test_five_thousand_branches_make_no_longer_a_report() -> None:
    found = report(*[(SHORT, NORM), (WATCH, NORM), (NORM, NORM), (FEW, FEW), (ABOVE, NORM)] * 1000)
    groups = (found.short, found.watch, found.above, found.norm, found.unjudged)
    assert [len(group.table.rows) for group in groups if group.table] == [TABLE_ROWS] * 5
