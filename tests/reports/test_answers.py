"""What is answered before a picture: only what is sure enough, otherwise that it could not be shown."""

from dataclasses import replace

import pytest
from scipy.special import ndtr

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
SLIGHT = ChainMove("greeting", Interval(0.8, 0.6, 1.0), 1e-6)
LUCKY = ChainMove("greeting", Interval(2.1, 0.1, 4.1), 0.04)
"""Too likely by chance where two sections are looked at."""
NOTHING = "For the chain as a whole no change could be shown."


def figures(*moves: ChainMove) -> Figures:
    return replace(invented.figures({"b1": (NORM, NORM)}), moves=moves)


def voice(made: Figures) -> Voice:
    return Voice(made, language("en"), TITLES)


def test_a_move_that_is_more_than_chance_is_told_with_how_often_chance_says_so() -> None:
    chance = (
        "Even where nothing has changed, up to 1 such report in 20 would say of some section that it is getting worse, "
        "and up to as many that one is getting better."
    )
    assert answers.better(voice(figures(UP, STILL))) == (
        "Greeting is getting better: 2.1 points higher in the later half of these weeks than in the earlier "
        f"(likely 1 to 4). No change could be shown in Cut. {chance}"
    )
    assert answers.better(voice(figures(DOWN))) == (
        "Cut is getting worse: 3.0 points lower in the later half of these weeks than in the earlier "
        f"(likely 2 to 4). {chance}"
    )


@pytest.mark.parametrize("moves", [(), (STILL,), (SLIGHT,), (LUCKY, STILL)])
def test_without_a_sure_move_no_change_could_be_shown(moves: tuple[ChainMove, ...]) -> None:
    assert answers.better(voice(figures(*moves))) == NOTHING


def test_an_older_edition_tells_of_the_chain_alone_how_the_chain_moved() -> None:
    chain = replace(figures(), chain_moves=(UP,))
    assert answers.better(voice(chain)).startswith("Greeting is getting better")
    assert answers.better(voice(replace(chain, scope="n", scope_name="North"))) == (
        "For the region as a whole no change could be shown."
    )


def test_a_branch_is_answered_by_its_control_charts() -> None:
    fallen = Change("b1", "cut", Move.FALLING, WEEK.toordinal(), -8.0, ())
    words = answers.branch_better(voice(replace(figures(), changes=(fallen,))))
    assert words == "Cut has fallen since about the week of 16 November 2026, by about 8 points."
    assert answers.branch_better(voice(figures())) == "No change could be shown."


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


@pytest.mark.parametrize("wanting", ["window", "section", "fit"])
def test_nothing_is_said_of_sources_where_branches_cannot_be_told_from_visits(wanting: str) -> None:
    """With one audit a branch, a bad branch and a bad day look the same: what single visits take is not known."""
    made = figures()
    assert len(answers.sources(voice(made))) == 2
    if wanting == "window":
        made = replace(made, design=replace(made.design, enough=False))
    elif wanting == "section":
        made = replace(made, sections=tuple(replace(one, audits_wanted=9) for one in made.sections))
    else:
        alone = {name: part for name, part in VARIANCES.items() if name != "branch"}
        made = replace(made, sections=tuple(replace(one, variances=alone) for one in made.sections))
    assert answers.sources(voice(made)) == ()


def test_visits_are_no_surer_first_than_the_joint_error_of_both_variances_allows() -> None:
    """Balanced audits, 40 branches, two each: the exact variance of the difference of both estimates (Searle 1992, 3.5)."""
    branch, residual, groups, n = 50.0, 100.0, 40, 2
    within = 2.0 * residual**2 / (groups * (n - 1))
    between = 2.0 * (residual + n * branch) ** 2 / (groups - 1)
    difference = within * (1.0 + 1.0 / n) ** 2 + between / n**2
    spans = {
        name: Interval(value, value - reach, value + reach)
        for name, value, reach in (
            ("branch", branch, answers.CONFIDENT * ((between + within) / n**2) ** 0.5),
            ("residual", residual, answers.CONFIDENT * within**0.5),
        )
    }
    section = replace(figures().sections[0], variances=spans)
    assert 0.8 < answers.visits_first(section) <= ndtr((residual - branch) / difference**0.5)


def test_each_picture_is_answered_by_what_is_known_of_it() -> None:
    sure = replace(invented.figures({"b1": (NORM, NORM)}).sections[0], variances={})
    assert answers.visits_first(sure) == 0.0
    equal = {"branch": Interval(1.0, 1.0, 1.0), "residual": Interval(2.0, 2.0, 2.0)}
    assert answers.visits_first(replace(sure, variances=equal)) == 1.0
