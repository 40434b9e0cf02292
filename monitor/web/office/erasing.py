"""Erasing a person: what goes, what stays, that it cannot be undone; and doing it."""

from flask import abort, render_template

from branches import erasing as floor
from branches.access import Right
from branches.language import message
from branches.people import Role, User
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, called, done, now, the_person
from monitor.web.office.typed import Typed, by

SURE, LONGEST = "yes", 10


@blueprint.get("/people/<public_id>/erase")
@gate.needs(Right.KEEP_PEOPLE)
def erasing(public_id: str) -> str:
    return _page(_to_erase(public_id), Typed())


@blueprint.post("/people/<public_id>/erase")
@gate.needs(Right.KEEP_PEOPLE)
def erase(public_id: str) -> Answer:
    user, typed = _to_erase(public_id), Typed()
    typed.one_of("sure", (SURE,), message("Tick that you want this for good."))
    typed.take("sure", lambda: floor.erase(gate.session(), user, by=by(), at=now()))
    if typed.errors:
        return _page(_to_erase(public_id), typed), typed.status
    return done(gate.tongue().say("Erased. What they did stays, under nobody's name."), "office.people")


def _to_erase(public_id: str) -> User:
    """Somebody who is there still; whoever was erased has no page to be erased on."""
    user = the_person(public_id)
    return user if user.erased_at is None else abort(404)


def _page(user: User, typed: Typed) -> str:
    hindered = floor.hindrance(gate.session(), user, by=by())
    return render_template(
        "office/erase.html",
        user=user,
        name=called(user),
        hindered=gate.tongue().say(hindered.message, **hindered.values) if hindered is not None else "",
        audits=user.role == Role.SHOPPER.value,
        errors=typed.errors,
        found=typed.found,
    )
