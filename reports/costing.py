"""What a shortfall is about: the items that cost a branch the most points in the section in which it falls short."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from branches.language import Language
from reports.figures import Cell, Scale, State
from reports.item_sums import JudgedItem
from reports.items_words import graded
from reports.kept import CostlyItem
from reports.report import Group, Verdict
from reports.voice import Voice

MOST = 2
"""Items that are named of each shortfall; the flag's own page has more."""


def costliest(judged: Iterable[JudgedItem], cells: Iterable[Cell]) -> tuple[CostlyItem, ...]:
    """Which items cost each branch that falls short the most points in that section, the costliest first?

    Args:
        judged: the items over the whole chain.
        cells: those of the scope.
    """
    by_section: dict[str, list[JudgedItem]] = {}
    for item in judged:
        by_section.setdefault(item.section, []).append(item)
    short = [cell for cell in cells if cell.state is State.FALLS_SHORT]
    return tuple(one for cell in short for one in _costliest(by_section.get(cell.section, []), cell))


def _costliest(items: Iterable[JudgedItem], cell: Cell) -> list[CostlyItem]:
    found = []
    for item in items:
        place = item.branches.index(cell.branch) if cell.branch in item.branches else None
        lost = round(float(item.earned[place, 0]), 6) if place is not None else 0.0
        if place is not None and lost > 0.0:
            n, kept = int(item.applicable[place]), int(item.kept[place])
            mark = None if item.scale is None else float(item.earned[place, 3]) / n
            found.append((-lost, item.code, CostlyItem(cell.branch, cell.section, item.code, n, kept, mark)))
    return [one for _, _, one in sorted(found, key=lambda one: one[:2])[:MOST]]


def told(voice: Voice, items: Mapping[str, str], group: Group) -> Group:
    """The same group, each of whose verdicts says what cost the most there."""
    return replace(group, verdicts=tuple(replace(one, costs=_words(voice, items, one)) for one in group.verdicts))


def _words(voice: Voice, items: Mapping[str, str], verdict: Verdict) -> str:
    scales = {one.code: one.grade.scale for one in voice.figures.items if one.grade is not None}
    mine = [one for one in voice.figures.costly if (one.branch, one.section) == (verdict.branch, verdict.code)]
    lines = [
        f"{items.get(one.code) or one.code} \N{EN DASH} {_how_often(voice.language, one, scales.get(one.code))}"
        for one in mine
    ]
    return voice.language.say("What cost the most there: {items}", items=" · ".join(lines)) if lines else ""


def _how_often(language: Language, one: CostlyItem, scale: Scale | None) -> str:
    if scale is not None and one.mark is not None:
        return graded(language, scale, one.mark, one.kept, one.audits)
    return language.count(
        "not in order at {failed} of {n} audit",
        "not in order at {failed} of {n} audits",
        one.audits,
        failed=one.audits - one.kept,
    )
