"""What browsers are told of each page: what it may load, what it may not do, and that nobody keeps it."""

from flask import Response

OWN_FILES = ("script-src", "style-src", "img-src", "connect-src", "manifest-src", "form-action")
CLOSED = ("default-src", "base-uri", "frame-ancestors")
POLICY = "; ".join([f"{kind} 'none'" for kind in CLOSED] + [f"{kind} 'self'" for kind in OWN_FILES])
"""What a page may load: its own files and nothing else, no inline style, no inline script."""


def guard(response: Response) -> None:
    """For an answer that is made for this request; a page may have said something narrower."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers["Cache-Control"] = "no-store"
