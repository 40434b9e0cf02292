"""Marks in bulk: what they earn equals what branches.scoring says, to the last digit."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches import scoring
from branches.errors import Refused
from branches.exchange.form import ItemRow
from branches.exchange.marks import MOST_KNOWN, Marks, Scorer
from branches.scoring import MEASURED, Band, ItemType, ScoringRules, Total

SECTIONS = ("greeting", "offerings", "service")
DECIMALS = st.decimals(-99, 99, places=2, allow_nan=False).map(lambda d: format(d, "f"))
WEIGHTS = st.sampled_from(["0", "0.1", "0.3", "1", "2", "2.5", "7", "0.0000000000000000000000000001"])


def item(code: str, kind: ItemType = ItemType.YES_NO, **more: object) -> ItemRow:
    row = ItemRow(code, "greeting", "?", kind, "1", False, kind in scoring.SCORABLE, None, None, True, {})
    return replace(row, **more)  # type: ignore[arg-type]


@st.composite
def items(draw: st.DrawFn, number: int) -> ItemRow:
    kind = draw(st.sampled_from([ItemType.YES_NO, ItemType.RATING, ItemType.NUMBER, ItemType.SECONDS, ItemType.TEXT]))
    scored = kind is not ItemType.TEXT and draw(st.booleans())
    ends: tuple[str | None, str | None] = (None, None)
    if kind is ItemType.RATING:
        ends = draw(st.sampled_from([("1", "5"), ("5", "1"), ("0", "10"), ("1", "4")]))
    elif kind in MEASURED:
        ends = draw(st.tuples(DECIMALS, DECIMALS).filter(lambda pair: Fraction(pair[0]) != Fraction(pair[1])))
    return item(
        f"i{number}",
        kind,
        section=draw(st.sampled_from(SECTIONS)),
        weight=draw(WEIGHTS),
        critical=scored and draw(st.booleans()),
        scored=scored,
        worst=ends[0],
        best=ends[1],
    )


@st.composite
def audits(draw: st.DrawFn) -> tuple[list[ItemRow], list[str], ScoringRules, list[Band]]:
    rows = [draw(items(number)) for number in range(draw(st.integers(1, 8)))]
    marks = [draw(_mark(row)) for row in rows]
    weights = {section: Fraction(draw(WEIGHTS)) for section in SECTIONS}
    total = draw(st.sampled_from(Total))
    bands = draw(st.sampled_from([[], [Band("good", Fraction(80)), Band("poor", Fraction(0))]]))
    return rows, marks, ScoringRules(tuple(row.rule for row in rows), total, weights), bands


def _mark(row: ItemRow) -> st.SearchStrategy[str]:
    open_or_na = st.sampled_from(["", "na"])
    if row.type is ItemType.YES_NO:
        return open_or_na | st.sampled_from(["yes", "no"])
    if row.type is ItemType.RATING:
        return open_or_na | st.sampled_from([str(step) for step in scoring.rating_steps(row.rule)])
    return open_or_na | (DECIMALS if row.type in MEASURED else st.text())


@pytest.mark.slow
@given(audits())
def test_scores_in_bulk_equal_those_of_scoring(
    audit: tuple[list[ItemRow], list[str], ScoringRules, list[Band]],
) -> None:
    rows, marks, rules, bands = audit
    expected = scoring.score(rules, dict(zip((row.code for row in rows), marks, strict=True)))
    bulk = Marks(rows)
    won = [bulk.look(position, mark) for position, mark in enumerate(marks)]
    scored = Scorer(rows, SECTIONS, rules, bands).score(won)
    sections = {SECTIONS[place]: (score, fine, counted) for place, score, fine, counted in scored.sections}
    assert sections == {
        c: (scoring.thousandths(s.score), scoring.billionths(s.score), s.items) for c, s in expected.sections.items()
    }
    assert scored.score == (None if expected.total is None else scoring.thousandths(expected.total))
    assert scored.band == (None if expected.total is None else scoring.band(expected.total, bands))
    assert scored.failed == bool(expected.failed_critical)
    points = [scoring.points(row.rule, mark) for row, mark in zip(rows, marks, strict=True)]
    assert [one.points for one in won] == [None if p is None else scoring.thousandths(p) for p in points]
    assert [found or bulk.look(p, marks[p]) for p, found in enumerate(bulk.won(marks))] == won


def test_seen_marks_are_looked_up() -> None:
    marks = Marks([item("a"), item("b")])
    seen = marks.look(0, "yes")
    assert marks.won(["yes", "yes"]) == [seen, None]


def test_marks_remembered_are_bounded() -> None:
    rows = [item(str(n), ItemType.NUMBER, worst="0", best="1") for n in range(1000)]
    marks = Marks(rows)
    most = MOST_KNOWN // 1000
    for number in range(2 * most):
        marks.look(0, str(number))
    found = [marks.won([str(number), *[""] * 999])[0] is not None for number in range(2 * most)]
    assert sum(found) == most - 1  # an empty mark is the first of them


def test_weights_too_fine_for_one_scale_still_score_exactly() -> None:
    """Sixty primes under the weights' points would make a scale of more than a hundred digits."""
    ends = [f"{number}" for number in range(10**20 + 1, 10**20 + 120, 2)]
    rows = [item(f"i{n}", ItemType.NUMBER, worst="0", best=end, weight="0.7") for n, end in enumerate(ends)]
    marks = Marks(rows)
    won = [marks.look(position, "12345678901234567890") for position in range(len(rows))]
    rules = ScoringRules(tuple(row.rule for row in rows))
    expected = scoring.score(rules, {row.code: "12345678901234567890" for row in rows})
    assert expected.total is not None
    assert Scorer(rows, ["greeting"], rules, []).score(won).score == scoring.thousandths(expected.total)


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        (item("a"), "maybe"),
        (item("a", na=False), "na"),
        (item("a", ItemType.RATING, worst="5", best="1"), "0"),
        (item("a", ItemType.RATING, worst="1", best="5"), "1" * 400),
        (item("a", ItemType.SECONDS, worst="1", best="5"), "soon"),
        (item("a", ItemType.CHOICE), "x" * 2001),
    ],
)
def test_mark_that_an_item_does_not_take(row: ItemRow, mark: str) -> None:
    with pytest.raises(Refused):
        Marks([row]).look(0, mark)


def test_marks_of_an_item_with_faults_are_not_looked_at() -> None:
    sets: Mapping[str, object] = {mark: Marks([None]).look(0, mark) for mark in ("yes", "9" * 400)}
    assert {won.points for won in sets.values()} == {None}  # type: ignore[attr-defined]


def test_sections_that_all_weigh_nothing_make_no_total() -> None:
    rows = [item("a")]
    rules = ScoringRules((rows[0].rule,), Total.SECTIONS, {"greeting": Fraction(0)})
    scored = Scorer(rows, ["greeting"], rules, []).score([Marks(rows).look(0, "yes")])
    assert (scored.sections, scored.score, scored.band) == ([(0, 100_000, 100_000_000_000, 1)], None, None)
