"""Improved: the branches that have risen by more than chance and by more than a poor start gives back by itself."""

from math import ceil

from reports import change_words, wording
from reports.change_words import CHANGE_SHARE
from reports.drift import Improved, Rise
from reports.figures import Change, Figures, Move, State
from reports.voice import Voice

FEW = 100
"""Tenths of a branch below which a decimal is told."""
MOST = 12
"""Rises that are listed; the pages of the sections have all."""


def improved(voice: Voice) -> Improved | None:
    """Which branches have got better, how far and since when? None where none has.

    What chance and a lucky return take off is `trend.changes`' work: each level before is shrunk towards the norm, and
    what it is unsure of widens the limits. A branch with a poor start has therefore to rise further to be named.
    """
    found = risen(voice.figures)
    if not found:
        return None
    left = len(found) - MOST
    return Improved(
        voice.language.say("Improved"),
        wording.branches(voice.language, len({one.branch for one in found})),
        tuple(_rise(voice, one) for one in found[:MOST]),
        voice.language.count("And {n} more.", "And {n} more.", left) if left > 0 else "",
        _meant(voice),
    )


def risen(figures: Figures) -> list[Change]:
    """The branches and sections in which the change chart shows a rise that lasts, the highest first."""
    found = [one for one in figures.changes if one.move is Move.RISING and one.size is not None]
    return sorted(found, key=lambda one: -(one.size or 0.0))


def _rise(voice: Voice, change: Change) -> Rise:
    words = " ".join(filter(None, (change_words.sentence(voice, change), _stands(voice, change))))
    return Rise(change.branch, voice.name(change.branch), voice.title(change.section), change.section, words)


def _stands(voice: Voice, change: Change) -> str:
    """A branch may have risen and yet fall short over the whole time."""
    cell = voice.by_branch().get(change.branch, {}).get(change.section)
    if cell is None:
        return ""
    return voice.language.say("All its audits taken together: {state}.", state=wording.cell_word(voice.language, cell))


def _meant(voice: Voice) -> str:
    judged = {cell.branch for cell in voice.figures.cells if cell.state is not State.NOT_ENOUGH}
    n = max(len(judged), 1)
    return voice.language.count(
        "Risen above its own level before by more than luck does, once shoppers and what moved the whole chain are allowed for. What luck gives back by itself after a poor start is not counted. Had nothing changed at the {n} branch judged, on average fewer than {false} would be named all the same. Why it got better the audits do not say.",
        "Risen above its own level before by more than luck does, once shoppers and what moved the whole chain are allowed for. What luck gives back by itself after a poor start is not counted. Had nothing changed at any of the {n} branches judged, on average fewer than {false} would be named all the same. Why one got better the audits do not say.",
        n,
        false=_at_most(voice, CHANGE_SHARE * n),
    )


def _at_most(voice: Voice, expected: float) -> str:
    """A bound is never rounded down; a decimal while it is small."""
    tenths = round(10 * expected, 6)
    return voice.language.number(ceil(tenths) / 10, 1) if tenths < FEW else voice.language.whole(ceil(tenths / 10))
