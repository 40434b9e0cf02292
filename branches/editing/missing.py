"""What of a draft is not worded yet in the languages in which it is to be read, or was worded for what it no longer says."""

from collections.abc import Callable
from dataclasses import dataclass

from branches.editing.content import Content, ItemEntry
from branches.scoring import ItemType

FIELDS = ("text", "hint", "playbook")
"""What is worded of an item, but for the names of its options."""


@dataclass(frozen=True)
class Missing:
    """One entry that lacks words in one language."""

    key: str
    field: str
    """title, text, hint, playbook or options."""
    language: str


def missing(content: Content) -> list[Missing]:
    """Every title and text that a language lacks, and each hint, advice and option that the first language has."""
    found = []
    for section in content.sections:
        found += [Missing(section.key, "title", one) for one in content.languages if not section.titles.get(one)]
        for item in section.items:
            found += [
                Missing(item.key, field, one) for one in content.languages for field in lacking(content, item, one)
            ]
    return found


def outdated(content: Content, before: Content) -> list[Missing]:
    """Words as they were in a version before, where the first language says something else now: they may ask what is no longer asked."""
    sections = {one.code: one for one in before.sections}
    items = {one.code: one for one in before.items}
    found = []
    for section in content.sections:
        was = sections.get(section.code)
        if was is not None:
            found += [Missing(section.key, "title", one) for one in _left(content, section.titles.get, was.titles.get)]
        for item in section.items:
            found += _outdated(content, item, items.get(item.code))
    return found


def _outdated(content: Content, item: ItemEntry, was: ItemEntry | None) -> list[Missing]:
    if was is None:
        return []

    def words(of: ItemEntry, field: str) -> Callable[[str], str | None]:
        return lambda language: of.wording.get(language, {}).get(field)

    return [
        Missing(item.key, field, one)
        for field in FIELDS
        for one in _left(content, words(item, field), words(was, field))
    ]


def _left(content: Content, now: Callable[[str], str | None], was: Callable[[str], str | None]) -> list[str]:
    """Languages whose words stayed where those of the first were changed."""
    if now(content.first) == was(content.first):
        return []
    others = [one for one in content.languages if one != content.first]
    return [one for one in others if now(one) and now(one) == was(one)]


def lacking(content: Content, item: ItemEntry, language: str) -> list[str]:
    """Which words of an item a language lacks."""
    here, first = item.wording.get(language, {}), item.wording.get(content.first, {})
    found = ["text"] if not here.get("text") else []
    found += [field for field in ("hint", "playbook") if first.get(field) and not here.get(field)]
    named = here.get("options", {})
    if item.type == ItemType.CHOICE and not all(named.get(option) for option in item.options):
        found.append("options")
    return found
