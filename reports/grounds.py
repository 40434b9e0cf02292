"""What a judgement rests on, figure by figure: the estimate and its range, how sure it is, the audits, the rank."""

from collections.abc import Iterable
from datetime import date

from branches.language import Language
from reports import wording
from reports.figures import Cell, Figures, State
from reports.stored import printed
from reports.voice import Voice

Grounds = tuple[tuple[str, str], ...]
"""What, and its value in words."""


def grounds(figures: Figures, cell: Cell, language: Language, *, whole: bool) -> Grounds:
    """What speaks for this branch's state in this section? Nothing where it was not scored.

    Args:
        figures: those that the cell is of.
        cell: one branch and section; points of 0…100.
        language: the reader's.
        whole: whether the number of shoppers and the rank are told too. They are not to staff: who audited is not for
            them to guess at, and other branches are not theirs to be held against.
    """
    say = language.say
    found = [
        *_how_far(language, cell),
        *_how_sure(language, cell, figures.rules.margin),
        (say("Audits"), _counted(language, cell.audits, figures.window_from, figures.window_to)),
    ]
    if whole:
        found += [(say("Shoppers"), language.whole(cell.shoppers)), (say("Likely rank"), _rank(language, cell))]
    return tuple(found) if cell.score is not None else ()


def _how_far(language: Language, cell: Cell) -> list[tuple[str, str]]:
    found = []
    if cell.estimate is not None and cell.low is not None and cell.high is not None:
        likely = wording.likely(language, cell.low, cell.high)
        found.append((language.say("Best guess"), f"{wording.difference(language, cell.estimate)} ({likely})"))
    if cell.variance is not None:
        plain = f"{wording.difference(language, cell.variance)} · {wording.facts(language, cell)}"
        found.append((language.say("Measured"), plain))
    return found


def _how_sure(language: Language, cell: Cell, margin: float) -> list[tuple[str, str]]:
    say, found = language.say, []
    if cell.p_short is not None:
        what = say("More than {margin} points below the norm", margin=wording.short_number(language, margin))
        found.append((what, say("{share} sure", share=wording.probability(language, cell.p_short))))
    if cell.p_above is not None:
        what = say("More than {margin} points above the norm", margin=wording.short_number(language, margin))
        found.append((what, say("{share} sure", share=wording.probability(language, cell.p_above))))
    if cell.p_short is not None and cell.state is State.FALLS_SHORT:
        what = say("A false alarm: not more than {margin} points below", margin=wording.short_number(language, margin))
        found.append((what, wording.false_alarm(language, cell.p_short)))
    return found


def sure(language: Language, cell: Cell) -> str:
    """How sure a flag is, in a word or two; empty of others."""
    told = cell.p_short is not None and cell.state is State.FALLS_SHORT and not cell.one_visit
    return language.say("{share} sure", share=wording.probability(language, cell.p_short or 0.0)) if told else ""


def among_surer(cell: Cell, language: Language) -> str:
    """The small print under a flag: its q, which is a mean over it and all surer ones; empty where it has none."""
    if cell.q is None or cell.state is not State.FALLS_SHORT:
        return ""
    return language.say(
        "This flag and all surer ones in the chain, taken together: {share} of them can be expected to be false alarms.",
        share=wording.probability(language, cell.q),
    )


def _counted(language: Language, n: int, first: date, last: date) -> str:
    return language.say("{n} from {first} to {last}", n=n, first=first, last=last)


def _rank(language: Language, cell: Cell) -> str:
    if cell.rank_low is None:
        return wording.NOTHING
    return language.say("{rank} branches; 1 is the best", rank=wording.rank(language, cell))


def estimated(voice: Voice, cells: Iterable[Cell], *, named: bool) -> str:
    """Why score and norm do not subtract to what is said: once, by the cell in which they differ most; else empty.

    Staff read why, without a second figure beside the first.

    Args:
        voice: the figures with the reader's language.
        cells: those that are read.
        named: whether the branch is named beside the section.
    """
    apart = [
        (abs(cell.variance - cell.estimate), cell.variance, cell.estimate, cell)
        for cell in cells
        if cell.variance is not None and cell.estimate is not None and printed(cell.variance) != printed(cell.estimate)
    ]
    if not apart:
        return ""
    if not named:
        return voice.language.say(
            "The points said are our best guess. Luck and strict or generous shoppers are allowed for, so they differ from score less norm: go by them."
        )
    language, (_, plain, estimate, cell) = voice.language, max(apart, key=lambda one: one[0])
    said = language.say(
        "What was measured is score less norm. The points said are our best guess once luck and strict or generous shoppers are allowed for: go by these. Such as {place}: measured {plain}, best guess {estimate}.",
        place=", ".join([wording.isolated(voice.name(cell.branch)), voice.title(cell.section)]),
        plain=wording.difference(language, plain),
        estimate=wording.difference(language, estimate),
    )
    margin = voice.figures.rules.margin
    if max(abs(plain), abs(estimate)) >= margin or cell.state is not State.AS_NORM:
        return said
    small = language.say(
        "Both are less than the {margin} points that are worth acting on.",
        margin=wording.short_number(language, margin),
    )
    return f"{said} {small}"
