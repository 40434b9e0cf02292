"""What the phone's script asks for: drafts kept without a page, photos one by one, and what it needs to go by."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import request, url_for
from flask_wtf.csrf import generate_csrf

from branches import amendments, audits, drafts, photos, questions, rules, sending
from branches.access import Right
from branches.audits import Audit
from branches.drafts import OPEN, VISITED, Typed
from branches.errors import Conflict, Refused
from branches.language import message
from branches.questions import Question
from branches.scoring import ItemType
from branches.stamps import BEGUN
from branches.states import AuditState
from monitor.web import forms, gate
from monitor.web.capture import checking, choosing
from monitor.web.capture.receipts import late_words, receipt_words
from monitor.web.capture.room import blueprint, own, quoted, round_of
from monitor.web.capture.sheet import Sheet

MOST_PHOTO = 17_000_000
"""Bytes of one photo on its way."""
MOST_AWAY = 100
"""Photos that a phone may take away at once."""
MOST_CODES = 2000
"""Entries that one draft may have; more than any form asks."""
MOST_NUMBER = 2**53
"""Whole numbers below it are the same on the phone and here."""
NOT_WHOLE = message("This page had been open too long or the request was not complete. Go back and try again.")


@dataclass(frozen=True)
class Pushed:
    """What the phone has of a draft that the server may not have yet."""

    seen: int
    typed: dict[str, Typed]
    visited: str | None
    phone: drafts.Phone
    away: set[str]
    """Photos that are to be taken away."""

    @property
    def entries(self) -> dict[str, Typed]:
        """All of it by what a draft calls it."""
        return {**self.typed, **({VISITED: Typed(self.visited)} if self.visited is not None else {})}


@blueprint.get("/audits/fresh")
@gate.needs(Right.FILL_AUDITS)
def fresh() -> dict[str, str]:
    """What a page that lay open for long needs before it sends."""
    return {"person": gate.person().public_id, "token": generate_csrf()}


@blueprint.post("/audits/<public_id>/draft")
@gate.needs(Right.FILL_AUDITS)
def push(public_id: str) -> tuple[dict[str, Any], int]:
    """Keeps what the phone sends of a draft and tells it what has changed elsewhere; begins an audit that was assigned."""
    audit, at = own(public_id), gate.site().clock()
    pushed = _read(_sent())
    if audit.state == AuditState.ASSIGNED.value:
        audits.start(gate.session(), audit, by=gate.person(), at=at)
    if audit.state not in OPEN:
        return _late(audit, pushed), 409
    by = gate.person()
    if pushed.entries:
        typed, visited, seen = pushed.typed, pushed.visited, pushed.seen
        drafts.save(gate.session(), audit, typed, visited, seen=seen, by=by, at=at, phone=pushed.phone)
    if pushed.away:
        photos.remove(gate.session(), audit, pushed.away, by=by, at=at)
    sheet = Sheet.of(gate.session(), audit)
    return _state(sheet, pushed), 200


def _late(audit: Audit, pushed: Pushed) -> dict[str, Any]:
    """It was sent before, perhaps by this very phone: what head office has, and what this phone has otherwise."""
    return {
        "sentence": late_words(audit),
        "receipt": receipt_words(audit),
        "differing": amendments.differing(gate.session(), audit, pushed.entries),
        "asked": amendments.asked(gate.session(), audit) is not None,
    }


def _sent() -> object:
    try:
        return request.get_json(silent=True)
    except RecursionError:  # lists within lists, deeper than any script writes
        raise Refused(NOT_WHOLE) from None


def _read(sent: object) -> Pushed:
    """Refused unless it has exactly the form that the script sends."""
    if not isinstance(sent, dict) or not _is_number(sent.get("seen")) or not _is_table(sent.get("typed")):
        raise Refused(NOT_WHOLE)
    visited = sent.get("visited")
    if visited is not None and not isinstance(visited, str):
        raise Refused(NOT_WHOLE)
    typed = {_text(code): _typed(one) for code, one in sent["typed"].items()}
    return Pushed(sent["seen"], typed, visited, _phone(sent), _names(sent.get("away", [])))


def _phone(sent: dict[str, object]) -> drafts.Phone:
    key, edits = sent.get("key", ""), sent.get("edits", {})
    if not isinstance(key, str) or not isinstance(edits, dict) or not _is_table(edits):
        raise Refused(NOT_WHOLE)
    if not all(map(_is_number, edits.values())):
        raise Refused(NOT_WHOLE)
    return drafts.Phone(forms.plain(key), {_text(code): n for code, n in edits.items()})


def _is_number(sent: object) -> bool:
    return isinstance(sent, int) and 0 <= sent < MOST_NUMBER


def _is_table(sent: object) -> bool:
    return isinstance(sent, dict) and len(sent) <= MOST_CODES


def _names(sent: object) -> set[str]:
    if not isinstance(sent, list) or len(sent) > MOST_AWAY or not all(isinstance(one, str) for one in sent):
        raise Refused(NOT_WHOLE)
    return {_text(one) for one in sent}


def _typed(sent: object) -> Typed:
    match sent:
        case [str(mark), str(comment)]:
            return Typed(forms.plain(mark), forms.plain(comment))
        case _:
            raise Refused(NOT_WHOLE)


def _text(sent: object) -> str:
    return forms.plain(str(sent))


def _state(sheet: Sheet, pushed: Pushed) -> dict[str, Any]:
    """What is kept now: how far it counts, what others changed since the phone looked, and what cannot hold."""
    filled = sheet.filled
    newer = {code: entry for code, entry in filled.entries.items() if entry.save > pushed.seen}
    mine = pushed.entries
    changed = {
        code: [entry.now.mark, entry.now.comment]
        for code, entry in newer.items()
        if code != BEGUN and (code not in mine or entry.other is not None or entry.now != mine[code])
    }
    choices = choosing.choices(sheet)
    return {
        "saves": filled.saves,
        "kept": sheet.kept_at(),
        "content": sending.content(gate.session(), sheet.audit, filled),
        "changed": changed,
        "choices": choosing.for_script(choices),
        "choose": choosing.words() if choices else {},
        "look": gate.tongue().say(sending.CHANGED),
        "wrong": checking.wrong(sheet, filled.entries),
        "progress": sheet.progress(),
    }


@blueprint.post("/audits/<public_id>/photos/<sha256>")
@gate.needs(Right.FILL_AUDITS)
@gate.takes(MOST_PHOTO)
def take_photo(public_id: str, sha256: str) -> tuple[dict[str, Any], int]:
    """Keeps one photo, named by the digest of its bytes: sent again it is the same one."""
    audit, received = own(public_id), request.get_data()
    if hashlib.sha256(received).hexdigest() != sha256:
        raise Conflict("The photo did not arrive whole; it will be sent again.")
    asked, code = questions.of(audit.standard, audit.channel), request.args.get("item", "")
    if code and (code not in asked.by_code or asked.by_code[code].rule.type is not ItemType.PHOTO):
        raise Refused("The standard has no photo {item}.", item=forms.plain(code)[:60])
    gate.keep()  # nobody waits while a picture is made anew
    kept = photos.keep(gate.site().photos, BytesIO(received))
    item = asked.by_code[code].item if code else None
    photo = photos.attach(gate.session(), audit, item, kept, by=gate.person(), at=gate.site().clock())
    return {"photo": photo.public_id}, 200


def about(sheet: Sheet) -> dict[str, Any]:
    """Whose draft it is, and what was typed so far: what each page with a script begins with."""
    audit = sheet.audit
    return {
        "person": gate.person().public_id,
        "audit": audit.public_id,
        "branch": audit.branch.name,
        "round": round_of(audit),
        "seen": sheet.filled.saves,
        "zone": audit.branch.timezone,
        "typed": {code: [one.now.mark, one.now.comment] for code, one in sheet.filled.entries.items()},
    }


def definition(sheet: Sheet, here: Collection[str], *, whole: bool, photos_here: bool) -> dict[str, Any]:
    """What the form gives the script to go by: what was typed so far, the questions' rules, and what to say.

    `here` are the questions of the page. Only the page with all sections is looked over with no network, and brings along what that takes.
    """
    by_code = sheet.questions.by_code
    found = {
        **about(sheet),
        "home": url_for("capture.audit", public_id=sheet.audit.public_id),
        "held": {called: name for name, called in photos.at_item(gate.session(), sheet.audit).items()},
        "words": words(),
    }
    if undecided := choosing.for_script(choosing.choices(sheet)):
        found["choices"] = undecided
    if photos_here:
        found |= {
            "words": {**words(), **words_of_photos()},
            "most": {"bytes": photos.Limits().bytes, "pixels": photos.MOST_PIXELS},
        }
    if not whole:
        needed = _with_conditions(sheet, here)
        packed = {code: one for code, one in questions.packed(sheet.questions).items() if code in needed}
        timed = {code: by_code[code] for code in here if by_code[code].rule.type is ItemType.SECONDS}
        return {**found, "questions": packed, "texts": _texts(timed)}
    return {
        **found,
        "questions": checking.questions_of(sheet),
        "texts": _texts(by_code),
        "words": {**found["words"], **words_of_looking(), "progress": sheet.progress_form()},
        "doubts": checking.definition(sheet),
    }


def _with_conditions(sheet: Sheet, here: Collection[str]) -> set[str]:
    """These questions, those that decide whether they are asked, and so on."""
    found, waiting = set[str](), set(here)
    while waiting:
        found |= waiting
        asked_by = [rule for code in waiting if (rule := sheet.questions.conditions.get(code)) is not None]
        waiting = {other for rule in asked_by for other in rules.items(rule)} - found
        waiting &= sheet.by_code.keys()
    return found


def _texts(some: Mapping[str, Question]) -> dict[str, str]:
    return {code: quoted(question.item) for code, question in some.items()}


def words() -> dict[str, str]:
    """The script's sentences in the shopper's language; names in braces are put in by the script."""
    say = gate.tongue().say
    return {
        "here": say("Kept on this phone."),
        "kept": say("With head office: {moment}.", moment="{moment}"),
        "waiting": say("Kept on this phone; head office has it as soon as there is a network."),
        "signedOut": say("Kept on this phone. Sign in again to send it."),
        "full": say("This phone cannot keep it. Save before you leave."),
        "start": say("Start the watch"),
        "stop": say("Stop the watch"),
        "again": say("Start again"),
        "leave": say("Leave it at {seconds}", seconds="{seconds}"),
        "measured": say("Measured: {seconds} seconds.", seconds="{seconds}"),
        "language": say("Another language needs a network. What you typed is kept on this phone."),
    }


def words_of_photos() -> dict[str, str]:
    """What is said of photos, and of what is none."""
    say = gate.tongue().say
    return {
        "shrinking": say("The photo is being made smaller."),
        "away": say("Take away"),
        "picture": say("Photo on this phone"),
        "empty": say(photos.EMPTY),
        "unread": say(photos.UNREADABLE),
        "pixels": say(photos.MANY_PIXELS, most=photos.MOST_PIXELS // 1_000_000),
        "heavy": say(photos.HEAVY, most=photos.Limits().bytes // 1_000_000),
    }


def words_of_sending() -> dict[str, str]:
    """What is said where Send was pressed and there is no network."""
    return {"leaves": gate.tongue().say("You have sent it. It leaves this phone as soon as there is a network.")}


def words_of_looking() -> dict[str, str]:
    """What is said of what is missing or cannot be, where there is no network."""
    say, most = gate.tongue().say, gate.tongue().whole
    braces = {"item": "{item}", "mark": "{mark}"}
    return {
        "ready": say("Everything is there. It has not been sent yet."),
        "send": say("Send"),
        "leaves": words_of_sending()["leaves"],
        "photo": say("{item} needs a photo.", **braces),
        "visit": say("Give the day and the time of the visit."),
        "missing": say("{item} is not answered yet.", **braces),
        "always": say("{item} always applies and cannot be marked otherwise.", **braces),
        "mark": say("{item} cannot be marked {mark}.", **braces),
        "both": say("{item}: give a value or mark that it does not apply, not both.", **braces),
        "seconds": say("{item} takes from 0 to {most} seconds.", most=most(questions.MOST_SECONDS), **braces),
        "least": say("{item} takes no number below 0.", **braces),
        "large": say("{item} takes no number as large as that.", **braces),
        "long": say("{item} is longer than {most} characters.", most=most(questions.LONGEST_MARK), **braces),
        "comment": say(
            "The comment on {item} is longer than {most} characters.", most=most(questions.LONGEST_COMMENT), **braces
        ),
    }
