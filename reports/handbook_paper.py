"""The handbook as tagged PDF: for a drawer, with the way to the page of today on its front."""

from dataclasses import asdict
from typing import Any

from branches.language import Language
from reports import letters
from reports.handbook import Handbook
from reports.handbook_changes import Changes
from reports.paper import foot_words, printable, typeset
from reports.qr import square

_SIZE = 10.0
"""Points of the letters."""


def handbook_pdf(
    book: Handbook, tongue: Language, *, chain: str, address: str, changes: Changes | None = None
) -> bytes:
    """What does the chain promise, on A4? A PDF/UA-1, the same bytes for the same words.

    Args:
        book: one version of the standard in the reader's words.
        tongue: the reader's language.
        chain: the chain's name, for the foot of each page; may be empty.
        address: where the handbook's page is.
        changes: what this version brought; None where it is the first.
    """
    known, lacking = printable(book, tongue)
    brought = letters.every_text(changes, letters.legible) if changes is not None else None
    content = {
        "book": asdict(known),
        "changes": asdict(brought) if brought is not None and not brought.none else None,
        "scope": letters.legible(chain) or known.title,
        "week": known.edition,
        "title": f"{tongue.say('Handbook')} · {known.title}" if known.title else tongue.say("Handbook"),
        "edition": "",
        "address": address,
        "lacking": [line for line in (known.lacking, *lacking) if line],
        "drawings": {"square": square(address)},
        "words": _words(tongue),
    }
    return typeset("handbook.typ", content, tongue, _SIZE)


def _words(tongue: Language) -> dict[str, Any]:
    say = tongue.say
    return {
        **foot_words(tongue),
        "contents": say("Contents"),
        "counts": say("What counts:"),
        "done": say("How it is done:"),
        "failing": say("Critical: if this one fails, the whole audit counts as failed."),
        "way": say("The handbook as it is today, on your phone:"),
        "square": say("A picture that a phone's camera reads; it leads to {address}", address="#"),
        "new": say("New items"),
        "gone": say("No longer part of it"),
        "changed": say("Changed items"),
    }
