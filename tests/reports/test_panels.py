"""A small picture of each branch: what has changed first, all on one scale, and the same figures as a table."""

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from branches.language import codes, language
from reports.compose import compose
from reports.drift import Panels
from reports.figures import Change, Figures, Interval, Move, State
from reports.kept import Course, Courses
from reports.panels import FURTHEST, MOST
from reports.render import drawings, mail_drawing, paper_drawings
from reports.report import Picture
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

SHORT, NORM, ABOVE, WATCH = State.FALLS_SHORT, State.AS_NORM, State.ABOVE, State.WATCH
STATES = {"b1": (NORM, NORM), "b2": (SHORT, NORM), "b3": (NORM, NORM), "b4": (NORM, ABOVE), "b5": (NORM, NORM)}
NAMES = {"b1": "Zoo", "b2": "Harbour", "b3": "Abbey", "b4": "Forum", "b5": "$x$ <b>&amp;"}
STARTS = tuple(WEEK - timedelta(weeks=back) for back in (11, 7, 3))
FALL = Change("b1", "cut", Move.FALLING, WEEK.toordinal(), -6.0, ())
RISE = Change("b3", "greeting", Move.RISING, WEEK.toordinal(), 7.0, ())


def course(branch: str, section: str = "", points: tuple[float | None, ...] = (2.0, None, -4.0)) -> Course:
    return Course(branch, section, tuple(0 if one is None else 4 for one in points), points)


KEPT = (
    *(course(branch) for branch in STATES),
    *(course("b2", "greeting"), course("b4", "cut"), course("b1", "cut"), course("b3", "greeting")),
)


def figures(*changes: Change, kept: tuple[Course, ...] = KEPT) -> Figures:
    told = Courses(STARTS, {"": 4.0, "greeting": 8.0, "cut": 8.0}, kept)
    return replace(invented.figures(STATES, NAMES), changes=changes, courses=told)


def picture(found: Figures) -> Picture:
    told = compose(found, language("en"), TITLES).panels
    assert told is not None
    return told


def panels(found: Figures) -> Panels:
    values = picture(found).values
    assert isinstance(values, Panels)
    return values


def test_what_has_changed_comes_first_then_what_stands_out_then_the_others_by_name() -> None:
    told = panels(figures(FALL, RISE)).panels
    assert [(one.name, one.section, one.move) for one in told] == [
        ("Zoo", "Cut", Move.FALLING),
        ("Abbey", "Greeting", Move.RISING),
        ("Harbour", "Greeting", Move.STEADY),
        ("Forum", "Cut", Move.STEADY),
        ("$x$ <b>&amp;", "", Move.STEADY),
    ]
    assert [one.state for one in told] == [NORM, NORM, SHORT, ABOVE, None]


def test_a_dot_has_its_likely_range_and_a_stretch_without_audits_has_none() -> None:
    first = panels(figures()).panels[0].stretches
    assert first == (Interval(2.0, 2.0 - 1.645 * 4.0, 2.0 + 1.645 * 4.0), None, Interval(-4.0, -10.58, 2.58))


@pytest.mark.parametrize(("furthest", "reach"), [(1.0, 10.0), (-12.3, 15.0), (80.0, FURTHEST)])
def test_all_reach_equally_far(furthest: float, reach: float) -> None:
    assert panels(figures(kept=(course("b1", points=(furthest, furthest, None)),))).reach == reach


def test_one_branch_far_out_does_not_make_all_others_flat() -> None:
    kept = (*KEPT[1:5], course("b1", points=(2.0, None, -60.0)))
    assert panels(figures(kept=kept)).reach == 10.0


def test_how_many_have_changed_is_said_first() -> None:
    assert picture(figures()).answer == "No branch has changed by more than luck."
    assert picture(figures(FALL, RISE)).answer == (
        "1 branch has fallen by more than luck. 1 branch has risen by more than luck."
    )


def test_the_table_holds_the_dots_with_their_audits() -> None:
    table = picture(figures(FALL)).table
    assert [column.title for column in table.columns[:2]] == ["Branch", "Section"]
    assert [entry.text for entry in table.rows[0]] == ["Zoo", "Cut", "+2.0 (4)", "\u2013", "\u22124.0 (4)"]
    assert table.rows[-1][1].text == "All sections"


def test_very_many_branches_leave_some_to_the_table() -> None:
    states = {f"b{n:03d}": (NORM, NORM) for n in range(MOST + 4)}
    many = replace(invented.figures(states), courses=Courses(STARTS, {"": 4.0}, tuple(map(course, states))))
    told = picture(many)
    assert isinstance(told.values, Panels)
    assert (len(told.values.panels), len(told.table.rows)) == (MOST, MOST + 4)
    assert told.caption.endswith("4 more are in the table.")


def test_an_edition_that_kept_none_has_no_picture() -> None:
    assert compose(replace(figures(), courses=None), language("en"), TITLES).panels is None
    assert compose(figures(kept=()), language("en"), TITLES).panels is None
    assert compose(figures(kept=(course("b1", points=(None, None)),)), language("en"), TITLES).panels is None


@pytest.mark.parametrize("code", codes())
def test_it_is_drawn_as_one_picture_with_words_title_and_description(code: str) -> None:
    report = compose(figures(FALL, RISE), language(code), {})
    assert report.panels is not None
    root = ET.fromstring(drawings(report, language(code))["panels"])
    texts = [element.text for element in root.iter("text")]
    assert [name for name in NAMES.values() if name in texts] == list(NAMES.values())
    assert [element.text for element in root if element.tag in {"title", "desc"}] == [
        report.panels.question,
        report.panels.caption,
    ]


def test_it_is_on_paper_and_can_be_a_bitmap() -> None:
    report = compose(figures(FALL), language("en"), TITLES)
    assert report.panels is not None
    assert "panels" in paper_drawings(report, language("en"))
    assert mail_drawing(report.panels, language("en")).startswith(b"\x89PNG")


def test_a_region_of_thirty_branches_is_small_enough_for_a_phone() -> None:
    states = {f"b{n:03d}": (SHORT, NORM) for n in range(MOST)}
    kept = tuple(course(branch, "greeting", (1.0, 2.0, -3.0, 4.0, -5.0, 6.0)) for branch in states)
    told = Courses(tuple(WEEK - timedelta(weeks=4 * n) for n in range(6)), {"greeting": 8.0}, kept)
    report = compose(replace(invented.figures(states), courses=told), language("en"), TITLES)
    assert len(drawings(report, language("en"))["panels"]) < 40_000
