"""The second step of signing in: asked for at the door, set up and turned off at My sign-in."""

import hmac

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from branches import doorstep, factors
from branches.access import Right
from branches.factors import SecondFactor
from branches.people import User
from branches.weeks import local_date
from monitor import authenticator
from monitor.web import arriving, forms, gate, proving, sure
from reports.qr import square

blueprint = Blueprint("second", __name__)

UNFIT = 422
Answer = AnyResponse | str | tuple[str, int]


@blueprint.get("/sign-in/second")
@gate.everybody
def ask() -> Answer:
    return _door() if _waiting() is not None else redirect(url_for("login.sign_in"))


@blueprint.post("/sign-in/second")
@gate.everybody
def enter() -> Answer:
    """Only now a session begins."""
    user, token = _waiting(), gate.cookie(arriving.DOORSTEP_COOKIE) or ""
    if user is None:
        return redirect(url_for("login.sign_in"), 303)
    if not proving.proves(user, _typed()):
        return _door(_wrong()), UNFIT
    if not doorstep.leave(gate.session(), token):
        return redirect(url_for("login.sign_in"), 303)  # it was ended meanwhile
    response = arriving.come_in(user)
    gate.drop_cookie(response, arriving.DOORSTEP_COOKIE)
    return response


def _waiting() -> User | None:
    token = gate.cookie(arriving.DOORSTEP_COOKIE)
    return doorstep.who(gate.session(), token, at=gate.site().clock()) if token else None


def _door(error: str = "") -> str:
    return render_template("second/door.html", error=error, minutes=doorstep.WAIT_MINUTES)


def _typed() -> str:
    return forms.plain(request.form.get("code", "")).strip()


def _wrong() -> str:
    return gate.tongue().say("This code does not fit, was used before, or there were too many tries.")


@blueprint.get("/account/second-step")
@gate.needs(Right.HAVE_SECOND_STEP)
def show() -> str:
    return _page()


def _page(**errors: str) -> str:
    user = gate.person()
    held = factors.of(gate.session(), user)
    return render_template(
        "second/show.html",
        since=_since(held) if held is not None else "",
        left=factors.codes_left(gate.session(), user) if held is not None else 0,
        must=gate.site().second_step,
        has_password=user.password is not None,
        **{"current_error": "", "renew_error": "", "off_error": "", **errors},
    )


def _since(held: SecondFactor) -> str:
    day = local_date(held.confirmed_at or held.begun_at, gate.site().chain_zone)
    return gate.tongue().date(day)


@blueprint.post("/account/second-step/begin")
@gate.needs(Right.HAVE_SECOND_STEP)
def begin() -> Answer:
    """What the phone makes its codes from is shown in this answer, and to nobody once its first code was typed."""
    user = gate.person()
    lacking = sure.lacking(user)
    if lacking:
        return _page(current_error=lacking), UNFIT
    made_from = authenticator.fresh()
    sealed = authenticator.seal(made_from, arriving.secret(), user.public_id)
    at = gate.site().clock()
    factors.begin(gate.session(), user, sealed, at=at)
    return _setting_up(user, made_from, _begun_here(factors.pending(gate.session(), user, at=at)))


def _begun_here(held: SecondFactor | None) -> str:
    """What the form of the device that began it carries: to another one nothing is shown again."""
    device = gate.device()
    about = f"set up {held.id if held else 0} on {device.id if device else 0}"
    return hmac.new(arriving.secret(), about.encode(), "sha256").hexdigest()


def _setting_up(user: User, made_from: bytes, begun: str, error: str = "") -> str:
    address = authenticator.address(made_from, name=user.email or user.name, chain=gate.site().name or "Monitor")
    return render_template(
        "second/set_up.html",
        square=Markup(square(address)),  # noqa: S704 - drawn, not written
        address=address,
        key=authenticator.typed_by_hand(made_from),
        minutes=factors.SET_UP_MINUTES,
        begun=begun,
        error=error,
    )


@blueprint.post("/account/second-step/confirm")
@gate.needs(Right.HAVE_SECOND_STEP)
def confirm() -> Answer:
    """The first code shows that the phone was set up; every other device is signed out."""
    user, at = gate.person(), gate.site().clock()
    held = factors.pending(gate.session(), user, at=at)
    begun = _begun_here(held)
    if held is None or not hmac.compare_digest(begun.encode(), request.form.get("begun", "").encode(errors="replace")):
        flash(gate.tongue().say("Setting it up has taken too long; begin again."), "warn")
        return redirect(url_for("second.show"), 303)
    step = proving.first_step(user, held.sealed, _typed())
    if step is None:
        made_from = authenticator.unsealed(held.sealed, arriving.secret(), user.public_id) or b""
        return _setting_up(
            user, made_from, begun, gate.tongue().say("This code does not fit. Type the one that is shown now.")
        ), UNFIT
    codes = authenticator.recovery_codes(factors.RECOVERY_CODES)
    factors.turn_on(gate.session(), user, step, codes, by=user, at=at)
    response = make_response()
    arriving.sign_in(response, user)
    response.set_data(_codes(codes))  # worded now: its forms carry the new session's token
    return response


@blueprint.post("/account/second-step/codes")
@gate.needs(Right.HAVE_SECOND_STEP)
def renew() -> Answer:
    """Ten other recovery codes, for whoever has used or lost some."""
    user = gate.person()
    if not proving.proves(user, _typed()):
        return _page(renew_error=_wrong()), UNFIT
    if not gate.still_here():
        return redirect(url_for("login.sign_in"), 303)
    codes = authenticator.recovery_codes(factors.RECOVERY_CODES)
    factors.renew_codes(gate.session(), user, codes, by=user, at=gate.site().clock())
    return _codes(codes)


def _codes(codes: list[str]) -> str:
    return render_template("second/codes.html", codes=codes)


@blueprint.post("/account/second-step/off")
@gate.needs(Right.HAVE_SECOND_STEP)
def turn_off() -> Answer:
    """With a code: a device that was left open does not turn it off."""
    user = gate.person()
    if not proving.proves(user, _typed()):
        return _page(off_error=_wrong()), UNFIT
    if not gate.still_here():
        return redirect(url_for("login.sign_in"), 303)
    factors.turn_off(gate.session(), user, by=user, at=gate.site().clock())
    flash(gate.tongue().say("The second step is off."), "done")
    return redirect(url_for("second.show"), 303)


def lead() -> AnyResponse | None:
    """Where the chain asks for the second step, whoever reads reports sets it up before anything else."""
    user = gate.somebody()
    if not gate.site().second_step or user is None or not factors.is_for(user):
        return None
    if request.blueprint == blueprint.name or not gate.opened_to(request.endpoint or ""):
        return None
    if gate.looked(lambda session: factors.of(session, user)) is not None:
        return None
    return redirect(url_for("second.show"), 303)
