"""The reference cases there are."""

from flask import render_template, url_for
from sqlmodel import col, func, select

from branches import access, calibration
from branches.access import Right
from branches.calibration import CaseAnswers, CaseState, ReferenceCase
from monitor.web import gate
from monitor.web.office.review import Line
from monitor.web.office.room import blueprint, part, today


@blueprint.get("/calibration")
@gate.needs(Right.CALIBRATE)
def cases() -> str:
    query = access.visible_cases(gate.person()).order_by(col(ReferenceCase.id).desc())
    found = part(query, "office.cases")
    answers = select(CaseAnswers.case_id, func.count()).group_by(col(CaseAnswers.case_id))
    given = dict(gate.session().exec(answers.where(col(CaseAnswers.case_id).in_([one.id for one in found.rows]))).all())
    lines = [_line(one, given.get(one.id, 0)) for one in found.rows]
    return render_template("office/calibration/cases.html", lines=lines, part=found)


def _line(case: ReferenceCase, given: int) -> Line:
    tongue, state = gate.tongue(), calibration.stands(case, today())
    if state is CaseState.DRAFT:
        about = tongue.say("being written; no shopper sees it yet")
    elif state is CaseState.OPEN:
        about = tongue.say("open until {day}", day=case.closes_on)
    else:
        about = tongue.say("closed")
    answered = tongue.count("{n} shopper has answered", "{n} shoppers have answered", given)
    href = url_for("office.case", public_id=case.public_id)
    return Line(case.title, href, about, answered if state is not CaseState.DRAFT else "")
