"""A person's own sign-in: where they are signed in, their password if they want one, which mails come, who stands in."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from branches import access, accounts, factors, pins, sessions, subscriptions
from branches.access import Right
from branches.errors import Refused
from branches.people import PERSONS, User
from branches.sessions import DeviceSession
from branches.weeks import local_date
from monitor import passwords
from monitor.web import arriving, forms, gate, leave, mailed, sure, taken

blueprint = Blueprint("account", __name__)

UNFIT = 422
Answer = AnyResponse | tuple[str, int]


@dataclass(frozen=True)
class Line:
    """One device as its person sees it."""

    id: str
    label: str
    since: str
    seen: str
    here: bool


@blueprint.get("/account")
@gate.audience(*PERSONS)
def show() -> str:
    return _page()


def _page(**errors: object) -> str:
    user = gate.person()
    found = sessions.devices(gate.session(), user, at=gate.site().clock())
    return render_template(
        "account/show.html",
        devices=[_line(one) for one in found],
        has_password=user.password is not None,
        **_second_step(user),
        least=passwords.LEAST_LETTERS,
        mailed=_mailed(user),
        leave=leave.of(user),
        held=leave.held(user),
        takes_pin=access.reach(user, Right.HAVE_PIN) is not None,
        has_pin=pins.of(gate.session(), user) is not None,
        **errors,
    )


def _second_step(user: User) -> dict[str, object]:
    """What is said of the second step of signing in; nothing to whom it is not offered."""
    say, on = gate.tongue().say, factors.of(gate.session(), user) is not None
    if on:
        said = say("It is on: signing in takes a code from your phone as well.")
    else:
        said = say("It is off. With it, whoever gets at your mail or password needs your phone as well.")
    return {"second_step": said if factors.is_for(user) else "", "second_step_on": on}


def _mailed(user: User) -> dict[str, object] | None:
    """What of the mails, weekly and between reports, is theirs to choose; None for whom no report is made."""
    if access.reach(user, Right.READ_EDITIONS) is None:
        return None
    wanted, alerts = subscriptions.wanted(gate.session(), user), subscriptions.wants_alerts(gate.session(), user)
    return {
        "wanted": wanted.value,
        "now": mailed.now_words(wanted),
        "choices": mailed.choices(),
        "alerts": mailed.alerts_value(alerts),
        "alerts_now": mailed.alerts_now_words(alerts),
        "alerts_choices": mailed.alerts_choices(),
    }


def _line(device: DeviceSession) -> Line:
    zone, day = gate.site().chain_zone, gate.tongue().date
    seen = device.seen_at or device.started_at
    here = gate.device()
    return Line(
        id=str(device.id),
        label=device.label,
        since=day(local_date(device.started_at, zone)),
        seen=day(local_date(seen, zone)),
        here=here is not None and here.id == device.id,
    )


@blueprint.post("/account/devices")
@gate.audience(*PERSONS)
def end_device() -> AnyResponse:
    """Signs one of the person's other devices out."""
    asked = request.form.get("device", "")
    at = gate.site().clock()
    for device in sessions.devices(gate.session(), gate.person(), at=at):
        if str(device.id) == asked:
            sessions.end_device(gate.session(), device, by=gate.person(), at=at)
    flash(gate.tongue().say("Signed out there."), "done")
    return redirect(url_for("account.show"))


@blueprint.post("/account/kept")
@gate.audience(*PERSONS)
def take_home() -> AnyResponse:
    """What is kept of them, as a file."""
    return taken.home(gate.person())


@blueprint.post("/account/mails")
@gate.needs(Right.READ_EDITIONS)
def choose_mails() -> AnyResponse:
    """When the weekly report is mailed to them, and whether they are told between reports."""
    user, at = gate.person(), gate.site().clock()
    wanted, alerts = mailed.asked(request.form), mailed.alerts_asked(request.form)
    subscriptions.choose(gate.session(), user, wanted, by=user, at=at)
    subscriptions.choose_alerts(gate.session(), user, alerts, by=user, at=at)
    flash(gate.tongue().say("Kept."), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/stand-in")
@gate.needs(Right.READ_EDITIONS)
def name_stand_in() -> Answer:
    """Who gets and reads the region's reports while they are away."""
    user = gate.person()
    if not leave.may_be_stood_in_for(user):
        abort(404)
    wrong = leave.name(user, request.form)
    if wrong:
        return _page(wrong=wrong, typed={name: request.form.get(name, "") for name in leave.FIELDS}), UNFIT
    flash(gate.tongue().say("Kept."), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/stand-in/end")
@gate.needs(Right.READ_EDITIONS)
def end_stand_in() -> AnyResponse:
    """Before its last day."""
    leave.end(gate.person(), request.form.get("stand_in", ""))
    flash(gate.tongue().say("Ended."), "done")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/account/password")
@gate.audience(*PERSONS)
def change_password() -> Answer:
    """Needs the password until now, or where there is none a sign-in of a moment ago."""
    user, say = gate.person(), gate.tongue().say
    wrong = sure.lacking(user)
    if wrong:
        return _page(current_error=wrong), UNFIT
    gate.keep()  # hashing takes long, and nobody's writing waits for it
    try:
        hashed = passwords.hashed(user, request.form.get("new", ""))
    except Refused as refused:
        return _page(new_error=say(refused.message, **refused.values)), UNFIT
    if not gate.still_here():
        return redirect(url_for("login.sign_in"))
    at = gate.site().clock()
    accounts.set_password(gate.session(), user, hashed, by=user, at=at)
    response = redirect(url_for("account.show"))
    arriving.sign_in(response, user)
    flash(say("Your new password holds. Every other device has been signed out."), "done")
    return response


@blueprint.post("/account/pin")
@gate.needs(Right.HAVE_PIN)
def choose_pin() -> Answer:
    """The one by which they act on their branch's shared tablet; as hard to change as the password."""
    user, say = gate.person(), gate.tongue().say
    wrong = sure.lacking(user)
    if wrong:
        return _page(pin_current_error=wrong), UNFIT
    try:
        pin = pins.well_formed(forms.plain(request.form.get("pin", "")).strip())
    except Refused as refused:
        return _page(pin_error=say(refused.message, **refused.values)), UNFIT
    gate.keep()  # hashing takes long, and nobody's writing waits for it
    hashed = passwords.hashed_pin(pin)
    if not gate.still_here():
        return redirect(url_for("login.sign_in"))
    pins.choose(gate.session(), user, hashed, by=user, at=gate.site().clock())
    flash(say("Your PIN holds from now on."), "done")
    return redirect(url_for("account.show"), 303)
