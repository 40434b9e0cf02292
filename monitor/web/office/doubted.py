"""What speaks against an assignment though it may be made: told once, and done by whoever wants exactly that all the same."""

from flask import request

from branches import assignments
from branches.audits import Audit
from branches.people import User
from branches.places import Branch
from branches.weeks import Window, local_date
from monitor.web import gate
from monitor.web.office.room import now


def words(shopper: User, branch: Branch, window: Window, *, but: Audit | None = None) -> list[str]:
    """A sentence for each reason not to; `but` is the assignment itself where it is there already."""
    found = assignments.doubts(gate.session(), shopper, branch, window, but=but)
    said = [gate.tongue().say(one.message, **one.values) for one in found]
    if but is None and window.first < local_date(now(), branch.timezone):
        said.append(gate.tongue().say("Its first days are over: a visit before today will not be taken."))
    return said


def name(shopper: User, branch: Branch, window: Window) -> str:
    """What was warned of: with another shopper, branch or day it is something else."""
    return f"{branch.public_id} {shopper.public_id} {window.first} {window.last}"


def is_wanted(name: str) -> bool:
    """Whether this form wants it anyway."""
    return request.form.get("anyway", "") == name
