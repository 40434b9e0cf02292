"""What head office would ask about, told to the shopper before sending: in words, and for the script as what it goes by."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from branches import assignments, audits, doubts, questions, review, sending
from branches.audits import Audit
from branches.doubts import SOON_MINUTES, Doubt, DoubtKind
from branches.drafts import VISITED
from branches.language import message
from monitor.web import gate
from monitor.web.capture.room import VISIT_FIELD, control, quoted, sentence
from monitor.web.capture.sheet import Sheet

WORDS = {
    DoubtKind.EARLY: message("The visit was before its window, which opened on {day}."),
    DoubtKind.LATE: message("The visit was after its window, which closed on {day}."),
    DoubtKind.SOON: message("The visit is said to be less than {n} minutes ago. Is its time right?"),
    DoubtKind.FAST: message("The form was filled in very fast. Read your answers once more."),
    DoubtKind.MOMENT: message("The time of the visit is not the one you noted when you came in."),
    DoubtKind.APART: message("{item}: you noted {seconds} seconds."),
    DoubtKind.SHORT: message("{item}: say in a sentence what you saw."),
    DoubtKind.SAME: message("{item}: head office asked about this, and it is as you sent it."),
    DoubtKind.NAME: message("{item}: {name} may be somebody's name. Say what was done, not who did it."),
}


def asked(sheet: Sheet) -> list[tuple[str, str]]:
    """What head office would ask about as the form stands now, in its order: where it is, and in words."""
    audit, at = sheet.audit, gate.site().clock()
    known = doubts.familiar(audit, gate.site().name)
    found = doubts.of_draft(gate.session(), audit, sheet.filled, known, at=at)
    places = {code: place for place, code in enumerate(sheet.by_code)}
    found.sort(key=lambda one: (places.get(one.item, -1), one.kind is DoubtKind.SHORT))
    return [(sheet.address(_control(one)), _sentence(one, sheet)) for one in found]


def wrong(sheet: Sheet, codes: Iterable[str]) -> dict[str, str]:
    """What was answered and cannot hold, by control; what is merely missing is told before sending."""
    answered = {code for code in codes if sheet.filled.typed(code).mark.strip() and code not in sheet.filled.undecided}
    faults = sending.faults(gate.session(), sheet.audit, sheet.filled, at=gate.site().clock())
    return {control(one): sentence(one.refused, sheet.by_code) for one in faults if (one.item or VISITED) in answered}


def _control(doubt: Doubt) -> str:
    if doubt.item == VISITED:
        return VISIT_FIELD
    return f"c-{doubt.item}" if doubt.kind is DoubtKind.SHORT else f"m-{doubt.item}"


def _sentence(doubt: Doubt, sheet: Sheet) -> str:
    values = dict[str, Any](doubt.values, n=SOON_MINUTES)
    if "day" in values:
        values["day"] = date.fromisoformat(values["day"])
    if doubt.item in sheet.by_code:
        values["item"] = quoted(sheet.by_code[doubt.item].item)
    return gate.tongue().say(WORDS[doubt.kind], **values)


def questions_of(sheet: Sheet) -> dict[str, dict[str, object]]:
    """The questions' rules, with the marks that want a sentence beside them."""
    packed = questions.packed(sheet.questions)
    explained = {code: doubts.explained(question) for code, question in sheet.questions.by_code.items()}
    return {code: {**one, **({"explain": explained[code]} if explained[code] else {})} for code, one in packed.items()}


def definition(sheet: Sheet) -> dict[str, Any]:
    """What the script needs to ask the same where there is no network."""
    audit = sheet.audit
    window = assignments.of(gate.session(), audit)
    return {
        "familiar": sorted(doubts.familiar(audit, gate.site().name)),
        "asked": audits.first_day(audit).isoformat(),
        "window": [window.opens_on.isoformat(), window.closes_on.isoformat()] if window is not None else None,
        "afar": audit.channel == "phone",
        "sent": {code: [one.mark, one.comment] for code, one in review.as_sent(gate.session(), audit).items()},
        "words": {**_words(window), **_words_of_visit(audit)},
    }


def _words(window: assignments.Assignment | None) -> dict[str, str]:
    say = gate.tongue().say
    braces = {"item": "{item}", "name": "{name}", "seconds": "{seconds}", "n": SOON_MINUTES}
    days = {DoubtKind.EARLY: window.opens_on, DoubtKind.LATE: window.closes_on} if window is not None else {}
    found = {kind.value: say(words, **braces, day=days.get(kind, "")) for kind, words in WORDS.items()}
    return {**found, "heading": say("Head office may ask about this"), "send": say("It is right as it is: send")}


def _words_of_visit(audit: Audit) -> dict[str, str]:
    day = audits.first_day(audit)
    return {kind: gate.tongue().say(words, day=day) for kind, words in audits.visit_words(audit).items()}
