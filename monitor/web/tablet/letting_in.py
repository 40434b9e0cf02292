"""A tablet is let in: a code from head office is typed on it, once."""

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from branches import knocking, sessions, tablets
from branches.knocking import Visitor
from branches.sessions import LINK_MINUTES, MOST_WRONG_OF_ALL
from monitor.web import devices, gate
from monitor.web.tablet.room import UNFIT, blueprint

LONGEST_CODE = 20
WHAT = "tablet code"


@blueprint.get("")
@gate.everybody
def code() -> str:
    return _page()


@blueprint.post("")
@gate.everybody
def enter() -> Response | tuple[str, int]:
    """Every try is counted before it is looked at: by the place it comes from, and all of them together."""
    typed, at = "".join(filter(str.isalnum, request.form.get("code", "")))[:LONGEST_CODE], gate.site().clock()
    visitor = Visitor("every branch", gate.source())
    rarely = knocking.may_try(gate.session(), WHAT, visitor, most=MOST_WRONG_OF_ALL, at=at)
    gate.keep()
    label = devices.words(request.user_agent.string)
    token = tablets.let_in(gate.session(), typed, at=at, label=label) if rarely else None
    if token is None:
        say = gate.tongue().say
        return _page(say("This code does not fit, or it is too old. Ask head office for another.")), UNFIT
    return _signed_in(token)


def _signed_in(token: str) -> Response:
    """Whatever the browser carried before opens nothing more."""
    spoken = gate.tongue().code
    sessions.end(gate.session(), gate.cookie(gate.DEVICE_COOKIE) or "", at=gate.site().clock())
    session.clear()
    found = sessions.device(gate.session(), token, at=gate.site().clock())
    assert found is not None
    found.user.language = spoken
    response = redirect(url_for("login.home"))
    gate.set_cookie(response, gate.DEVICE_COOKIE, token, sessions.SESSION_DAYS * gate.DAY_SECONDS)
    return response


def _page(error: str = "") -> str:
    return render_template("tablet/code.html", error=error, minutes=LINK_MINUTES)
