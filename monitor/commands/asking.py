"""What `monitor init` asks: each answer is looked at at once, and one that cannot be is asked for again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from branches.errors import Refused
from branches.language import codes
from monitor import mailer
from monitor.config import Config
from monitor.settings import allowed

Chosen = dict[tuple[str, str], object]
Read = TypeVar("Read")


@dataclass(frozen=True)
class Question:
    """One setting that is asked for where it is not given."""

    section: str
    key: str
    words: str
    default: str | int
    only_with_mail: bool = False

    @property
    def place(self) -> tuple[str, str]:
        return self.section, self.key


QUESTIONS = (
    Question("chain", "name", "The chain's name", ""),
    Question("chain", "timezone", "Time zone of head office", "UTC"),
    Question("chain", "language", f"Language ({', '.join(codes())})", "en"),
    Question("serve", "address", "Address people reach the pages at; empty: this machine alone", ""),
    Question("mail", "host", "Mail server; empty: mail is kept as files", ""),
    Question("mail", "port", "Its port", 587, only_with_mail=True),
    Question("mail", "security", "How it is spoken to (starttls, tls, none)", "starttls", only_with_mail=True),
    Question("mail", "user", "Name to sign in with there; empty: without", "", only_with_mail=True),
    Question("mail", "sender", "Address mail comes from", "", only_with_mail=True),
)


def checked(given: Mapping[tuple[str, str], object]) -> Chosen:
    """What was given beforehand, as the settings keep it."""
    found: Chosen = {}
    for one in QUESTIONS:
        if one.place in given:
            found[one.place] = _setting(one, given[one.place])
    return found


def answers(given: Chosen, *, yes: bool) -> Chosen:
    """All that is to be set: as given, else as asked for, else its default."""
    found: Chosen = {}
    for one in QUESTIONS:
        if one.place in given:
            found[one.place] = given[one.place]
        elif not one.only_with_mail or found["mail", "host"]:
            found[one.place] = one.default if yes else _asked(one, found)
    return found


def again(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """Reads what was typed; after a refusal it is asked for again."""

    def reads(typed: str) -> Read:
        try:
            return read(typed)
        except Refused as refused:
            raise click.UsageError(str(refused)) from None

    return reads


def _asked(one: Question, found: Chosen) -> object:
    def read(typed: str) -> Any:
        value = _setting(one, typed)
        _check_mail(found | {one.place: value}, one.key)
        return value

    value: object = click.prompt(
        one.words, default=one.default, show_default=bool(one.default), value_proc=again(read), err=True
    )
    return value


def _setting(one: Question, value: object) -> Any:
    kind = Config.model_fields[one.section].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    try:
        return getattr(kind.model_validate({one.key: value}), one.key)
    except ValidationError:
        sentence = "{key} in [{section}] must be {allowed}, not {value}."
        may, shown = allowed(kind.model_fields[one.key]), repr(value)[:60]
        raise Refused(sentence, key=one.key, section=one.section, allowed=may, value=shown) from None


def _check_mail(found: Chosen, key: str) -> None:
    """What the settings refuse only together."""
    host = str(found.get(("mail", "host"), ""))
    if key == "security" and found["mail", key] == "none":
        mailer.refuse_open_way(host)
    if key == "sender" and not found["mail", key]:
        raise Refused("Say in [mail] which address mail comes from: sender is empty.")
