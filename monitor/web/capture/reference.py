"""Head office marks a reference case as it should be marked, and says why: on the form's own lines, beside the case itself."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from branches import calibration
from branches.access import Right
from branches.calibration import CaseState, ReferenceCase
from branches.questions import LONGEST_COMMENT, AnswersRefused
from monitor.web import gate
from monitor.web.capture.case_form import CaseForm, errors, read, the_case, today
from monitor.web.capture.room import blueprint

MOST_SENT = 4_000_000
"""Bytes: a reason of every item of a long standard, in any script."""


@blueprint.get("/office/calibration/<public_id>/reference")
@gate.needs(Right.CALIBRATE)
def reference(public_id: str) -> str | Response:
    case = the_case(public_id)
    if calibration.stands(case, today()) is not CaseState.DRAFT:
        return redirect(url_for("office.case", public_id=public_id), 303)
    return _page(CaseForm(case, calibration.reference(case), {}))


@blueprint.post("/office/calibration/<public_id>/reference")
@gate.needs(Right.CALIBRATE)
@gate.takes(MOST_SENT)
def mark_reference(public_id: str) -> Response | tuple[str, int]:
    case = the_case(public_id)
    given = read(case)
    try:
        calibration.mark(gate.session(), case, given, by=gate.person(), at=gate.site().clock())
    except AnswersRefused as refused:
        wrong = errors(case, refused)
        gate.session().rollback()
        return _page(CaseForm(the_case(public_id), given, wrong)), 422
    flash(gate.tongue().say("Kept."), "done")
    return redirect(url_for("office.case", public_id=public_id), 303)


def _page(form: CaseForm) -> str:
    return render_template(
        "capture/reference.html",
        case=form.case,
        parts=form.parts,
        rules=_rules(form.case),
        found=form.found,
        longest_comment=LONGEST_COMMENT,
    )


def _rules(case: ReferenceCase) -> dict[str, str]:
    return {item.code: item.condition for section in case.standard.sections for item in section.items if item.condition}
