"""What happened to an action: which flag or answer it is about, who completed and who verified it, what was said to and fro."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from branches import access, history, replies
from branches.actions import CorrectiveAction
from branches.audits import Audit
from branches.flags import Flag
from branches.history import Event
from branches.language import message
from branches.people import User
from branches.states import ActionState
from branches.weeks import local_date
from monitor.web import gate, told
from reports.called import called

_STEPS = {
    "complete": message("Completed on {day} by {name}."),
    "verify": message("Verified on {day} by {name}."),
}


@dataclass(frozen=True)
class Said:
    """One thing that the branch said, or was answered."""

    head: str
    text: str


def answers(found: CorrectiveAction) -> tuple[str, str]:
    """The flag or the answer that it is about: in words, and where that can be read; empty where it cannot any more."""
    say = gate.tongue().say
    if found.flag_id is not None:
        query = access.visible_flags(gate.person()).where(Flag.id == found.flag_id)
        flag = gate.session().exec(query).first()
        if flag is None or flag.cleared_week is not None:
            return say("It answers a flag that has been cleared since."), ""
        return say("The flag that it answers"), url_for("results.flag", public_id=flag.public_id)
    known = told.results(Audit.id == found.audit_id)
    if not known or found.item_id is None:
        return "", ""
    place = [item.id for item in told.items_of(known[0])].index(found.item_id) + 1
    words = say("The answer that it is about")
    return words, url_for("results.answer", public_id=known[0].public_id, place=str(place))


def steps(found: CorrectiveAction) -> list[str]:
    """When it was completed and verified, and by whom; only what still holds."""
    if found.state == ActionState.OPEN.value:
        return []
    last = {event.verb: event for event in history.of(gate.session(), found)}
    say, done = gate.tongue().say, [last[verb] for verb in _standing(found) if verb in last]
    names = _names(done)
    return [say(_STEPS[event.verb], day=_day(found, event), name=names.get(event.by_id, "")) for event in done]


def _standing(found: CorrectiveAction) -> tuple[str, ...]:
    return ("complete", "verify") if found.state == ActionState.VERIFIED.value else ("complete",)


def conversation(found: CorrectiveAction) -> list[Said]:
    """What the branch said to it and what it was answered, oldest first."""
    events = replies.said(gate.session(), found)
    names = _names(events)
    return [
        Said(_head(event.verb, _day(found, event), names.get(event.by_id, "")), str(event.details.get("reason", "")))
        for event in events
    ]


def _head(verb: str, day: object, name: str) -> str:
    say = gate.tongue().say
    match verb:
        case "accept":
            return say("Accepted on {day} by {name}.", day=day, name=name)
        case "refuse":
            return say("On {day} {name} said why not:", day=day, name=name)
        case "ask":
            return say("On {day} {name} asked:", day=day, name=name)
        case _:
            return say("On {day} {name} answered:", day=day, name=name)


def _day(found: CorrectiveAction, event: Event) -> object:
    return local_date(event.at, found.branch.timezone)


def _names(events: Iterable[Event]) -> dict[int | None, str]:
    """How those who did it are called; none of them is ever a shopper, who may do nothing of it."""
    numbers = {event.by_id for event in events if event.by_id is not None}
    people = [gate.session().get_one(User, number) for number in sorted(numbers)]
    return {one.id: called(gate.tongue(), one) for one in people}
