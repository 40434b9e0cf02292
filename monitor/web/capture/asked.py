"""Before the form: what is asked of the shopper, and the ways out of it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import assignments, audits, drafts
from branches.access import Right
from branches.audits import Audit
from branches.errors import Refused
from branches.rota import Part
from branches.states import AuditState
from monitor.web import forms, gate
from monitor.web.capture import room
from monitor.web.capture.mine import window_words
from monitor.web.capture.notes import can_note
from monitor.web.capture.receipts import amended_words, headline, receipt_words
from monitor.web.capture.room import blueprint
from monitor.web.capture.room import own as own_audit
from monitor.web.capture.sheet import Sheet

LONGEST_REASON = 1000
WAYS_OUT = ("cannot-go", "could-not", "conflict")


@blueprint.get("/audits/<public_id>")
@gate.needs(Right.FILL_AUDITS)
def audit(public_id: str) -> str:
    return _page(own_audit(public_id))


@blueprint.post("/audits/<public_id>/start")
@gate.needs(Right.FILL_AUDITS)
def start(public_id: str) -> Response:
    found = own_audit(public_id)
    if found.state == AuditState.ASSIGNED.value:  # pressed twice, it is started once
        audits.start(gate.session(), found, by=gate.person(), at=gate.site().clock())
    return redirect(url_for("capture.section", public_id=public_id, step=room.step(1)), 303)


@blueprint.post("/audits/<public_id>/<way>")
@gate.needs(Right.FILL_AUDITS)
def leave(public_id: str, way: str) -> Response | tuple[str, int]:
    found, field = own_audit(public_id), f"reason-{way}"
    if way not in WAYS_OUT:
        return _page(found), 404
    if found.state == AuditState.WITHDRAWN.value:  # pressed twice it is done once
        return redirect(url_for("capture.audit", public_id=public_id), 303)
    try:
        _take_out(found, way, forms.text(request.form, field, LONGEST_REASON))
    except Refused as refused:
        if type(refused) is not Refused:
            raise
        said, typed = gate.tongue().say(refused.message, **refused.values), request.form.get(field, "")
        return _page(found, errors={field: said}, reasons={field: forms.plain(typed)}), 422
    flash(gate.tongue().say("Head office has your reason."), "done")
    return redirect(url_for("capture.audit", public_id=public_id), 303)


def _take_out(audit: Audit, way: str, reason: str) -> None:
    session, by, at = gate.session(), gate.person(), gate.site().clock()
    match way:
        case "cannot-go":
            assignments.decline(session, audit, reason=reason, by=by, at=at)
        case "could-not":
            assignments.could_not_be_done(session, audit, reason=reason, by=by, at=at)
        case "conflict":
            assignments.declare_conflict(session, by, audit.branch, reason=reason, by=by, at=at)


def _page(audit: Audit, errors: dict[str, str] | None = None, reasons: dict[str, str] | None = None) -> str:
    state, branch = AuditState(audit.state), audit.branch
    known = assignments.of(gate.session(), audit)
    filling = state.value in drafts.OPEN
    sheet = Sheet.of(gate.session(), audit) if filling else None
    return render_template(
        "capture/audit.html",
        audit_id=audit.public_id,
        branch=branch.name,
        state=state.value,
        headline=headline(audit),
        facts=_facts(audit, known),
        brief=known.brief if known is not None else "",
        reason=audit.reason if state is AuditState.RETURNED else "",
        deadline=deadline_words(audit),
        progress=sheet.progress() if sheet is not None else "",
        kept=sheet.kept_words() if sheet is not None else "",
        onward=sheet.onward() if sheet is not None else "",
        notes=url_for("capture.notes", public_id=audit.public_id) if can_note(audit) else "",
        ways_out=_ways(state),
        errors=errors or {},
        reasons=reasons or {},
        longest=LONGEST_REASON,
        receipt=receipt_words(audit),
        amended=amended_words(audit),
    )


def _ways(state: AuditState) -> tuple[str, ...]:
    if state in (AuditState.ASSIGNED, AuditState.STARTED):
        return WAYS_OUT
    return ("conflict",) if state is AuditState.RETURNED else ()


def _facts(audit: Audit, known: assignments.Assignment | None) -> list[tuple[str, str]]:
    say, branch = gate.tongue().say, audit.branch
    found = []
    if known is not None and audit.submitted_at is None:  # then a correction's deadline counts, not the visit's days
        found.append((say("When"), window_words(known, branch)))
        if known.part:
            found.append((say("Best time"), say(Part(known.part).word)))
    if branch.address:
        found.append((say("Where"), branch.address))
    if audit.channel == "phone":
        found.append((say("How"), say("By phone")))
    if known is not None and known.fee:
        found.append((say("Fee"), known.fee))
    if known is not None and known.expenses:
        found.append((say("Expenses paid back"), known.expenses))
    return found


def deadline_words(audit: Audit) -> str:
    """Until when a returned audit is to be corrected; late is better than never."""
    known = assignments.of(gate.session(), audit)
    if audit.state != AuditState.RETURNED.value or known is None or known.correct_until is None:
        return ""
    until = room.deadline_words(known.correct_until, audit.branch.timezone)
    if known.correct_until < gate.site().clock():
        return gate.tongue().say("It was to be corrected by {moment}; send it as soon as you can.", moment=until)
    return gate.tongue().say("Please correct it by {moment}.", moment=until)
