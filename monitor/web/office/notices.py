"""Notices: that a branch's staff were informed of the audits; without one nothing of a branch is shown to them."""

from flask import abort
from sqlmodel import select

from branches import notices
from branches.access import Right
from branches.language import message
from branches.notices import Notice
from monitor.web import gate
from monitor.web.office.place import LONGEST_HOW, branch_page
from monitor.web.office.room import Answer, blueprint, done, now, the_branch
from monitor.web.office.typed import Typed, by


@blueprint.post("/places/branches/<public_id>/notices")
@gate.needs(Right.KEEP_NOTICES)
def note(public_id: str) -> Answer:
    branch, typed = the_branch(public_id), Typed()
    day = typed.day("informed_on", message("Choose the day on which they were informed."))
    how = typed.text("how", LONGEST_HOW, message("Say how the staff were told, and by whom."))
    if day is not None:
        typed.take(
            "informed_on",
            lambda: notices.note(gate.session(), branch, informed_on=day, how=how, by=by(), at=now()),
        )
    if typed.errors:
        return branch_page(the_branch(public_id), typed), typed.status
    said = gate.tongue().say("Noted. The staff of {branch} see what is released.", branch=branch.name)
    return done(said, "office.branch", public_id=public_id)


@blueprint.post("/places/branches/<public_id>/notices/<notice>")
@gate.needs(Right.KEEP_NOTICES)
def take_back(public_id: str, notice: str) -> Answer:
    branch, typed = the_branch(public_id), Typed()
    query = select(Notice).where(Notice.public_id == notice, Notice.branch_id == branch.id)
    found = gate.session().exec(query).first() or abort(404)
    typed.take("notices", lambda: notices.withdraw(gate.session(), found, by=by(), at=now()))
    if typed.errors:
        return branch_page(the_branch(public_id), typed), typed.status
    if notices.is_informed(gate.session(), branch):
        said = gate.tongue().say("The notice is taken back; another one stands.")
    else:
        said = gate.tongue().say(
            "The notice is taken back; the staff of {branch} see no audit now.", branch=branch.name
        )
    return done(said, "office.branch", public_id=public_id)
