"""An item's form: what came in, as the draft keeps it, and what is kept, as the form shows it."""

from typing import Any

from flask import request

from branches import rules
from branches.editing.content import Content, ItemEntry
from branches.exchange import cells
from branches.exchange.toml import LONGEST_WORD
from branches.exchange.wording import LONGEST_TITLE
from branches.language import message
from branches.scoring import MEASURED, SCORABLE, ItemType
from monitor.web.office.standard.room import LONGEST_NUMBER, WORDED
from monitor.web.office.typed import Typed

LONGEST = cells.LONGEST_CELL
LONGEST_RULE = rules.LONGEST
MOST_OPTIONS = 50


def values(typed: Typed, item: ItemEntry, content: Content, *, fixed: bool) -> dict[str, Any]:
    """What the form says of that item; a code that is in force stays."""
    kind, found = ItemType(item.type), dict[str, Any]()
    if not fixed:
        found["code"] = typed.line("code", cells.LONGEST_ITEM_CODE, message("Write its code."))
    if kind in SCORABLE:
        found |= {"scored": _ticked(typed, "scored"), "critical": _ticked(typed, "critical")}
        found["weight"] = _number(typed, "weight") or "1"
    if kind in MEASURED:
        found |= {"worst": _number(typed, "worst"), "best": _number(typed, "best")}
    if kind is ItemType.SECONDS:
        found["timed"] = typed.line("timed", LONGEST_WORD)
    if kind is ItemType.CHOICE:
        found["options"] = _options(typed)
    found |= {name: _ticked(typed, name) for name in ("na", "required", "judgement")}
    found["channels"] = _channels(typed, item)
    found["condition"] = typed.line("condition", LONGEST_RULE)
    return {**found, "wording": _wording(typed, item, content)}


def _ticked(typed: Typed, name: str) -> bool:
    typed.values[name] = "yes" if name in request.form else ""
    return name in request.form


def _number(typed: Typed, name: str) -> str:
    """As it is written in the reader's country: 2,5 is 2.5."""
    return typed.line(name, LONGEST_NUMBER).replace(",", ".")


def _channels(typed: Typed, item: ItemEntry) -> tuple[str, ...]:
    known = dict.fromkeys(("visit", "phone", *item.channels))
    chosen = tuple(channel for channel in known if channel in request.form.getlist("channels"))
    typed.values["channels"] = " ".join(chosen)
    if not chosen:
        typed.tell("channels", message("Choose at least one channel."))
    return chosen


def _options(typed: Typed) -> tuple[str, ...]:
    """One code a line, each once."""
    lines = typed.text("options", MOST_OPTIONS * (LONGEST_WORD + 1)).splitlines()
    found = tuple(dict.fromkeys(filter(None, (line.strip() for line in lines))))
    if any(len(code) > LONGEST_WORD for code in found):
        typed.tell("options", message("A code of an option has at most 32 characters."))
    return found


def _wording(typed: Typed, item: ItemEntry, content: Content) -> dict[str, dict[str, Any]]:
    found = {code: dict(words) for code, words in item.wording.items() if code not in content.languages}
    for code in content.languages:
        words: dict[str, Any] = {}
        for word in WORDED:
            if text := typed.text(f"{word}-{code}", LONGEST):
                words[word] = text
        if options := _named(typed, item, code):
            words["options"] = options
        if words:
            found[code] = words
    return found


def _named(typed: Typed, item: ItemEntry, code: str) -> dict[str, str]:
    """What the options that are kept already are called in that language."""
    names = {option: typed.line(f"option-{code}-{n}", LONGEST_TITLE) for n, option in enumerate(item.options)}
    return {option: name for option, name in names.items() if name}


def kept(item: ItemEntry) -> dict[str, str]:
    """What the draft has, by field."""
    found = {name: str(getattr(item, name)) for name in ("code", "weight", "worst", "best", "timed", "condition")}
    flags = ("scored", "critical", "na", "required", "judgement")
    found |= {name: "yes" if getattr(item, name) else "" for name in flags}
    found |= {"channels": " ".join(item.channels or ("visit", "phone")), "options": "\n".join(item.options)}
    found["type"] = item.type
    for code, words in item.wording.items():
        found |= {f"{word}-{code}": str(words[word]) for word in WORDED if words.get(word)}
        named = words.get("options") or {}
        found |= {f"option-{code}-{n}": str(named.get(option, "")) for n, option in enumerate(item.options)}
    return found
