"""With no network: the worker that opens the shopper's pages all the same, and what each page tells it."""

import json
from collections.abc import Iterable

from flask import Response, render_template, request, url_for

from branches.language import message
from branches.people import Role
from monitor.web import files, gate
from monitor.web.capture.receipts import SENT_BEFORE
from monitor.web.capture.room import blueprint

KEPT_FOR = "Kept-For"
"""Whose page an answer is: a phone keeps a shopper's for them, and nothing for anybody else."""
NOBODY = "nobody"
SIGN_IN = "login.sign_in"
ICONS = (192, 512)
FORM = "capture.section"
"""Every byte of its first view counts: it says less of other audits, and its own script keeps whatever it cannot send."""
NOT_HERE = message("This page opens once there is a network. What you typed is kept on this phone.")
NOTHING_DONE = message("There is no network, and nothing was done. Try again once there is one.")
NO_ANSWER = message("No answer came, so it may or may not have been done. Look again once there is a network.")
SHORT_NAME = 12
"""Letters that stand below an icon."""
PAPER = {"light": "#fcfbf8", "dark": "#12151a"}
"""The ground of the pages, as tokens.css has it: the phone's own frame around them wears it too."""


@blueprint.get("/sw.js")
@gate.everybody
def worker() -> Response:
    """The worker's own text, with the files that the pages are made of; it changes only where one of them does."""
    names = [url_for("static", filename=name) for name in files.of_phone()]
    text = files.text("phone/worker.js")
    head = f"const VERSION = {json.dumps(files.version())};\nconst FILES = {json.dumps(names)};\n"
    return Response(head + text, mimetype="text/javascript")


@blueprint.get("/no-network")
@gate.everybody
def no_network() -> str:
    return render_template("capture/no_network.html", said=gate.tongue().say(NOT_HERE))


@blueprint.get("/no-network/nothing-done")
@gate.everybody
def nothing_done() -> str:
    """What the worker shows where something was to be done that only the network can do."""
    return render_template("capture/no_network.html", said=gate.tongue().say(NOTHING_DONE))


@blueprint.get("/no-network/no-answer")
@gate.everybody
def no_answer() -> str:
    """What the worker shows where something was sent and nobody heard what became of it."""
    return render_template("capture/no_network.html", said=gate.tongue().say(NO_ANSWER))


@blueprint.get("/manifest.webmanifest")
@gate.everybody
def manifest() -> Response:
    """What a phone needs to put these pages on its home screen: under the chain's name, beginning with the list."""
    name = gate.site().name or gate.tongue().say("Service consistency")
    icons = [
        {"src": url_for("static", filename=f"icons/{size}.png"), "sizes": f"{size}x{size}", "purpose": purpose}
        for size in ICONS
        for purpose in ("any", "maskable")
    ]
    told = {
        "id": "/audits",
        "start_url": "/audits",
        "scope": "/",
        "display": "standalone",
        "name": name,
        "short_name": name[:SHORT_NAME].strip(),
        "icons": [{**one, "type": "image/png"} for one in icons],
        "theme_color": PAPER["light"],
        "background_color": PAPER["light"],
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.context_processor
def _waiting() -> dict[str, object]:
    return {"waiting": waiting, "paper": PAPER}


def waiting(ahead: Iterable[str] | None = None) -> dict[str, object]:
    """What the script needs on each page to send what waits; of the list, also the pages that it keeps beforehand."""
    say = gate.tongue().say
    words = {
        "waiting": say("Audits with something that only this phone has: {n}.", n="{n}"),
        "wanted": say("{branch}: sent by you; it leaves this phone as soon as there is a network.", branch="{branch}"),
        "now": say("Send now"),
        "signIn": say("Sign in again to send it"),
    }
    return {
        "person": gate.person().public_id,
        "words": words if request.endpoint == FORM else {**words, **_words_beside_forms()},
        "sheet": files.version(),
        "ahead": [] if ahead is None else [url_for("capture.mine"), *(page for one in ahead for page in _pages(one))],
    }


def _words_beside_forms() -> dict[str, str]:
    """Of audits that were sent from elsewhere, and of what only the network can do."""
    say = gate.tongue().say
    return {
        "late": say(SENT_BEFORE, branch="{branch}"),
        "changed": say(
            "{branch}: not sent, because you changed it after pressing Send. Look it over and send it.",
            branch="{branch}",
        ),
        "both": say("See both"),
        "off": say("Take it off this phone"),
        "network": say(NOTHING_DONE),
        "nothingYet": say("There is no network yet. It goes by itself as soon as there is one."),
        "leaving": say("on its way"),
        "begun": say("begun"),
        "sent": say("sent, being looked at"),
    }


def _pages(public_id: str) -> list[str]:
    own, form = "capture.audit", "capture.section"
    pages = [url_for(own, public_id=public_id), url_for(form, public_id=public_id, step="all")]
    return [*pages, url_for("capture.notes", public_id=public_id)]


@blueprint.after_app_request
def say_whose(response: Response) -> Response:
    """Every page says whose it is, so that a phone never shows it to anybody else; where one signs in nobody is known."""
    person = gate.somebody()
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", gate.tongue().code)
    if person is None and request.endpoint == SIGN_IN:
        response.headers[KEPT_FOR] = NOBODY
    elif person is not None and response.mimetype == "text/html":
        response.headers[KEPT_FOR] = person.public_id if Role(person.role) is Role.SHOPPER else NOBODY
    return response
