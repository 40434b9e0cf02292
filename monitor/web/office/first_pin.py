"""A first PIN for somebody of a branch's staff who has no mail address: handed over, and changed when it is first used."""

import secrets

from flask import redirect, render_template, url_for

from branches import pins
from branches.access import Right
from branches.pins import DIGITS
from monitor import passwords
from monitor.web import gate
from monitor.web.office.room import Answer, blueprint, called, now, the_person
from monitor.web.office.typed import by


@blueprint.post("/people/<public_id>/pin")
@gate.needs(Right.KEEP_PEOPLE)
def give_pin(public_id: str) -> Answer:
    """Shows it in its answer and nowhere else."""
    user, pin = the_person(public_id), _drawn()
    pins.may_be_given(user)
    gate.keep()  # hashing takes long, and nobody's writing waits for it
    hashed = passwords.hashed_pin(pin)
    if not gate.still_here():
        return redirect(url_for("login.sign_in"))
    pins.give(gate.session(), user, hashed, by=by(), at=now())
    return render_template("office/first_pin.html", user=user, name=called(user), pin=pin)


def _drawn() -> str:
    """By lot, until it is none that anybody would try first."""
    while pins.is_obvious(pin := f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"):
        pass
    return pin
