"""One section of an edition by itself: nothing of the others, every branch, and no more said than the report says."""

from dataclasses import replace

from branches.language import language
from reports.figures import ChainMove, Change, ChartPoint, Figures, Interval, Move, State
from reports.one_section import LISTED, SectionReport, narrowed, section_report
from reports.voice import Voice
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

SHORT, NORM, ABOVE, FEW = State.FALLS_SHORT, State.AS_NORM, State.ABOVE, State.NOT_ENOUGH
STATES = {"b1": (NORM, SHORT), "b2": (SHORT, NORM), "b3": (FEW, NORM), "b4": (NORM, NORM), "b5": (ABOVE, NORM)}
NAMES = {"b1": "Zoo", "b2": "Harbour", "b3": "Abbey", "b4": "Market", "b5": "Forum"}


def figures() -> Figures:
    return invented.figures(STATES, NAMES)


def told(found: Figures, section: str = "greeting") -> SectionReport:
    return section_report(Voice(found, language("en"), TITLES), section, {})


def fallen(branch: str, section: str, size: float) -> Change:
    move = Move.FALLING if size < 0 else Move.RISING
    return Change(branch, section, move, WEEK.toordinal(), size, (ChartPoint(WEEK.toordinal(), -3.0, -2.0, 1.0),))


def test_nothing_of_other_sections_is_left() -> None:
    whole = replace(figures(), changes=(fallen("b1", "cut", -8.0), fallen("b2", "greeting", -6.0)))
    found = narrowed(whole, "greeting")
    kinds = (found.sections, found.cells, found.trend, found.changes)
    assert [{one.section for one in some} for some in kinds] == [{"greeting"}] * 4
    assert (len(found.cells), found.branch_names, found.new) == (5, whole.branch_names, ())


def test_the_headline_and_the_flags_are_of_the_section_alone() -> None:
    found = told(figures())
    assert found.report.headline[0] == "Greeting falls short at 1 of 5 branches."
    assert [verdict.name for verdict in found.report.short.verdicts] == ["Harbour"]
    assert found.report.first is None


def test_every_branch_is_listed_with_its_state_what_stands_out_first_the_others_by_name() -> None:
    table = told(figures()).branches
    assert [row[0].text for row in table.rows] == ["Harbour", "Forum", "Market", "Zoo", "Abbey"]
    assert [column.title for column in table.columns[:3]] == ["Branch", "State", "Score"]
    assert [row[1].state for row in table.rows] == [SHORT, ABOVE, NORM, NORM, FEW]


def test_a_list_of_very_many_branches_says_what_it_leaves_out() -> None:
    many = invented.figures({f"b{number:04d}": (NORM, NORM) for number in range(LISTED + 3)})
    table = told(many).branches
    assert (len(table.rows), table.rest) == (LISTED, "3 more are not listed here.")


def test_falls_come_before_rises_with_how_often_they_are_shown_by_chance() -> None:
    changes = (fallen("b1", "greeting", 9.0), fallen("b2", "greeting", -4.0), fallen("b3", "greeting", -7.0))
    found = told(replace(figures(), changes=changes))
    assert found.changed is not None
    assert [row[0].text for row in found.changed.rows] == ["Abbey", "Harbour", "Zoo"]
    assert found.changed.rows[0][1].text.startswith("Greeting has fallen since about the week")
    assert ["such a fall" in text for text in found.by_chance] == [True, False]
    assert told(figures()).changed is None


def test_a_move_that_the_report_does_not_tell_is_not_told_of_the_section_alone() -> None:
    """One of two sections must be surer than one that stands alone."""
    move = ChainMove("greeting", Interval(-4.0, -7.9, -0.1), chance=0.04)
    other = ChainMove("cut", Interval(0.0, -1.0, 1.0), chance=0.5)
    plain = replace(figures(), chain_moves=(move, other), moves=(move, other))
    sure = replace(plain, moves=(replace(move, chance=0.001), other))
    answers = [told(one).report.trend for one in (plain, sure)]
    said = [answer.answer if answer is not None else "" for answer in answers]
    assert said[0] == "For the chain as a whole no change could be shown."
    assert said[1].startswith("Greeting is getting worse: 4.0 points lower")
