"""Steps, pure: what one change makes of a draft's content. Codes of new entries are free; keys are never given again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from branches import rules
from branches.editing.content import Content, ItemEntry, SectionEntry
from branches.errors import NotFound, Refused
from branches.exchange.cells import LONGEST_ITEM_CODE
from branches.scoring import SCORABLE, ItemType

MOST_SECTIONS = 50
MOST_ITEMS = 500

Step = Callable[[Content], Content]
_Entry = TypeVar("_Entry", ItemEntry, SectionEntry)


def set_head(content: Content, **values: Any) -> Content:
    """Title, total or languages; the wording of a language that is given up goes with it."""
    made = replace(content, **values)
    gone = set(content.languages) - set(made.languages) - {made.first}
    return made if not gone else replace(made, sections=tuple(_without(one, gone) for one in made.sections))


def _without(section: SectionEntry, gone: set[str]) -> SectionEntry:
    items = [replace(item, wording={k: v for k, v in item.wording.items() if k not in gone}) for item in section.items]
    titles = {language: title for language, title in section.titles.items() if language not in gone}
    return replace(section, titles=titles, items=tuple(items))


def add_section(content: Content) -> Content:
    """An empty one at the end."""
    if len(content.sections) >= MOST_SECTIONS:
        raise Refused("A standard has at most {most} sections.", most=MOST_SECTIONS)
    key, content = _key(content, "s")
    made = SectionEntry(key, _free("section", (section.code for section in content.sections)))
    return replace(content, sections=(*content.sections, made))


def add_item(content: Content, section: str) -> Content:
    """An empty one at the end of that section."""
    _check_room(content)
    key, content = _key(content, "i")
    made = ItemEntry(key, _free("item", (item.code for item in content.items)))
    return _in_section(content, section, lambda items: (*items, made))


def set_section(content: Content, key: str, **values: Any) -> Content:
    _check_code(values.get("code"), (one.code for one in content.sections if one.key != key))
    return replace(content, sections=_replaced(content.sections, key, values))


def set_item(content: Content, key: str, **values: Any) -> Content:
    _check_code(values.get("code"), (one.code for one in content.items if one.key != key))
    code = values.get("code", "")
    if code and code != _item(content, key).code and not rules.can_name(code):
        raise Refused("{code} is no code: a letter first, then letters of a to z, digits and _.", code=code)
    section = _section_of(content, key)
    return _in_section(content, section.key, lambda items: _replaced(items, key, values))


def set_type(content: Content, key: str, kind: ItemType) -> Content:
    """Another type; what only the former one has is let go."""
    item = _item(content, key)
    values: dict[str, Any] = {"type": kind.value, "worst": "", "best": "", "timed": "", "options": ()}
    if kind is ItemType.RATING:
        values |= {"worst": "1", "best": "5"}
    if kind is ItemType.CHOICE:
        values["options"] = ("first", "second")
    if kind not in SCORABLE:
        values |= {"scored": False, "critical": False}
    elif ItemType(item.type) not in SCORABLE:
        values["scored"] = True
    values["wording"] = {
        language: {word: text for word, text in words.items() if word != "options"}
        for language, words in item.wording.items()
    }
    return set_item(content, key, **values)


def move(content: Content, key: str, by: int) -> Content:
    """One place up (-1) or down (1); an item at the edge of its section goes on into the next one."""
    if content.section(key) is not None:
        return replace(content, sections=_moved(content.sections, key, by))
    section = _section_of(content, key)
    moved = _moved(section.items, key, by)
    if moved != section.items:
        return _in_section(content, section.key, lambda _: moved)
    place = content.sections.index(section) + by
    if not 0 <= place < len(content.sections):
        return content
    item, following = _item(content, key), content.sections[place]
    taken = _in_section(content, section.key, lambda items: tuple(one for one in items if one.key != key))
    return _in_section(taken, following.key, lambda items: (item, *items) if by > 0 else (*items, item))


def copy(content: Content, key: str) -> Content:
    """The same item once more, right behind it, under a code of its own."""
    _check_room(content)
    item, section = _item(content, key), _section_of(content, key)
    made, content = _key(content, "i")
    twin = replace(item, key=made, code=_free(item.code, (one.code for one in content.items)))
    place = section.items.index(item) + 1
    return _in_section(content, section.key, lambda items: (*items[:place], twin, *items[place:]))


def remove(content: Content, key: str) -> Content:
    """Without that item, or without that section and its items."""
    if content.section(key) is not None:
        return replace(content, sections=tuple(one for one in content.sections if one.key != key))
    section = _section_of(content, key)
    return _in_section(content, section.key, lambda items: tuple(one for one in items if one.key != key))


def _check_room(content: Content) -> None:
    if len(list(content.items)) >= MOST_ITEMS:
        raise Refused("A standard has at most {most} items.", most=MOST_ITEMS)


def _check_code(code: str | None, others: Iterable[str]) -> None:
    if code is not None and code in set(others):
        raise Refused("{code} is there twice.", code=code)


def _key(content: Content, kind: str) -> tuple[str, Content]:
    return f"{kind}{content.made + 1}", replace(content, made=content.made + 1)


def _free(code: str, taken: Iterable[str]) -> str:
    """That code with a number behind it that makes it new."""
    known, stem = set(taken), code[: LONGEST_ITEM_CODE - 8]
    return next(found for n in count(1) if (found := f"{stem}_{n}") not in known)


def _item(content: Content, key: str) -> ItemEntry:
    found = content.item(key)
    if found is None:
        raise NotFound("The draft has no such item any more.")
    return found


def _section_of(content: Content, key: str) -> SectionEntry:
    found = content.section_of(key)
    if found is None:
        raise NotFound("The draft has no such item any more.")
    return found


def _in_section(
    content: Content, key: str, change: Callable[[tuple[ItemEntry, ...]], tuple[ItemEntry, ...]]
) -> Content:
    section = content.section(key)
    if section is None:
        raise NotFound("The draft has no such section any more.")
    return replace(content, sections=_replaced(content.sections, key, {"items": change(section.items)}))


def _replaced(entries: tuple[_Entry, ...], key: str, values: dict[str, Any]) -> tuple[_Entry, ...]:
    return tuple(replace(one, **values) if one.key == key else one for one in entries)


def _moved(entries: tuple[_Entry, ...], key: str, by: int) -> tuple[_Entry, ...]:
    found = list(entries)
    place = next(n for n, one in enumerate(found) if one.key == key)
    if 0 <= place + by < len(found):
        found.insert(place + by, found.pop(place))
    return tuple(found)
