"""How long things are kept, in words; and how many of each go next, and when any went last."""

from collections.abc import Mapping
from typing import cast

from flask import current_app

from branches import keeping
from branches.keeping import KINDS, Terms
from branches.language import message
from monitor.web import gate
from monitor.web.office.room import moment_words, now

WORDS: Mapping[str, str] = {
    "photos": message("Photos of audits"),
    "comments": message("Audits with comments"),
    "evidence": message("What was shown of verified actions"),
    "backing": message("Photos of ended appeals"),
    "drafts": message("Forms of ended audits"),
    "reasons": message("Why a shopper could not go"),
    "links": message("Ended sign-in links"),
    "devices": message("Ended sign-ins of devices"),
    "troubles": message("What mail servers said"),
    "people": message("People whose access has ended"),
}
"""By the name of the kind; a test looks that there is one for each."""


def terms() -> Terms:
    return cast("Terms", current_app.extensions["terms"])


def lines() -> list[tuple[str, str]]:
    """Each kind with its months, and how many have been kept for so long."""
    found = keeping.due(gate.session(), terms(), now())
    say = gate.tongue().say
    return [(say(WORDS[kind.name]), _said(kind.months(terms()), len(found.get(kind.name, ())))) for kind in KINDS]


def _said(months: int, n: int) -> str:
    tongue = gate.tongue()
    if months == 0:
        return tongue.say("kept without end")
    kept = tongue.count("{n} month", "{n} months", months)
    return f"{kept} · {tongue.count('{n} goes next', '{n} go next', n)}" if n else kept


def last() -> str:
    """When anything went last."""
    event = keeping.lately(gate.session())
    if event is None:
        return gate.tongue().say("Nothing has gone yet.")
    return gate.tongue().say("The last went on {moment}.", moment=moment_words(event.at))
