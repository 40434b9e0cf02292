"""The TOML file with a standard's structure and its wording in one language: sections, items and what they allow."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from branches import rules, stamps
from branches.errors import Refused
from branches.exchange import cells
from branches.exchange.faults import shown
from branches.exchange.item_rows import check_item, is_scored
from branches.exchange.toml import Entry
from branches.exchange.wording import LONGEST_TITLE, WORDS, read_wording
from branches.exchange.written import WrittenItem, WrittenSection, WrittenStandard
from branches.scoring import ItemType, Total

STANDARD_KEYS = frozenset({"code", "title", "language", "total", "bands", "sections"})
SECTION_KEYS = frozenset({"code", "title", "weight", "scored", "items"})
ITEM_KEYS = frozenset(
    {"code", "type", "weight", "critical", "scored", "from", "to", "na", "judgement", "required", "when", "timed"}
    | {"channels", "options", *WORDS}
)
FIRST = "en"
"""The language of a file that names none."""
_T = TypeVar("_T")


def read_structure(entry: Entry, files: dict[str, Any]) -> WrittenStandard:
    entry.only(STANDARD_KEYS)
    language = _checked(entry, "language", partial(_language, entry), FIRST)
    sections = tuple(_section(one, language) for one in entry.tables("sections"))
    bands = entry.table("bands")
    total = _checked(entry, "total", partial(_total, entry), Total.POOLED)
    standard = WrittenStandard(
        title=entry.text("title", LONGEST_TITLE),
        total=total,
        bands={band: _checked(bands, band, partial(_decimal, bands, band), "0") for band in bands.names()},
        sections=sections,
        files=files,
    )
    if not standard.items:
        entry.fault("sections", Refused("A standard has sections, and these have items."))
    _check_codes(entry, [section.code for section in sections])
    _check_codes(entry, [item.code for section in sections for item in section.items])
    _check_conditions(entry, standard)
    return standard


def _section(entry: Entry, language: str) -> WrittenSection:
    code = _code(entry)
    entry.only(SECTION_KEYS)
    return WrittenSection(
        code=code,
        weight=_checked(entry, "weight", lambda: cells.weight(entry.number("weight")), "1"),
        scored=bool(entry.flag("scored", default=True)),
        titles={language: entry.text("title", LONGEST_TITLE)},
        items=tuple(_item(one, language) for one in entry.tables("items")),
    )


def _item(entry: Entry, language: str) -> WrittenItem:
    code = _code(entry)
    entry.only(ITEM_KEYS)
    options = entry.words("options")
    kind = _checked(entry, "type", lambda: cells.item_type(entry.text("type", 16)), ItemType.YES_NO)
    if (kind is ItemType.CHOICE) != bool(options):
        entry.fault("options", Refused("An item of type choice, and no other, has options."))
    return WrittenItem(
        code=code,
        values=_values(entry, code, kind),
        judgement=bool(entry.flag("judgement")),
        required=bool(entry.flag("required", default=True)),
        condition=entry.text("when", rules.LONGEST),
        timed=_checked(entry, "timed", partial(_timed, entry, kind), ""),
        channels=entry.words("channels", ("visit",)),
        options=options,
        wording={language: read_wording(entry)},
    )


def _values(entry: Entry, code: str, kind: ItemType) -> dict[str, Any]:
    """What a row of items.csv would say, checked as such a row is."""
    values: dict[str, Any] = {
        "item": code,
        "type": kind,
        "weight": _checked(entry, "weight", lambda: cells.weight(entry.number("weight")), "1"),
        "critical": entry.flag("critical"),
        "scored": entry.flag("scored", default=None),
        "from": _checked(entry, "from", lambda: cells.bound(entry.number("from")), None),
        "to": _checked(entry, "to", lambda: cells.bound(entry.number("to")), None),
        "na": entry.flag("na"),
    }
    for key, refused in check_item(values):
        entry.fault(key, refused)
    return values | {"scored": is_scored(values)}


def _check_codes(entry: Entry, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            entry.fault("code", Refused("{code} is there twice.", code=shown(code)))
        seen.add(code)


def _check_conditions(entry: Entry, standard: WrittenStandard) -> None:
    parsed = {}
    for code, item in standard.items.items():
        try:
            if item.condition:
                parsed[code] = rules.parse(item.condition)
        except Refused as refused:
            entry.fault(f"{code}.when", refused)
    try:
        rules.check(parsed, frozenset(standard.items))
    except Refused as refused:
        entry.fault("when", refused)


def _code(entry: Entry) -> str:
    """Its own code, which from now on also says where a fault is."""
    code = _checked(entry, "code", lambda: cells.item_code(entry.text("code", cells.LONGEST_ITEM_CODE)), "")
    entry.place = shown(code) or entry.place
    return code


def _checked(entry: Entry, key: str, parse: Callable[[], _T], otherwise: _T) -> _T:
    try:
        return parse()
    except Refused as refused:
        entry.fault(key, refused)
        return otherwise


def _decimal(entry: Entry, key: str) -> str:
    return cells.decimal(entry.number(key))


def _timed(entry: Entry, kind: ItemType) -> str:
    text = entry.text("timed", 32)
    if stamps.span(text) is not None and kind is not ItemType.SECONDS:
        raise Refused("Only an item of type seconds is timed.")
    return text


def _language(entry: Entry) -> str:
    return cells.language(entry.text("language", cells.LONGEST_LANGUAGE, FIRST))


def _total(entry: Entry) -> Total:
    text = entry.text("total", 16, Total.POOLED.value)
    if text not in list(Total):
        raise Refused("{text} is not a way to a total; these are: {ways}.", text=shown(text), ways=", ".join(Total))
    return Total(text)
