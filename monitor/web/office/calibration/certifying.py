"""Head office certifies shoppers from what they made of a case: by hand, whatever the figures say."""

from flask import abort, request
from sqlmodel import col, select

from branches import terms
from branches.access import Right
from branches.calibration import CaseAnswers, ReferenceCase
from branches.language import message
from branches.people import User
from monitor.web import gate
from monitor.web.office.calibration.room import the_case
from monitor.web.office.calibration.showing import case_page
from monitor.web.office.room import Answer, blueprint, done, now, today
from monitor.web.office.typed import Typed, by

MOST = 500


@blueprint.post("/calibration/<public_id>/certify")
@gate.needs(Right.CALIBRATE)
def certify(public_id: str) -> Answer:
    case, typed = the_case(public_id), Typed()
    chosen = _chosen(case)
    if not chosen:
        typed.tell("shopper", message("Tick whom you certify."))
    typed.values["shopper"] = " ".join(one.public_id for one in chosen)
    typed.take("shopper", lambda: _certify(chosen))
    if typed.errors:
        return case_page(the_case(public_id), typed), typed.status
    said = gate.tongue().count(
        "{n} shopper is certified from today on.", "{n} shoppers are certified from today on.", len(chosen)
    )
    return done(said, "office.case", public_id=public_id)


def _certify(chosen: list[User]) -> None:
    for shopper in chosen:
        terms.certify(gate.session(), shopper, today(), by=by(), at=now())


def _chosen(case: ReferenceCase) -> list[User]:
    """Of those who answered; anybody else is not there."""
    names = set(request.form.getlist("shopper")[:MOST])
    answered = select(CaseAnswers.shopper_id).where(CaseAnswers.case_id == case.id)
    query = select(User).where(col(User.id).in_(answered), col(User.public_id).in_(names)).order_by(col(User.id))
    found = list(gate.session().exec(query))
    return found if len(found) == len(names) else abort(404)
