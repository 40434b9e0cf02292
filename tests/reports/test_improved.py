"""Improved: who has risen by more than luck; a poor start alone is no reason to be named."""

from dataclasses import replace

import numpy as np
import pytest

from branches.language import language
from reports.change_words import CHANGE_SHARE
from reports.compose import compose
from reports.drift import Improved
from reports.figures import Change, Figures, Move, State
from reports.improved import MOST, risen
from reports.plain import plain
from reports.sheet import Floats, ScoreSheet
from reports.trend import changes, lasting
from tests.reports import invented
from tests.reports.chains import MONDAY, chain
from tests.reports.invented import TITLES, WEEK

SHORT, NORM, FEW = State.FALLS_SHORT, State.AS_NORM, State.NOT_ENOUGH
SINCE = WEEK.toordinal() - 7 * 8


def rise(branch: str, size: float, section: str = "greeting") -> Change:
    return Change(branch, section, Move.RISING, SINCE, size, ())


def figures(*found: Change) -> Figures:
    states = {"b1": (SHORT, NORM), "b2": (NORM, NORM), "b3": (FEW, FEW)}
    return replace(invented.figures(states, {"b1": "Main Street"}), changes=found)


def told(*found: Change) -> Improved | None:
    return compose(figures(*found), language("en"), TITLES).improved


def test_the_highest_rise_comes_first_with_how_far_since_when_and_how_it_stands() -> None:
    found = told(rise("b2", 4.4), rise("b1", 9.2), Change("b2", "cut", Move.FALLING, SINCE, -7.0, ()))
    assert found is not None
    assert (found.title, found.sentence, found.rest) == ("Improved", "2 branches", "")
    assert [(one.name, one.words) for one in found.rises] == [
        (
            "Main Street",
            "Greeting has risen since about the week of 21 September 2026, by about 9 points. All its audits taken together: Falls short.",
        ),
        (
            "b2",
            "Greeting has risen since about the week of 21 September 2026, by about 4 points. All its audits taken together: As the norm.",
        ),
    ]


def test_what_it_means_is_said_with_how_many_would_be_named_by_chance() -> None:
    found = told(rise("b1", 9.2))
    assert found is not None
    assert "What luck gives back by itself after a poor start is not counted." in found.meant
    assert "any of the 2 branches judged, on average fewer than 0.1 would be named all the same." in found.meant
    assert found.meant.endswith("the audits do not say.")


def test_where_nothing_has_risen_nothing_is_said() -> None:
    assert told() is None
    assert told(Change("b1", "greeting", Move.FALLING, SINCE, -7.0, ())) is None


def test_very_many_rises_are_counted() -> None:
    found = told(*(rise(f"x{n}", float(n)) for n in range(MOST + 3)))
    assert found is not None
    assert (len(found.rises), found.rest, found.sentence) == (MOST, "And 3 more.", f"{MOST + 3} branches")


def test_a_terminal_gets_it_too() -> None:
    said = plain(compose(figures(rise("b1", 9.2)), language("en"), TITLES))
    assert "Improved · 1 branch\n  Main Street · Greeting has risen" in said


def half_a_year(seed: int, risen: int = 0, points: float = 12.0) -> ScoreSheet:
    """Weekly audits of 120 branches over the report's window; in its later half the first ones have risen."""
    sheet, _ = chain(seed, branches=120, audits=26, sections=1, shoppers=30)
    turn = np.arange(sheet.branch.size) % 26
    up = points * ((sheet.branch < risen) & (turn >= 13))
    return replace(sheet, week=MONDAY + 7 * turn, scores=sheet.scores + up[:, None])


def halves(sheet: ScoreSheet) -> Floats:
    """Each branch's mean in the earlier and in the later half."""
    return np.asarray(sheet.scores[:, 0].reshape(120, 2, 13).mean(axis=2))


def said_to_have_risen(sheet: ScoreSheet) -> Floats:
    found = tuple(one for one in changes(sheet, CHANGE_SHARE) if lasting(one))
    named = {one.branch for one in risen(replace(figures(), changes=found))}
    return np.array([branch in named for branch in sheet.branches], dtype=float)


@pytest.mark.slow
def test_where_nothing_has_changed_a_poor_start_is_not_taken_for_improvement() -> None:
    """Of eight chains without any change the share named is within what is printed, also of the twelve lowest starts each."""
    everybody, lowest, back = [], [], []
    for seed in range(8):
        sheet = half_a_year(4100 + seed)
        named, (before, after) = said_to_have_risen(sheet), halves(sheet).T
        poor = np.argsort(before)[:12]
        everybody.append(named.mean())
        lowest.append(named[poor].mean())
        back.append((after - before)[poor].mean())
    assert np.mean(back) > 2.0  # points that luck gives back to them, which a plain comparison would praise
    assert np.mean(everybody) <= CHANGE_SHARE
    assert np.mean(lowest) <= CHANGE_SHARE


@pytest.mark.slow
def test_who_really_rises_is_named() -> None:
    found = [said_to_have_risen(half_a_year(4200 + seed, risen=10, points=15.0)) for seed in range(3)]
    assert np.mean([named[:10].mean() for named in found]) > 0.5
    assert np.mean([named[10:].mean() for named in found]) <= CHANGE_SHARE
