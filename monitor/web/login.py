"""Sign-in by a mailed link or code that works once or by a password, sign-out, and the choice of a language."""

from datetime import datetime
from functools import partial

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from sqlmodel import col, select
from werkzeug.wrappers import Response as AnyResponse

from branches import accounts, knocking, people, sessions
from branches.errors import Refused
from branches.language import codes
from branches.people import Role, User, mail_address
from monitor import passwords
from monitor.web import arriving, gate, way_in

blueprint = Blueprint("login", __name__)

HOMES = {
    Role.OFFICE: "editions.chain",
    Role.MANAGER: "editions.mine",
    Role.STAFF: "portal.branch",
    Role.SHOPPER: "capture.mine",
    Role.TABLET: "portal.branch",
}
"""Where each role begins."""
ASKING_COOKIE = "asking"
"""What the browser keeps that asked for a mail: its code is worth something there alone."""
MOST_PASSWORDS = 10
"""Passwords tried for one address within an hour."""
LONGEST_CODE, LONGEST_TOKEN = 20, 100
UNFIT = 422
Answer = AnyResponse | tuple[str, int]


@blueprint.get("/")
@gate.everybody
def home() -> AnyResponse:
    user = gate.somebody()
    return redirect(url_for(HOMES[Role(user.role)]) if user is not None else url_for("login.sign_in"))


@blueprint.get("/sign-in")
@gate.everybody
def sign_in() -> str:
    return _sign_in_page()


def _sign_in_page(**shown: str) -> str:
    people = [(one.role, _called(one)) for one in _demo_people()] if gate.site().demo and gate.on_loopback() else []
    return render_template("login/sign_in.html", people=people, roles=_role_words(), **shown)


@blueprint.post("/sign-in")
@gate.everybody
def ask() -> Answer:
    """Asks for a mail. The answer is the same for everybody, and given before anybody is looked for."""
    typed = request.form.get("email", "")
    try:
        email = mail_address(typed)
    except Refused as refused:
        return _sign_in_page(email=typed, mail_error=gate.tongue().say(refused.message, **refused.values)), UNFIT
    visitor = arriving.visitor(email)
    browser = sessions.browser_secret(known=bool(visitor.browser))
    asked = way_in.Asked(visitor, browser)
    gate.afterwards(partial(way_in.send, gate.site(), current_app.jinja_env, asked))
    response = redirect(url_for("login.code"))
    gate.set_cookie(response, ASKING_COOKIE, browser, sessions.LINK_MINUTES * 60)
    return response


@blueprint.get("/sign-in/code")
@gate.everybody
def code() -> str:
    return _code_page()


def _code_page(error: str = "") -> str:
    return render_template("login/code.html", error=error, minutes=sessions.LINK_MINUTES, most=way_in.MOST_MAILS)


@blueprint.post("/sign-in/code")
@gate.everybody
def enter_code() -> Answer:
    typed = "".join(request.form.get("code", "").split())[:LONGEST_CODE]
    browser, at = gate.cookie(ASKING_COOKIE) or "", gate.site().clock()
    user = sessions.try_code(gate.session(), browser, typed, at=at)
    if user is None:
        # Counted whether or not anything was sent, so that both take the same time.
        knocking.knock(gate.session(), f"code {browser}", most=sessions.MOST_WRONG_CODES, at=at)
        gate.keep()
        say = gate.tongue().say
        return _code_page(
            say("This code does not fit. After five wrong ones or when it is too old, ask for another.")
        ), UNFIT
    response = arriving.arrive(user)
    gate.drop_cookie(response, ASKING_COOKIE)
    return response


@blueprint.post("/sign-in/password")
@gate.everybody
def enter_password() -> Answer:
    typed, at = request.form.get("email", ""), gate.site().clock()
    email = _address(typed)
    user = people.known(gate.session(), email)
    if not _password_fits(user, email, request.form.get("password", ""), at):
        error = gate.tongue().say(
            "Address and password do not fit each other, or there were too many tries: then only the mailed link opens."
        )
        return _sign_in_page(email=typed, password_error=error), UNFIT
    assert user is not None
    return arriving.arrive(user)


def _address(typed: str) -> str:
    """As it is kept; empty for what is none."""
    try:
        return mail_address(typed)
    except Refused:
        return ""


def _password_fits(user: User | None, email: str, password: str, at: datetime) -> bool:
    """Counts the try first; looking at a password takes long, and nobody else waits for it."""
    visitor = arriving.visitor(email)
    rarely = knocking.may_try(gate.session(), "password", visitor, most=MOST_PASSWORDS, at=at)
    gate.keep()
    if not (rarely and passwords.fits(user, password)) or user is None:
        return False
    if not accounts.still_opens(gate.session(), user):
        return False  # it was taken away or changed meanwhile
    knocking.came_in(gate.session(), "password", visitor)
    return True


@blueprint.get("/sign-in/<token>")
@gate.everybody
def landing(token: str) -> str:
    """Only asks: a mail scanner that follows the link must not use it up."""
    return render_template("login/landing.html", action=url_for("login.redeem", token=token), name="")


@blueprint.post("/sign-in/<token>")
@gate.everybody
def redeem(token: str) -> AnyResponse:
    return arriving.arrive(sessions.redeem(gate.session(), token[:LONGEST_TOKEN], at=gate.site().clock()))


@blueprint.get("/demo/<role>")
@gate.everybody
def demo(role: str) -> str:
    user = _demo_person(role)
    return render_template("login/landing.html", action=url_for("login.enter_demo", role=role), name=_called(user))


@blueprint.post("/demo/<role>")
@gate.everybody
def enter_demo(role: str) -> AnyResponse:
    """The visitor reads on in the language they have read in so far, whatever the invented person speaks."""
    user = _demo_person(role)
    user.language = gate.tongue().code
    gate.session().add(user)
    return arriving.arrive(user)


@blueprint.post("/sign-out")
@gate.everybody
def sign_out() -> AnyResponse:
    sessions.end(gate.session(), gate.cookie(gate.DEVICE_COOKIE) or "", at=gate.site().clock())
    session.clear()
    response = redirect(url_for("login.sign_in"))
    gate.drop_cookie(response, gate.DEVICE_COOKIE)
    return response


@blueprint.post("/language")
@gate.everybody
def choose_language() -> AnyResponse:
    """Remembers the choice with the person, and on the device for when nobody is signed in."""
    code = request.form.get("language", "")
    if code not in codes():
        raise Refused("There is no language {code} here.", code=code[:20])
    return gate.spoken(redirect(arriving.own_path(request.form.get("back", "/"))), code)


def _role_words() -> dict[str, str]:
    say = gate.tongue().say
    return {
        Role.OFFICE.value: say("Head office"),
        Role.MANAGER.value: say("Manager of a region"),
        Role.STAFF.value: say("Staff of a branch"),
        Role.SHOPPER.value: say("Shopper"),
        Role.TABLET.value: say("Shared tablet of a branch"),
    }


def _demo_people() -> list[User]:
    """One person of each role to look as; in the demo only."""
    found = []
    for role in (Role.OFFICE, Role.MANAGER, Role.STAFF, Role.TABLET, Role.SHOPPER):
        query = select(User).where(User.role == role.value, User.active).order_by(col(User.id))
        user = gate.session().exec(query).first()
        if user is not None:
            found.append(user)
    return found


def _called(user: User) -> str:
    """A tablet is called as its branch."""
    return user.branch.name if user.role == Role.TABLET.value and user.branch is not None else user.name


def _demo_person(role: str) -> User:
    if not (gate.site().demo and gate.on_loopback()):
        abort(404)
    found = [user for user in _demo_people() if user.role == role]
    if not found:
        abort(404)
    return found[0]
