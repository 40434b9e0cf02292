"""A version of the standard as TOML files: the structure with its first wording, and a file for each other language."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from branches.errors import Refused
from branches.exchange.faults import FormRefused, shown
from branches.exchange.shipped import read_tables
from branches.exchange.toml import read_toml
from branches.exchange.wording import WORDS
from branches.exchange.written import WrittenStandard
from branches.scoring import SCORABLE, ItemType
from branches.standards import Item, Section, Standard

FIRST = "en"
USUAL: Mapping[str, object] = {
    "weight": 1,
    "critical": False,
    "from": None,
    "to": None,
    "na": False,
    "judgement": False,
    "required": True,
    "channels": ["visit"],
    "options": [],
    "when": "",
    "timed": "",
}
"""What an item's entry need not say."""


def write_standard(standard: Standard, file: Path) -> list[Path]:
    """Writes NAME.toml and NAME.LANGUAGE.toml beside it, which say the same when they are read; replaces none."""
    if file.suffix != ".toml" or "." in file.stem:
        raise Refused("{file} is no name for a standard; write one such as salon.toml.", file=shown(file.name))
    texts = {file.with_name(name): text for name, text in standard_files(standard, file.stem).items()}
    there = next((path for path in texts if path.exists()), None)
    if there is not None:
        raise Refused("{file} is there already; name another file.", file=str(there))
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise Refused("{file} cannot be written: {why}.", file=str(file), why=error.strerror or "") from error
    return list(texts)


def written_standard(standard: Standard) -> WrittenStandard:
    """A version as its files would say it."""
    return _read(standard_files(standard, "standard"))


def standard_files(standard: Standard, name: str) -> dict[str, str]:
    """The files by name; a standard whose content has no form in TOML is refused."""
    items = [item for section in standard.sections for item in section.items]
    first = first_language(standard)
    structure = f"{name}.toml"
    texts = {structure: _structure(standard, first)}
    for language in _languages(standard):
        if language != first or any("options" in item.wording.get(language, {}) for item in items):
            texts[f"{name}.{language}.toml"] = _wording(standard, items, language)
    try:
        _read(texts)
    except FormRefused as refused:
        raise Refused("The standard has no form in TOML: {why}", why=str(refused.faults[0])) from refused
    return texts


def _read(texts: Mapping[str, str]) -> WrittenStandard:
    """The structure is the first of them."""
    return read_tables(next(iter(texts)), {file: read_toml(text.encode()) for file, text in texts.items()})


def first_language(standard: Standard) -> str:
    """The one in which the most items are worded, since the structure needs a text of each; English where several are."""
    items = [item for section in standard.sections for item in section.items]

    def worded(language: str) -> tuple[int, bool]:
        return sum(bool(item.wording.get(language, {}).get("text")) for item in items), language == FIRST

    return max(_languages(standard), key=worded)


def _languages(standard: Standard) -> list[str]:
    titled = [language for section in standard.sections for language in section.titles]
    worded = [language for section in standard.sections for item in section.items for language in item.wording]
    return sorted({*titled, *worded}) or [FIRST]


def _structure(standard: Standard, first: str) -> str:
    head = {"title": standard.title, "language": first, "total": standard.total}
    bands = {band: Decimal(floor) for band, floor in standard.bands.items()}
    parts = [_table("", head)] + ([_table("[bands]", bands)] if bands else [])
    for section in standard.sections:
        parts.append(_table("[[sections]]", _section(section, first)))
        parts += [_table("[[sections.items]]", _item(item, first)) for item in section.items]
    return "\n".join(parts)


def _section(section: Section, first: str) -> dict[str, Any]:
    values = {
        "code": section.code,
        "title": section.titles.get(first, ""),
        "weight": Decimal(section.weight),
        "scored": section.scored,
    }
    return _without(values, {"title": "", "weight": 1, "scored": True})


def _item(item: Item, first: str) -> dict[str, Any]:
    values = {
        "code": item.code,
        "type": item.type,
        "weight": Decimal(item.weight),
        "critical": item.critical,
        "scored": item.scored,
        "from": None if item.worst is None else Decimal(item.worst),
        "to": None if item.best is None else Decimal(item.best),
        "na": item.na,
        "judgement": item.judgement,
        "required": item.required,
        "channels": item.channels,
        "options": item.options,
        "when": item.condition,
        "timed": item.timed,
        **_words(item, first),
    }
    usual = {**USUAL, "scored": ItemType(item.type) in SCORABLE}
    return _without(values, usual)


def _without(values: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """What need not be said is left out."""
    return {key: value for key, value in values.items() if key not in usual or value != usual[key]}


def _words(item: Item, language: str) -> dict[str, str]:
    wording = item.wording.get(language, {})
    return {word: wording[word] for word in WORDS if word in wording}


def _wording(standard: Standard, items: Iterable[Item], language: str) -> str:
    titles = {s.code: s.titles[language] for s in standard.sections if s.titles.get(language)}
    parts = [_table("", {"language": language}), _table("[sections]", titles)]
    for item in (one for one in items if language in one.wording):
        parts.append(_table(f"[items.{_text(item.code)}]", _words(item, language)))
        if options := item.wording[language].get("options"):
            parts.append(_table(f"[items.{_text(item.code)}.options]", options))
    return "\n".join(parts)


def _table(heading: str, values: Mapping[str, Any]) -> str:
    lines = [heading] if heading else []
    lines += [
        f"{key if key.isidentifier() and key.isascii() else _text(key)} = {_value(v)}" for key, v in values.items()
    ]
    return "\n".join([*lines, ""])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return f"[{', '.join(_text(word) for word in value)}]"
    return _text(str(value))


def _text(text: str) -> str:
    """As JSON quotes it, which TOML reads too but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
