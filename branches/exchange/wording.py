"""A TOML file with a standard's wording in one more language: title, hint and playbook by the item's code."""

from typing import Any

from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.toml import Entry
from branches.exchange.written import WrittenStandard

LONGEST_TITLE = 200
WORDS = ("text", "hint", "playbook")
LANGUAGE_KEYS = frozenset({"title", "language", "sections", "items"})


def read_wording(entry: Entry) -> dict[str, Any]:
    found = {word: entry.text(word, cells.LONGEST_CELL) for word in WORDS}
    if not found["text"]:
        entry.fault("text", Refused("The item needs a text."))
    return {word: text for word, text in found.items() if text}


def add_language(entry: Entry, language: str, standard: WrittenStandard) -> None:
    """Adds the wording of one more language; sections and items that it leaves out stay in the first."""
    entry.only(LANGUAGE_KEYS)
    if entry.text("language", cells.LONGEST_LANGUAGE, language) != language:
        entry.fault("language", Refused("The file's name says {language}.", language=shown(language)))
    try:
        cells.language(language)
    except Refused as refused:
        entry.fault("language", refused)
    titles, texts = entry.table("sections"), entry.table("items")
    sections = {section.code: section for section in standard.sections}
    titles.only(frozenset(sections))
    texts.only(frozenset(standard.items))
    for code in sections.keys() & set(titles.names()):
        sections[code].titles[language] = titles.text(code, LONGEST_TITLE)
    for code in standard.items.keys() & set(texts.names()):
        item = texts.table(code)
        options = standard.items[code].options
        item.only(frozenset({*WORDS, "options"} if options else WORDS))
        wording = read_wording(item)
        if options:
            named = item.table("options")
            named.only(frozenset(options))
            wording["options"] = {option: named.text(option, LONGEST_TITLE) for option in named.names()}
        standard.items[code].wording[language] = wording
