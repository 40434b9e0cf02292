"""What is it about: the items that fail most often, and whose problem they are, in words."""

from collections.abc import Mapping

from reports import wording
from reports.figures import BranchItem, ItemFigures, Whose
from reports.items import RARE, SURE
from reports.report import Column, Entry, ItemBar, ItemBars, ItemGroup, Picture, Table
from reports.voice import Voice

SHOWN = 8
TOLD = 3
"""So many items of a kind are named in words."""


def picture(voice: Voice, items: Mapping[str, str]) -> Picture | None:
    """Which items fail most often in this scope? None where none was marked.

    Args:
        voice: the figures with the reader's language.
        items: code of an item → its wording.
    """
    found = _failing(voice)
    if not found:
        return None
    say = voice.language.say
    own = any(one.chain is not None for one in found)
    bars = tuple(ItemBar(_text(items, one), one.rate, one.chain.value if one.chain else None) for one in found[:SHOWN])
    caption = say("The items that fail most often: how often they are in order, with the likely range.")
    caption += " " + say("They are put in order by the upper end of that range, so that few marks alone lead no list.")
    if own:
        caption += " " + say("The line across a bar is the whole chain's share.")
    return Picture(
        "items",
        say("What is it about?"),
        caption,
        ItemBars(bars, say("in order, of all marks"), say("the whole chain") if own else ""),
        _table(voice, items, found, own=own),
    )


def failing(voice: Voice, items: Mapping[str, str]) -> tuple[str, ...]:
    """The same items in words, a line each: "Did someone greet you? In order at 812 of 1,500 marks (54%)"."""
    language = voice.language
    return tuple(
        language.count(
            "{item} In order at {kept} of {n} mark ({share}).",
            "{item} In order at {kept} of {n} marks ({share}).",
            one.applicable,
            item=_text(items, one),
            kept=one.kept,
            share=language.percent(one.rate.value),
        )
        for one in _failing(voice)[:SHOWN]
    )


def _failing(voice: Voice) -> list[ItemFigures]:
    """The items that failed; first those that fail most often at the least: few marks alone lead no list."""
    failed = [one for one in voice.figures.items if one.kept < one.applicable]
    return sorted(failed, key=lambda one: (one.rate.high, one.code))


def _text(items: Mapping[str, str], one: ItemFigures) -> str:
    return items.get(one.code) or one.code


def about(voice: Voice, items: Mapping[str, str]) -> tuple[ItemGroup, ...]:
    """Which items fail at most branches alike, and which at a few? Only what can be told with a probability of 0.9.

    Args:
        voice: the figures with the reader's language.
        items: code of an item → its wording.
    """
    say = voice.language.say
    failing = [one for one in _failing(voice) if 1.0 - one.rate.value >= RARE]
    kinds = {Whose.CHAIN: say("Failing at most branches alike"), Whose.BRANCHES: say("Failing at a few branches")}
    groups = {kind: [one for one in failing if one.whose is kind] for kind in kinds}
    return tuple(
        ItemGroup(
            kinds[kind],
            tuple(_line(voice, _text(items, one), one) for one in some[:TOLD]),
            voice.language.count("And {n} more.", "And {n} more.", len(some) - TOLD) if some[TOLD:] else "",
        )
        for kind, some in groups.items()
        if some
    )


def note(voice: Voice) -> str:
    """How "a few" and "alike" are meant."""
    return voice.language.say(
        "Both are said of the whole chain, and only with a probability of at least {share}. “A few” means that a fifth of the branches make more than half of the failures.",
        share=voice.language.percent(SURE),
    )


def _line(voice: Voice, text: str, one: ItemFigures) -> str:
    if not one.worst:
        return text
    named = voice.language.join([_branch(voice, worst) for worst in one.worst])
    return f"{text} {voice.language.say('Most of all at {branches}.', branches=named)}"


def _branch(voice: Voice, worst: BranchItem) -> str:
    return voice.language.say(
        "{branch} ({kept} of {applicable} in order)",
        branch=wording.isolated(voice.name(worst.branch)),
        kept=worst.kept,
        applicable=worst.applicable,
    )


def _table(voice: Voice, items: Mapping[str, str], found: list[ItemFigures], *, own: bool) -> Table:
    language, say = voice.language, voice.language.say
    heads = [say("In order"), say("Marks"), say("Share in order"), say("Likely from"), say("to")]
    heads += [say("The whole chain")] if own else []
    rows = [
        (
            _text(items, one),
            voice.title(one.section),
            *(language.whole(n) for n in (one.kept, one.applicable)),
            *(language.percent(share) for share in (one.rate.value, one.rate.low, one.rate.high)),
            *([language.percent(one.chain.value) if one.chain else wording.NOTHING] if own else []),
            _where(voice, one),
        )
        for one in found
    ]
    columns = (Column(say("Item"), "text"), Column(say("Section"), "text"), *(Column(head, "number") for head in heads))
    return Table(
        say("What is it about?"),
        (*columns, Column(say("Where"), "text")),
        tuple(tuple(Entry(text) for text in row) for row in rows),
    )


def _where(voice: Voice, one: ItemFigures) -> str:
    say = voice.language.say
    return {
        Whose.CHAIN: say("at most branches alike"),
        Whose.BRANCHES: say("at a few branches"),
        Whose.UNTOLD: say("cannot be told"),
        Whose.NOBODY: say("seldom anywhere"),
    }[one.whose]
