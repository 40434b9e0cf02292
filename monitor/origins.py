"""Where each setting came from: a variable of the environment, a line of the file, or its default; nothing secret is told."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from pydantic.fields import FieldInfo

from monitor import mailer, webhooks
from monitor.config import Config, Read
from monitor.misread import lines_of, set_variables, variable
from monitor.settings import Webhook, allowed, each_allowed

SECRET_FILE = "MONITOR_SECRET_FILE"  # noqa: S105 - the variable's name
HIDDEN = "***"
"""Stands for a password, and for an address that cannot be taken apart."""
_DATABASE = re.compile(
    r"(?P<scheme>[a-z0-9+]+://)(?:(?P<user>[\w.%-]+)(?P<password>:[^@/?#]*)?@)?(?P<place>[\w.-]*(?::\d+)?(?:/[^@?#]*)?)(?:\?[^@]*)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Setting:
    """One setting as it holds for this process."""

    section: str
    key: str
    meaning: str
    """In English, as `allowed` is: the words of config.toml."""
    allowed: str
    values: tuple[str, ...]
    """As they are written there; of a table a line each. None: nothing is set."""
    default: tuple[str, ...]
    variable: str = ""
    """Of the environment, where that says it."""
    in_file: bool = False
    """Whether the file does; a variable comes before it."""
    line: int | None = None
    """Where the file does; None where it does so in a way that no single line stands for."""
    is_table: bool = False
    """Whether it holds entries, to which variable and file both add."""

    @property
    def is_default(self) -> bool:
        return self.values == self.default


@dataclass(frozen=True)
class Secret:
    """Something that is never shown: what it is for, and where it is."""

    name: str
    """Of a webhook; else "mail", "metrics" or "pages"."""
    variable: str = ""
    in_file: bool = False
    of_webhook: bool = False


@dataclass(frozen=True)
class Said:
    """What may be shown of the settings that this process was started with."""

    settings: tuple[Setting, ...] = ()
    secrets: tuple[Secret, ...] = ()
    file: str = ""
    """The file they were read from; empty: there is none."""


NOTHING = Said()


def of(found: Read) -> Said:
    """The settings in the order of config.toml, and what is secret beside them."""
    file = str(found.file.absolute()) if found.file is not None else ""
    return Said(tuple(_settings(found)), tuple(_secrets(found.config)), file)


def _settings(found: Read) -> Iterator[Setting]:
    raw, lines, given = tomllib.loads(found.text), lines_of(found.text), set_variables()
    for section in Config.model_fields:
        held = getattr(found.config, section)
        written = raw.get(section, {})
        for key, field in type(held).model_fields.items():
            name = variable(section, key)
            yield Setting(
                section,
                key,
                field.description or "",
                allowed(field),
                _shown(section, key, getattr(held, key)),
                _default(section, key, field, found.file),
                name if name in given else "",
                key in written,
                _line(lines, section, key) if key in written else None,
                bool(each_allowed(field)),
            )


def _default(section: str, key: str, field: FieldInfo, file: Path | None) -> tuple[str, ...]:
    """As it is shown; a folder as it is seen from the file."""
    if (section, key) == ("data", "folder"):
        base = file.absolute().parent if file is not None else Path.cwd()
        return (str(base / str(field.default)),)
    return _shown(section, key, field.default)


def _line(lines: Mapping[tuple[str, str], int], section: str, key: str) -> int | None:
    """The first line that says something of the setting, which may be a table with headings of its own."""
    whole = f"{section}.{key}"
    spelt = ((f"{heading}.{name}" if name else heading, n) for (heading, name), n in lines.items())
    return min((n for name, n in spelt if name == whole or name.startswith(f"{whole}.")), default=None)


def _shown(section: str, key: str, value: object) -> tuple[str, ...]:
    """A value as it would be written, without what opens a door."""
    if isinstance(value, Mapping):
        return tuple(_entry(name, one) for name, one in value.items())
    if value is None or value == "":
        return ()
    if (section, key) == ("database", "url"):
        return (without_secrets(str(value)),)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, float):
        return (f"{value:g}",)
    return (f"{value:%H:%M}",) if isinstance(value, time) else (str(value),)


def _entry(name: str, value: object) -> str:
    """One of a table; of a webhook never where it leads."""
    if isinstance(value, Webhook):
        return " · ".join(part for part in (name, value.region, value.language) if part)
    return f"{name}: {value}"


def without_secrets(url: str) -> str:
    """A database's address without its password; what stands behind a question mark may hold another.

    An address in which anything could be taken for something else is not shown at all.
    """
    found = _DATABASE.fullmatch(url)
    if found is None:
        return HIDDEN
    user = found["user"] + (f":{HIDDEN}" if found["password"] else "") + "@" if found["user"] else ""
    return found["scheme"] + user + found["place"]


def _secrets(config: Config) -> Iterator[Secret]:
    """Each with the variable that holds it, else whether a file does."""
    yield Secret("pages", _if_set(SECRET_FILE))
    if config.mail.host:
        yield Secret("mail", _if_set(mailer.PASSWORD), config.mail.password_file is not None)
    if config.serve.metrics_token_file is not None:
        yield Secret("metrics", in_file=True)
    for name, said in config.webhooks.to.items():
        yield Secret(name, _if_set(webhooks.variable(name)), said.secret_file is not None, of_webhook=True)


def _if_set(name: str) -> str:
    return name if name in os.environ else ""
