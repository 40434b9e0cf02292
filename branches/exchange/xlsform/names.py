"""What sections, items and choices are called in an XLSForm, whose names are narrower than the codes here."""

import re
from collections.abc import Iterable

from branches.exchange.xlsform.lists import NOT_APPLICABLE

RESERVED = frozenset({"meta", "and", "or", "not", "div", "mod"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
"""Also what a rule can name."""
_CHOICE = re.compile(r"[A-Za-z0-9_.\-]+", re.ASCII)
_READ_OTHERWISE = re.compile(r"_x[0-9A-Fa-f]{4}")


def names(codes: Iterable[str], kind: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """By code; a code that is no name there, or is taken, gets a new one, such as item_3."""
    codes = list(codes)
    used = {*taken, *(code for code in codes if _fits(code))}
    free = used - set(taken)
    found = {}
    for number, code in enumerate(codes, 1):
        found[code] = code if code in free and code not in taken else _new(f"{kind}_{number}", used)
        used.add(found[code])
    return found


def choice_names(options: Iterable[str]) -> list[str]:
    """One for each option, in order; an option that is no name there gets one that no rule can hold."""
    found: list[str] = []
    for number, option in enumerate(options, 1):
        fits = _CHOICE.fullmatch(option) is not None and option.lower() not in NOT_APPLICABLE and option not in found
        found.append(option if fits and _READ_OTHERWISE.search(option) is None else f"option:{number}")
    return found


def _fits(code: str) -> bool:
    return _NAME.fullmatch(code) is not None and code not in RESERVED and _READ_OTHERWISE.search(code) is None


def _new(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    return name
