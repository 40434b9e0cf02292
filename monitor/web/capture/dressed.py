"""On the first page that a phone opens its style sheet comes along in the page: nothing has to be asked for before it is shown."""

import hashlib
from base64 import b64encode
from functools import cache

from flask import Response, g, request
from markupsafe import Markup

from monitor.web import files, headers, packed
from monitor.web.capture.room import blueprint

SHEET_COOKIE = "sheet"
"""Of which version this phone keeps the style sheet; its script says so once the worker has it."""


@blueprint.context_processor
def _style() -> dict[str, object]:
    return {"inline_sheet": inline_sheet}


def inline_sheet(name: str) -> Markup:
    """The style sheet itself for a phone that does not keep it yet; else nothing."""
    if request.cookies.get(SHEET_COOKIE) == files.version():
        return Markup("")
    g.inline_sheet = name
    packed.thoroughly()
    return Markup(files.text(name))  # noqa: S704 - the program's own file


@blueprint.after_request
def _allow(response: Response) -> Response:
    """Beside the program's own files, this very text and no other."""
    if name := g.get("inline_sheet"):
        allowed = f"style-src 'self' '{_digest(name)}'"
        response.headers["Content-Security-Policy"] = headers.POLICY.replace("style-src 'self'", allowed)
    return response


@cache
def _digest(name: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(files.text(name).encode()).digest()).decode()}"
