"""What of a draft is not worded yet in the languages in which it is to be read."""

from dataclasses import dataclass

from branches.editing.content import Content, ItemEntry
from branches.scoring import ItemType


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


def lacking(content: Content, item: ItemEntry, language: str) -> list[str]:
    """Which words of an item a language lacks."""
    here, first = item.wording.get(language, {}), item.wording.get(content.first, {})
    found = ["text"] if not here.get("text") else []
    found += [field for field in ("hint", "playbook") if first.get(field) and not here.get(field)]
    named = here.get("options", {})
    if item.type == ItemType.CHOICE and not all(named.get(option) for option in item.options):
        found.append("options")
    return found
