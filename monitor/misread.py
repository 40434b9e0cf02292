"""What is wrong with the settings, in a sentence that names the setting, where it was written and what it may be."""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from branches.errors import Refused
from monitor.settings import allowed, each_allowed

PREFIX = "MONITOR_"
SECRETIVE = {"webhooks"}
"""Sections of which no value is repeated: the address of a webhook opens a door."""
Sections = Mapping[str, type[BaseModel]]

_HEADING = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*["']?([\w.-]+)["']?\s*=""")


def refuse_unknown_variables(sections: Sections) -> None:
    """A misspelt variable would be passed over in silence."""
    known = {variable(section, key) for section, keys in sections.items() for key in keys.model_fields}
    for name in os.environ:
        if _looks_like_ours(name.upper(), sections) and name.upper() not in known:
            raise Refused(
                "There is no setting for the environment variable {name}; the nearest is {near}.",
                name=name,
                near=get_close_matches(name.upper(), known, 1, 0)[0],
            )


def _looks_like_ours(name: str, sections: Sections) -> bool:
    rest = name.removeprefix(PREFIX)
    return rest != name and ("__" in rest or rest.split("_")[0].lower() in sections)


def refusal(error: ErrorDetails, sections: Sections, file: Path | None, text: str) -> Refused:
    """Words the first fault that was found."""
    section, key, entry, within, *_ = (*map(str, error["loc"]), "", "", "", "")
    place = _place(section, key, entry, file, text)
    if section not in sections:
        known = ", ".join(sections)
        sentence = "{place}: there is no section [{section}]; the sections are {known}."
        return Refused(sentence, place=place, section=section, known=known)
    if not key:
        return Refused("{place}: [{section}] must hold settings of its own.", place=place, section=section)
    settings = sections[section].model_fields
    if key not in settings:
        known = ", ".join(settings)
        sentence = "{place}: there is no setting {key} in [{section}]; its settings are {known}."
        return Refused(sentence, place=place, key=key, section=section, known=known)
    given = error["input"]
    may, value = allowed(settings[key]), (repr(given) if isinstance(given, str) else str(given))[:60]
    if section in SECRETIVE:
        value = f"what stands in {within}" if within.isalpha() else "what stands there"
    if entry:
        section, key, may = f"{section}.{key}", entry, each_allowed(settings[key])
    sentence = "{place}: {key} in [{section}] must be {allowed}, not {value}."
    return Refused(sentence, place=place, key=key, section=section, allowed=may, value=value)


def unreadable(sections: Sections) -> Refused:
    """Words the fault of a variable that should hold a table and holds no JSON."""
    known = {variable(section, key): (section, key) for section, key in _tables(sections)}
    given = {name.upper(): value for name, value in os.environ.items()}
    place = next(name for name in known if name in given)
    section, key = known[place]
    sentence = "{place}: {key} in [{section}] must be {allowed}, not {value}."
    value = "what stands there" if section in SECRETIVE else repr(given[place])[:60]
    return Refused(sentence, place=place, key=key, section=section, allowed="JSON", value=value)


def _tables(sections: Sections) -> Iterator[tuple[str, str]]:
    """Settings that hold a table of entries."""
    for section, keys in sections.items():
        yield from ((section, key) for key, setting in keys.model_fields.items() if each_allowed(setting))


def _place(section: str, key: str, entry: str, file: Path | None, text: str) -> str:
    """Where it was written: the variable, or the file and its line; an entry of a table may have one of its own."""
    if (name := variable(section, key)) in set_variables():
        return name
    lines = lines_of(text)
    table = f"{section}.{key}"
    nested = lines.get((section, f"{key}.{entry}")) or lines.get((f"{table}.{entry}", "")) or lines.get((table, ""))
    line = nested or lines.get((section, key)) or lines.get((section, ""))
    return f"{file}, line {line}" if line else str(file)


def lines_of(text: str) -> dict[tuple[str, str], int]:
    """The line of each section's heading and of each key; a key above all headings stands alone."""
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(line):
            section = heading[1]
            lines.setdefault((section, ""), number)
        elif key := _KEY.match(line):
            first, _, second = (f"{section}.{key[1]}" if section else key[1]).partition(".")
            lines.setdefault((first, second), number)
    return lines


def variable(section: str, key: str) -> str:
    """The environment variable that comes before that setting of the file."""
    return f"{PREFIX}{section}__{key}".upper()


def set_variables() -> set[str]:
    """The variables that are set; in which case they are written makes no difference."""
    return {name.upper() for name in os.environ}
