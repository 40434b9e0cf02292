"""Merging: a branch that is here twice becomes one; what becomes of the two entries is said first."""

from flask import abort, render_template
from sqlmodel import col

from branches import access
from branches import merging_places as floor
from branches.access import Right
from branches.language import message
from branches.places import Branch
from monitor.web import gate
from monitor.web.office import picking
from monitor.web.office.room import Answer, blueprint, done, now, the_branch
from monitor.web.office.typed import Typed, by

SURE = "yes"


@blueprint.get("/places/branches/<public_id>/merge")
@gate.needs(Right.KEEP_PLACES)
def merging_branch(public_id: str) -> str:
    return _page(_to_merge(public_id), Typed())


@blueprint.post("/places/branches/<public_id>/merge")
@gate.needs(Right.KEEP_PLACES)
def merge_branch(public_id: str) -> Answer:
    gone, typed, moved = _to_merge(public_id), Typed(), list[int]()
    kept = picking.chosen_branch(typed)
    typed.one_of("sure", (SURE,), message("Tick that both are one branch."))
    if kept is not None:
        chosen = kept
        typed.take("branch", lambda: moved.append(floor.merge(gate.session(), gone, chosen, by=by(), at=now())))
    if typed.errors or kept is None:
        return _page(_to_merge(public_id), typed), typed.status
    said = gate.tongue().count("{n} audit stands here now.", "{n} audits stand here now.", moved[0])
    return done(said, "office.branch", public_id=kept.public_id)


def _to_merge(public_id: str) -> Branch:
    """One that was not merged yet."""
    branch = the_branch(public_id)
    return branch if branch.merged_into_id is None else abort(404)


def _others(branch: Branch) -> list[picking.Option]:
    """Which it may be, told apart by code: the two are likely to be called the same."""
    query = access.visible_branches(gate.person()).where(Branch.region_id == branch.region_id, Branch.id != branch.id)
    query = query.where(col(Branch.closed).is_(None)).order_by(Branch.name, Branch.code)
    found = gate.session().exec(query.limit(picking.SHORT + 1)).all()
    return [(one.public_id, f"{one.name} · {one.code}") for one in found] if len(found) <= picking.SHORT else []


def _page(branch: Branch, typed: Typed) -> str:
    return render_template(
        "office/merge_branch.html",
        branch=branch,
        audits=floor.audits_of(gate.session(), branch),
        branches=_others(branch),
        typed=typed.values,
        errors=typed.errors,
        found=typed.found,
    )
