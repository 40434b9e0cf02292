"""What every page of results shares: finding what this reader may know of, and the way back to the branch."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from branches import access
from branches.access import Right
from branches.audits import Audit
from branches.errors import Refused
from branches.places import Branch
from monitor.web import gate, told

blueprint = Blueprint("results", __name__)

LONGEST_TEXT = 2000
LONGEST_REASON = 1000


def the_audit(public_id: str) -> Audit:
    """A released audit that this reader may know the results of; any other is not there."""
    found = told.results(Audit.public_id == public_id)
    return found[0] if found else abort(404)


def may(right: Right) -> bool:
    return access.reach(gate.person(), right) is not None


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


def said(refused: Refused) -> str:
    return gate.tongue().say(refused.message, **refused.values)


def typed(*names: str) -> dict[str, str]:
    """What the form that is being answered holds, so that nothing has to be typed twice."""
    return {name: request.form.get(name, "")[:LONGEST_TEXT] for name in names}
