"""Sign-in by a link that works once, sign-out, and the choice of a language."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response as AnyResponse

from branches import sessions
from branches.errors import Refused
from branches.language import codes
from branches.people import Role, User
from monitor.web import gate

blueprint = Blueprint("login", __name__)

HOMES = {
    Role.OFFICE: "editions.chain",
    Role.MANAGER: "editions.mine",
    Role.STAFF: "portal.branch",
    Role.SHOPPER: "capture.mine",
}
"""Where each role begins."""
DAY_SECONDS = 86_400


@blueprint.get("/")
@gate.everybody
def home() -> AnyResponse:
    user = gate.somebody()
    return redirect(url_for(HOMES[Role(user.role)]) if user is not None else url_for("login.sign_in"))


@blueprint.get("/sign-in")
@gate.everybody
def sign_in() -> str:
    people = _demo_people() if gate.site().demo and gate.on_loopback() else []
    return render_template("login/sign_in.html", people=people, roles=_role_words())


@blueprint.get("/sign-in/<token>")
@gate.everybody
def landing(token: str) -> str:
    """Only asks: a mail scanner that follows the link must not use it up."""
    return render_template("login/landing.html", action=url_for("login.redeem", token=token), name="")


@blueprint.post("/sign-in/<token>")
@gate.everybody
def redeem(token: str) -> AnyResponse:
    return _signed_in(sessions.redeem(gate.session(), token[:100], at=gate.site().clock()))


@blueprint.get("/demo/<role>")
@gate.everybody
def demo(role: str) -> str:
    user = _demo_person(role)
    return render_template("login/landing.html", action=url_for("login.enter_demo", role=role), name=user.name)


@blueprint.post("/demo/<role>")
@gate.everybody
def enter_demo(role: str) -> AnyResponse:
    return _signed_in(_demo_person(role))


@blueprint.post("/sign-out")
@gate.everybody
def sign_out() -> AnyResponse:
    sessions.end(gate.session(), request.cookies.get(gate.DEVICE_COOKIE, ""))
    response = redirect(url_for("login.sign_in"))
    response.delete_cookie(gate.DEVICE_COOKIE)
    return response


@blueprint.post("/language")
@gate.everybody
def choose_language() -> AnyResponse:
    """Remembers the choice with the person, and on the device for when nobody is signed in."""
    code = request.form.get("language", "")
    if code not in codes():
        raise Refused("There is no language {code} here.", code=code[:20])
    user = gate.somebody()
    if user is not None:
        user.language = code
        gate.session().add(user)
    response = redirect(_own_path(request.form.get("back", "/")))
    _set_cookie(response, gate.LANGUAGE_COOKIE, code, 365)
    return response


def _own_path(path: str) -> str:
    """A path of these pages; anything that could lead elsewhere leads home."""
    plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if plain else "/"


def _signed_in(user: User) -> AnyResponse:
    sessions.end(gate.session(), request.cookies.get(gate.DEVICE_COOKIE, ""))
    token = sessions.begin(gate.session(), user, at=gate.site().clock())
    response = redirect(url_for("login.home"))
    _set_cookie(response, gate.DEVICE_COOKIE, token, sessions.SESSION_DAYS)
    return response


def _set_cookie(response: AnyResponse, name: str, value: str, days: int) -> None:
    response.set_cookie(
        name, value, max_age=days * DAY_SECONDS, httponly=True, secure=request.is_secure, samesite="Lax"
    )


def _role_words() -> dict[str, str]:
    say = gate.tongue().say
    return {
        Role.OFFICE.value: say("Head office"),
        Role.MANAGER.value: say("Manager of a region"),
        Role.STAFF.value: say("Staff of a branch"),
        Role.SHOPPER.value: say("Shopper"),
    }


def _demo_people() -> list[User]:
    """One person of each role to look as; in the demo only."""
    found = []
    for role in (Role.OFFICE, Role.MANAGER, Role.STAFF, Role.SHOPPER):
        query = select(User).where(User.role == role.value, User.active).order_by(col(User.id))
        user = gate.session().exec(query).first()
        if user is not None:
            found.append(user)
    return found


def _demo_person(role: str) -> User:
    if not (gate.site().demo and gate.on_loopback()):
        abort(404)
    found = [user for user in _demo_people() if user.role == role]
    if not found:
        abort(404)
    return found[0]
