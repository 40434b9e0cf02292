"""What every page of results shares: finding what this reader may know of, and the way back to the branch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from branches import access, actions, appeals
from branches.access import Right
from branches.actions import CorrectiveAction
from branches.audits import Audit
from branches.errors import Refused
from branches.people import User
from branches.places import Branch
from branches.weeks import local_date
from monitor.web import forms, gate, told
from monitor.web.results import owning

blueprint = Blueprint("results", __name__)

LONGEST_TEXT = 2000
LONGEST_REASON = 1000


def the_audit(public_id: str) -> Audit:
    """A released audit that this reader may know the results of; any other is not there."""
    found = told.results(Audit.public_id == public_id)
    return found[0] if found else abort(404)


def the_action(public_id: str) -> CorrectiveAction:
    """A corrective action of a branch whose results this reader may know."""
    query = access.visible_actions(gate.person(), told.look()).where(CorrectiveAction.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def may(right: Right) -> bool:
    return access.reach(gate.person(), right) is not None


@dataclass(frozen=True)
class Appealing:
    """Whether the branch may still appeal an answer of an audit, and the day on which that ends or ended."""

    open: bool
    until: date


def appealing(audit: Audit) -> Appealing | None:
    """None where it is not this reader's to appeal, nor anybody's on the tablet they read it on."""
    until = appeals.open_until(gate.session(), audit, gate.site().appeal_days, gate.site().privacy)
    if until is None or not (may(Right.APPEAL) or may(Right.LEND)):
        return None
    return Appealing(gate.site().clock() <= until, local_date(until, audit.branch.timezone))


def home(branch: Branch) -> str:
    """The page of the branch, as this reader has it."""
    if may(Right.READ_OWN_BRANCH):
        return url_for("portal.branch")
    return url_for("region.branch", public_id=branch.public_id)


def done(sentence: str, address: str) -> Response:
    """Says what was done, on the page that follows."""
    flash(sentence, "done")
    return redirect(address, 303)


def day(form: MultiDict[str, str], name: str) -> date:
    """A day as a browser's own field sends it."""
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise Refused("Give the day as year-month-day, such as 2026-11-30.") from None


@dataclass(frozen=True)
class Promise:
    """What a branch wants to do, by when and by whom, as it was typed; `errors` names everything that is missing, by field."""

    plan: str = ""
    due_on: date = date.max
    owner: User | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def promise(form: MultiDict[str, str], branch: Branch) -> Promise:
    plan, due_on, owner, errors = "", date.max, None, {}
    try:
        plan = forms.text(form, "plan", LONGEST_TEXT)
    except Refused as refused:
        errors["plan_error"] = said(refused)
    if not plan:
        errors.setdefault("plan_error", gate.tongue().say("Say what the branch will do."))
    try:
        due_on = day(form, "due")
    except Refused as refused:
        errors["due_error"] = said(refused)
    try:
        owner = owning.chosen(form, branch)
    except Refused as refused:
        errors["owner_error"] = said(refused)
    return Promise(plan, due_on, owner, errors)


def keep_promise(asked: Promise, branch: Branch, **about: Any) -> Mapping[str, str]:
    """Notes it, unless something is wrong: all of that is given back, by field."""
    if asked.errors:
        return asked.errors
    by, at = gate.person(), gate.site().clock()
    about |= {"plan": asked.plan, "due_on": asked.due_on, "owner": asked.owner}
    try:
        actions.open_action(gate.session(), branch, by=by, at=at, **about)
    except Refused as refused:
        return {"due_error": said(refused)}
    return {}


def said(refused: Refused) -> str:
    return gate.tongue().say(refused.message, **refused.values)


def typed(*names: str) -> dict[str, str]:
    """What the form that is being answered holds, so that nothing has to be typed twice."""
    return {name: request.form.get(name, "")[:LONGEST_TEXT] for name in names}
