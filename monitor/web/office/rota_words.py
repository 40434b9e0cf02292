"""A rota in words: when, why this shopper, why nobody, and what would change that."""

from collections.abc import Mapping
from typing import Any

from branches.language import message
from branches.rota import Bar, Part
from branches.rotas import Planned
from monitor.web import gate

WOULD_HELP: Mapping[Bar, str] = {
    Bar.UNCERTIFIED: message("Certifying a shopper would change that."),
    Bar.FAR: message("A longer way, or a shopper who lives nearer, would change that."),
    Bar.LOCKOUT: message("Later days, or one more shopper, would change that."),
    Bar.FULL: message("More audits for a shopper, or one more shopper, would change that."),
}
ELSE_HELPS = message("One more shopper would change that.")


def days_words(one: Planned) -> str:
    """The days of the visit, and the part of the week."""
    tongue = gate.tongue()
    if one.opens_on == one.closes_on:
        days = tongue.date(one.opens_on)
    else:
        days = tongue.say("{first} to {last}", first=one.opens_on, last=one.closes_on)
    return f"{days}, {tongue.say(Part(one.part).word)}"


def why_words(one: Planned) -> str:
    """What spoke for this shopper, or against everybody."""
    if one.shopper_id != one.proposed_id:
        return gate.tongue().say("Changed by hand.")
    if one.shopper_id is None:
        return " ".join((_against(one.why), _would_help(one.why)))
    return " · ".join(_for(one.why))


def _for(why: Mapping[str, Any]) -> list[str]:
    tongue = gate.tongue()
    before, could = int(why["before"]), int(why["could"])
    return [
        _way(why),
        tongue.count("was there {n} time of late", "was there {n} times of late", before)
        if before
        else tongue.say("not there of late"),
        tongue.count("{n} shopper could go", "{n} shoppers could go", could),
        *([tongue.say("lets branches share a shopper that shared none")] if why["joins"] else []),
    ]


def _way(why: Mapping[str, Any]) -> str:
    say = gate.tongue().say
    if why["km"] is not None:
        return say("{km} km away", km=round(float(why["km"])))
    return {True: say("in their own region"), False: say("in another region")}.get(
        why["home"], say("how far is not known")
    )


def _against(why: Mapping[str, Any]) -> str:
    """Nobody: who is kept away by what, the most first."""
    count, bars = gate.tongue().count, _bars(why)
    said = {
        Bar.INACTIVE: count("{n} does not audit any more", "{n} do not audit any more", bars.get(Bar.INACTIVE, 0)),
        Bar.UNCERTIFIED: count("{n} is not certified", "{n} are not certified", bars.get(Bar.UNCERTIFIED, 0)),
        Bar.CONFLICT: count(
            "{n} has a conflict of interest", "{n} have a conflict of interest", bars.get(Bar.CONFLICT, 0)
        ),
        Bar.MISSED: count("{n} was asked in vain", "{n} were asked in vain", bars.get(Bar.MISSED, 0)),
        Bar.FAR: count("{n} lives too far away", "{n} live too far away", bars.get(Bar.FAR, 0)),
        Bar.LOCKOUT: count(
            "{n} is there too short a time before or after",
            "{n} are there too short a time before or after",
            bars.get(Bar.LOCKOUT, 0),
        ),
        Bar.FULL: count(
            "{n} has as many audits as they may", "{n} have as many audits as they may", bars.get(Bar.FULL, 0)
        ),
        Bar.THERE: count("{n} goes there on other days", "{n} go there on other days", bars.get(Bar.THERE, 0)),
    }
    ordered = sorted(bars, key=lambda bar: (-bars[bar], list(Bar).index(bar)))
    if not ordered:
        return gate.tongue().say("There is no active shopper.")
    return gate.tongue().say("Why nobody goes: {reasons}.", reasons=", ".join(said[bar] for bar in ordered))


def _would_help(why: Mapping[str, Any]) -> str:
    """What keeps most of them away tells what to do."""
    bars = _bars(why)
    most = max(WOULD_HELP, key=lambda bar: bars.get(bar, 0))
    return gate.tongue().say(WOULD_HELP[most] if bars.get(most) else ELSE_HELPS)


def _bars(why: Mapping[str, Any]) -> dict[Bar, int]:
    return {Bar(name): int(n) for name, n in why.get("bars", {}).items() if n}
