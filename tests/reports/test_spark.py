"""The small line beside a branch's name: where it was, with gaps where nobody was there, and the same in words."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from branches.language import language
from reports.figures import State
from reports.kept import Course, Courses
from reports.spark import HEIGHT, WIDTH, spark, whole
from tests.reports import invented

ENGLISH = language("en")


def course(*points: float | None, section: str = "") -> Course:
    return Course("b1", section, tuple(0 if one is None else 2 for one in points), points)


def test_it_rises_above_the_middle_where_the_branch_is_above_the_norm() -> None:
    found = spark(course(0.0, 10.0, -10.0), ENGLISH)
    assert found is not None
    assert found.line == "M3 10h0L36 3L69 17"
    assert found.last == (69.0, 17.0)


def test_a_stretch_without_audits_is_a_gap_and_a_lonely_dot_is_seen() -> None:
    found = spark(course(0.0, None, 0.0), ENGLISH)
    assert found is not None
    assert found.line == "M3 10h0M69 10h0"
    ended = spark(course(0.0, None), ENGLISH)
    assert ended is not None
    assert ended.last is None


def test_it_is_told_in_words() -> None:
    found = spark(course(2.0, None, -30.5), ENGLISH)
    assert found is not None
    assert found.words == ("All sections, points from the norm, four weeks at a time: +2.0 · \u2013 · \u221230.5.")


def test_without_any_audit_there_is_none() -> None:
    assert spark(course(None, None), ENGLISH) is None


@given(st.lists(st.none() | st.floats(-100, 100), min_size=1, max_size=13))
def test_nothing_is_drawn_outside_its_box(points: list[float | None]) -> None:
    found = spark(course(*points), ENGLISH)
    assert (found is None) == (not any(point is not None for point in points))
    if found is not None and found.last is not None:
        assert 0 < found.last[0] < WIDTH
        assert 0 < found.last[1] < HEIGHT


def test_only_all_sections_together_are_taken() -> None:
    figures = invented.figures({"b1": (State.AS_NORM, State.AS_NORM)})
    kept = Courses((invented.WEEK,), {"": 1.0, "cut": 1.0}, (course(1.0), course(2.0, section="cut")))
    assert whole(figures) == {}
    assert whole(replace(figures, courses=kept)) == {"b1": course(1.0)}
