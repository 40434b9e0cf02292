"""The choice of mails, weekly and between reports, in words, wherever it is shown: from a mail, by its person, at head office."""

from collections.abc import Mapping

from branches.errors import Refused
from branches.subscriptions import Wanted
from monitor.web import gate

YES, NO = "yes", "no"


def choices() -> list[tuple[str, str]]:
    """What can be chosen: value and words, for a form."""
    say = gate.tongue().say
    return [
        (Wanted.ALWAYS.value, say("Every week")),
        (Wanted.SHORT.value, say("Only when something falls short")),
        (Wanted.NEVER.value, say("Never")),
    ]


def words(wanted: Wanted) -> str:
    return dict(choices())[wanted.value]


def now_words(wanted: Wanted) -> str:
    """What is chosen now, as a sentence to whoever chose it."""
    say = gate.tongue().say
    match wanted:
        case Wanted.ALWAYS:
            return say("You are mailed the report every week.")
        case Wanted.SHORT:
            return say("You are mailed the report only when something falls short.")
        case Wanted.NEVER:
            return say("You are not mailed the report.")


def alerts_choices() -> list[tuple[str, str]]:
    """Whether somebody is told between reports: value and words, for a form."""
    say = gate.tongue().say
    return [(YES, say("Yes, at most once a day")), (NO, say("No"))]


def alerts_value(wanted: bool) -> str:
    return YES if wanted else NO


def alerts_words(wanted: bool) -> str:
    return dict(alerts_choices())[alerts_value(wanted)]


def alerts_now_words(wanted: bool) -> str:
    """The same, as a sentence to whoever chose it."""
    say = gate.tongue().say
    if wanted:
        return say("You are mailed alerts between reports, at most once a day.")
    return say("You are not mailed alerts between reports.")


def alerts_asked(form: Mapping[str, str]) -> bool:
    """What a form asks for; anything else is refused."""
    if form.get("alerts") not in (YES, NO):
        raise Refused("Choose whether alerts are mailed.")
    return form["alerts"] == YES


def asked(form: Mapping[str, str]) -> Wanted:
    """What a form asks for; anything else is refused."""
    try:
        return Wanted(form.get("wanted", ""))
    except ValueError:
        raise Refused("Choose when the report is mailed.") from None
