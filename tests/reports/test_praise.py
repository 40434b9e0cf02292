"""Praise is told with the rigour of a flag: how sure, how many wrongly, and through how many editions."""

from dataclasses import replace
from datetime import timedelta

from branches.language import language
from reports import praise
from reports.compose import compose
from reports.figures import Cell, Figures, State
from reports.grounds import grounds
from reports.kept import StandingPraise
from reports.plain import plain
from reports.report import Group
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

ABOVE, NORM = State.ABOVE, State.AS_NORM
NAMES = {"b1": "Main Street", "b2": "Harbour", "b3": "Abbey", "b4": "Forum"}


def figures(*chances: float | None) -> Figures:
    """So many branches that are above in greeting, each as surely."""
    plain_ones = invented.figures({f"b{n}": (ABOVE, NORM) for n, _ in enumerate(chances, start=1)}, NAMES)
    sure = {f"b{n}": p for n, p in enumerate(chances, start=1)}

    def known(cell: Cell) -> Cell:
        return replace(cell, p_above=sure[cell.branch]) if cell.state is ABOVE else cell

    return replace(plain_ones, cells=tuple(map(known, plain_ones.cells)))


def told(found: Figures) -> Group:
    return compose(found, language("en"), TITLES).above


def test_one_says_how_sure_it_is_and_how_probably_it_is_wrong() -> None:
    (verdict,) = told(figures(0.96)).verdicts
    assert verdict.detail.endswith(
        "We are 96% sure that it is more than 5 points above: about 1 chance in 25 that it is not."
    )
    assert told(figures(0.96)).certainty == ""


def test_several_say_how_many_can_be_expected_not_to_be() -> None:
    assert told(figures(0.9, 0.9, 0.95)).certainty == (
        "Of the 3 sections in which a branch is above here, about 0.3 can be expected not to be: in truth not more than 5 points above."
    )


def test_an_edition_that_did_not_keep_it_says_nothing_of_how_sure_it_is() -> None:
    old = told(figures(None, 0.9))
    assert (old.certainty, old.verdicts[0].since) == ("", "")
    assert "sure" not in old.verdicts[0].detail


def test_they_are_named_beside_the_word_the_others_counted() -> None:
    assert told(figures(0.9)).names == "Main Street"
    assert told(figures(0.9, 0.9, 0.9, 0.9)).names == "Main Street, Harbour, Abbey and 1 more"


def test_the_table_says_how_probably_they_are_above_and_nothing_of_falling_short() -> None:
    table = told(figures(0.96)).table
    assert table is not None
    titles = [column.title for column in table.columns]
    assert "Probability above" in titles
    assert not {"Probability short", "False share"} & set(titles)
    assert table.rows[0][titles.index("Probability above")].text == "96%"


def test_since_when_is_kept_from_edition_to_edition_until_it_ends() -> None:
    weeks = [WEEK + timedelta(weeks=n) for n in range(4)]
    both, one = figures(0.9, 0.9), figures(0.9)
    first = replace(both, week=weeks[0], praise=praise.standing(replace(both, week=weeks[0]), None))
    second = replace(one, week=weeks[1])
    second = replace(second, praise=praise.standing(second, first))
    third = praise.standing(replace(both, week=weeks[2]), second)
    assert third == (StandingPraise("b1", "greeting", weeks[0]), StandingPraise("b2", "greeting", weeks[2]))


def test_an_edition_that_kept_nothing_counts_as_the_first() -> None:
    old, later = figures(0.9), WEEK + timedelta(weeks=1)
    assert praise.standing(replace(old, week=later), old) == (StandingPraise("b1", "greeting", WEEK),)


def test_it_is_said_through_how_many_editions_and_that_they_are_no_proofs_of_their_own() -> None:
    def stood(weeks: int) -> str:
        since = StandingPraise("b1", "greeting", WEEK - timedelta(weeks=weeks))
        return told(replace(figures(0.9), praise=(since,))).verdicts[0].since

    assert stood(0) == "New this week."
    assert stood(2) == (
        "Above since the week of 2 November 2026: through 3 reports, each of which rests on nearly the same audits as the one before."
    )


def test_the_branchs_own_page_says_how_sure_it_is() -> None:
    found = figures(0.96)
    said = dict(grounds(found, found.cells[0], language("en"), whole=False))
    assert said["More than 5 points above the norm"] == "96% sure"


def test_a_terminal_gets_it_too() -> None:
    assert "about 1 chance in 25 that it is not." in " ".join(
        plain(compose(figures(0.96), language("en"), TITLES)).split()
    )
