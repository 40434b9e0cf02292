"""The web program: blueprints behind one gate, refusals turned into pages."""

from dataclasses import dataclass

from flask import Flask, Request, render_template, request, url_for
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from branches.errors import Conflict, NotAllowed, NotFound, Refused
from branches.keeping import USUAL as USUAL_TERMS
from branches.keeping import Terms
from branches.language import codes, language
from branches.people import Role, User
from monitor import full
from monitor.origins import NOTHING, Said
from monitor.ready import Readiness, Watched
from monitor.web import (
    account,
    capture,
    editions,
    explore,
    files,
    gate,
    handbook,
    health,
    lent,
    login,
    mails,
    office,
    packed,
    plan,
    portal,
    region,
    results,
    second,
    section,
    tablet,
    traced,
)
from monitor.web.gate import Site
from reports.purpose import purpose

MOST_BYTES = 1_000_000
"""Of a request's body; what takes more says so itself."""
NOWHERE = (404, 405)
OURS = 500
"""From here on it is our fault: the page names the request, so that whoever reports it can name it too."""
NO_HOST = "localhost"
"""Stands for the host that a request names where that is none; our own addresses name no host."""
THEMES = ("light", "dark")
"""What a reader may have chosen on this device; the script of every page keeps it in a cookie."""
ABOVE = {
    "capture": ("capture.mine",),
    "editions": ("editions.chain", "editions.mine"),
    "plan": ("editions.chain", "editions.mine"),
    "second": ("account.show",),
    "section": ("editions.chain", "editions.mine"),
    "explore": ("editions.chain", "editions.mine"),
    "region": ("editions.chain", "region.branches"),
    "results": ("editions.chain", "region.branches", "portal.branch"),
    "tablet": ("portal.branch",),
    "handbook": ("office.places",),
}
"""By room, the pages in the list of pages that all of its pages are below; each role has one of them."""
STATUS = ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Refused, 422))

ROOMS = (
    login,
    account,
    second,
    mails,
    editions,
    section,
    explore,
    plan,
    portal,
    region,
    results,
    handbook,
    capture,
    office,
    tablet,
    health,
)
"""What is behind the pages, each by itself."""


class _Json(DefaultJSONProvider):
    """Data with letters as they are: a third of the length in most of our languages."""

    ensure_ascii = False


class _Pages(full.Pages):
    """A request for a host that is no host's name is refused as a page; Flask itself could not say where that page's files are."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        try:
            return super().create_url_adapter(request)
        except (HTTPException, UnicodeError):
            if request is None:
                raise
            request.routing_exception = BadRequest()
            return self.url_map.bind(NO_HOST)


@dataclass(frozen=True)
class Kept:
    """What is kept of requests: nothing, unless the settings want it."""

    say_each: bool = False
    """A line in the log."""
    token: bytes = b""
    """By which a program reads figures; empty: none may."""


def create_app(
    site: Site,
    secret: bytes,
    *,
    trusted_proxies: int = 0,
    said: Said = NOTHING,
    kept: Kept = Kept(),
    terms: Terms = USUAL_TERMS,
) -> Flask:
    """The pages of one chain; `said` is what they show of its settings, `terms` how long it keeps what."""
    app = _Pages(__name__, static_folder=None)
    app.add_url_rule(f"/static/{files.version()}/<path:filename>", endpoint="static", view_func=files.serve)
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        SESSION_COOKIE_NAME="__Host-session" if site.secure else "session",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=site.secure,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.json = _Json(app)
    traced.follow(app, say_each=kept.say_each)
    app.after_request(packed.pack)  # the first here is the last to look at an answer
    app.extensions["site"], app.extensions["settings"], app.extensions["terms"] = site, said, terms
    app.extensions["readiness"] = Readiness(Watched(site.engine, site.clock, site.folder, site.scheduler_minutes))
    if kept.token:
        from monitor.web.measured import Measured  # noqa: PLC0415 - its library is loaded only where somebody reads it

        app.extensions["measured"] = Measured(site, kept.token)
    if site.demo:
        app.before_request(gate.stay_here)
    gate.guard(app)
    app.before_request(second.lead)
    forms = CSRFProtect(app)
    # mail providers send these: the secret is in the address, and no cookie gives it any power
    for click in (mails.choose, mails.choose_alerts):
        forms.exempt(click)
    gate.let_write(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    app.context_processor(_words)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(lent.Locked, tablet.pin.locked)
    app.register_error_handler(HTTPException, _failed)
    if trusted_proxies:
        near = ProxyFix(app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=trusted_proxies)
        app.wsgi_app = near  # type: ignore[method-assign]
    return app


def _words() -> dict[str, object]:
    """What every template may say."""
    tongue, user, shared = gate.tongue(), gate.somebody(), tablet.bar()
    return {
        "say": tongue.say,
        "count": tongue.count,
        "language": tongue,
        "languages": [language(code) for code in codes()],
        "person": user,
        "chain_name": gate.site().name,
        "purpose": purpose(tongue),
        "theme": theme if (theme := request.cookies.get("theme")) in THEMES else "",
        "home_url": url_for("login.home"),
        "nav": _nav(user, shared=shared is not None),
        "tablet": shared,
        "language_action": url_for("login.choose_language"),
        "back": request.full_path.removesuffix("?") if request.method == "GET" else "/",
        "sign_out_action": url_for("login.sign_out") if user is not None and shared is None else None,
    }


def _nav(user: User | None, *, shared: bool) -> list[tuple[str, str, bool]]:
    """Where this person can go from everywhere: title, address, whether it is here. A shared tablet has nobody's own pages."""
    say = gate.tongue().say
    role = Role(user.role) if user is not None else None
    own, here = [(say("My sign-in"), "account.show")] if not shared else [], _here()
    book = (say("Handbook"), "handbook.show")
    pages = {
        Role.OFFICE: [
            (say("The whole chain"), "editions.chain"),
            (say("Desk"), "office.desk"),
            (say("Review"), "office.review"),
            (say("Assignments"), "office.open_assignments"),
            (say("People"), "office.people"),
            (say("Places"), "office.places"),
        ],
        Role.MANAGER: [(say("My region"), "editions.mine"), (say("My branches"), "region.branches"), book],
        Role.STAFF: [(say("My branch"), "portal.branch"), book],
        Role.SHOPPER: [(say("My audits"), "capture.mine")],
        Role.TABLET: [(say("My branch"), "portal.branch"), book],
    }
    return [
        (title, url_for(endpoint), endpoint in here)
        for title, endpoint in ([*pages[role], *own] if role is not None else [])
    ]


def _here() -> set[str]:
    """This page, and the one above it in the list of pages."""
    endpoint = request.endpoint or ""
    return {endpoint, office.ABOVE.get(endpoint, ""), *ABOVE.get(request.blueprint or "", ())}


def _refused(refused: Refused) -> tuple[str | dict[str, object], int]:
    gate.let_go()
    status = next(code for kind, code in STATUS if isinstance(refused, kind))
    if gate.asks_for_data():
        return {"sentence": gate.tongue().say(refused.message, **refused.values)}, status
    sentence = gate.tongue().say(refused.message, **refused.values)
    return render_template("error.html", title=gate.tongue().say("That cannot be done"), sentence=sentence), status


def _failed(error: HTTPException) -> tuple[str | dict[str, object], int]:
    gate.let_go()
    status = full.STATUS if full.met(error) else error.code or 500
    named = traced.request_id() if status >= OURS else ""
    if gate.asks_for_data():
        return {"sentence": _sentence(status), **({"request": named} if named else {})}, status
    return render_template("error.html", title=_title(status), sentence=_sentence(status), request_id=named), status


def _title(status: int) -> str:
    say = gate.tongue().say
    return say("Not found") if status in NOWHERE else say("That did not work")


def _sentence(status: int) -> str:
    say = gate.tongue().say
    match status:
        case 404 | 405:
            return say("There is no such page, or it is not for you.")
        case 400:
            return say("This page had been open too long or the request was not complete. Go back and try again.")
        case 408:
            return say("What you sent came in too slowly and was not taken. Go back and send it again.")
        case 413:
            return say("That is too large to be taken.")
        case full.STATUS:
            return say(full.NO_ROOM)
        case _:
            return say("Something went wrong on our side. Nothing was changed. Try again in a moment.")
