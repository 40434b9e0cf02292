"""What is it about: the items that cost the most points, and whose problem they are, in words."""

from collections.abc import Mapping

from branches.language import Language
from reports import wording
from reports.figures import BranchItem, Interval, ItemFigures, Scale, Whose
from reports.item_sums import RARE, SURE
from reports.report import Column, Entry, ItemBar, ItemBars, ItemGroup, Picture, Table
from reports.voice import Voice

SHOWN = 8
TOLD = 3
"""So many items of a kind are named in words."""


def picture(voice: Voice, items: Mapping[str, str]) -> Picture | None:
    """Which items cost the most points in this scope? None where none was marked.

    Args:
        voice: the figures with the reader's language.
        items: code of an item → its wording.
    """
    found = failing(voice)
    if not found:
        return None
    say = voice.language.say
    own = _own(found)
    bars = tuple(ItemBar(_text(items, one), _missing(one), _chain(one)) for one in found[:SHOWN])
    return Picture(
        "items",
        _question(voice, found),
        _caption(voice, found),
        ItemBars(bars, say("share not in order"), say("the whole chain") if own else ""),
        _table(voice, items, found),
        beyond=_beyond(voice, found),
    )


def _question(voice: Voice, found: list[ItemFigures]) -> str:
    say = voice.language.say
    return say("Which items cost the most points?") if _costed(found) else say("Which items go wrong most often?")


def _caption(voice: Voice, found: list[ItemFigures]) -> str:
    say = voice.language.say
    said = [
        say("First come the items that cost the most points: what an item weighs, times how much of it was missing.")
        if _costed(found)
        else say(
            "Items asked only seldom are listed lower, because a few answers prove little. Graded items are left out."
        ),
        say("The share is that of the audits at which it was not in order; the bar is its likely range."),
    ]
    if any(one.grade for one in found):
        said.append(say("Of graded items it is the share of their points that was lost."))
    if _own(found):
        said.append(say("The line across a bar is the whole chain's share."))
    return " ".join(said)


def _beyond(voice: Voice, found: list[ItemFigures]) -> str:
    """What is in the table alone: further items, and what their answers differ by. Paper has no table of them."""
    say, hidden = voice.language.say, len(found) - SHOWN
    said = []
    if hidden > 0:
        said.append(voice.language.count("{n} more is in the table.", "{n} more are in the table.", hidden))
    if _sourced(found):
        said.append(
            say(
                "The table also says, for the whole chain, how much of what differs between answers comes from branch to branch, from shopper to shopper and from audit to audit."
            )
        )
    return " ".join(said)


def lines(voice: Voice, items: Mapping[str, str]) -> tuple[str, ...]:
    """The same items in words, a line each: "Did someone greet you? · not in order at 66 of 312 audits (21%)"."""
    found = failing(voice)
    total = sum(one.lost or 0.0 for one in found)
    return tuple(" · ".join((_text(items, one), *_said(voice.language, one, total))) for one in found[:SHOWN])


def _said(language: Language, one: ItemFigures, total: float) -> tuple[str, ...]:
    """What went wrong how often, and what that cost."""
    if one.grade is not None:
        words = graded(language, one.grade.scale, one.grade.mark, one.kept, one.applicable)
    else:
        words = language.count(
            "not in order at {failed} of {n} audit ({share})",
            "not in order at {failed} of {n} audits ({share})",
            one.applicable,
            failed=one.applicable - one.kept,
            share=_beside_chain(language, _missing(one).value, _chain(one)),
        )
    if not one.lost or not total:
        return (words,)
    return words, language.say("{share} of all lost points", share=wording.probability(language, one.lost / total))


def _beside_chain(language: Language, share: float, chain: float | None) -> str:
    if chain is None:
        return language.percent(share)
    return language.say(
        "{share}; the whole chain {chain}", share=language.percent(share), chain=language.percent(chain)
    )


def graded(language: Language, scale: Scale, mark: float, full: int, n: int) -> str:
    """How a graded item was marked: "on average 2.7 of 5, full points at 2 of 26 audits".

    Args:
        language: the reader's.
        scale: how it is marked.
        mark: mean of the marks as they were given.
        full: audits at which it earned all its points.
        n: audits at which it was marked.
    """
    return language.count(
        "{average}, full points at {full} of {n} audit",
        "{average}, full points at {full} of {n} audits",
        n,
        average=average(language, scale, mark),
        full=full,
    )


def average(language: Language, scale: Scale, mark: float) -> str:
    """A mean of the marks as they were given, in words: "on average 2.7 of 5"."""
    if scale.kind == "seconds":
        return language.say("on average {mark} seconds", mark=language.number(mark, 0))
    if scale.kind == "rating" and scale.worst < scale.best:
        return language.say(
            "on average {mark} of {best}", mark=language.number(mark), best=wording.short_number(language, scale.best)
        )
    return language.say("on average {mark} (a number)", mark=language.number(mark))


def failing(voice: Voice) -> list[ItemFigures]:
    """The items that lost points, the costliest first.

    Where an edition did not count that yet, first those that fail most often at the least: few marks alone lead no list.
    """
    failed = [one for one in voice.figures.items if one.kept < one.applicable]
    if _costed(failed):
        return sorted(failed, key=lambda one: (-(one.lost or 0.0), one.code))
    return sorted(failed, key=lambda one: (one.rate.high, one.code))


def _costed(found: list[ItemFigures]) -> bool:
    return all(one.lost is not None for one in found)


def _own(found: list[ItemFigures]) -> bool:
    return any(_chain(one) is not None for one in found)


def _missing(one: ItemFigures) -> Interval:
    """The share that was not in order; of a graded item the share of its points that was lost."""
    kept = one.grade.earned if one.grade else one.rate
    return Interval(1.0 - kept.value, 1.0 - kept.high, 1.0 - kept.low)


def _chain(one: ItemFigures) -> float | None:
    """The same share of the whole chain; None where that is the scope."""
    if one.grade is not None:
        return None if one.grade.chain is None else 1.0 - one.grade.chain
    return None if one.chain is None else 1.0 - one.chain.value


def _text(items: Mapping[str, str], one: ItemFigures) -> str:
    return items.get(one.code) or one.code


def about(voice: Voice, items: Mapping[str, str]) -> tuple[ItemGroup, ...]:
    """Which items fail all over the chain, and which at a few branches? Only what can be told with a probability of 0.9.

    Args:
        voice: the figures with the reader's language.
        items: code of an item → its wording.
    """
    groups = {kind: [one for one in told(voice) if one.whose is kind] for kind in (Whose.CHAIN, Whose.BRANCHES)}
    return tuple(
        ItemGroup(
            _kind(voice, kind, len(some)),
            tuple(_line(voice, _text(items, one), one) for one in some[:TOLD]),
            voice.language.count("And {n} more.", "And {n} more.", len(some) - TOLD) if some[TOLD:] else "",
            _meant(voice, kind),
        )
        for kind, some in groups.items()
        if some
    )


def told(voice: Voice) -> list[ItemFigures]:
    """The items of which it may be said whose problem they are: one that hardly ever fails is nobody's."""
    return [one for one in failing(voice) if one.worst or 1.0 - one.rate.value >= RARE]


def _kind(voice: Voice, kind: Whose, found: int) -> str:
    """What such items have in common, and how many of all that are in order or not they are."""
    asked = sum(one.grade is None for one in voice.figures.items)
    if kind is Whose.CHAIN:
        return voice.language.count(
            "All over the chain, not just at a few branches ({found} of {n} item)",
            "All over the chain, not just at a few branches ({found} of {n} items)",
            asked,
            found=found,
        )
    return voice.language.count(
        "Mostly at a few branches ({found} of {n} item)",
        "Mostly at a few branches ({found} of {n} items)",
        asked,
        found=found,
    )


def _meant(voice: Voice, kind: Whose) -> str:
    """By which rule it is said, and what follows from it."""
    if kind is Whose.CHAIN:
        return voice.language.say(
            "Even the one in five branches that fail them most make less than half of the failures: a matter for training everybody rather than for a word with one branch. A single branch can still be much worse than the others."
        )
    return voice.language.say(
        "One in five branches makes more than half of the failures: a matter for a word with these branches rather than for training everybody."
    )


def note(voice: Voice) -> str:
    """Of whom that is said, and how surely."""
    language = voice.language
    said = [
        language.say(
            "This is said of the whole chain, and only with a probability of at least {share}.",
            share=language.percent(SURE),
        )
    ]
    if any(one.grade for one in voice.figures.items):
        said.append(language.say("Graded items are left out."))
    return " ".join(said)


def _line(voice: Voice, text: str, one: ItemFigures) -> str:
    if not one.worst:
        return text
    named = voice.language.join([_branch(voice, worst) for worst in one.worst])
    return f"{text} {voice.language.say('Most of all at {branches}.', branches=named)}"


def _branch(voice: Voice, worst: BranchItem) -> str:
    return voice.language.say(
        "{branch} (not in order at {failed} of {applicable})",
        branch=wording.isolated(voice.name(worst.branch)),
        failed=worst.applicable - worst.kept,
        applicable=worst.applicable,
    )


def _table(voice: Voice, items: Mapping[str, str], found: list[ItemFigures]) -> Table:
    say = voice.language.say
    marked, costed = any(one.grade for one in found), _costed(found)
    heads = [
        *([say("Of all lost points")] if costed else []),
        say("Audits"),
        say("Not in order"),
        *([say("Average mark")] if marked else []),
        say("Share not in order"),
        say("Likely from"),
        say("to"),
        *([say("The whole chain")] if _own(found) else []),
        *_sources_titles(voice, found),
    ]
    total = sum(one.lost or 0.0 for one in found)
    rows = [
        (_text(items, one), voice.title(one.section), *_row(voice.language, one, found, total), _where(voice, one))
        for one in found
    ]
    columns = (Column(say("Item"), "text"), Column(say("Section"), "text"), *(Column(head, "number") for head in heads))
    return Table(
        _question(voice, found),
        (*columns, Column(say("Where"), "text")),
        tuple(tuple(Entry(text) for text in row) for row in rows),
    )


def _row(language: Language, one: ItemFigures, found: list[ItemFigures], total: float) -> tuple[str, ...]:
    """The figures of one item, in the order of the table's columns."""
    missing, chain = _missing(one), _chain(one)
    cost = wording.probability(language, (one.lost or 0.0) / total) if total else wording.NOTHING
    return (
        *([cost] if _costed(found) else []),
        language.whole(one.applicable),
        wording.NOTHING if one.grade else language.whole(one.applicable - one.kept),
        *([language.number(one.grade.mark) if one.grade else wording.NOTHING] if any(o.grade for o in found) else []),
        *(language.percent(share) for share in (missing.value, missing.low, missing.high)),
        *([wording.NOTHING if chain is None else language.percent(chain)] if _own(found) else []),
        *(_source(language, one.sources.get(key)) for key in _sourced(found)),
    )


def _sourced(found: list[ItemFigures]) -> tuple[str, ...]:
    """Of which sources of variance any item's share is known."""
    return tuple(key for key in ("branch", "shopper", "residual") if any(key in one.sources for one in found))


def _sources_titles(voice: Voice, found: list[ItemFigures]) -> tuple[str, ...]:
    say = voice.language.say
    words = {
        "branch": say("From branch to branch"),
        "shopper": say("From shopper to shopper"),
        "residual": say("From audit to audit"),
    }
    return tuple(words[key] for key in _sourced(found))


def _source(language: Language, share: Interval | None) -> str:
    """A share with between what it lies: "12% (5% to 24%)"."""
    if share is None:
        return wording.NOTHING
    value, low, high = (language.percent(part) for part in (share.value, share.low, share.high))
    return language.say("{share} ({low} to {high})", share=value, low=low, high=high)


def _where(voice: Voice, one: ItemFigures) -> str:
    say = voice.language.say
    if one.grade is not None:
        return wording.NOTHING
    return {
        Whose.CHAIN: say("all over the chain"),
        Whose.BRANCHES: say("at a few branches"),
        Whose.UNTOLD: say("cannot be told"),
        Whose.NOBODY: say("seldom in the chain"),
    }[one.whose]
