"""The gate: who is asking, in which language, one database session a request; nothing is open that was not opened."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import flask
import sqlalchemy as sa
from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from branches import access, sessions
from branches.access import Right
from branches.database import for_reading, reading, transaction
from branches.held import Privacy
from branches.language import Language, codes, language
from branches.people import Role, User
from branches.sessions import DeviceSession
from branches.timetable import DueTimes
from monitor.later import Job, at_once
from monitor.web import forms, headers, lent
from monitor.web.bare import is_bare
from reports.envelope import Sender, Transport
from reports.figures import Rules

DEVICE_COOKIE = "device"
LANGUAGE_COOKIE = "language"
WANTED = "wanted"
"""Where somebody was going when they were asked to sign in."""
DAY_SECONDS = 86_400
LONGEST_PATH = 500
HOUSEHOLD_BITS = 64
"""Of an IPv6 address: whoever has one has all that begin so."""
NOBODY = Sender("monitor@localhost")
EVERYBODY = "everybody"

View = TypeVar("View", bound=Callable[..., Any])
Found = TypeVar("Found")


@dataclass(frozen=True)
class Site:
    """What the pages need to know of the program they belong to."""

    engine: sa.Engine
    clock: Callable[[], datetime]
    language: str
    cache: Path
    chain_zone: str
    name: str = ""
    """The chain's, as its pages show it."""
    demo: bool = False
    photos: Path = Path("photos")
    """Where the photos of audits lie."""
    address: str = "http://localhost"
    """Where people reach the pages: what links are made of, never the request's own word."""
    mail: Transport | None = None
    sender: Sender = NOBODY
    later: Callable[[Job], None] = at_once
    """Does what no answer waits for."""
    appeal_days: int = 7
    """How long an audit's answers may be appealed once staff see it."""
    two_people: bool = False
    second_step: bool = False
    """Whether managers and head office must set the second step of signing in up."""
    managers_know_shoppers: bool = False
    privacy: Privacy = field(default_factory=Privacy)
    rules: Rules = field(default_factory=Rules)
    """By which a window of the reader's choice is judged, as the reports are."""
    due: DueTimes = field(default_factory=DueTimes)
    """When reports are due as the settings have it."""
    folder: Path = Path()
    """The data folder, which must be one that can be written to."""
    scheduler_minutes: int = 0
    """Within which the scheduler must have looked for the process to be ready; 0: it is not asked."""

    @property
    def secure(self) -> bool:
        return self.address.startswith("https://")


def site() -> Site:
    return cast("Site", current_app.extensions["site"])


def audience(*roles: Role) -> Callable[[View], View]:
    """Opens a route to people of these roles."""

    def opened(view: View) -> View:
        view.audience = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return opened


def needs(right: Right) -> Callable[[View], View]:
    """Opens a route to whoever has that right, and keeps it with the route."""

    def opened(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return audience(*access.holders(right))(view)

    return opened


def everybody(view: View) -> View:
    """Opens a route to people who are not signed in."""
    view.audience = EVERYBODY  # type: ignore[attr-defined]
    return view


def opened_to(endpoint: str) -> frozenset[Role]:
    """The roles that a route is opened to; none where it is open to everybody or to nobody."""
    opened = getattr(current_app.view_functions.get(endpoint), "audience", None)
    return opened if isinstance(opened, frozenset) else frozenset()


def takes(most_bytes: int) -> Callable[[View], View]:
    """Lets a route take more than others; while it comes in, nobody's writing is held up."""

    def opened(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return opened


def most_bytes(view: Callable[..., Any], usual: int | None) -> int:
    """Bytes that a form to that route may have."""
    return int(getattr(view, "most_bytes", usual or 0))


def knows(app: Flask, environ: dict[str, Any]) -> bool:
    """Whether a request comes from a device that is signed in; asked before anything large is received."""
    with app.request_context(environ), reading(site().engine) as look:
        return _found(look, site().clock()) is not None


def guard(app: Flask) -> None:
    """Puts the gate before every route of the program; the check of forms comes next, and then `let_write`."""
    app.before_request(_enter)
    app.after_request(_leave)
    app.teardown_request(_close)
    everybody(app.view_functions["static"])


def let_write(app: Flask) -> None:
    """After the gate and the check of forms: only now does a request that is signed in begin to write."""
    app.before_request(_begin_writing)


def session() -> Session:
    """This request's session; one that only reads holds up no writer, one that writes begins when it is first used."""
    if "session" not in g:
        engine = site().engine
        g.session = Session(for_reading(engine) if _only_reads() else engine, expire_on_commit=False)
    return cast("Session", g.session)


def person() -> User:
    """Who is signed in, a row of this request's session; only behind a route that is not for everybody."""
    return cast("User", g.person)


def somebody() -> User | None:
    """Who is signed in, if anybody is."""
    return cast("User | None", g.get("person"))


def device() -> DeviceSession | None:
    """The signed-in device that asks."""
    return cast("DeviceSession | None", g.get("device"))


def keep() -> None:
    """Keeps what was written so far, whatever is answered, and holds up nobody meanwhile."""
    session().commit()


def let_go() -> None:
    """Before it is said that something could not be done: nothing of it is kept, and who asked is looked up anew.

    A session that broke forgets what it had read; where the database is gone, nobody is known.
    """
    held, known = g.get("session"), somebody() is not None
    if held is None or not known:
        return
    held.rollback()
    held.expunge_all()
    try:
        with reading(site().engine) as look:
            _meet(_found(look, site().clock()))
    except SQLAlchemyError:
        _meet(None)


def still_here() -> bool:
    """After a pause in writing: whether this device is signed in even now."""
    before = device()
    return before is not None and _found(session(), site().clock()) is not None


def looked(at: Callable[[Session], Found]) -> Found:
    """What a look into the database gives before the request may write."""
    if _only_reads():
        return at(session())
    with reading(site().engine) as look:
        return at(look)


def afterwards(job: Job) -> None:
    """Has something done once this request is over; its answer does not wait for it."""
    g.setdefault("afterwards", []).append(job)


def cookie(name: str) -> str | None:
    return request.cookies.get(cookie_name(name))


def cookie_name(name: str) -> str:
    """Over TLS a name that browsers take from this very host alone."""
    return f"__Host-{name}" if site().secure else name


def set_cookie(response: AnyResponse, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        httponly=True,
        secure=site().secure or request.is_secure,
        samesite="Lax",
    )


def drop_cookie(response: AnyResponse, name: str) -> None:
    response.delete_cookie(cookie_name(name), httponly=True, secure=site().secure or request.is_secure, samesite="Lax")


def tongue() -> Language:
    """The language of this reader: their own choice, else what their browser asks for, else the chain's."""
    here = device()  # a shared tablet keeps its language, whoever acts on it
    chosen = (here.user.language if here is not None else "", cookie(LANGUAGE_COOKIE), g.get("written_in"))
    for code in chosen:
        if code in codes():
            return language(code)
    return language(request.accept_languages.best_match(codes()) or site().language)


def written_in(code: str) -> None:
    """Somebody who is not signed in comes from a mail in that language: the page goes on in it, unless they chose another."""
    g.written_in = code


def asks_for_data() -> bool:
    """Whether a script asks, which reads data, and not a browser, which shows pages."""
    return request.headers.get("Accept") == "application/json"


def on_loopback() -> bool:
    """Whether the request comes from this very machine."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def stay_here() -> None:
    """Refuses a request that asks for another name than this very machine's: a page elsewhere may have led a browser here."""
    try:
        name = urlsplit(f"//{request.host}").hostname or ""
        here = name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        here = False
    if not here:
        abort(404)


def source() -> str:
    """Where the request comes from: its address, or of the many that one household has the part they share."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, HOUSEHOLD_BITS), strict=False))


def _enter() -> AnyResponse | None:
    """Who may go on is looked up first; then the form comes in, however long it takes, while nothing is held."""
    if not request.path.isprintable():
        abort(404)  # no address of ours holds such a sign, and databases refuse it
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint != "static" and not is_bare():
        _recognise()
    if view is None:
        return None
    try:
        answer = _stopped(view)
    except lent.Locked:
        answer = None  # what was typed comes in, to be kept while the PIN is asked for
    if answer is None and not _only_reads():
        forms.take_in(most_bytes(view, request.max_content_length))
    return answer


def _stopped(view: View) -> AnyResponse | None:
    """Where somebody is sent for whom the route is not; None where it is."""
    opened = getattr(view, "audience", None)
    if opened == EVERYBODY:
        return None
    if opened is None:
        abort(404)  # A route that says nothing of its audience has none.
    if g.person is None:
        return _to_sign_in()
    if not lent.opens(view, g.device.user, g.person):
        abort(404)
    return None


def _recognise() -> None:
    """A look that is over at once where the request is to write: what comes in slowly must hold up nobody."""
    at, found = site().clock(), None
    if _only_reads():
        found = _found(session(), at)
    elif cookie(DEVICE_COOKIE):
        with reading(site().engine) as look:
            found = _found(look, at)
    _meet(found)
    if found is not None and sessions.long_unseen(found, at=at):
        afterwards(partial(_see, site().engine, found.id, at))


def _begin_writing() -> AnyResponse | None:
    """Looks again, now within what will be written: the device may have been signed out while the form came in."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or _only_reads() or somebody() is None:
        return None
    _meet(_found(session(), site().clock()))
    return _stopped(view)


def _found(session: Session, at: datetime) -> DeviceSession | None:
    token = cookie(DEVICE_COOKIE)
    return sessions.device(session, token, at=at) if token else None


def _meet(found: DeviceSession | None) -> None:
    g.device, g.person = found, lent.acting(found, site().clock()) if found is not None else None
    g.role = g.person.role if g.person is not None else ""  # for the log: the row may be gone by then


def _see(engine: sa.Engine, device_id: int, at: datetime) -> None:
    with transaction(engine) as session:
        sessions.see(session, device_id, at=at)


def _to_sign_in() -> AnyResponse:
    if request.method == "GET" and len(request.full_path) <= LONGEST_PATH:
        flask.session[WANTED] = request.full_path.removesuffix("?")
    return redirect(url_for("login.sign_in"))


def spoken(response: AnyResponse, code: str) -> AnyResponse:
    """Remembers a language with the person, and on the device for when nobody is signed in."""
    here = device()
    if here is not None:
        here.user.language = code
        session().add(here.user)
    set_cookie(response, LANGUAGE_COOKIE, code, headers.YEAR_SECONDS)
    return response


def _leave(response: Response) -> Response:
    held = g.get("session")
    if held is not None and not _only_reads() and response.status_code < 400:  # noqa: PLR2004 - refusals begin there
        held.commit()
    headers.put(response, secure=site().secure)
    return response


def _only_reads() -> bool:
    return request.method in ("GET", "HEAD", "OPTIONS")


def _close(_: BaseException | None) -> None:
    held = g.pop("session", None)
    if held is not None:
        held.close()
    for job in g.pop("afterwards", []):
        site().later(job)
