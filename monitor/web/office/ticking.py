"""Ticking: what may be decided of several audits at once, and what the list's page knew of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from branches import checks, history
from branches.audits import Audit
from branches.language import message
from monitor.web import gate

STEPS: Mapping[str, Mapping[str, str]] = {
    "waiting": {"approve-and-release": message("Approve and release"), "approve": message("Approve only")},
    "approved": {"release": message("Release")},
}
"""By list, the one that leads first."""
ALONE = {"approve": message("Approve")}
"""What one of two people may do with those that wait."""
CLEAR = "clear"
"""Asks for a list on which those are ticked at which nothing was seen."""


@dataclass(frozen=True)
class Box:
    """What stands beside one audit of a list."""

    value: str
    """Its public id and the last event that the page knows."""
    clear: bool
    """Whether it was looked at and nothing was seen."""
    tag: str
    """That it is better opened."""


def steps(cut: str) -> Mapping[str, str]:
    """What may be done with those that are ticked, in words; nothing in lists that only tell."""
    if cut == "waiting" and gate.site().two_people:
        return ALONE
    return STEPS.get(cut, {})


def boxes(audits: Sequence[Audit]) -> list[Box]:
    """One for each audit, in two queries."""
    newest, amounts = history.newest_of(gate.session(), audits), checks.amounts(gate.session(), audits)
    return [_box(audit, newest.get(audit.id, 0), amounts.get(audit.id)) for audit in audits]


def _box(audit: Audit, seen: int, amount: int | None) -> Box:
    return Box(f"{audit.public_id}.{seen}", amount == 0, _tag(amount))


def _tag(amount: int | None) -> str:
    """None: it came another way, and nobody has looked at it yet."""
    if amount is None:
        return gate.tongue().say("not looked at yet")
    return gate.tongue().count("{n} thing worth a look", "{n} things worth a look", amount) if amount else ""


def is_asked() -> bool:
    """Whether those at which nothing was seen are to be ticked."""
    return request.args.get("tick", "") == CLEAR


def address_of_clear(found: Sequence[Box]) -> str:
    """The same list with those ticked; empty where there are none, or they are."""
    if is_asked() or not any(box.clear for box in found):
        return ""
    return url_for("office.review", **here(), tick=CLEAR)


def here() -> dict[str, Any]:
    """Which list it is, and which part of it."""
    return {name: request.args[name] for name in ("show", "q", "page") if request.args.get(name)}
