"""Looking over, sending and the receipt: what is sent is what the page showed, and it is sent once."""

import secrets

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import checked, sending
from branches.access import Right
from branches.audits import Audit
from branches.drafts import OPEN
from branches.errors import Refused
from branches.questions import AnswersRefused
from branches.sending import AlreadySent, ChangedSince, NotWhole
from branches.states import AuditState
from monitor.web import forms, gate
from monitor.web.capture import checking, phone
from monitor.web.capture.asked import deadline_words
from monitor.web.capture.receipts import receipt_words
from monitor.web.capture.room import blueprint, control, moment_words, own, sentence
from monitor.web.capture.sheet import Sheet

MOST_NAMED = 1000
"""Photos that a phone may name as its own."""


@blueprint.get("/audits/<public_id>/check")
@gate.needs(Right.FILL_AUDITS)
def check(public_id: str) -> str | Response:
    audit = own(public_id)
    if audit.state not in OPEN:
        return redirect(url_for("capture.audit", public_id=public_id))
    return _page(audit)


@blueprint.post("/audits/<public_id>/send")
@gate.needs(Right.FILL_AUDITS)
def send(public_id: str) -> Response | tuple[str | dict[str, object], int] | dict[str, object]:
    audit = own(public_id)
    if gate.asks_for_data():
        return _sent_by_script(audit)
    key, seen = forms.text(request.form, "key", 64), forms.text(request.form, "content", 64)
    try:
        sending.send(gate.session(), audit, key=key, content_seen=seen, by=gate.person(), at=gate.site().clock())
        _look_at(audit)
    except AnswersRefused:
        return _page(audit), 422
    except ChangedSince as changed:
        return _page(audit, gate.tongue().say(changed.message, **changed.values)), 409
    except AlreadySent as refused:
        said = gate.tongue().say(refused.message, **refused.values)
        words = {"branch": audit.branch.name, "audit_id": public_id, "receipt": receipt_words(audit)}
        return render_template("capture/late.html", said=said, **words), 409
    after = "capture.audit" if audit.state == AuditState.RETURNED.value else "capture.sent"
    return redirect(url_for(after, public_id=public_id), 303)


def _sent_by_script(audit: Audit) -> dict[str, object] | tuple[dict[str, object], int]:
    """The same for the script: its receipt in words; each refusal is told as data."""
    key, seen = forms.text(request.form, "key", 64), forms.text(request.form, "content", 64)
    named = [forms.plain(one)[:32] for one in request.form.getlist("photo")[:MOST_NAMED]]
    by, at = gate.person(), gate.site().clock()
    try:
        sending.send(gate.session(), audit, key=key, content_seen=seen, photos=named, by=by, at=at)
        _look_at(audit)
    except NotWhole as refused:
        return {"sentence": gate.tongue().say(refused.message), "absent": refused.photos}, 409
    return {"receipt": receipt_words(audit)}


def _look_at(audit: Audit) -> None:
    """Keeps for the review desk what is seen of it; the same sent again is looked at again, which changes nothing."""
    if audit.state == AuditState.SUBMITTED.value and audit.submitted_at is not None:
        checked.note(gate.session(), audit, gate.site().name, at=audit.submitted_at)


@blueprint.get("/audits/<public_id>/sent")
@gate.needs(Right.FILL_AUDITS)
def sent(public_id: str) -> str | Response:
    audit = own(public_id)
    receipt = receipt_words(audit)
    if not receipt or audit.state in OPEN:
        return redirect(url_for("capture.audit", public_id=public_id))
    return render_template("capture/sent.html", branch=audit.branch.name, receipt=receipt)


def _page(audit: Audit, said: str = "") -> str:
    sheet = Sheet.of(gate.session(), audit)
    faults = sending.faults(gate.session(), audit, sheet.filled, at=gate.site().clock())
    return render_template(
        "capture/check.html",
        audit_id=audit.public_id,
        branch=audit.branch.name,
        said=said,
        found=[(sheet.address(control(fault)), sentence(fault.refused, sheet.by_code)) for fault in faults],
        asked=[] if faults else checking.asked(sheet),
        progress=sheet.progress(),
        steps=_steps(sheet),
        visited=_visited(sheet),
        photos=len(sheet.photos),
        pictures=[one for photo in sheet.photos for one in sheet.pictures(photo.item_id) if one.id == photo.public_id],
        unasked=sheet.unasked(sheet.questions.by_code),
        reason=audit.reason,
        deadline=deadline_words(audit),
        phone={**phone.about(sheet), "home": _home(audit), "words": {**phone.words(), **phone.words_of_sending()}},
        key=secrets.token_hex(16),
        content=sending.content(gate.session(), audit, sheet.filled),
    )


def _home(audit: Audit) -> str:
    return url_for("capture.audit", public_id=audit.public_id)


def _visited(sheet: Sheet) -> str:
    zone = sheet.audit.branch.timezone
    try:
        return moment_words(sending.visit_time(sheet.filled.visited, zone), zone)
    except Refused:
        return ""


def _steps(sheet: Sheet) -> list[tuple[str, str, str]]:
    """Each section with how much of it is answered."""
    found = []
    for number, section in enumerate(sheet.sections, 1):
        href = url_for("capture.section", public_id=sheet.audit.public_id, step=str(number))
        found.append((sheet.titles[section.code], href, sheet.progress(section)))
    return found
