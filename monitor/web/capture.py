"""The shopper: the audits they have made."""

from flask import Blueprint, render_template
from sqlmodel import col, select

from branches.audits import Audit, AuditState
from branches.people import Role
from branches.places import Branch
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
        states=_state_words(),
    )


def _headline(todo: int, rest: int) -> str:
    """What there is to do now."""
    if todo:
        return gate.tongue().count("{n} audit waits for you.", "{n} audits wait for you.", todo)
    return gate.tongue().say("Nothing waits for you." if rest else "You have not made an audit yet.")


def _state_words() -> dict[str, str]:
    """Where an audit is, as its shopper is told; what happens to it at the branch is not among it."""
    say = gate.tongue().say
    done = dict.fromkeys((state.value for state in AuditState), say("done"))
    return done | {
        AuditState.ASSIGNED.value: say("to be made"),
        AuditState.STARTED.value: say("begun"),
        AuditState.SUBMITTED.value: say("sent, being looked at"),
        AuditState.RETURNED.value: say("returned to you"),
        AuditState.EXPIRED.value: say("expired"),
        AuditState.WITHDRAWN.value: say("withdrawn"),
        AuditState.EXCLUDED.value: say("not counted"),
    }
