from dataclasses import replace
from datetime import date, timedelta

import pytest

from branches.language import language
from reports import doing
from reports.acted import Effect, Outcome, PlannedAction
from reports.compose import compose
from reports.figures import Figures, StandingFlag, State
from reports.plain import plain
from reports.report import Report
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

ENGLISH = language("en")
ACTION = PlannedAction("a1", "b1", "greeting", "Greet within a minute.", "open", date(2026, 12, 1), False, True)
DONE = date(2026, 11, 3)


def figures(*actions: PlannedAction, since: int = 2) -> Figures:
    flag = StandingFlag("b1", "greeting", WEEK - timedelta(weeks=since))
    found = invented.figures({"b1": (State.FALLS_SHORT, State.AS_NORM)}, {"b1": "Main Street"})
    return replace(found, flags=(flag,), actions=actions)


def composed(told: Figures) -> Report:
    return compose(told, ENGLISH, TITLES)


def test_a_flag_says_what_is_planned_and_until_when() -> None:
    (verdict,) = composed(figures(ACTION)).short.verdicts
    assert verdict.doing == ("Planned: Greet within a minute (due on 1 December 2026).",)


def test_a_flag_without_an_action_says_so_from_its_second_week_on() -> None:
    assert [composed(figures(since=weeks)).short.verdicts[0].doing for weeks in (0, 1)] == [
        (),
        ("No action is planned yet.",),
    ]


def test_a_flag_that_was_dismissed_asks_for_no_action() -> None:
    told = figures()
    aside = replace(told.flags[0], dismissed_until=WEEK + timedelta(weeks=9), dismissed_reason="Building works.")
    assert composed(replace(told, flags=(aside,))).short.verdicts[0].doing == ()


def test_an_edition_that_did_not_keep_actions_says_nothing_of_them() -> None:
    found = composed(replace(figures(), actions=None))
    assert (found.short.verdicts[0].doing, found.acts) == ((), None)


def test_an_action_for_a_finding_stands_in_the_list_but_not_beside_the_flag() -> None:
    found = composed(figures(replace(ACTION, for_flag=False)))
    assert found.short.verdicts[0].doing == ("No action is planned yet.",)
    assert found.acts is not None
    assert [one.plan for one in found.acts.acts] == ["Greet within a minute."]


def test_actions_are_counted_and_listed_late_ones_first_then_those_that_were_judged() -> None:
    better = Effect(Outcome.BETTER, 9, 9, -10.0, 4.0, 8.2, 2.6, 13.8)
    late = replace(ACTION, public_id="late", overdue=True, due_on=date(2026, 11, 2))
    judged = replace(ACTION, public_id="judged", state="verified", completed_on=DONE, effect=better)
    done = replace(ACTION, public_id="done", state="completed", completed_on=DONE, due_on=date(2026, 10, 1))
    found = composed(figures(ACTION, done, judged, late)).acts
    assert found is not None
    assert found.sentence == "2 open · 1 completed, to be looked at · 1 verified · 1 overdue"
    assert [(one.public_id, one.state, one.tone) for one in found.acts] == [
        ("late", "was due on 2 November 2026", "short"),
        ("judged", "completed on 3 November 2026, verified", ""),
        ("a1", "due on 1 December 2026", ""),
        ("done", "completed on 3 November 2026, not looked at yet", ""),
    ]
    assert found.meant.startswith("An action is judged once")


def test_actions_beyond_the_first_are_counted() -> None:
    many = [replace(ACTION, public_id=f"a{n}") for n in range(doing.MOST + 3)]
    found = composed(figures(*many)).acts
    assert found is not None
    assert (len(found.acts), found.rest, found.meant) == (doing.MOST, "And 3 more.", "")


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (None, ""),
        (Effect(Outcome.UNTOLD, 3), "Whether it helped cannot be told: that takes a larger shortfall, or more audits."),
        (
            Effect(Outcome.TOO_EARLY, 1, 9, -10.0, 4.0),
            "Too early to tell whether it helped: 1 audit since, 9 are needed.",
        ),
        (
            Effect(Outcome.BETTER, 9, 9, -10.0, 4.0, 8.2, 2.6, 13.8),
            "Better since then: 8.2 points more than was to be expected without it (likely 3 to 14), over the first 9 audits. That is more than luck.",
        ),
        (
            Effect(Outcome.WORSE, 9, 9, -10.0, 4.0, -8.2, -13.8, -2.6),
            "Worse since then: 8.2 points less than was to be expected without it (likely 3 to 14), over the first 9 audits. That is more than bad luck.",
        ),
        (
            Effect(Outcome.NOT_SHOWN, 9, 9, -10.0, 4.0, 2.0, -3.6, 7.6),
            "No improvement could be shown: +2.0 points against what was to be expected without it (likely between -4 and +8), over the first 9 audits.",
        ),
    ],
)
def test_effect_in_words(effect: Effect | None, words: str) -> None:
    assert doing.effect(ENGLISH, effect).replace("\N{MINUS SIGN}", "-") == words


def test_the_terminal_says_what_is_being_done() -> None:
    said = plain(composed(figures(ACTION)))
    assert "What is being done · 1 open\n  Main Street · Greeting · Greet within a minute." in said
    assert "    Planned: Greet within a minute (due on 1 December 2026)." in said


def test_of_an_action_for_one_item_it_is_said_that_its_section_is_judged() -> None:
    better = Effect(Outcome.BETTER, 9, 9, -10.0, 4.0, 8.2, 2.6, 13.8)
    judged = replace(ACTION, state="verified", completed_on=DONE, effect=better)
    told = [composed(figures(one)).acts for one in (judged, replace(judged, for_flag=False))]
    assert [found is not None and "its whole section is judged" in found.meant for found in told] == [False, True]
