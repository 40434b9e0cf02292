"""The items of the standard as a branch's staff are told of them: how often in order here, how elsewhere, what one more would have made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from branches.language import Language
from reports import stored
from reports.elsewhere import elsewhere
from reports.figures import Cell, ItemCount
from reports.items_words import graded
from reports.one_more import OneMore
from reports.voice import Voice

LEAST_SEEN = 2
"""Audits from which "always in order" says something."""


@dataclass(frozen=True)
class OwnItem:
    """One item of the standard over the branch's audits."""

    text: str
    words: str
    """"in order at 4 of 9 audits"."""
    advice: str
    """What the standard advises; empty where it says nothing."""
    code: str = ""
    section: str = ""
    """Its code."""
    elsewhere: str = ""
    """How the chain's other branches do on it; empty where that is not known."""
    more: str = ""
    """What the section's score would have been with one more audit in order; empty where that makes no difference."""


@dataclass(frozen=True)
class Known:
    """What is known of a branch's items beside how often each was in order, in the reader's language."""

    texts: Mapping[str, str]
    """Code of an item → its wording."""
    advice: Mapping[str, str]
    """Code of an item → what to do about it."""
    more: Mapping[tuple[str, str], OneMore]
    """By the item's code and its section's."""


def own_items(
    voice: Voice, counts: Iterable[ItemCount], known: Known
) -> tuple[tuple[OwnItem, ...], tuple[OwnItem, ...]]:
    """What was always in order, which once is nothing yet, and what cost points, the costliest first?

    Args:
        voice: the branch's figures in the reader's language.
        counts: how often each item was in order at the branch.
        known: what else there is to say of the items.
    """
    told = tuple(counts)
    seen = [one for one in told if one.audits >= LEAST_SEEN]
    kept = sorted((one for one in seen if one.kept == one.audits), key=lambda one: (-one.audits, one.code))
    failed = sorted((one for one in told if one.kept < one.audits), key=lambda one: (-one.lost, one.code))
    return tuple(_kept(voice, one, known) for one in kept), tuple(_failed(voice, one, known) for one in failed)


def _kept(voice: Voice, one: ItemCount, known: Known) -> OwnItem:
    words = voice.language.count("in order at all {n} audit", "in order at all {n} audits", one.audits)
    return OwnItem(known.texts.get(one.code, one.code), words, "", one.code, one.section, elsewhere(voice, one))


def _failed(voice: Voice, one: ItemCount, known: Known) -> OwnItem:
    return OwnItem(
        known.texts.get(one.code, one.code),
        _failed_words(voice.language, one),
        known.advice.get(one.code, ""),
        one.code,
        one.section,
        elsewhere(voice, one),
        _more(voice, known.more.get((one.code, one.section))),
    )


def _failed_words(language: Language, one: ItemCount) -> str:
    if one.scale is not None and one.mark is not None:
        return graded(language, one.scale, one.mark, one.kept, one.audits)
    return language.count(
        "not in order at {failed} of {n} audit",
        "not in order at {failed} of {n} audits",
        one.audits,
        failed=one.audits - one.kept,
    )


def _more(voice: Voice, one: OneMore | None) -> str:
    """Only where the audits are those that the edition counted, and where it shows."""
    cell = next((cell for cell in voice.figures.cells if one is not None and cell.section == one.section), None)
    if one is None or cell is None or not _agree(one, cell):
        return ""
    score, low, high = (_printed(value) for value in (one.mean, one.least, one.most))
    if low == score:
        return ""
    values = {"section": voice.title(one.section), "score": voice.language.number(score)}
    if low == high:
        return voice.language.say(
            "Had it been in order at one more of these audits, the score of {section} would have been {better} instead of {score}.",
            better=voice.language.number(low),
            **values,
        )
    return voice.language.say(
        "Had it been in order at one more of these audits, the score of {section} would have been {low} to {high} instead of {score}.",
        low=voice.language.number(low),
        high=voice.language.number(high),
        **values,
    )


def _agree(one: OneMore, cell: Cell) -> bool:
    return one.audits == cell.audits and _printed(one.mean) == stored.printed(cell.score)


def _printed(value: Fraction) -> float:
    found = stored.printed(float(value))
    assert found is not None
    return found
