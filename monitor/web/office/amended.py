"""What a shopper would have otherwise in an audit that was sent, as head office reads it."""

from dataclasses import dataclass

from branches import amendments
from branches.audits import Audit
from branches.drafts import VISITED, Typed
from branches.standards import Item
from monitor.web import gate
from monitor.web.office.sheet import mark_words, question_of, short


@dataclass(frozen=True)
class Amended:
    """One answer as it was sent, and as the shopper would have it."""

    text: str
    sent: str
    wanted: str


def answers(audit: Audit) -> list[Amended]:
    items = {item.code: item for section in audit.standard.sections for item in section.items}
    asked = [one for one in amendments.wanted(gate.session(), audit) if one.item == VISITED or one.item in items]
    found = [(items.get(one.item), one) for one in asked]
    return [Amended(_asks(item), _words(audit, item, one.sent), _words(audit, item, one.wanted)) for item, one in found]


def is_asked(audit: Audit) -> bool:
    """Whether the shopper asks for a correction, be it of photos alone."""
    return amendments.asked(gate.session(), audit) is not None


def _asks(item: Item | None) -> str:
    return gate.tongue().say("The time of the visit") if item is None else short(item, gate.tongue())


def _words(audit: Audit, item: Item | None, typed: Typed) -> str:
    words = typed.mark.replace("T", ", ") if item is None else mark_words(question_of(audit, item), typed.mark)
    return f"{words} · {typed.comment}" if typed.comment else words
