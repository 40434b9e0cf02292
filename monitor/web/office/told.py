"""History in sentences: who did what, when, and what they said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import SQLModel, col, select

from branches import history
from branches.history import Event
from branches.language import message
from branches.people import User
from monitor.web import gate
from monitor.web.office import changes, things
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
    "decided": message("{who} closed the last open appeal."),
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
    "merge": message("{who} gave this person the audits of another entry of theirs."),
    "merge_into": message("{who} gave the audits of this entry to another one of the same person."),
    "reactivate": message("{who} gave access again."),
    "set_password": message("{who} changed the password."),
    "erase": message("{who} erased this person."),
    "take_home": message("{who} took home what is kept of this person."),
    "invite": message("{who} had a sign-in link mailed."),
    "give_address": message("{who} gave an address."),
    "choose_mails": message("{who} chose when the report is mailed."),
    "choose_alerts": message("{who} chose whether alerts are mailed between reports."),
    "name_stand_in": message("{who} named a stand-in."),
    "end_stand_in": message("{who} ended the time of a stand-in."),
    "declare_conflict": message("{who} noted a conflict of interest."),
    "make_calendar": message("{who} made an address for their calendar."),
    "end_calendar": message("{who} ended the address for their calendar."),
    "agree": message("{who} noted what they can take on."),
    "certify": message("{who} certified this shopper."),
    "sign_in": message("{who} signed in."),
    "sign_out": message("{who} signed out."),
    "end_device": message("{who} signed a device out."),
    "turn_on_second_step": message("{who} turned the second step of signing in on."),
    "turn_off_second_step": message("{who} turned the second step of signing in off."),
    "take_second_step": message("{who} took the second step of signing in away."),
    "renew_recovery_codes": message("{who} made new recovery codes."),
    "use_recovery_code": message("{who} used a recovery code."),
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
    "merge": message("{who} merged another entry of the same branch into this one."),
    "merge_into": message("{who} merged this entry into another one of the same branch."),
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
_ROTA = {
    "ask": message("{who} asked for a rota."),
    "propose": message("A rota was proposed."),
    "fail": message("A rota could not be worked out."),
    "give": message("{who} changed who audits where in a rota."),
    "drop": message("{who} dropped a rota."),
    "send": message("{who} sent a rota."),
}
_CASE = {
    "write": message("{who} wrote a reference case."),
    "change": message("{who} changed the words of a reference case."),
    "mark": message("{who} marked a reference case as it is right."),
    "open": message("{who} opened a reference case to shoppers."),
    "answer": message("{who} answered a reference case."),
    "close": message("{who} closed a reference case."),
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
    "rota": _ROTA,
    "referencecase": _CASE,
    "duechange": {"change_due": message("{who} changed when a report is due.")},
    "standarddraft": {
        "begin": message("{who} began the draft."),
        "edit": message("{who} changed the draft."),
        "undo": message("{who} undid the last step."),
        "discard": message("{who} discarded the draft."),
        "publish": message("{who} published the draft."),
    },
    "keeping": {"forget": message("{who} forgot what had been kept long enough.")},
    "standard": {
        "publish": message("{who} published a version of the standard."),
        "take_back": message("{who} took a version of the standard back before its day."),
    },
}
LED_TO = ("audit", "user", "branch", "region")
"""Of what a person did lately, things of these kinds are named."""
AT_ONCE = 10
"""So many times as many events are looked at as lines are shown."""
_WITH_CHANGES = {
    *("change", "change_window", "change_due", "change_role", "call"),
    *("choose_mails", "choose_alerts", "name_stand_in", "end_stand_in", "agree", "certify"),
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
    people, about = doers(events), changes.named(events)
    return [_told(event, people, about, zone) for event in reversed(events)]


def lately(user: User, most: int) -> list[Told]:
    """What a person did last, with what it was done to; what was done to many things at once is told once."""
    events = [event for event in history.done_by(gate.session(), user, most=most * AT_ONCE) if _words(event)]
    people, about, found = {user.id: user}, changes.named(events), things.of(events, LED_TO)
    lines = [_told(event, people, about, "", found.get((event.thing, event.thing_id))) for event in events]
    return list(dict.fromkeys(lines))[:most]


def latest(thing: str, verb: str) -> Told | None:
    """Who did that last, to whichever of these things."""
    event = history.latest(gate.session(), thing, verb)
    return _told(event, doers([event]), changes.named([event]), "") if event is not None else None


def _words(event: Event) -> str:
    return SENTENCES.get(event.thing, {}).get(event.verb, "")


def doers(events: Sequence[Event]) -> dict[int, User]:
    """Who did them, by number."""
    numbers = {event.by_id for event in events if event.by_id is not None}
    return {one.id: one for one in gate.session().exec(select(User).where(col(User.id).in_(numbers)))}


def _told(
    event: Event, people: Mapping[int, User], about: changes.Named, zone: str, thing: things.Thing | None = None
) -> Told:
    say, thing = gate.tongue().say, thing or things.Thing()
    doer = people.get(event.by_id) if event.by_id is not None else None
    who = called(doer) if doer is not None else say("The program")
    return Told(say(_words(event), who=who), moment_words(event.at, zone), _note(event, about), thing.name, thing.href)


def _note(event: Event, about: changes.Named) -> str:
    """What was there before and what came, where a thing's own page says that; else what was said."""
    if event.verb in _WITH_CHANGES:
        return "; ".join(str(one) for one in changes.of(event, about))
    return changes.why(event)
