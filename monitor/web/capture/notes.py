"""A page that looks like somebody's notes: one tap for each moment at the branch, and the answers that follow from them."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import audits, drafts, questions, stamps
from branches.access import Right
from branches.audits import Audit
from branches.drafts import OPEN, VISITED, Filled, Typed
from branches.language import message
from branches.states import AuditState
from branches.weeks import local_date
from monitor.web import gate
from monitor.web.capture import phone
from monitor.web.capture.room import blueprint, own
from monitor.web.capture.sheet import Sheet

WORDS = {
    "arrived": message("Here"),
    "greeted": message("Hello"),
    "offered": message("Offer"),
    "served": message("My turn"),
    "paid": message("Paid"),
}
"""As somebody would jot it down; the audit's own page says what is meant."""


@blueprint.get("/notes/<public_id>")
@gate.needs(Right.FILL_AUDITS)
def notes(public_id: str) -> str | Response:
    audit = own(public_id)
    if not can_note(audit):
        return redirect(url_for("capture.audit", public_id=public_id))
    sheet = Sheet.of(gate.session(), audit)
    return render_template(
        "capture/notes.html",
        audit_id=public_id,
        day=gate.tongue().date(local_date(gate.site().clock(), audit.branch.timezone)),
        lines=_lines(audit, sheet.filled),
        onward=sheet.onward(),
        phone=_definition(sheet),
    )


@blueprint.post("/notes/<public_id>")
@gate.needs(Right.FILL_AUDITS)
def note(public_id: str) -> Response:
    """Keeps one moment, or takes it back. Pressed twice, the first one holds."""
    audit, here = own(public_id), url_for("capture.notes", public_id=public_id)
    if can_note(audit):
        stamp, undo = request.form.get("stamp", ""), request.form.get("undo", "")
        before = drafts.read(gate.session(), audit).stamps
        if stamp in stamps.STAMPS and stamp not in before:
            _keep(audit, before, {**before, stamp: stamps.written(gate.site().clock())})
        elif undo in before:
            _keep(audit, before, {one: text for one, text in before.items() if one != undo})
    return redirect(here, 303)


def can_note(audit: Audit) -> bool:
    """Whether there are moments to be noted: at a branch, while the form is open."""
    return audit.channel != "phone" and audit.state in (*OPEN, AuditState.ASSIGNED.value)


def _keep(audit: Audit, before: dict[str, str], after: dict[str, str]) -> None:
    """The moments and the answers that follow from them."""
    session, by, at = gate.session(), gate.person(), gate.site().clock()
    if audit.state == AuditState.ASSIGNED.value:
        audits.start(session, audit, by=by, at=at)
    filled, spans = drafts.read(session, audit), questions.spans(questions.of(audit.standard, audit.channel))
    marks = {**filled.marks, VISITED: filled.visited}
    changed = stamps.changes(spans, before, after, marks, audit.branch.timezone)
    visited = changed.pop(VISITED, None)
    typed = {code: replace(filled.typed(code), mark=mark) for code, mark in changed.items()}
    typed |= {stamps.entry(one): Typed(after.get(one, "")) for one in before.keys() ^ after.keys()}
    drafts.save(session, audit, typed, visited, seen=filled.saves, by=by, at=at)


def _lines(audit: Audit, filled: Filled) -> list[tuple[str, str, str]]:
    """Each moment with its word, and when it was."""
    return [(one, gate.tongue().say(words), _clock(audit, filled.stamps.get(one, ""))) for one, words in WORDS.items()]


def _clock(audit: Audit, text: str) -> str:
    at = stamps.moment(text)
    return at.astimezone(ZoneInfo(audit.branch.timezone)).strftime("%H:%M:%S") if at is not None else ""


def _definition(sheet: Sheet) -> dict[str, Any]:
    """What the script goes by."""
    spans = questions.spans(sheet.questions)
    return {
        **phone.about(sheet),
        "spans": {code: list(span) for code, span in spans.items()},
        "words": {"undo": gate.tongue().say("Undo")},
    }
