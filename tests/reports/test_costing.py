from dataclasses import replace

from branches.language import language
from reports import costing, groups
from reports.figures import State
from reports.items import judge
from reports.kept import CostlyItem
from reports.report import Verdict
from reports.voice import Voice
from tests.reports import invented
from tests.reports.test_items import sums

SHORT, NORM = State.FALLS_SHORT, State.AS_NORM
ENGLISH = language("en")


def told(*costly: CostlyItem) -> list[Verdict]:
    figures = replace(invented.figures({"b0": (SHORT, NORM), "b1": (SHORT, NORM)}), costly=costly)
    voice = Voice(figures, ENGLISH, {})
    group = groups.group(voice, State.FALLS_SHORT, groups.by_state(figures.cells)[State.FALLS_SHORT])
    return list(costing.told(voice, {"greeting2": "Were you greeted?"}, group).verdicts)


def test_the_two_items_that_cost_a_shortfall_the_most_are_named_the_costliest_first() -> None:
    judged = judge(sums([9, 12], [12, 0], [2, 12], [11, 12]))
    figures = invented.figures({"b0": (SHORT, NORM), "b1": (NORM, NORM)})
    assert costing.costliest(judged, figures.cells) == (
        CostlyItem("b0", "greeting", "greeting2", audits=12, kept=2, mark=None),
        CostlyItem("b0", "greeting", "greeting0", audits=12, kept=9, mark=None),
    )


def test_a_branch_that_lost_nothing_or_is_not_known_is_told_nothing() -> None:
    judged = judge(sums([12, 3]))
    figures = invented.figures({"b0": (SHORT, NORM), "b7": (SHORT, NORM)})
    assert costing.costliest(judged, figures.cells) == ()


def test_each_verdict_says_what_cost_the_most_there() -> None:
    costly = (
        CostlyItem("b1", "greeting", "greeting2", audits=12, kept=2, mark=None),
        CostlyItem("b1", "greeting", "greeting0", audits=1, kept=0, mark=None),
    )
    assert {verdict.branch: verdict.costs for verdict in told(*costly)} == {
        "b0": "",
        "b1": "What cost the most there: Were you greeted? \N{EN DASH} not in order at 10 of 12 audits · greeting0 \N{EN DASH} not in order at 1 of 1 audit",
    }
