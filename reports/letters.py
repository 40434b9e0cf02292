"""The letters our fonts have: what the machine has installed must not change a chart or a page, and nothing may turn into an empty box."""

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import matplotlib as mpl
from matplotlib.font_manager import get_font

_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_devanagari", "fontpkg_noto_sans_tamil", "fontpkg_noto_sans_telugu")
FAMILIES = ("Noto Sans", "Noto Sans Devanagari", "Noto Sans Tamil", "Noto Sans Telugu", "DejaVu Sans")
"""In the order in which they are asked for a letter; the last comes with matplotlib and has Hebrew, Arabic, Greek and Cyrillic."""
_OF_SCRIPTS = {"Deva": "Noto Sans Devanagari", "Taml": "Noto Sans Tamil", "Telu": "Noto Sans Telugu"}
NO_LETTER = "\ufffd"
"""Stands for a letter that none of our fonts has."""
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069")
"""Say how letters are set, and need none of their own."""

Value = TypeVar("Value")


def families(script: str) -> list[str]:
    """The script's own font first: a word and the marks behind it are then of one font, and stay together where they are searched for."""
    return sorted(FAMILIES, key=lambda family: family != _OF_SCRIPTS.get(script))


def folders() -> list[Path]:
    """Where our fonts lie."""
    wheels = [Path(import_module(package).ROOT) / "files" for package in _PACKAGES]
    return [*wheels, Path(mpl.get_data_path()) / "fonts" / "ttf"]


def files() -> list[Path]:
    """The upright fonts, in the order of FAMILIES; those of the wheels hold every weight."""
    *wheels, shipped = folders()
    found = [file for folder in wheels for file in sorted(folder.glob("*.ttf")) if "Italic" not in file.name]
    return [*found, shipped / "DejaVuSans.ttf"]


@cache
def _known() -> tuple[frozenset[int], ...]:
    """The letters of each font."""
    return tuple(frozenset(get_font(str(file)).get_charmap()) for file in files())


def legible(text: str) -> str:
    """A text on one line in letters that our fonts have; any other letter is shown as NO_LETTER."""
    return "".join(map(_shown, _clusters(" ".join(_bare(text).split(" ")))))


def _bare(text: str) -> str:
    """Without what no page can hold, and without the selectors that ask for a coloured picture of a sign."""
    return "".join(
        " " if letter.isspace() or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter
        for letter in text
        if not 0xFE00 <= ord(letter) <= 0xFE0F  # noqa: PLR2004 - the variation selectors
    )


def _clusters(text: str) -> Iterator[str]:
    """Each letter with the signs that hang on it: they must come from one font."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or unicodedata.category(text[place]) not in {"Mn", "Mc", "Me"}:
            if start < place:
                yield text[start:place]
            start = place


def _shown(cluster: str) -> str:
    if cluster[0] in _UNSEEN:
        return cluster[0] + "".join(_shown(letter) for letter in cluster[1:])
    if any(all(ord(letter) in font for letter in cluster) for font in _known()):
        return cluster
    return cluster[0] if any(ord(cluster[0]) in font for font in _known()) else NO_LETTER


def every_text(value: Value, change: Any) -> Value:
    """A copy of a report with each of its texts changed."""
    changed: Any = value
    match value:
        case Enum():
            pass
        case str():
            changed = change(value)
        case tuple():
            changed = tuple(every_text(one, change) for one in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            changed = replace(
                value, **{one.name: every_text(getattr(value, one.name), change) for one in fields(value)}
            )
    return changed  # type: ignore[no-any-return]
