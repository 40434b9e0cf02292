"""What an event changed, from what to what, and why, in words; what it names is looked up for many events at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import col, or_, select

from branches import access, clocks
from branches.history import Event
from branches.language import message
from branches.people import Role, User
from branches.places import Branch, Region
from branches.states import AuditState
from branches.subscriptions import Wanted
from branches.weeks import DueTime
from monitor.web import gate, mailed
from monitor.web.office.kept import WORDS
from monitor.web.office.room import called

_FIELDS = {
    "name": message("name"),
    "address": message("address"),
    "timezone": message("time zone"),
    "region_id": message("region"),
    "region": message("region"),
    "opened": message("first day"),
    "closed": message("closed from"),
    "latitude": message("latitude"),
    "longitude": message("longitude"),
    "home_id": message("lives near"),
    "most_audits": message("audits at most"),
    "most_km": message("kilometres at most"),
    "certified_on": message("certified since"),
}
_PROPOSED = {"placed": message("audits given"), "unplaced": message("audits for nobody")}
_IMPORTED = {
    "branches": message("branches added"),
    "changed": message("branches changed"),
    "audits": message("audits added"),
    "unchanged": message("audits known already"),
}


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise now; `field` says which, where that is not plain."""

    before: str
    after: str
    field: str = ""

    def __str__(self) -> str:
        pair = " → ".join(one for one in (self.before, self.after) if one)
        return f"{self.field}: {pair}" if self.field else pair


@dataclass(frozen=True)
class Named:
    """What events name by number or by public id, as it is called now."""

    regions: Mapping[int, str] = field(default_factory=dict)
    branches: Mapping[int | str, str] = field(default_factory=dict)
    people: Mapping[int | str, str] = field(default_factory=dict)


def named(events: Iterable[Event]) -> Named:
    """In three queries, however many the events are."""
    regions, places, people = set[int](), set[int | str](), set[int | str]()
    for event in events:
        known = event.details
        regions |= {one for one in known.get("region_id", ()) if isinstance(one, int)}
        places |= {one for one in known.get("home_id", ()) if isinstance(one, int)}
        people |= {one for one in known.get("shopper", ()) if isinstance(one, int)}
        people |= {known[name] for name in ("stand_in",) if name in known}
        if event.verb == "hand_over":
            people |= {known["before"], known["after"]}
        if event.verb == "declare_conflict":
            places |= {known[name] for name in ("branch",) if name in known}
        if event.verb in ("merge", "merge_into"):
            places |= set(known.get("branch", ()))
        for _, branch, region in (known[when] for when in ("before", "after") if event.verb == "change_role"):
            places |= {branch} - {None}
            regions |= {region} - {None}
    return Named(_regions(regions), _branches(places), _people(people))


def _regions(numbers: set[int]) -> dict[int, str]:
    query = select(Region.id, Region.name).where(col(Region.id).in_(numbers))
    return dict(gate.session().exec(query).all()) if numbers else {}


def _branches(names: set[int | str]) -> dict[int | str, str]:
    if not names:
        return {}
    numbers, public = _apart(names)
    there = or_(col(Branch.id).in_(numbers), col(Branch.public_id).in_(public))
    found = gate.session().exec(access.visible_branches(gate.person()).where(there)).all()
    return {branch.id: branch.name for branch in found} | {branch.public_id: branch.name for branch in found}


def _people(names: set[int | str]) -> dict[int | str, str]:
    if not names:
        return {}
    numbers, public = _apart(names)
    found = gate.session().exec(select(User).where(or_(col(User.id).in_(numbers), col(User.public_id).in_(public))))
    return {name: called(one) for one in found for name in (one.id, one.public_id)}


def _apart(names: set[int | str]) -> tuple[list[int], list[str]]:
    """Numbers, and public ids."""
    return [one for one in names if isinstance(one, int)], [one for one in names if isinstance(one, str)]


def of(event: Event, about: Named) -> list[Change]:
    """What was there before and what came; nothing where the sentence says it all."""
    if event.thing == "audit" and "was" in event.details:
        return [Change(_state(event.details["was"]), _state(event.verb))]
    made = _MADE.get(event.verb)
    return made(event.details, about) if made is not None else []


def why(event: Event) -> str:
    """What was said about it."""
    known = event.details
    return str(known.get("reason") or known.get("decision") or known.get("note") or known.get("about") or "")


def _state(code: str) -> str:
    return gate.tongue().say(AuditState(code).word) if code in set(AuditState) else code


def _pair(worded: Callable[[Any, Named], str]) -> Callable[[Mapping[str, Any], Named], list[Change]]:
    """Of events that keep both states under `before` and `after`."""

    def made(known: Mapping[str, Any], about: Named) -> list[Change]:
        pair = [worded(known[when], about) if known.get(when) else "" for when in ("before", "after")]
        return [Change(pair[0], pair[1])] if any(pair) else []

    return made


def _fields(known: Mapping[str, Sequence[object]], about: Named) -> list[Change]:
    say = gate.tongue().say
    return [
        Change(_value(name, pair[0], about), _value(name, pair[1], about), say(_FIELDS.get(name, name)))
        for name, pair in known.items()
    ]


def _value(name: str, value: object, about: Named) -> str:
    if value in (None, ""):
        return gate.tongue().say("none")
    if name == "region_id" and isinstance(value, int):
        return about.regions.get(value) or gate.tongue().say("none")
    if name == "home_id" and isinstance(value, int):
        return about.branches.get(value) or gate.tongue().say("none")
    return _day(str(value)) if name in ("opened", "closed", "certified_on") else str(value)


def _day(written: str) -> str:
    return gate.tongue().date(date.fromisoformat(written))


def _days(pair: Sequence[str], _: Named) -> str:
    first, last = (date.fromisoformat(day) for day in pair)
    return gate.tongue().say("{first} to {last}", first=first, last=last)


def _called(named: Sequence[str], _: Named) -> str:
    return str(named[0])


def _role(held: Sequence[Any], about: Named) -> str:
    """A role, and where it is held."""
    role, branch, region = held
    place = about.branches.get(branch, "") or about.regions.get(region, "")
    words = role_words().get(role, role)
    return f"{words} · {place}" if place else words


def role_words() -> dict[str, str]:
    say = gate.tongue().say
    return {
        Role.SHOPPER.value: say("Shopper"),
        Role.STAFF.value: say("Staff of a branch"),
        Role.MANAGER.value: say("Manager of a region"),
        Role.OFFICE.value: say("Head office"),
    }


def _stand_in(known: Mapping[str, str], about: Named) -> list[Change]:
    who = about.people.get(known["stand_in"], "")
    return [Change("", f"{who} · {_days((known['first'], known['last']), about)}" if "first" in known else who)]


def _due(known: Mapping[str, str | None], _: Named) -> list[Change]:
    """Which time, and from which week on."""
    tongue, written = gate.tongue(), known["due"]
    when = clocks.due_words(tongue, DueTime.parse(written)) if written else tongue.say("as config.toml says")
    week = tongue.week(date.fromisoformat(known["first_week"] or ""))
    return [Change("", tongue.say("{when}, from the {week} on", when=when, week=week))]


def _added(known: Mapping[str, str], _: Named) -> list[Change]:
    return [Change("", role_words()[known["role"]])] if known.get("role") in role_words() else []


def _conflict(known: Mapping[str, str], about: Named) -> list[Change]:
    name = about.branches.get(known.get("branch", ""), "")
    return [Change("", name)] if name else []


def _counted(words: Mapping[str, str]) -> Callable[[Mapping[str, int], Named], list[Change]]:
    """How many of each, where the event holds it."""

    def made(known: Mapping[str, int], _: Named) -> list[Change]:
        tongue = gate.tongue()
        return [Change("", tongue.whole(known[key]), tongue.say(word)) for key, word in words.items() if key in known]

    return made


def _given(known: Mapping[str, Sequence[int | None]], about: Named) -> list[Change]:
    """Who was to audit, and who does now."""
    names = [about.people.get(one, "") if one is not None else gate.tongue().say("nobody") for one in known["shopper"]]
    return [Change(names[0], names[1])]


def _forgotten(known: Mapping[str, Any], _: Named) -> list[Change]:
    """Of which kind, and how many."""
    tongue = gate.tongue()
    return [Change("", tongue.whole(known["n"]), tongue.say(WORDS.get(known["kind"], known["kind"])))]


def _until(known: Mapping[str, str], _: Named) -> list[Change]:
    return [Change("", gate.tongue().say("until {day}", day=date.fromisoformat(known["until"])))]


def _told(known: Mapping[str, str], _: Named) -> list[Change]:
    return [Change("", _day(known["day"]))]


def _merged(known: Mapping[str, Any], about: Named) -> list[Change]:
    """Which entry of a shopper, or of a branch, into which."""
    if "branch" not in known:
        return _given(known, about)
    gone, kept = (about.branches.get(one, "") for one in known["branch"])
    return [Change(gone, kept)]


_MADE: Mapping[str, Callable[[Mapping[str, Any], Named], list[Change]]] = {
    "change": _fields,
    "call": _pair(_called),
    "change_role": _pair(_role),
    "change_window": _pair(_days),
    "choose_mails": _pair(lambda wanted, _: mailed.words(Wanted(wanted))),
    "choose_alerts": _pair(lambda wanted, _: dict(mailed.alerts_choices())[wanted]),
    "hand_over": _pair(lambda public_id, about: about.people.get(public_id, "")),
    "name_stand_in": _stand_in,
    "end_stand_in": _stand_in,
    "change_due": _due,
    "add": _added,
    "declare_conflict": _conflict,
    "import": _counted(_IMPORTED),
    "agree": _fields,
    "certify": _fields,
    "propose": _counted(_PROPOSED),
    "give": _given,
    "merge": _merged,
    "merge_into": _merged,
    "forget": _forgotten,
    "dismiss": _until,
    "note": _told,
}
"""How what an event holds is told, by its verb."""
