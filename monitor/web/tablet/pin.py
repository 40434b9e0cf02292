"""A shared tablet acts as somebody for a few minutes: who it is and their PIN, asked for before a page or after a form was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from branches import lending, pins
from branches.access import Right
from branches.errors import Refused
from branches.language import message
from branches.people import User
from branches.pins import DIGITS, LOCKED_MINUTES, MOST_WRONG
from monitor import passwords
from monitor.web import forms, gate
from monitor.web.lent import LOST
from monitor.web.tablet.room import UNFIT, blueprint, form_of, home, page_of, the_branch, the_tablet
from reports.called import told_apart

Page = str | Response | tuple[str, int]
OWN = ("csrf_token", "who", "pin", "own_pin", "to", "back")
"""Fields of this form; all others are carried on."""
MOST_CARRIED = 40
SPENT = message(
    "This PIN was tried wrongly too often and opens nothing any more. Choose another under My sign-in, or ask head office for one."
)
LIMITS = {"n": MOST_WRONG, "minutes": LOCKED_MINUTES}
AGAIN = 307
"""The browser sends what it sent to another address, the form and all."""
ASKED = 403


@dataclass(frozen=True)
class Carried:
    """What was sent while the tablet was locked: where to, and every field of it."""

    to: str = ""
    back: str = ""
    fields: Sequence[tuple[str, str]] = field(default=(), repr=False)

    @property
    def lost(self) -> bool:
        """Whether photos were among it."""
        return (LOST, "yes") in self.fields


@blueprint.get("/pin")
@gate.needs(Right.LEND)
def ask() -> str:
    return _page(Carried(back=page_of(request.args.get("back", ""))))


def locked(_: Exception) -> tuple[str, int]:
    """A form came in after the tablet had locked itself: the PIN is asked for, and the form is not lost."""
    gate.let_go()
    sent_photos = any(file.filename for file in request.files.values())
    fields = [*_fields(), *([(LOST, "yes")] if sent_photos else [])]
    return _page(Carried(form_of(request.path), home(), fields)), ASKED


@blueprint.post("/pin")
@gate.needs(Right.LEND)
def give() -> Page:
    carried = Carried(form_of(request.form.get("to", "")), page_of(request.form.get("back", "")), _fields())
    person = _chosen()
    if person is None:
        return _page(carried, {"who": gate.tongue().say("Choose who you are.")}), UNFIT
    wrong, found = _look_at(person)
    if found is None:
        return _page(carried, {"pin": wrong}), UNFIT
    if not found.given:
        return _lend(carried, person, found)
    if "own_pin" not in request.form:
        return _page(carried, choosing=True)
    try:
        own = passwords.hashed_pin(_own_pin())
    except Refused as refused:
        said = gate.tongue().say(refused.message, **refused.values)
        return _page(carried, {"own_pin": said}, choosing=True), UNFIT
    return _lend(carried, person, found, own)


def _look_at(person: User) -> tuple[str, pins.Pin | None]:
    """The PIN that was typed, or what is wrong with it. A try is counted first and kept: looking takes long, and nobody waits for it."""
    at, tablet, say = gate.site().clock(), str(the_tablet().id), gate.tongue().say
    rarely = pins.may_try(gate.session(), person, tablet, at=at)
    found = pins.of(gate.session(), person)
    gate.keep()
    if not rarely and pins.is_spent(gate.session(), person):
        return say(SPENT), None
    if not rarely:
        return say("There were too many wrong PINs. Try again in a quarter of an hour."), None
    if not passwords.fits_pin(found.hashed if found is not None else None, _typed("pin")):
        words = say("This PIN does not fit. After {n} wrong ones it opens nothing for {minutes} minutes.", **LIMITS)
        return words, None
    pins.was_right(gate.session(), person, tablet)
    gate.keep()
    return "", found


def _own_pin() -> str:
    """In the place of the one that head office gave."""
    own = pins.well_formed(_typed("own_pin"))
    if own == _typed("pin"):
        raise Refused("Choose another PIN than the one you were given.")
    return own


def _lend(carried: Carried, person: User, found: pins.Pin, own: str = "") -> Response:
    """Unless tablet or PIN were taken away while it was looked at; then what was carried goes on its way."""
    at, session = gate.site().clock(), gate.session()
    if not gate.still_here() or not pins.still_opens(session, person, found.hashed):
        return redirect(home(), 303)
    if own:
        pins.choose(session, person, own, by=person, at=at)
    lending.lend(session, the_tablet(), person, at=at)
    return redirect(carried.to, AGAIN) if carried.to else redirect(carried.back, 303)


@blueprint.post("/lock")
@gate.needs(Right.LEND)
def lock() -> Response:
    lending.lock(gate.session(), the_tablet())
    return redirect(home(), 303)


def _typed(name: str) -> str:
    return forms.plain(request.form.get(name, "")).strip()


def _chosen() -> User | None:
    """Somebody of this very branch who has a PIN."""
    asked = request.form.get("who", "")
    return next((one for one in pins.holders(gate.session(), the_branch()) if one.public_id == asked), None)


def _fields() -> list[tuple[str, str]]:
    """What another form had typed into it."""
    sent = request.form.items(multi=True)
    return [(name, value) for name, value in sent if name not in OWN][:MOST_CARRIED]


def _page(carried: Carried, errors: Mapping[str, str] | None = None, *, choosing: bool = False) -> str:
    people = told_apart(gate.tongue(), pins.holders(gate.session(), the_branch()), addresses=False)
    shown = gate.site().demo and gate.on_loopback()
    return render_template(
        "tablet/pin.html",
        carried=carried,
        errors=errors or {},
        choosing=choosing,
        people=[(person.public_id, words) for person, words in people],
        who=request.form.get("who", people[0][0].public_id if len(people) == 1 else ""),
        digits=DIGITS,
        demo_pin=passwords.DEMO_PIN if shown else "",
        back=carried.back or home(),
    )
