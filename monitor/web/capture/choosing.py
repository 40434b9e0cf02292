"""Two pages or phones gave one question different answers: both are shown, and the shopper says which one holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from branches.drafts import VISITED, Typed
from monitor.web import gate
from monitor.web.capture.given import Given
from monitor.web.capture.sheet import Sheet

NOW, OTHER = "now", "other"
"""What stands in the draft, and what came from elsewhere while it was written."""


@dataclass(frozen=True)
class Choice:
    """One question with two answers: as they were typed, and in words."""

    now: Typed
    other: Typed
    now_words: str
    other_words: str


def choices(sheet: Sheet) -> dict[str, Choice]:
    """All that is to be chosen, by what a draft calls its items."""
    found = {}
    for code in sheet.filled.undecided:
        entry = sheet.filled.entries[code]
        if entry.other is not None and (code == VISITED or code in sheet.questions.by_code):
            words = (sheet.spoken(code, typed) for typed in (entry.now, entry.other))
            found[code] = Choice(entry.now, entry.other, *words)
    return found


def for_script(found: Mapping[str, Choice]) -> dict[str, dict[str, Any]]:
    """The same for the phone's script: mark, comment and words of each of the two."""
    return {
        code: {
            NOW: [one.now.mark, one.now.comment, one.now_words],
            OTHER: [one.other.mark, one.other.comment, one.other_words],
        }
        for code, one in found.items()
    }


def words() -> dict[str, str]:
    """What the script says of them: in the line that is always in sight, and beside each."""
    say = gate.tongue().say
    return {
        "undecided": say("Another page changed the same answer meanwhile. Choose which one holds."),
        "choice": say("Two answers were given here, on two pages or phones. Tap the one that holds, or change it."),
    }


def decided(sent: Given, found: Mapping[str, Choice]) -> Given:
    """What a page sent, with the one answer that was chosen on it.

    Of the others that are still to be chosen only those count that were changed: a page that is saved as it was opened
    chooses nothing.
    """
    which, _, code = sent.choose.partition(" ")
    chosen = {}
    if code in found and which in (NOW, OTHER):
        chosen = {code: found[code].now if which == NOW else found[code].other}
    kept = {c: typed for c, typed in sent.entries.items() if c not in found or typed != found[c].now} | chosen
    visited = kept.pop(VISITED, None)
    return replace(sent, typed=kept, visited=visited.mark if visited is not None else None)
