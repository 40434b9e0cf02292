"""Leave: who stands in for a manager, shown and changed alike on the manager's own page and at head office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, url_for
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from branches import stand_ins
from branches.editions import region_key
from branches.errors import Conflict, Refused
from branches.people import READERS, Role, User
from branches.stand_ins import StandIn
from branches.weeks import local_date
from monitor.web import forms, gate
from reports import wording

FIELDS = ("stand_in", "first_day", "last_day")


@dataclass(frozen=True)
class Line:
    """A stand-in as it is listed."""

    id: str
    name: str
    about: str
    href: str = ""


@dataclass(frozen=True)
class Shown:
    """What a page shows of a manager's leave."""

    lines: list[Line]
    """Who stands in today or later."""
    people: list[tuple[str, str]]
    """Who may be asked to: every other manager, and head office."""
    today: str
    """In the region."""


def may_be_stood_in_for(user: User) -> bool:
    return user.active and user.role == Role.MANAGER.value and user.region is not None


def of(person: User) -> Shown | None:
    """None for whoever has no region."""
    if person.region is None or not may_be_stood_in_for(person):
        return None
    at = gate.site().clock()
    found = stand_ins.to_come(gate.session(), person, at=at)
    return Shown(
        [Line(one.public_id, _called(one.stand_in), _days(one)) for one in found],
        _choices(person),
        local_date(at, person.region.timezone).isoformat(),
    )


def held(user: User) -> list[Line]:
    """For whom they stand in today, with the way to those reports."""
    found = stand_ins.held_by(gate.session(), user, at=gate.site().clock())
    return [
        Line(one.public_id, one.region.name, held_words(one), url_for("editions.scope", scope=region_key(one.region)))
        for one in found
    ]


def held_for(user: User) -> list[str]:
    """The same, as head office reads it."""
    found = stand_ins.held_by(gate.session(), user, at=gate.site().clock())
    return [f"{_called(one.person)} · {one.region.name} · {_days(one)}" for one in found]


def held_words(one: StandIn) -> str:
    name = wording.isolated(_called(one.person))
    return gate.tongue().say("You stand in for {name} until {day}.", name=name, day=one.last_day)


def _days(one: StandIn) -> str:
    return gate.tongue().say("{first} to {last}", first=one.first_day, last=one.last_day)


def _called(user: User) -> str:
    return user.name or user.email or user.public_id


def _choices(person: User) -> list[tuple[str, str]]:
    office = gate.tongue().say("Head office")
    found = gate.session().exec(_others(person).order_by(User.name, col(User.id)))
    return [(one.public_id, f"{_called(one)} · {one.region.name if one.region else office}") for one in found]


def _others(person: User) -> SelectOfScalar[User]:
    readers = col(User.role).in_([role.value for role in READERS])
    return select(User).where(readers, User.active, col(User.id) != person.id)


def name(person: User, typed: Mapping[str, str]) -> dict[str, str]:
    """Names a stand-in as a form asks for it; gives back what is wrong, by field."""
    say, wrong = gate.tongue().say, {}
    chosen = forms.plain(typed.get("stand_in", ""))
    stand_in = gate.session().exec(_others(person).where(User.public_id == chosen)).first()
    first_day, last_day = (_day(typed.get(field, "")) for field in FIELDS[1:])
    if stand_in is None:
        wrong["stand_in"] = say("Choose who stands in.")
    for field, day in zip(FIELDS[1:], (first_day, last_day), strict=True):
        if day is None:
            wrong[field] = say("Give the day as year-month-day, such as 2026-11-30.")
    if stand_in is None or first_day is None or last_day is None:
        return wrong
    by, at = gate.person(), gate.site().clock()
    try:
        stand_ins.name(gate.session(), person, stand_in, first_day=first_day, last_day=last_day, by=by, at=at)
    except Refused as refused:
        return {"first_day": say(refused.message, **refused.values)}
    return {}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def end(person: User, public_id: str) -> None:
    """Ends one of theirs; any other is as good as ended."""
    if not may_be_stood_in_for(person):
        abort(404)
    at = gate.site().clock()
    found = [one for one in stand_ins.to_come(gate.session(), person, at=at) if one.public_id == public_id]
    if not found:
        raise Conflict("This has ended already.")
    stand_ins.end(gate.session(), found[0], by=gate.person(), at=at)
