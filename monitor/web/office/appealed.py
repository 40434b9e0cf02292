"""Appeals: what branches dispute, the longest waiting first, and what became of the others."""

import sqlalchemy as sa
from flask import render_template, url_for
from sqlalchemy.orm import selectinload
from sqlmodel import col

from branches import access
from branches import appeals as disputes
from branches.access import Right
from branches.appeals import Appeal
from branches.audits import Audit
from branches.places import Branch
from branches.states import AppealState, AuditState
from monitor.web import gate
from monitor.web.office.room import ago_words, blueprint, holds, part, shown, total
from monitor.web.office.sheet import short
from monitor.web.parts import searched

CUTS = ("open", "decided", "ended")
"""Those that wait; those that were decided; those that ended without a decision: withdrawn, or of an excluded audit."""


def waiting() -> int:
    """Appeals that are not decided yet."""
    return total(access.visible_appeals(gate.person()).join(Audit).where(disputes.waits()))


@blueprint.get("/appeals")
@gate.needs(Right.DECIDE_APPEALS)
def appeals() -> str:
    cut, text = shown(CUTS), searched()
    query = access.visible_appeals(gate.person()).join(Audit).join(Branch, col(Audit.branch_id) == Branch.id)
    query = query.where(_of_cut(cut))
    if text:
        query = query.where(holds(text, Branch.name, Branch.code))
    oldest = (col(Appeal.opened_at), col(Appeal.id))
    query = query.order_by(*(oldest if cut == "open" else (one.desc() for one in oldest)))
    query = query.options(selectinload(Appeal.audit).selectinload(Audit.branch), selectinload(Appeal.item))  # type: ignore[arg-type]
    found = part(query, "office.appeals", show=cut, q=text)
    return render_template(
        "office/appeals.html",
        headline=_headline(),
        cut=cut,
        q=text,
        part=found,
        lines=[_line(appeal) for appeal in found.rows],
    )


def _of_cut(cut: str) -> sa.ColumnElement[bool]:
    decided = col(Appeal.state).in_(disputes.DECIDED)
    return {"open": disputes.waits(), "decided": decided}.get(cut, ~disputes.waits() & ~decided)


def _headline() -> str:
    tongue, n = gate.tongue(), waiting()
    if not n:
        return tongue.say("No appeal waits for a decision.")
    return tongue.count("{n} appeal waits for a decision.", "{n} appeals wait for a decision.", n)


def _line(appeal: Appeal) -> tuple[str, str, str, str]:
    """Branch, address, the question, how it stands."""
    tongue, item = gate.tongue(), appeal.item
    note = tongue.say(AppealState(appeal.state).word)
    if appeal.state == AppealState.OPEN.value:
        excluded = appeal.audit.state == AuditState.EXCLUDED.value
        opened = tongue.say("opened {ago}", ago=ago_words(appeal.opened_at))
        note = tongue.say(AuditState.EXCLUDED.word) if excluded else opened
    href = url_for("office.appeal", public_id=appeal.public_id)
    return appeal.audit.branch.name, href, short(item, tongue), note
