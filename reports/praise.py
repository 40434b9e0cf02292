"""Praise with the rigour of a flag: how sure, how many would be named wrongly, and through how many editions."""

from collections.abc import Sequence
from datetime import date

from branches.language import Language
from reports import wording
from reports.figures import Cell, Figures, State
from reports.kept import StandingPraise
from reports.voice import Voice

NAMED = 3
"""Branches that are named beside the word; the others are counted."""
LEAST_WRONG = 0.1
FEW_WRONG = 9.95
"""How many named wrongly are so few that a decimal is told."""
Place = tuple[str, str]


def standing(figures: Figures, before: Figures | None) -> tuple[StandingPraise, ...]:
    """Since when is each branch above that is above now?

    Args:
        figures: of the edition that is made.
        before: of the scope's edition before; None of the first.
    """
    known = since(before) if before is not None else {}
    return tuple(
        StandingPraise(cell.branch, cell.section, known.get((cell.branch, cell.section), figures.week))
        for cell in figures.cells
        if cell.state is State.ABOVE
    )


def since(figures: Figures) -> dict[Place, date]:
    """The week from which on each branch is above, section by section; of an edition that did not keep it its own."""
    above = {(cell.branch, cell.section): figures.week for cell in figures.cells if cell.state is State.ABOVE}
    return above | {
        (one.branch, one.section): one.since for one in figures.praise if (one.branch, one.section) in above
    }


def stood(voice: Voice, cell: Cell) -> str:
    """Through how many editions a branch has been above; empty where that was not kept."""
    kept = {(one.branch, one.section): one.since for one in voice.figures.praise}
    first = kept.get((cell.branch, cell.section))
    if cell.state is not State.ABOVE or first is None:
        return ""
    language, reports = voice.language, (voice.figures.week - first).days // 7 + 1
    if reports <= 1:
        return language.say("New this week.")
    return language.count(
        "Above since the {week}: through {n} report, each of which rests on nearly the same audits as the one before.",
        "Above since the {week}: through {n} reports, each of which rests on nearly the same audits as the one before.",
        reports,
        week=language.week(first),
    )


def how_sure(voice: Voice, cell: Cell) -> str:
    """How sure it is that a branch is above by more than the margin; empty of others, and where it was not kept."""
    if cell.state is not State.ABOVE or cell.p_above is None:
        return ""
    return voice.language.say(
        "We are {share} sure that it is more than {margin} points above: {chance} that it is not.",
        share=wording.probability(voice.language, cell.p_above),
        margin=wording.short_number(voice.language, voice.figures.rules.margin),
        chance=wording.false_alarm(voice.language, cell.p_above),
    )


def certainty(voice: Voice, cells: Sequence[Cell]) -> str:
    """How many of those that are said to be above can be expected not to be by more than the margin."""
    language = voice.language
    chances = [cell.p_above for cell in cells if cell.p_above is not None]
    if len(chances) < 2 or len(chances) < len(cells):  # noqa: PLR2004 - of one it is said beside it
        return ""
    return language.say(
        "Of the {n} sections in which a branch is above here, {false} can be expected not to be: in truth not more than {margin} points above.",
        n=len(chances),
        false=expected(language, sum(1 - p for p in chances)),
        margin=wording.short_number(language, voice.figures.rules.margin),
    )


def expected(language: Language, wrong: float) -> str:
    """So many that are named wrongly, with one decimal while they are few; never none."""
    if wrong < LEAST_WRONG:
        return language.say("fewer than {n}", n=language.number(LEAST_WRONG))
    return language.say("about {n}", n=language.number(wrong, 1 if wrong < FEW_WRONG else 0))


def names(voice: Voice, cells: Sequence[Cell]) -> str:
    """Who is praised, beside the word: the first few branches, each once."""
    found = [wording.isolated(voice.name(branch)) for branch in dict.fromkeys(cell.branch for cell in cells)]
    hidden = len(found) - NAMED
    if hidden > 0:
        found[NAMED:] = [voice.language.count("{n} more", "{n} more", hidden)]
    return voice.language.join(found)
