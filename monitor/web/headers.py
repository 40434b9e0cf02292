"""Headers: what every answer tells browsers they may do with it."""

from flask import Response, request

YEAR_SECONDS = 365 * 86_400

OWN_FILES = ("script-src", "style-src", "img-src", "connect-src", "manifest-src", "form-action")
CLOSED = ("default-src", "base-uri", "frame-ancestors")
POLICY = "; ".join([f"{kind} 'none'" for kind in CLOSED] + [f"{kind} 'self'" for kind in OWN_FILES])
"""What a page may load: its own files and nothing else, no inline style, no inline script."""


def put(response: Response, *, secure: bool) -> None:
    """On every answer, whatever it is; what says no more of a file that anybody may have is left out, a phone waits for each byte."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    if request.endpoint != "static":
        _guard_page(response)


def _guard_page(response: Response) -> None:
    if response.mimetype != "text/html":  # of pages browsers make nothing elsewhere, and none may frame them
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers["Cache-Control"] = "no-store"
