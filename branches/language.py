"""Words, dates and numbers in the reader's language: every floor words things through here.

A message is an English sentence with {named} fields and at the same time the key of its translations in
`translations/<code>.po`. A sentence that has no translation yet is shown in English behind "[en]", so that nobody takes
it for the translator's work. Adding a language is adding its .po and its wording of the standard.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

ORIGINAL = "en"
CATALOGUES = Path(__file__).parent / "translations"

_FIELD = re.compile(r"\{(\w+)\}([.।]?)")
_STOPS = (".", "।", "…")
_QUOTES = {"hu": ("„", "”")}
_PLURALS = ("zero", "one", "two", "few", "many")
_FORMATS = {"en": "en_GB"}  # day before month, as Indian and European readers of English write it
_WEEK_DAYS = {"hu": "y. MMMM d"}  # Hungarian hangs an ending on the day: "2026. november 16-i hét"


class Message(str):
    """An English sentence or word whose translation takes its place when it is said, also within another message."""

    __slots__ = ()


def message(text: str) -> Message:
    """Marks a sentence that is worded elsewhere, so that the catalogues know it."""
    return Message(text)


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its sentences, its plural rules, its way of writing numbers and days."""

    code: str
    locale: Locale
    sentences: Mapping[str, tuple[str, ...]]
    """Each message with its translation, or with one translation per plural form."""

    @property
    def name(self) -> str:
        """The language's own name for itself."""
        own = self.locale.language_name or self.code
        return own[:1].upper() + own[1:]

    @property
    def script(self) -> str:
        """ISO 15924: Latn, Deva, Taml, Telu."""
        return str(get_global("likely_subtags")[self.code]).split("_")[1]

    def say(self, message: str, /, **values: object) -> str:
        """Words a message; a value the message names but the caller forgot is a KeyError."""
        found = self.sentences.get(message)
        return self._fill(found[0] if found else self._untranslated(message), values)

    def count(self, one: str, many: str, /, n: int, **values: object) -> str:
        """Words a message in the plural form of n, which it may name as {n}."""
        return self._fill(self.plural(one, many, n), {"n": n, **values})

    def plural(self, one: str, many: str, /, n: int) -> str:
        """The message in the plural form of n, its names still in braces: for a script that counts by itself."""
        found = self.sentences.get(one)
        return found[self._plural(n)] if found and len(found) > 1 else self._untranslated(one if n == 1 else many)

    def number(self, x: float | Decimal, digits: int = 1) -> str:
        """Rounds half up; the minus is a true minus sign, and what rounds to nothing has none."""
        exact = Decimal(repr(float(x))) if not isinstance(x, Decimal) else x
        shown = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        whole = self.locale.decimal_formats[None].pattern.split(".")[0]
        pattern = f"{whole}.{'0' * digits}" if digits else whole
        return format_decimal(shown or abs(shown), format=pattern, locale=self.locale).replace("-", "\u2212")

    def whole(self, n: int) -> str:
        return self.number(Decimal(n), 0)

    def percent(self, p: float, digits: int = 0) -> str:
        """A share between 0 and 1; all the languages set the sign right behind the number."""
        return self.number(Decimal(repr(float(p))) * 100, digits) + "%"

    def date(self, day: dt.date) -> str:
        return format_date(day, "long", locale=self.locale)

    def short_date(self, day: dt.date) -> str:
        """Day and month."""
        return format_skeleton("MMMd", day, locale=self.locale)

    def week(self, monday: dt.date) -> str:
        return self.say("week of {day}", day=format_date(monday, _WEEK_DAYS.get(self.code, "long"), locale=self.locale))

    def short_week(self, monday: dt.date) -> str:
        """Without the year, where there is little room."""
        day = self.short_date(monday)
        return self.say("week of {day}", day=day.rstrip(".") if self.code in _WEEK_DAYS else day)

    def join(self, items: Iterable[str]) -> str:
        """The items as a sentence names them; where one is itself a list, "care and honesty", all in quotation marks."""
        opened, closed = _QUOTES.get(self.code, ("“", "”"))
        inner = (",", ";", self.locale.list_patterns["standard"]["2"].replace("{0}", "").replace("{1}", ""))
        found = list(items)
        if len(found) > 1 and any(sign in one for one in found for sign in inner):
            found = [f"{opened}{one}{closed}" for one in found]
        return format_list(found, locale=self.locale)

    def _untranslated(self, text: str) -> str:
        return text if self.code == ORIGINAL else f"[{ORIGINAL}] {text}"

    def _plural(self, n: int) -> int:
        rule = self.locale.plural_form
        forms = [form for form in _PLURALS if form in rule.tags]
        return [*forms, "other"].index(rule(n))

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        """Puts the values in; one that ends in a full stop, as a Hungarian date does, is followed by no other."""

        def worded(field: re.Match[str]) -> str:
            word = self._word(values[field[1]])
            return word if word.endswith(_STOPS) else word + field[2]

        return _FIELD.sub(worded, text)

    def _word(self, value: object) -> str:
        match value:
            case Message():
                return self.say(value)
            case dt.date():
                return self.date(value)
            case int():
                return self.whole(value)
            case float() | Decimal():
                return self.number(value)
            case _:
                return str(value)


@cache
def language(code: str) -> Language:
    """The language of a code; one without a catalogue is a LookupError."""
    if code not in codes():
        raise LookupError(f"There is no catalogue for the language {code!r}.")
    return Language(code, Locale.parse(_FORMATS.get(code, code)), {} if code == ORIGINAL else _Catalogue(code))


@cache
def codes() -> tuple[str, ...]:
    """English and every language that has a catalogue."""
    return (ORIGINAL, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


class _Catalogue(Mapping[str, tuple[str, ...]]):
    """A language's sentences, read when the first of them is said: to be named among the languages, none is needed."""

    def __init__(self, code: str) -> None:
        self._code = code

    @cached_property
    def _read(self) -> dict[str, tuple[str, ...]]:
        return _sentences(self._code)

    def __getitem__(self, message: str) -> tuple[str, ...]:
        return self._read[message]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def _sentences(code: str) -> dict[str, tuple[str, ...]]:
    """Finished translations only: an empty or fuzzy one counts as missing."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    found = {forms(entry.id)[0]: forms(entry.string) for entry in catalogue if entry.id and not entry.fuzzy}
    return {key: texts for key, texts in found.items() if all(texts)}


def forms(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """A catalogue's entry as its one form, or as its plural forms."""
    return (words or "",) if isinstance(words, str | None) else tuple(words)
