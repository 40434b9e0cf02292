"""Languages as an XLSForm names them in its columns: label::Hungarian (hu)."""

from functools import cache

from babel import Locale
from babel.localedata import locale_identifiers

from branches.errors import Refused
from branches.exchange.cells import LANGUAGE
from branches.exchange.faults import shown


def named(code: str) -> str:
    """A language as people and other programs read it."""
    return f"{_names().get(code.partition('-')[0], code)} ({code})"


def code_of(written: str) -> str:
    """The code in brackets; without one that of the language that is named so in English or by those who speak it."""
    before, bracket, inside = written.strip().rpartition("(")
    if bracket and LANGUAGE.fullmatch(code := inside.removesuffix(")").strip()):
        return code
    name = (before if bracket else inside).strip().casefold()
    if name in _names():
        return name
    if found := _codes().get(name) or _own().get(name):
        return found
    raise Refused("{language} names no language; write it like Hungarian (hu).", language=shown(written))


@cache
def _names() -> dict[str, str]:
    return {code: str(name) for code, name in Locale("en").languages.items() if LANGUAGE.fullmatch(code)}


@cache
def _codes() -> dict[str, str]:
    """By name, the shorter code where two languages share one."""
    return {name.casefold(): code for code, name in sorted(_names().items(), key=lambda one: -len(one[0]))}


@cache
def _own() -> dict[str, str]:
    """By the language's own name for itself; looked up in some three hundred files, so only once it is needed."""
    found = [code for code in sorted(locale_identifiers()) if LANGUAGE.fullmatch(code)]
    return {str(Locale.parse(code).language_name).casefold(): code for code in found}
