"""What a draft of the standard says, as values: sections and items by keys of their own, so that a code can change."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from branches.exchange.toml_out import first_language
from branches.language import ORIGINAL
from branches.scoring import ItemType, Total
from branches.standards import Item, Section, Standard

Wording = Mapping[str, Any]
"""Text, hint, playbook, and the names of options by their codes; what is empty is left out."""


@dataclass(frozen=True)
class ItemEntry:
    """One item; numbers stand as they were typed, empty where there is none."""

    key: str
    code: str
    type: str = ItemType.YES_NO.value
    weight: str = "1"
    critical: bool = False
    scored: bool = True
    na: bool = True
    required: bool = True
    judgement: bool = False
    channels: tuple[str, ...] = ()
    worst: str = ""
    best: str = ""
    options: tuple[str, ...] = ()
    condition: str = ""
    timed: str = ""
    wording: Mapping[str, Wording] = field(default_factory=dict)
    """By language."""


@dataclass(frozen=True)
class SectionEntry:
    """One section with its items in their order."""

    key: str
    code: str
    weight: str = "1"
    scored: bool = True
    titles: Mapping[str, str] = field(default_factory=dict)
    items: tuple[ItemEntry, ...] = ()


@dataclass(frozen=True)
class Content:
    """All of it."""

    title: str = ""
    first: str = ORIGINAL
    """The language in which everything must be worded."""
    languages: tuple[str, ...] = (ORIGINAL,)
    """Those in which it is to be read; the first among them."""
    total: str = Total.POOLED.value
    bands: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[SectionEntry, ...] = ()
    made: int = 0
    """How many keys were given; none is given twice."""

    @property
    def items(self) -> Iterator[ItemEntry]:
        return (item for section in self.sections for item in section.items)

    def section(self, key: str) -> SectionEntry | None:
        return next((section for section in self.sections if section.key == key), None)

    def item(self, key: str) -> ItemEntry | None:
        return next((item for item in self.items if item.key == key), None)

    def section_of(self, key: str) -> SectionEntry | None:
        """The section in which the item of that key stands."""
        return next((one for one in self.sections if any(item.key == key for item in one.items)), None)


def dump(content: Content) -> dict[str, Any]:
    """As JSON keeps it."""
    return asdict(content)


def load(kept: Mapping[str, Any]) -> Content:
    """The other way round."""
    sections = tuple(
        SectionEntry(**{**one, "items": tuple(_loaded(item) for item in one["items"])}) for one in kept["sections"]
    )
    return Content(**{**kept, "sections": sections, "languages": tuple(kept["languages"])})


def _loaded(kept: Mapping[str, Any]) -> ItemEntry:
    return ItemEntry(**{**kept, "channels": tuple(kept["channels"]), "options": tuple(kept["options"])})


def content_of(standard: Standard) -> Content:
    """What a version says; its first language is the one that its files would be written in."""
    first = first_language(standard)
    found = languages_of(standard)
    keys = iter(range(1, 1_000_000))
    sections = tuple(_section(section, keys) for section in standard.sections)
    return Content(
        title=standard.title,
        first=first,
        languages=(first, *(language for language in found if language != first)),
        total=standard.total,
        bands=dict(standard.bands),
        sections=sections,
        made=next(keys) - 1,
    )


def languages_of(standard: Standard) -> list[str]:
    """Those in which an item of it is worded."""
    return sorted({language for section in standard.sections for item in section.items for language in item.wording})


def _section(section: Section, keys: Iterator[int]) -> SectionEntry:
    return SectionEntry(
        key=f"s{next(keys)}",
        code=section.code,
        weight=section.weight,
        scored=section.scored,
        titles={language: title for language, title in section.titles.items() if title},
        items=tuple(_item(item, keys) for item in section.items),
    )


def _item(item: Item, keys: Iterator[int]) -> ItemEntry:
    return ItemEntry(
        key=f"i{next(keys)}",
        code=item.code,
        type=item.type,
        weight=item.weight,
        critical=item.critical,
        scored=item.scored,
        na=item.na,
        required=item.required,
        judgement=item.judgement,
        channels=tuple(item.channels),
        worst=item.worst or "",
        best=item.best or "",
        options=tuple(item.options),
        condition=item.condition,
        timed=item.timed,
        wording={language: dict(words) for language, words in item.wording.items() if words},
    )
