"""What is different between two versions of the standard, item by item, in the reader's language."""

from dataclasses import dataclass
from fractions import Fraction

from branches.language import ORIGINAL, Language
from branches.standards import Item, Standard
from reports.handbook import Words, words


@dataclass(frozen=True)
class ChangedItem:
    """An item that both versions have, and what is different about it."""

    promised: Words
    words: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What a version brought."""

    title: str
    """Against which version."""
    new: tuple[Words, ...]
    gone: tuple[Words, ...]
    changed: tuple[ChangedItem, ...]

    @property
    def none(self) -> bool:
        return not (self.new or self.gone or self.changed)


def changes(before: Standard, now: Standard, language: Language) -> Changes:
    """Which items are new, gone, worded otherwise, or count otherwise?

    Args:
        before: the version that was in force until then.
        now: the one that followed.
        language: the reader's; wordings are compared in it.
    """
    was, is_now = _items(before), _items(now)
    both = ((was[code], item) for code, item in is_now.items() if code in was)
    told = (ChangedItem(_text(item, language), _differences(old, item, language)) for old, item in both)
    return Changes(
        language.say("What changed since version {version}", version=before.version),
        tuple(_text(item, language) for code, item in is_now.items() if code not in was),
        tuple(_text(item, language) for code, item in was.items() if code not in is_now),
        tuple(one for one in told if one.words),
    )


def _items(standard: Standard) -> dict[str, Item]:
    return {item.code: item for section in standard.sections for item in section.items}


def _text(item: Item, language: Language) -> Words:
    return words(item, "text", language.code) or Words(item.code, ORIGINAL)


def _differences(old: Item, new: Item, language: Language) -> tuple[str, ...]:
    """A sentence for each thing that is different; what nobody reads or counts by is left out."""
    say = language.say
    sentences = []
    if _text(old, language).text != _text(new, language).text:
        sentences.append(say("It is worded anew; before: “{text}”", text=_text(old, language).text))
    if _said(old, new, "hint", language):
        sentences.append(say("What counts is worded anew."))
    if _said(old, new, "playbook", language):
        sentences.append(say("The advice is worded anew."))
    if old.section.code != new.section.code:
        sentences.append(say("It stands in another section."))
    if old.critical != new.critical:
        sentences.append(say("It is critical now.") if new.critical else say("It is no longer critical."))
    return (*sentences, *_counted(old, new, language))


def _said(old: Item, new: Item, field: str, language: Language) -> bool:
    return words(old, field, language.code) != words(new, field, language.code)


def _counted(old: Item, new: Item, language: Language) -> tuple[str, ...]:
    """Whether it earns more, less, nothing, or otherwise than before."""
    say, scored = language.say, [item.scored and item.section.scored for item in (old, new)]
    if scored[0] != scored[1]:
        return (say("It earns points now.") if scored[1] else say("It earns no points any more."),)
    found = []
    weights = Fraction(old.weight), Fraction(new.weight)
    if scored[1] and weights[0] != weights[1]:
        found.append(
            say("It counts more than before.") if weights[1] > weights[0] else say("It counts less than before.")
        )
    if (old.type, old.worst, old.best) != (new.type, new.worst, new.best):
        found.append(say("It is marked on another scale."))
    return tuple(found)
