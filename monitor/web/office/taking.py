"""What is kept of a person, for head office to hand over to them."""

from flask import abort
from werkzeug.wrappers import Response

from branches.access import Right
from branches.people import Role
from monitor.web import gate, taken
from monitor.web.office.room import blueprint, the_person


@blueprint.post("/people/<public_id>/kept")
@gate.needs(Right.KEEP_PEOPLE)
def take_home(public_id: str) -> Response:
    """A shared tablet is no person, and of somebody who was erased nothing is tied to anybody."""
    user = the_person(public_id)
    if user.role == Role.TABLET.value or user.erased_at is not None:
        abort(404)
    return taken.home(user)
