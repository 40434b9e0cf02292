"""After an audit was sent: what head office has, what a page or a phone has otherwise, and asking to have it corrected."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from branches import amendments
from branches.access import Right
from branches.drafts import VISITED, Typed
from branches.questions import AnswersRefused
from monitor.web import gate
from monitor.web.capture import given
from monitor.web.capture.given import Given
from monitor.web.capture.receipts import receipt_words
from monitor.web.capture.room import VISIT_FIELD, blueprint, own, sentence
from monitor.web.capture.sheet import Sheet


@dataclass(frozen=True)
class Both:
    """One question as it was sent, and as this page has it."""

    text: str
    sent: str
    here: str


@blueprint.post("/audits/<public_id>/amend")
@gate.needs(Right.FILL_AUDITS)
def amend(public_id: str) -> Response | tuple[str, int]:
    """Asks head office for a correction; what was sent stays until they return the audit."""
    audit = own(public_id)
    sheet = Sheet.of(gate.session(), audit)
    sent, by, at = given.read(sheet), gate.person(), gate.site().clock()
    try:
        amendments.ask(gate.session(), audit, sent.entries, sent.photos, by=by, at=at)
    except AnswersRefused as refused:
        said = " ".join(sentence(fault.refused, sheet.by_code) for fault in refused.faults)
        return page(sheet, sent, said)[0], 422
    flash(gate.tongue().say("Head office is asked to have it corrected."), "done")
    return redirect(url_for("capture.audit", public_id=public_id), 303)


def page(sheet: Sheet, sent: Given, said: str = "") -> tuple[str, int]:
    """Nothing of it is kept until its shopper asks for it; until then the page holds it, and shows both."""
    audit = sheet.audit
    codes = amendments.differing(gate.session(), audit, sent.entries)
    here = {code: sent.entries[code] for code in codes}
    return render_template(
        "capture/late.html",
        audit_id=audit.public_id,
        branch=audit.branch.name,
        said=said,
        receipt=receipt_words(audit),
        both=[_both(sheet, code, typed) for code, typed in here.items()],
        fields=_fields(here),
        photos=sent.photos or len([one for name in request.files for one in request.files.getlist(name) if one]),
    ), 409


def _both(sheet: Sheet, code: str, typed: Typed) -> Both:
    return Both(sheet.asks(code), sheet.spoken(code, sheet.filled.typed(code)), sheet.spoken(code, typed))


def _fields(here: Mapping[str, Typed]) -> list[tuple[str, str]]:
    """What the page sends again when it asks for a correction."""
    found = []
    for code, typed in here.items():
        if code == VISITED:
            found.append((VISIT_FIELD, typed.mark))
        else:
            found += [(f"m-{code}", typed.mark), (f"c-{code}", typed.comment)]
    return found
