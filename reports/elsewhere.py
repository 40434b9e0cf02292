"""Elsewhere: how the chain's other branches do on an item, the branch itself left out, as with the norms."""

from branches.language import Language
from reports.figures import ItemCount
from reports.items_words import average
from reports.kept import ChainItem
from reports.voice import Voice

LEAST_BRANCHES = 3
LEAST_AUDITS = 10
"""Of fewer others nothing is said: it would be said of one of them, or rest on too little."""
TENTHS = 10


def elsewhere(voice: Voice, here: ItemCount) -> str:
    """How do the other branches do on this item? Empty where the edition does not know it or they are too few.

    Where it cost points here, it is said how often it does there: nobody has to turn a figure round to compare.

    Args:
        voice: the branch's figures, with how the whole chain kept each item, in the reader's language.
        here: how the branch itself did, over the same audits.
    """
    others = _others(voice.figures.chain_items, here)
    if others is None:
        return ""
    if here.scale is not None:
        assert others.marks is not None
        mark = average(voice.language, here.scale, others.marks / others.audits)
        return voice.language.say("At the chain's other branches: {average}.", average=mark)
    return _how_often(voice.language, others, lost_here=here.kept < here.audits)


def _how_often(language: Language, others: ChainItem, *, lost_here: bool) -> str:
    say, tenths = language.say, (2 * TENTHS * others.kept + others.audits) // (2 * others.audits)
    if others.kept == others.audits:
        return say("At the chain's other branches: in order at every audit.")
    if tenths == TENTHS:
        return say("At the chain's other branches: in order at almost every audit.")
    if tenths == 0:
        return say("At the chain's other branches: in order at hardly any audit.")
    if lost_here:
        return say("At the chain's other branches: not in order at about {n} of 10 audits.", n=TENTHS - tenths)
    return say("At the chain's other branches: in order at about {n} of 10 audits.", n=tenths)


def _others(chain: tuple[ChainItem, ...], here: ItemCount) -> ChainItem | None:
    """The whole chain's audits less the branch's own; None where too few are left, or where they do not add up any more."""
    whole = next((one for one in chain if (one.code, one.section) == (here.code, here.section)), None)
    if whole is None or (whole.marks is None) != (here.mark is None):
        return None
    marks = None if whole.marks is None or here.mark is None else whole.marks - here.mark * here.audits
    audits, kept = whole.audits - here.audits, whole.kept - here.kept
    enough = whole.branches > LEAST_BRANCHES and audits >= LEAST_AUDITS
    return ChainItem(here.code, here.section, whole.branches - 1, audits, kept, marks) if enough and kept >= 0 else None
