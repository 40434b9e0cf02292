"""Each request has an id by which a person can name it, a line in the log where the settings want that, and its place in the figures."""

import logging
import re
import secrets
from time import perf_counter
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, current_app, g, request

from monitor import logs
from monitor.web.bare import is_bare

if TYPE_CHECKING:
    from monitor.web.measured import Measured

ID = "X-Request-ID"
WRONG = 400
"""From here on nobody is answered without an id; of files that are there nobody asks."""
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Whoever asks may invent others, and each would be a line of its own among the figures."""

log = logging.getLogger("monitor.requests")


def follow(app: Flask, *, say_each: bool) -> None:
    """Follows every request from before the gate until its answer is packed; to be called before both."""
    app.before_request(_begin)
    app.after_request(_end)
    app.extensions["say_each_request"] = say_each


def request_id() -> str:
    """Of this request: what a web server in front has called it, if that is no more than a name; else one of our own."""
    if "request_id" not in g:
        given = request.headers.get(ID, "")
        g.request_id = given if _SANE.fullmatch(given) else secrets.token_hex(6)
    return cast("str", g.request_id)


def _begin() -> None:
    g.began = perf_counter()
    logs.request_id.set(request_id())


def _end(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code >= WRONG:
        response.headers[ID] = request_id()
    if is_bare():
        return response
    seconds = perf_counter() - g.get("began", perf_counter())
    endpoint = request.endpoint or "none"
    method = request.method if request.method in KNOWN_METHODS else "other"
    if current_app.extensions["say_each_request"]:
        _say(endpoint, method, response.status_code, seconds)
    measured = cast("Measured | None", current_app.extensions.get("measured"))
    if measured is not None:
        measured.answered(endpoint, method, response.status_code, seconds)
    return response


def _say(endpoint: str, method: str, status: int, seconds: float) -> None:
    """No address, no name, nothing that was typed: the route's own name and the role of who asked."""
    facts = {"endpoint": endpoint, "method": method, "status": status, "milliseconds": round(seconds * 1000)}
    log.info("answered", extra={logs.FACTS: facts | {"role": g.get("role", "")}})
