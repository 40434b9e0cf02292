"""What is answered before a picture: only what is sure enough, otherwise that it could not be shown."""

from dataclasses import replace

import pytest

from branches.language import language
from reports import answers
from reports.figures import ChainMove, Change, Figures, Interval, Move, State
from reports.voice import Voice
from tests.reports import invented
from tests.reports.invented import TITLES, VARIANCES, WEEK

NORM = State.AS_NORM
UP = ChainMove("greeting", Interval(2.1, 0.6, 3.6))
DOWN = ChainMove("cut", Interval(-3.0, -4.4, -1.6))
STILL = ChainMove("cut", Interval(0.4, -0.6, 1.4))
NOTHING = "No change could be shown."


def figures(*moves: ChainMove) -> Figures:
    return replace(invented.figures({"b1": (NORM, NORM)}), moves=moves)


def voice(made: Figures) -> Voice:
    return Voice(made, language("en"), TITLES)


def test_a_move_whose_interval_leaves_nought_out_is_told_with_its_probability() -> None:
    assert answers.better(voice(figures(UP, STILL))) == (
        "Greeting is getting better: 2.1 points higher in the later half of these weeks than in the earlier "
        "(likely 1 to 4; probability over 95%). No change could be shown in Cut."
    )
    assert answers.better(voice(figures(DOWN))) == (
        "Cut is getting worse: 3.0 points lower in the later half of these weeks than in the earlier "
        "(likely 2 to 4; probability over 95%)."
    )


@pytest.mark.parametrize("moves", [(), (STILL,)])
def test_without_a_sure_move_no_change_could_be_shown(moves: tuple[ChainMove, ...]) -> None:
    assert answers.better(voice(figures(*moves))) == NOTHING


def test_an_older_edition_tells_of_the_chain_alone_how_the_chain_moved() -> None:
    chain = replace(figures(), chain_moves=(UP,))
    assert answers.better(voice(chain)).startswith("Greeting is getting better")
    assert answers.better(voice(replace(chain, scope="n", scope_name="North"))) == NOTHING


def test_a_branch_is_answered_by_its_control_charts() -> None:
    fallen = Change("b1", "cut", Move.FALLING, WEEK.toordinal(), -8.0, ())
    words = answers.branch_better(voice(replace(figures(), changes=(fallen,))))
    assert words == "Cut has fallen since about the week of 16 November 2026, by about 8 points."
    assert answers.branch_better(voice(figures())) == NOTHING


def sources(greeting: float | None, cut: float | None) -> tuple[str, ...]:
    made = figures()
    pair = zip(made.sections, (greeting, cut), strict=True)
    close = {**VARIANCES, "residual": VARIANCES["branch"]}
    return answers.sources(
        voice(
            replace(made, sections=tuple(replace(s, shopper_over_branch=p, variances=close) for s, p in pair)),
        )
    )


def test_who_matters_more_is_said_only_when_it_is_sure() -> None:
    assert sources(0.97, 0.05) == (
        (
            "In Greeting, who audits matters more than which branch (probability at least 97%): "
            "calibrate shoppers before you judge branches."
        ),
        "In Cut, which branch matters more than who audits (probability at least 95%).",
    )
    untold = "In Greeting and Cut, whether which branch or who audits matters more could not be shown."
    assert sources(0.89, 0.11) == sources(None, 0.5) == (untold,)


def test_the_least_sure_of_several_sections_is_what_is_promised_and_never_certainty() -> None:
    both = "In Greeting and Cut, which branch matters more than who audits (probability at least {share})."
    assert sources(0.001, 0.0651) == (both.format(share="93%"),)
    assert sources(0.0, 0.001) == (both.format(share="99%"),)


def test_single_visits_are_named_first_where_they_surely_differ_most() -> None:
    first, *_ = answers.sources(voice(figures()))
    assert first == (
        "Most of all because one audit differs from the next (probability at least 99%): "
        "judge no branch and nobody by one audit."
    )
    wide = replace(
        invented.figures({"b1": (NORM, NORM)}).sections[0],
        variances={**VARIANCES, "branch": Interval(90.0, 20.0, 300.0)},
    )
    assert answers.visits_first(wide) < 0.9
    assert answers.visits_first(replace(wide, variances={"residual": Interval(1.0, 0.5, 2.0)})) == 0.0


def test_each_picture_is_answered_by_what_is_known_of_it() -> None:
    sure = replace(invented.figures({"b1": (NORM, NORM)}).sections[0], variances={})
    assert answers.visits_first(sure) == 0.0
    equal = {"branch": Interval(1.0, 1.0, 1.0), "residual": Interval(2.0, 2.0, 2.0)}
    assert answers.visits_first(replace(sure, variances=equal)) == 1.0
