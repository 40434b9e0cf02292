from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches import improbable
from branches.improbable import Point, Row

MARKS = st.lists(st.sampled_from("12345"), max_size=30)
BUDAPEST, CHENNAI = Point(47.4979, 19.0402), Point(13.0827, 80.2707)
PLACES = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


@given(MARKS)
def test_no_row_is_longer_than_the_longest(marks: list[str]) -> None:
    row = improbable.longest_row(marks)
    assert (row is None) == (marks == [])
    if row is not None:
        assert marks[row.first : row.first + row.length] == [row.mark] * row.length
        assert improbable.has_row(marks, row.mark, row.length)
        assert not any(improbable.has_row(marks, mark, row.length + 1) for mark in "12345")


@given(MARKS, st.lists(MARKS, max_size=30))
def test_a_row_is_rare_or_not_whatever_the_order_of_the_others(marks: list[str], others: list[list[str]]) -> None:
    assert improbable.rare_row(marks, others) == improbable.rare_row(marks, others[::-1])


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ("333333", ["454345"] * 20, Row("3", 6, 0)),
        ("153333", ["454345"] * 20, None),  # four
        ("513333342", ["454345"] * 20, Row("3", 5, 2)),
        ("333333", ["454345"] * 19, None),  # too few to learn from
        ("333333", ["454345"] * 19 + ["333333"], Row("3", 6, 0)),
        ("333333", ["454345"] * 18 + ["333333"] * 2, None),  # no longer rare
        ("555555", ["555555"] * 20, None),  # a good branch
        ("555555", ["333333"] * 20, Row("5", 6, 0)),
        ("", ["454345"] * 20, None),
    ],
)
def test_a_row_is_told_where_hardly_any_other_has_it(own: str, others: list[str], expected: Row | None) -> None:
    assert improbable.rare_row(list(own), [list(one) for one in others]) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nobody looked up when I came in.", "nobody looked up,  when I came in"),
        ("Senki sem nézett fel, amikor bejöttem.", "SENKI SEM NÉZETT FEL AMIKOR BEJÖTTEM"),
        ("யாரும் என்னைப் பார்க்கவில்லை!", "யாரும் என்னைப்  பார்க்கவில்லை"),
    ],
)
def test_retyping_makes_no_difference(one: str, other: str) -> None:
    assert improbable.telling(one) == improbable.telling(other) != ""


@pytest.mark.parametrize("text", ["", "All was well.", "...!!! ??? ... !!! --- ... !!!", "Very friendly team."])
def test_what_two_may_well_write_alike_does_not_count(text: str) -> None:
    assert improbable.telling(text) == ""


def test_vowel_signs_tell_words_apart() -> None:
    assert improbable.bare("மலை") != improbable.bare("மாலை")


def test_a_way_is_as_long_as_on_the_map() -> None:
    assert improbable.kilometres(BUDAPEST, CHENNAI) == pytest.approx(6740, rel=0.02)


@given(PLACES, PLACES)
def test_a_way_is_as_long_back_and_never_beyond_half_the_earth(one: Point, other: Point) -> None:
    km = improbable.kilometres(one, other)
    assert km == pytest.approx(improbable.kilometres(other, one))
    assert 0 <= km <= 20_016


@pytest.mark.parametrize(
    ("km", "minutes", "expected"),
    [(1.9, 0, False), (2.1, 0, True), (40, 15, True), (37, 15, False), (37, -15, False), (300, 119, True)],
)
def test_nobody_is_asked_about_a_way_that_can_be_made(km: float, minutes: int, expected: bool) -> None:
    assert improbable.is_too_far(km, timedelta(minutes=minutes)) is expected
