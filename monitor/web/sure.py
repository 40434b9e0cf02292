"""Sure: whether it is really the person who sits at a signed-in device, asked before a way in is changed."""

from datetime import timedelta

from flask import request

from branches import knocking
from branches.errors import NotAllowed
from branches.language import message
from branches.people import User
from branches.sessions import LINK_MINUTES
from monitor import passwords
from monitor.web import gate

OWN = message(
    "Sign out and in again first: what opens your account is changed within a quarter of an hour of signing in."
)
MOST_PASSWORDS = 10
"""Wrong ones within an hour, before even the right one is not believed."""


def lacking(user: User) -> str:
    """What is missing to know that it is really them: their password, or where there is none a sign-in of a moment ago."""
    if user.password is None:
        refuse_unless_fresh(OWN)
        return ""
    fits = _is_own_password(request.form.get("current", ""))
    return "" if fits else gate.tongue().say("This is not your password, or there were too many tries.")


def _is_own_password(typed: str) -> bool:
    """Counted apart from tries at the door: who is not signed in cannot use these up."""
    user = gate.person()
    about, at = f"own password {user.public_id}", gate.site().clock()
    rarely = knocking.knock(gate.session(), about, most=MOST_PASSWORDS, at=at)
    gate.keep()
    fits = rarely and passwords.fits(user, typed)
    if fits:
        knocking.forget(gate.session(), about)
    return fits


def refuse_unless_fresh(sentence: str) -> None:
    """Unless whoever sits there has signed in a moment ago, they are asked to, in that sentence."""
    device = gate.device()
    if device is None or gate.site().clock() - device.started_at > timedelta(minutes=LINK_MINUTES):
        raise NotAllowed(sentence)
