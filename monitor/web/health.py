"""What programs that watch over this one ask: is it up, is it ready, and its figures. Nobody signs in for it, nothing personal is in it.

The answers are for machines and for whoever runs them: plain English, as the logs are.
"""

import hmac
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, abort, current_app, request

from monitor.ready import Readiness
from monitor.web import gate
from monitor.web.bare import bare

if TYPE_CHECKING:
    from monitor.web.measured import Measured

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@gate.everybody
@bare
def up() -> Response:
    """The process answers; whether the database does is another question."""
    return _plain("up")


@blueprint.get("/readyz")
@gate.everybody
@bare
def ready() -> tuple[Response, int]:
    lines = cast("Readiness", current_app.extensions["readiness"]).lines()
    wrong = any(line.wrong for line in lines)
    return _plain("\n".join(["not ready" if wrong else "ready", *map(str, lines)])), 503 if wrong else 200


@blueprint.get("/metrics")
@gate.everybody
@bare
def figures() -> Response:
    """For whoever gives the token; where none is set there is no such page, and a wrong one is told no more."""
    measured = cast("Measured | None", current_app.extensions.get("measured"))
    if measured is None or not hmac.compare_digest(_given(), measured.token):
        abort(404)
    return Response(measured.text(), content_type=measured.content_type)


def _given() -> bytes:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode() if kind.lower() == "bearer" else b""


def _plain(text: str) -> Response:
    return Response(f"{text}\n", content_type="text/plain; charset=utf-8")
