"""What to do first: one list in one order."""

from dataclasses import replace
from datetime import timedelta

from branches.language import language
from reports.compose import compose
from reports.figures import Change, Figures, Interval, ItemFigures, Move, NewAudit, StandingFlag, State, Whose
from reports.kept import Failures
from reports.plain import plain
from tests.reports import invented
from tests.reports.invented import TITLES, WEEK

SHORT, NORM, FEW = State.FALLS_SHORT, State.AS_NORM, State.NOT_ENOUGH
TEXTS = {"HYG1": "Were the tools clean?", "greeted": "Were you greeted?"}
FAILED = NewAudit("b3", WEEK, late=False, score=75.5, failed_critical=("HYG1",), failures=(Failures(1, 26),))
GREETED = ItemFigures("greeted", "greeting", 90, 60, Interval(60 / 90, 0.58, 0.75), None, Whose.CHAIN, 0.99, lost=60.0)


def steps(figures: Figures) -> list[tuple[str, str, str]]:
    found = compose(figures, language("en"), TITLES, TEXTS).first
    return [] if found is None else [(one.mark, one.branch, one.words) for one in found.steps]


def chain() -> Figures:
    figures = invented.figures({"b1": (NORM, SHORT), "b2": (SHORT, SHORT), "b3": (NORM, NORM)}, {"b2": "Kossuth tér"})
    worse = {("b2", "cut"): -20.0}
    cells = tuple(replace(c, estimate=worse.get((c.branch, c.section), c.estimate)) for c in figures.cells)
    return replace(figures, cells=cells, new=(FAILED,), items=(GREETED,))


def test_what_can_be_seen_today_comes_before_what_falls_short_and_what_concerns_everybody() -> None:
    assert steps(chain()) == [
        (
            "critical",
            "b3",
            "look today whether this is in order: Were the tools clean? (failed at this new audit, and at no other of the 26)",
        ),
        (
            "falls_short",
            "b2",
            "ask what is behind it: Cut (20.0 below the norm · 97% sure) and Greeting (12.4 below the norm · 97% sure)",
        ),
        ("falls_short", "b1", "ask what is behind it: Cut (12.4 below the norm · 97% sure)"),
        ("", "", "Missed all over the chain; practise it with everybody: Were you greeted?"),
    ]


def test_falls_come_last_but_for_those_that_are_flagged() -> None:
    since = (WEEK - timedelta(weeks=4)).toordinal()
    places = (("b3", "cut", -8.2), ("b3", "greeting", -12.0), ("b1", "greeting", -9.0), ("b1", "cut", -20.0))
    falls = tuple(Change(branch, section, Move.FALLING, since, size, ()) for branch, section, size in places)
    said = "ask whether something changed around the week of 19 October 2026; it may be luck"
    assert steps(replace(chain(), changes=falls)) == [
        *steps(chain()),
        ("", "b3", f"Greeting: {said}"),
        ("", "b1", f"Greeting: {said}"),
        ("", "b3", f"Cut: {said}"),
    ]


def test_many_of_one_kind_do_not_crowd_out_the_others() -> None:
    short = {f"b{n}": (SHORT, NORM) for n in range(1, 6)}
    failed = tuple(replace(FAILED, branch=f"c{n}") for n in range(1, 6))
    since = (WEEK - timedelta(weeks=4)).toordinal()
    falls = tuple(Change(f"c{n}", "cut", Move.FALLING, since, -9.0, ()) for n in range(1, 4))
    figures = invented.figures({**short, **{f"c{n}": (NORM, NORM) for n in range(1, 6)}})
    found = steps(replace(figures, new=failed, items=(GREETED,), changes=falls))
    assert [mark for mark, _, _ in found] == ["critical"] * 3 + ["falls_short"] * 3 + ["", "", ""]
    assert found[-3][2] == "Missed all over the chain; practise it with everybody: Were you greeted?"
    assert found[-1] == ("", "", "And 6 more.")


def test_the_order_of_the_branches_is_that_of_the_report() -> None:
    report = compose(chain(), language("en"), TITLES, TEXTS)
    assert report.first is not None
    told = [one.branch for one in report.first.steps if one.mark == "falls_short"]
    assert told == list(dict.fromkeys(one.branch for one in report.short.verdicts))


def test_a_flag_that_somebody_has_set_aside_is_nothing_to_do() -> None:
    aside = StandingFlag("b1", "cut", WEEK, dismissed_until=WEEK, dismissed_reason="Building works.")
    assert [branch for _, branch, _ in steps(replace(chain(), flags=(aside,)))] == ["b3", "b2", ""]


def test_nothing_to_do_is_no_list() -> None:
    assert steps(invented.figures({"b1": (NORM, FEW)})) == []


def test_a_failed_critical_item_says_how_often_and_what_it_means() -> None:
    news = compose(chain(), language("en"), TITLES, TEXTS).news
    assert news.critical[0].critical == ("Were the tools clean? (failed at this new audit, and at no other of the 26)",)
    assert news.meant.startswith("A critical item must never fail.")
    without = compose(replace(chain(), new=()), language("en"), TITLES, TEXTS).news
    assert without.meant == ""


def test_a_yardstick_stands_beside_the_scores_of_single_audits() -> None:
    usual = replace(chain(), usual=Interval(84.0, 60.6, 97.2))
    said = [compose(one, language("en"), TITLES, TEXTS).news.sentence for one in (usual, replace(usual, new=()))]
    assert said[0].endswith(" Nine in ten of the chain's audits score between 61 and 97.")
    assert said[1] == "No new audit this week."


def test_a_terminal_numbers_the_steps_below_the_headline() -> None:
    text = plain(compose(chain(), language("en"), TITLES, TEXTS))
    assert "What to do first\n  1. b3 · look today whether this is in order: Were the tools clean?" in text
    assert text.index("What to do first") < text.index("Falls short ·")
