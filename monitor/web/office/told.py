"""History in sentences: who did what, when, and what they said about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlmodel import SQLModel, col, select

from branches import access, clocks, history
from branches.audits import Audit
from branches.history import Event
from branches.language import message
from branches.people import PERSONS, Role, User
from branches.places import Branch, Region
from branches.subscriptions import Wanted
from branches.weeks import DueTime
from monitor.web import gate, mailed
from monitor.web.office.room import called, moment_words

_AUDIT = {
    "assign": message("{who} assigned it."),
    "change_window": message("{who} changed its days."),
    "started": message("{who} began to fill it in."),
    "submitted": message("{who} sent it."),
    "amend": message("{who} asked to have it corrected."),
    "returned": message("{who} returned it to be corrected."),
    "approved": message("{who} approved it."),
    "clear": message("{who} cleared what the branch reads of it."),
    "released": message("{who} released it."),
    "appealed": message("{who} appealed an answer."),
    "decided": message("{who} decided what was appealed."),
    "closed": message("{who} closed it."),
    "excluded": message("{who} excluded it."),
    "withdrawn": message("{who} withdrew it."),
    "expired": message("Its time ran out."),
}
_PERSON = {
    "add": message("{who} added this person."),
    "call": message("{who} changed name or language."),
    "change_address": message("{who} changed the address."),
    "change_role": message("{who} changed the role or the place."),
    "deactivate": message("{who} ended the access."),
    "reactivate": message("{who} gave access again."),
    "set_password": message("{who} changed the password."),
    "invite": message("{who} had a sign-in link mailed."),
    "give_address": message("{who} gave an address."),
    "choose_mails": message("{who} chose when the report is mailed."),
    "choose_alerts": message("{who} chose whether alerts are mailed between reports."),
    "name_stand_in": message("{who} named a stand-in."),
    "end_stand_in": message("{who} ended the time of a stand-in."),
    "declare_conflict": message("{who} noted a conflict of interest."),
    "sign_in": message("{who} signed in."),
    "sign_out": message("{who} signed out."),
    "end_device": message("{who} signed a device out."),
    "choose_pin": message("{who} chose a PIN."),
    "give_pin": message("{who} gave a first PIN."),
    "act_on_tablet": message("{who} acted on the branch's shared tablet."),
}
_PLACE = {"open": message("{who} opened it."), "change": message("{who} changed it.")}
_BRANCH = {
    **_PLACE,
    "make_tablet_code": message("{who} made a code for a shared tablet."),
    "sign_in_tablet": message("A shared tablet was signed in."),
    "end_tablet": message("{who} signed a shared tablet out."),
}
_APPEAL = {
    "appeal": message("{who} appealed an answer."),
    "upheld": message("{who} upheld an appeal."),
    "rejected": message("{who} rejected an appeal."),
    "withdraw": message("{who} withdrew an appeal."),
    "back": message("{who} added to an appeal."),
}
_NOTICE = {
    "note": message("{who} noted that the staff were informed."),
    "withdraw": message("{who} took a notice back."),
}
_ACTION = {
    "open": message("{who} planned a corrective action."),
    "hand_over": message("{who} said who sees to a corrective action."),
    "complete": message("{who} completed a corrective action."),
    "show": message("{who} showed what was done about a corrective action."),
    "verify": message("{who} verified a corrective action."),
    "reopen": message("{who} opened a corrective action again."),
    "accept": message("{who} accepted a corrective action."),
    "refuse": message("{who} said why a corrective action cannot be done."),
    "ask": message("{who} asked about a corrective action."),
    "respond": message("{who} answered the branch about a corrective action."),
}
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "audit": _AUDIT,
    "user": _PERSON,
    "branch": _BRANCH,
    "region": _PLACE,
    "appeal": _APPEAL,
    "notice": _NOTICE,
    "correctiveaction": _ACTION,
    "flag": {
        "dismiss": message("{who} dismissed a flag."),
        "acknowledge": message("{who} has seen a flag."),
    },
    "mail": {"retry": message("{who} had the mails that were not taken tried again.")},
    "duechange": {"change_due": message("{who} changed when a report is due.")},
    "standarddraft": {
        "begin": message("{who} began the draft."),
        "edit": message("{who} changed the draft."),
        "undo": message("{who} undid the last step."),
        "discard": message("{who} discarded the draft."),
        "publish": message("{who} published the draft."),
    },
    "standard": {"publish": message("{who} published a version of the standard.")},
}
AT_ONCE = 10
"""So many times as many events are looked at as lines are shown."""
_FIELDS = {
    "name": message("name"),
    "address": message("address"),
    "timezone": message("time zone"),
    "region_id": message("region"),
    "opened": message("first day"),
    "closed": message("closed from"),
}


@dataclass(frozen=True)
class Told:
    """One event as it is read."""

    sentence: str
    when: str
    note: str = ""
    name: str = ""
    """What it was about."""
    href: str = ""


def of(thing: SQLModel, zone: str = "") -> list[Told]:
    """What happened to a thing, newest first."""
    return of_all([thing], zone)


def of_all(things: Sequence[SQLModel], zone: str = "") -> list[Told]:
    """What happened to things of one kind, newest first."""
    events = [event for event in history.of_all(gate.session(), things) if _words(event)]
    people = _people(events)
    return [_told(event, people, zone) for event in reversed(events)]


def lately(user: User, most: int) -> list[Told]:
    """What a person did last, with what it was done to; what was done to many things at once is told once."""
    events = [event for event in history.done_by(gate.session(), user, most=most * AT_ONCE) if _words(event)]
    people, things = {user.id: user}, _things(events)
    lines = [_told(event, people, "", *things.get((event.thing, event.thing_id), ("", ""))) for event in events]
    return list(dict.fromkeys(lines))[:most]


def latest(thing: str, verb: str) -> Told | None:
    """Who did that last, to whichever of these things."""
    event = history.latest(gate.session(), thing, verb)
    return _told(event, _people([event]), "") if event is not None else None


def _words(event: Event) -> str:
    return SENTENCES.get(event.thing, {}).get(event.verb, "")


def _people(events: Sequence[Event]) -> dict[int, User]:
    numbers = {event.by_id for event in events if event.by_id is not None}
    return {one.id: one for one in gate.session().exec(select(User).where(col(User.id).in_(numbers)))}


def _told(event: Event, people: Mapping[int, User], zone: str, name: str = "", href: str = "") -> Told:
    say = gate.tongue().say
    doer = people.get(event.by_id) if event.by_id is not None else None
    who = called(doer) if doer is not None else say("The program")
    return Told(say(_words(event), who=who), moment_words(event.at, zone), _note(event), name, href)


def _note(event: Event) -> str:
    """What was said, or what was there before and what came."""
    known = event.details
    match event.verb:
        case "change":
            return "; ".join(_change(name, pair) for name, pair in known.items())
        case "name_stand_in" | "end_stand_in":
            return _stand_in(known)
        case "change_due":
            return _due(known)
        case "change_window" | "call" | "choose_mails" | "choose_alerts" | "change_role":
            pairs = [known[when] for when in ("before", "after") if known.get(when)]
            return " → ".join(_WORDED[event.verb](one) for one in pairs)
        case _:
            return str(known.get("reason") or known.get("decision") or known.get("about") or "")


def _stand_in(known: Mapping[str, str]) -> str:
    query = select(User).where(User.public_id == known["stand_in"])
    who = called(gate.session().exec(query).first())
    return f"{who} · {_days((known['first'], known['last']))}" if "first" in known else who


def _days(pair: Sequence[str]) -> str:
    first, last = (date.fromisoformat(day) for day in pair)
    return gate.tongue().say("{first} to {last}", first=first, last=last)


def _due(known: Mapping[str, str | None]) -> str:
    """Which time, and from which week on."""
    tongue, written = gate.tongue(), known["due"]
    when = clocks.due_words(tongue, DueTime.parse(written)) if written else tongue.say("as config.toml says")
    week = tongue.week(date.fromisoformat(known["first_week"] or ""))
    return tongue.say("{when}, from the {week} on", when=when, week=week)


def _change(name: str, pair: Sequence[object]) -> str:
    return f"{gate.tongue().say(_FIELDS.get(name, name))}: {_value(name, pair[0])} → {_value(name, pair[1])}"


def _value(name: str, value: object) -> str:
    if value in (None, ""):
        return gate.tongue().say("none")
    if name == "region_id":
        region = gate.session().get(Region, value)
        return region.name if region is not None else gate.tongue().say("none")
    if name in ("opened", "closed"):
        return gate.tongue().date(date.fromisoformat(str(value)))
    return str(value)


def _role(role: str) -> str:
    return role_words().get(role, role)


_WORDED: Mapping[str, Callable[[Any], str]] = {
    "change_window": _days,
    "call": lambda named: str(named[0]),
    "choose_mails": lambda wanted: mailed.words(Wanted(wanted)),
    "choose_alerts": lambda wanted: dict(mailed.alerts_choices())[wanted],
    "change_role": lambda held: _role(str(held[0])),
}
"""How one state of a thing is told, beside that before it."""


def role_words() -> dict[str, str]:
    say = gate.tongue().say
    return {
        Role.SHOPPER.value: say("Shopper"),
        Role.STAFF.value: say("Staff of a branch"),
        Role.MANAGER.value: say("Manager of a region"),
        Role.OFFICE.value: say("Head office"),
    }


def _things(events: Sequence[Event]) -> dict[tuple[str, int], tuple[str, str]]:
    """What events are about: its name, and where its page is."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    numbers: dict[str, set[int]] = {}
    for event in events:
        numbers.setdefault(event.thing, set()).add(event.thing_id)
    session, reader = gate.session(), gate.person()
    for audit in session.exec(access.visible_audits(reader).where(col(Audit.id).in_(numbers.get("audit", ())))):
        found["audit", audit.id] = audit.branch.name, url_for("office.audit", public_id=audit.public_id)
    people = select(User).where(col(User.id).in_(numbers.get("user", ())), col(User.role).in_(PERSONS))
    for user in session.exec(people):
        found["user", user.id] = called(user), url_for("office.person", public_id=user.public_id)
    for branch in session.exec(access.visible_branches(reader).where(col(Branch.id).in_(numbers.get("branch", ())))):
        found["branch", branch.id] = branch.name, url_for("office.branch", public_id=branch.public_id)
    for region in session.exec(select(Region).where(col(Region.id).in_(numbers.get("region", ())))):
        found["region", region.id] = region.name, url_for("office.region", public_id=region.public_id)
    return found
