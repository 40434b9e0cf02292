"""What the address of the page asks for: days, scope and section, each within its bounds; what cannot be is said beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from flask import abort, request

from branches import editions
from branches.editions import CHAIN, Scope
from branches.errors import Refused
from branches.language import message
from branches.people import Role
from branches.weeks import Week, local_date
from monitor.web import forms, gate, reading
from reports import collect
from reports.collect import Window

WEEKS = (4, 8, 13, 26, 52)
"""Windows that are offered: so many weeks, the last of which has ended."""
MOST_DAYS = 3 * 366
EARLIEST = date(1950, 1, 1)
LONGEST = 100
"""Letters of a section's code."""
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Asked:
    """What somebody asks for; `days` is None where they ask for nothing yet, or for what cannot be."""

    scope: Scope | None
    """None where there is no branch."""
    scopes: tuple[Scope, ...]
    """Those that this reader may look at."""
    days: Window | None
    section: str
    """A section's code; empty for all."""
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> dict[str, Any]:
        """The same as a part of an address."""
        return {name: text for name, text in self.typed.items() if text}


def asked() -> Asked:
    """What this request asks for; a scope beyond the reader's reach is not there."""
    typed = {name: forms.plain(request.args.get(name, ""))[:LONGEST] for name in ("from", "to", "scope", "section")}
    if typed["scope"]:
        reading.may_read(typed["scope"])
    scopes = _scopes()
    wanted = typed["scope"] or (scopes[0].key if scopes else "")
    scope = next((one for one in scopes if one.key == wanted), None)
    if scope is None or not (typed["from"] or typed["to"]):
        return Asked(scope, scopes, None, typed["section"], typed)
    errors: dict[str, str] = {}
    days = _days(typed, today(scope), errors)
    return Asked(scope, scopes, days, typed["section"], typed, errors)


def _scopes() -> tuple[Scope, ...]:
    held = editions.scopes(gate.session(), gate.site().chain_zone, gate.site().due)
    if Role(gate.person().role) is Role.OFFICE:
        return tuple(held)
    region = gate.person().region or abort(404)
    return tuple(one for one in held if one.key == editions.region_key(region) and one.key != CHAIN)


def today(scope: Scope) -> date:
    """The day it is where the scope is."""
    return local_date(gate.site().clock(), scope.zone)


def ended_weeks(scope: Scope, weeks: int) -> Window:
    """So many weeks, the last of which has ended."""
    return Window.ending(Week.of(today(scope)).plus(-1), weeks)


def _days(typed: dict[str, str], now: date, errors: dict[str, str]) -> Window | None:
    """Both days, where they make a window that can be looked at."""
    first, last = (_take(name, partial(_day, typed[name]), errors) for name in ("from", "to"))
    if first is None or last is None:
        return None
    return _take("to", partial(_window, first, last, now), errors)


def _take(name: str, find: Callable[[], Thing], errors: dict[str, str]) -> Thing | None:
    """What is found; what refuses it is said beside that field."""
    try:
        return find()
    except Refused as refused:
        errors[name] = gate.tongue().say(refused.message, **refused.values)
        return None


def _day(text: str) -> date:
    if not text:
        raise Refused("Say this day too.")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(message("{text} is not a day; write it like 2026-11-16."), text=text[:40]) from error


def _window(first: date, last: date, now: date) -> Window:
    reach = collect.reach(gate.session())
    if last < first:
        raise Refused("The last day is before the first.")
    if last > now:
        raise Refused("This day has not come yet.")
    if (last - first).days >= MOST_DAYS:
        raise Refused("At most {n} days can be looked at in one go.", n=MOST_DAYS)
    if reach is None:
        raise Refused("No audit has been counted yet.")
    if last < max(reach.first, EARLIEST):
        raise Refused("The first audit that counts was made on {day}.", day=reach.first)
    return Window(first, last)
