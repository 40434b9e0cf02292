"""A draft as the files of a standard would say it: checked by the same checks, published as they are, told its faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from branches import standards
from branches.editing.content import Content, ItemEntry, SectionEntry
from branches.errors import Refused
from branches.exchange.faults import Fault, FormRefused, shown
from branches.exchange.shipped import read_tables, rows
from branches.exchange.toml import read_toml
from branches.exchange.wording import WORDS
from branches.exchange.written import WrittenStandard
from branches.scoring import DECIMAL, SCORABLE, ItemType
from branches.standards import Standard

NAME = "standard"
STRUCTURE = f"{NAME}.toml"


@dataclass(frozen=True)
class DraftFault:
    """One thing to put right, at an item or section where it belongs to one."""

    key: str
    """Of the item or section; empty where it is the whole that is wrong."""
    field: str
    language: str
    """Of a wording; empty where it is none."""
    refused: Refused


def as_written(content: Content) -> WrittenStandard:
    """What its files would say; refused with all that is wrong."""
    return read_tables(STRUCTURE, files(content))


def as_standard(content: Content, version: int = 0) -> Standard:
    """As it would be stored; nothing is. One with faults is refused."""
    return stored_form(as_written(content), version)


def stored_form(written: WrittenStandard, version: int = 0) -> Standard:
    """What files say as rows that belong to no database."""
    made = Standard(version=version, title=written.title, total=written.total.value, bands=written.bands)
    for section, items in rows(written, 0):
        section.items = items
        made.sections.append(section)
    return made


def faults(content: Content) -> list[DraftFault]:
    """All that is to be put right before it can be published; none where it can be."""
    try:
        standards.check(as_standard(content))
    except FormRefused as refused:
        return [_placed(content, fault) for fault in refused.faults]
    except Refused as refused:
        return [DraftFault(_named(content, refused.values), "", "", refused)]
    return []


def uploaded(texts: Mapping[str, bytes]) -> WrittenStandard:
    """What was sent as NAME.toml, with NAME.LANGUAGE.toml beside it; refused with all that is wrong."""
    first = [name for name in texts if name.endswith(".toml") and name.count(".") == 1]
    if len(first) != 1:
        raise Refused("Send one file NAME.toml with the structure, and NAME.LANGUAGE.toml for each further language.")
    begins = first[0].removesuffix("toml")
    found = {}
    for name, text in texts.items():
        if not (name.startswith(begins) and name.endswith(".toml") and name.count(".") <= 2):  # noqa: PLR2004 - NAME.LANGUAGE.toml
            raise Refused("{file} does not belong to {first}.", file=shown(name), first=shown(first[0]))
        found[name] = read_toml(text)
    return read_tables(first[0], found)


def files(content: Content) -> dict[str, dict[str, Any]]:
    """The tables of its files, by name."""
    found = {STRUCTURE: _structure(content)}
    for language in dict.fromkeys((*content.languages, *_worded(content))):
        named = any("options" in item.wording.get(language, {}) for item in content.items)
        if language != content.first or named:
            found[f"{NAME}.{language}.toml"] = _language(content, language)
    return found


def _worded(content: Content) -> list[str]:
    return sorted({language for item in content.items for language in item.wording})


def _structure(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        "language": content.first,
        "total": content.total,
        "bands": {band: _number(floor) for band, floor in content.bands.items()},
        "sections": [_section(section, content.first) for section in content.sections],
    }


def _section(section: SectionEntry, first: str) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": section.titles.get(first, ""),
        "weight": _number(section.weight),
        "scored": section.scored,
        "items": [_item(item, first) for item in section.items],
    }


def _item(item: ItemEntry, first: str) -> dict[str, Any]:
    """As its table would have it: what does not belong to its type is left out."""
    kind = item.type
    found = {
        "code": item.code,
        "type": kind,
        "weight": _number(item.weight),
        "critical": item.critical,
        "scored": item.scored and kind in set(SCORABLE),
        "na": item.na,
        "judgement": item.judgement,
        "required": item.required,
        "when": item.condition,
        "timed": item.timed,
        "channels": list(item.channels),
        "options": list(item.options) if kind == ItemType.CHOICE else [],
        **_words(item.wording.get(first, {})),
    }
    ends = {"from": item.worst, "to": item.best}
    return found | {name: _number(end) for name, end in ends.items() if end}


def _words(wording: Mapping[str, Any]) -> dict[str, str]:
    return {word: wording[word] for word in WORDS if wording.get(word)}


def _language(content: Content, language: str) -> dict[str, Any]:
    worded = {item.code: item for item in content.items if item.wording.get(language)}
    return {
        "language": language,
        "sections": {one.code: one.titles[language] for one in content.sections if one.titles.get(language)},
        "items": {code: _wording(item, language) for code, item in worded.items()},
    }


def _wording(item: ItemEntry, language: str) -> dict[str, Any]:
    wording = item.wording[language]
    named = {code: name for code, name in wording.get("options", {}).items() if name and code in item.options}
    options = {"options": named} if named and item.type == ItemType.CHOICE else {}
    return {**_words(wording), **options}


def _number(text: str) -> Decimal | str:
    """Exact, as the reader of TOML gives it; what is no number stays, to be told."""
    return Decimal(text) if DECIMAL.fullmatch(text) else text or Decimal(1)


def _placed(content: Content, fault: Fault) -> DraftFault:
    """Where it is to be put right: its place begins with the code of an item or a section."""
    refused = Refused(fault.message, **fault.values)
    language = fault.file.split(".")[1] if fault.file.count(".") > 1 else ""
    place = (fault.column or "").removeprefix("items.").removeprefix("sections.")
    for one in sorted(_entries(content), key=lambda one: -len(one.code)):
        if place.startswith(f"{shown(one.code)}.") or place == one.code:
            return DraftFault(one.key, place[len(shown(one.code)) + 1 :], language, refused)
    return DraftFault(_named(content, fault.values), place, language, refused)


def _named(content: Content, values: Mapping[str, object]) -> str:
    """The key of the item that a refusal names."""
    named = (
        values.get("item") or values.get("name") or values.get("code") or str(values.get("items", "")).split(", ")[0]
    )
    return next((one.key for one in _entries(content) if one.code == named), "")


def _entries(content: Content) -> list[ItemEntry | SectionEntry]:
    return [*content.items, *content.sections]
