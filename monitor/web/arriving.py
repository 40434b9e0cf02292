"""Arriving: from a link, code or password that was right to a signed-in device, past the second step where there is one."""

from flask import current_app, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response as AnyResponse

from branches import doorstep, factors, sessions
from branches.knocking import Visitor
from branches.people import Role, User
from monitor.web import devices, gate, headers

KNOWN_COOKIE = "known"
"""Stays after signing out: tries in this browser for whoever was in it last are counted apart from those elsewhere."""
DOORSTEP_COOKIE = "doorstep"
"""What the browser keeps whose visitor still owes the second step."""


def arrive(user: User) -> AnyResponse:
    """The first step is done: the device is signed in, or waits for the second."""
    if factors.of(gate.session(), user) is None:
        return come_in(user)
    token = doorstep.wait(gate.session(), user, at=gate.site().clock())
    response = redirect(url_for("second.ask"), 303)
    gate.set_cookie(response, DOORSTEP_COOKIE, token, doorstep.WAIT_MINUTES * 60)
    return response


def come_in(user: User) -> AnyResponse:
    """Begins a session under a new name; whatever the browser carried before opens nothing more."""
    sessions.end(gate.session(), gate.cookie(gate.DEVICE_COOKIE) or "", at=gate.site().clock())
    wanted = session.get(gate.WANTED, "")
    response = redirect(wanted if _leads(user, wanted) else url_for("login.home"))
    sign_in(response, user)
    if user.email is not None:
        gate.set_cookie(response, KNOWN_COOKIE, devices.mark(secret(), user.email), headers.YEAR_SECONDS)
    return response


def sign_in(response: AnyResponse, user: User) -> None:
    """Begins a session on this device and gives it its cookie."""
    session.clear()
    label = devices.words(request.user_agent.string)
    token = sessions.begin(gate.session(), user, at=gate.site().clock(), label=label)
    gate.set_cookie(response, gate.DEVICE_COOKIE, token, sessions.SESSION_DAYS * gate.DAY_SECONDS)


def visitor(email: str) -> Visitor:
    """Who knocks, as tries are counted."""
    kept = gate.cookie(KNOWN_COOKIE) or ""
    browser = devices.known(secret(), email, kept) if kept and email else ""
    return Visitor(email, gate.source(), browser)


def secret() -> bytes:
    """The secret of the pages."""
    held = current_app.secret_key or b""
    return held.encode() if isinstance(held, str) else held


def own_path(path: str) -> str:
    """A path of these pages; anything that could lead elsewhere leads home."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def _leads(user: User, path: str) -> bool:
    """Whether that is a page of ours for people of this role."""
    if own_path(path) != path:
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RoutingException):
        return False
    return Role(user.role) in gate.opened_to(endpoint)
