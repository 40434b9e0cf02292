"""What every page of the shopper's side shares: its own audits, moments in words, questions in the shopper's language."""

from datetime import datetime

from flask import Blueprint, abort, g

from branches import access, clocks
from branches.audits import Audit
from branches.drafts import VISITED
from branches.errors import Refused
from branches.language import ORIGINAL, Language
from branches.questions import ItemFault, Question
from branches.scoring import NA
from branches.standards import Item
from monitor.web import gate

blueprint = Blueprint("capture", __name__)

VISIT_FIELD = "visited"
"""The control with the time of the visit."""
BOTH = f" {NA}"
"""Ends a mark where a value was given and "does not apply" as well; it is for the shopper to take one back."""
WHOLE = "all"
"""In the place of a section's number: all on one page."""
WHOLE_COOKIE = "whole"
"""Who has chosen the form on one page; somebody else on the same phone has not."""
_QUOTES = {"hu": "„{}”"}


def own(public_id: str) -> Audit:
    """The shopper's own audit, without its score; anybody else's is not there."""
    query = access.visible_audits(gate.person()).where(Audit.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def round_of(audit: Audit) -> str:
    """Which sending of it is the last; empty before the first. What comes back is another round."""
    return audit.submitted_at.isoformat() if audit.submitted_at is not None else ""


def moment_words(at: datetime, zone: str) -> str:
    """A moment as the clock at the branch shows it."""
    return there(clocks.moment_words(gate.tongue(), at, zone), zone)


def time_words(at: datetime, zone: str) -> str:
    """A moment of today as the clock at the branch shows it."""
    return there(clocks.time_words(gate.tongue(), at, zone), zone)


def deadline_words(at: datetime, zone: str) -> str:
    """A moment that must not be missed, always with whose clock is meant: its reader may be anywhere."""
    tongue = gate.tongue()
    return clocks.there(tongue, clocks.moment_words(tongue, at, zone), zone)


def there(when: str, zone: str) -> str:
    """With whose clock is meant where the chain lives by several."""
    if "several_clocks" not in g:
        g.several_clocks = clocks.are_several(gate.session())
    return clocks.there(gate.tongue(), when, zone) if g.several_clocks else when


def wording(item: Item, tongue: Language) -> tuple[dict[str, object], str]:
    """An item's words, and the language they are in: the shopper's, else English, else the code."""
    for code in (tongue.code, ORIGINAL, *item.wording):
        if item.wording.get(code, {}).get("text"):
            return item.wording[code], code
    return {"text": item.code}, ORIGINAL


def quoted(item: Item) -> str:
    """An item's words as a sentence names them."""
    tongue = gate.tongue()
    return _QUOTES.get(tongue.code, "“{}”").format(wording(item, tongue)[0]["text"])


def sentence(refused: Refused, questions: dict[str, Question]) -> str:
    """A refusal with the question's words where it names an item."""
    tongue = gate.tongue()
    values = dict(refused.values)
    code = values.get("item")
    if code == VISITED:
        values["item"] = tongue.say("The time of the visit")
    elif isinstance(code, str) and code in questions:
        values["item"] = quoted(questions[code].item)
    if str(values.get("mark", "")).endswith(BOTH):
        return tongue.say("{item}: give a value or mark that it does not apply, not both.", item=values["item"])
    return tongue.say(refused.message, **values)


def prefers_whole() -> bool:
    """Whether this person has chosen the form on one long page, on this phone."""
    return gate.cookie(WHOLE_COOKIE) == gate.person().public_id


def step(number: int) -> str:
    """What stands in a form's address for that section, as this person likes it."""
    return WHOLE if prefers_whole() else str(number)


def control(fault: ItemFault) -> str:
    """The control that a fault is to be put right at."""
    return VISIT_FIELD if fault.item in ("", VISITED) else f"m-{fault.item}"
