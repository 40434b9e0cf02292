"""Answers that stand before a picture: is it getting better, and why do scores differ?

Only what has a probability of at least `wording.SURE` is said; of the rest, that it could not be shown.
"""

from reports import change_words, wording
from reports.figures import ChainMove, Interval, SectionFigures
from reports.normal import below
from reports.voice import Voice

CONFIDENT = 1.6448536269514722
"""Of a 90 % interval, in standard deviations."""
ALONE = "residual"


def better(voice: Voice) -> str:
    """Is it getting better? The scope's later weeks held against its earlier ones, section by section.

    Sections are named whose move is more than chance (`change_words.told`), with how often chance alone says so.
    """
    figures = voice.figures
    moves = figures.moves or (figures.chain_moves if figures.scope_name is None else ())
    shown = change_words.told(moves)
    if not shown and figures.scope_name is None:
        return voice.language.say("For the chain as a whole no change could be shown.")
    if not shown:
        return voice.language.say("For the region as a whole no change could be shown.")
    said = [_moved(voice, move) for move in shown]
    still = [voice.title(move.section) for move in moves if move not in shown]
    if still:
        sections = voice.language.join(still)
        said.append(voice.language.say("No change could be shown in {sections}.", sections=sections))
    return " ".join((*said, change_words.moved_by_chance(voice)))


def _moved(voice: Voice, move: ChainMove) -> str:
    points, language = move.points, voice.language
    values = {
        "section": voice.title(move.section),
        "points": abs(points.value),
        "likely": wording.likely_size(language, points.low, points.high),
    }
    if points.value < 0.0:
        return language.say(
            "{section} is getting worse: {points} points lower in the later half of these weeks than in the earlier ({likely}).",
            **values,
        )
    return language.say(
        "{section} is getting better: {points} points higher in the later half of these weeks than in the earlier ({likely}).",
        **values,
    )


def branch_better(voice: Voice) -> str:
    """Is one branch getting better? What its control charts say, which have a stated rate of false alarms."""
    said = [change_words.sentence(voice, change) for change in voice.figures.changes]
    return " ".join(filter(None, said)) or voice.language.say("No change could be shown.")


def sources(voice: Voice) -> tuple[str, ...]:
    """Why do scores differ? The sections of which the same may be said in one sentence."""
    told = [section for section in _fitted(voice) if "shopper" in section.variances]
    chances = {section.section: _over(section) for section in told}
    return tuple(
        filter(
            None,
            (
                _by_visits(voice),
                _shoppers_first(voice, {code: p for code, p in chances.items() if p >= wording.SURE}),
                _branches_first(voice, {code: 1 - p for code, p in chances.items() if 1 - p >= wording.SURE}),
                _untold(voice, [code for code, p in chances.items() if max(p, 1 - p) < wording.SURE]),
            ),
        )
    )


def _fitted(voice: Voice) -> list[SectionFigures]:
    """The sections in which branches can be told from single visits; with one audit a branch the two look the same."""
    if not voice.figures.design.enough:
        return []
    return [one for one in voice.figures.sections if "branch" in one.variances and not one.audits_wanted]


def _over(section: SectionFigures) -> float:
    return 0.5 if section.shopper_over_branch is None else section.shopper_over_branch


def _titles(voice: Voice, codes: list[str]) -> str:
    return voice.language.join([voice.title(code) for code in codes])


def _shoppers_first(voice: Voice, sure: dict[str, float]) -> str:
    if not sure:
        return ""
    return voice.language.say(
        "In {sections}, who audits matters more than which branch (probability at least {share}): calibrate shoppers before you judge branches.",
        sections=_titles(voice, list(sure)),
        share=_least(voice, sure),
    )


def _branches_first(voice: Voice, sure: dict[str, float]) -> str:
    if not sure:
        return ""
    return voice.language.say(
        "In {sections}, which branch matters more than who audits (probability at least {share}).",
        sections=_titles(voice, list(sure)),
        share=_least(voice, sure),
    )


def _least(voice: Voice, sure: dict[str, float]) -> str:
    """Of the sections named together the least probability, never rounded up."""
    return voice.language.percent(int(100 * min(*sure.values(), 0.99) + 1e-9) / 100)


def _untold(voice: Voice, codes: list[str]) -> str:
    if not codes:
        return ""
    return voice.language.say(
        "In {sections}, whether which branch or who audits matters more could not be shown.",
        sections=_titles(voice, codes),
    )


def _by_visits(voice: Voice) -> str:
    """Whether single visits differ most, which is why one of them says little; only where that is sure."""
    fitted = _fitted(voice)
    sure = {section.section: p for section in fitted if (p := visits_first(section)) >= wording.SURE}
    if not sure:
        return ""
    if len(sure) == len(fitted):
        return voice.language.say(
            "Most of all because one audit differs from the next (probability at least {share}): judge no branch and nobody by one audit.",
            share=_least(voice, sure),
        )
    return voice.language.say(
        "In {sections}, most of all because one audit differs from the next (probability at least {share}): judge no branch and nobody by one audit.",
        sections=_titles(voice, list(sure)),
        share=_least(voice, sure),
    )


def visits_first(section: SectionFigures) -> float:
    """How probable is it at least that single visits differ more than any other source?

    The ends of the 90 % intervals that face each other are taken for those of normal curves. Their errors are added as
    they stand, not their squares: what is falsely given to single visits is taken from branches, so that both err
    together. What speaks against each source is added up (Bonferroni). 0 where there is nothing to compare.
    """
    if ALONE not in section.variances or len(section.variances) == 1:
        return 0.0
    own, others = section.variances[ALONE], [part for name, part in section.variances.items() if name != ALONE]
    return max(0.0, 1.0 - sum(1.0 - _above(own, other) for other in others))


def _above(own: Interval, other: Interval) -> float:
    error = (own.value - own.low + other.high - other.value) / CONFIDENT
    if error == 0.0:
        return float(own.value > other.value)
    return below((own.value - other.value) / error)
