"""What of history an address asks for: kind of thing, what was done, by whom, from which day to which; or one thing alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, request
from sqlalchemy import func, or_
from sqlmodel import col, select

from branches.errors import Refused
from branches.language import message
from branches.looking_back import Doer, Wanted
from branches.people import User
from monitor.web import forms, gate
from monitor.web.office import recorded, things

LONGEST = 254
FIELDS = ("kind", "verb", "by", "from", "to", "thing", "show")
EARLIEST, LATEST = date(1950, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of history; nothing is shown where something is wrong with it."""

    wanted: Wanted
    typed: Mapping[str, str]
    thing: things.Thing | None = None
    """The one thing it is about."""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> dict[str, Any]:
        """The same as a part of an address."""
        return {name: text for name, text in self.typed.items() if text}

    @property
    def narrows(self) -> bool:
        return self.wanted != Wanted() or bool(self.errors)


def asked() -> Asked:
    """What this request asks for; a thing that is not there is no page."""
    typed = {name: forms.plain(request.args.get(name, "")).strip()[:LONGEST] for name in FIELDS}
    errors: dict[str, str] = {}
    kind = typed["kind"] if typed["kind"] in recorded.KINDS else ""
    verb = typed["verb"] if typed["verb"] in recorded.EVERY.get(kind, {}) else ""
    doer = Doer(typed["show"]) if typed["show"] in set(Doer) else Doer.ANYBODY
    typed |= {"kind": kind, "verb": verb, "show": doer.value if doer is not Doer.ANYBODY else ""}
    about = (things.known(kind, typed["thing"]) or abort(404)) if typed["thing"] else None
    wanted = Wanted(
        kind,
        verb,
        about[0] if about is not None else None,
        _person(typed["by"], errors),
        doer,
        _midnight(_day("from", typed, errors)),
        _midnight(_day("to", typed, errors), days=1),
    )
    if not errors and wanted.since is not None and wanted.until is not None and wanted.until <= wanted.since:
        errors["to"] = gate.tongue().say("The last day is before the first.")
    return Asked(wanted, typed, about[1] if about is not None else None, errors)


def _person(text: str, errors: dict[str, str]) -> int | None:
    """The one person of that name, address or code."""
    if not text:
        return None
    same = (func.lower(column) == text.lower() for column in (User.public_id, User.email, User.code, User.name))
    found = gate.session().exec(select(User.id).where(or_(*same)).order_by(col(User.id)).limit(2)).all()
    if len(found) == 1:
        return found[0]
    several = message("More than one has that name; write the address or code instead.")
    errors["by"] = gate.tongue().say(
        several if found else message("There is nobody here of that name, address or code.")
    )
    return None


def _day(name: str, typed: dict[str, str], errors: dict[str, str]) -> date | None:
    """What is no day is said to be none, and the field is empty: a browser shows nothing else in a field for days."""
    text = typed[name]
    try:
        return _within(date.fromisoformat(text)) if text else None
    except ValueError:
        refused = Refused("{text} is not a day; write it like 2026-11-16.", text=text[:40])
        errors[name] = gate.tongue().say(refused.message, **refused.values)
        typed[name] = ""
        return None


def _within(day: date) -> date:
    """Days on which no clock of ours could be read are none."""
    if not EARLIEST <= day <= LATEST:
        raise ValueError(day)
    return day


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    """When that day begins by head office's clock, or so many days later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(gate.site().chain_zone))
