"""The shopper: the audits they have made."""

from flask import Blueprint, render_template
from sqlmodel import col, select

from branches.audits import Audit
from branches.people import Role
from branches.places import Branch
from branches.states import AuditState
from monitor.web import gate

blueprint = Blueprint("capture", __name__)

MOST = 100
LATEST = 12
"""Audits that are not waiting and are shown at once; the earlier ones are folded."""
TODO = {AuditState.ASSIGNED.value, AuditState.STARTED.value, AuditState.RETURNED.value}


@blueprint.get("/audits")
@gate.audience(Role.SHOPPER)
def mine() -> str:
    own = select(Audit, Branch.name).join(Branch).where(Audit.shopper_id == gate.person().id)
    waiting = own.where(col(Audit.state).in_(TODO)).order_by(col(Audit.assigned_at))
    made = own.where(col(Audit.state).not_in(TODO)).order_by(col(Audit.visited_on).desc(), col(Audit.id).desc())
    todo = gate.session().exec(waiting).all()
    rest = gate.session().exec(made.limit(MOST)).all()
    return render_template(
        "capture/mine.html",
        headline=_headline(len(todo), len(rest)),
        todo=todo,
        latest=rest[:LATEST],
        earlier=rest[LATEST:],
        cut=len(rest) == MOST,
        most=MOST,
        states={state.value: gate.tongue().say(state.shoppers_word) for state in AuditState},
    )


def _headline(todo: int, rest: int) -> str:
    """What there is to do now."""
    if todo:
        return gate.tongue().count("{n} audit waits for you.", "{n} audits wait for you.", todo)
    return gate.tongue().say("Nothing waits for you." if rest else "You have not made an audit yet.")
