"""Fewer bytes on the way: files packed once and well, pages quickly for each request.

A page holds secrets beside words that its address brought along. Whoever can have a browser ask for pages of their choice and
sees how long the packed answers are could guess the one by the other (BREACH). Such requests come from another site's page,
and browsers say so: what another site asks for is sent as it is. So is what a browser asks for that says nothing.
"""

import gzip
from collections.abc import Callable, Mapping

import brotli
from flask import Response, g, request
from werkzeug.datastructures import Accept

LEAST = 500
"""Bytes; what is shorter gains nothing."""
OWN = ("same-origin", "none")
"""Who asks, by Sec-Fetch-Site: one of our own pages, or the person (an address typed, a link in a mail program)."""
PACKABLE = ("text/", "application/json", "application/problem+json", "image/svg+xml")

Pack = Callable[[bytes], bytes]
WELL: Mapping[str, Pack] = {
    "br": lambda plain: brotli.compress(plain, quality=11),
    "gzip": lambda plain: gzip.compress(plain, 9, mtime=0),
}
"""By the coding's name, the preferred one first; tens of milliseconds."""
QUICK: Mapping[str, Pack] = {
    "br": lambda plain: brotli.compress(plain, quality=7),
    "gzip": lambda plain: gzip.compress(plain, 6, mtime=0),
}
"""About a millisecond for a page."""
THOROUGH: Mapping[str, Pack] = {
    "br": lambda plain: brotli.compress(plain, quality=10),
    "gzip": lambda plain: gzip.compress(plain, 9, mtime=0),
}
"""Some fifteen milliseconds, and a sixteenth less: for what a phone gets once."""


def coding(accepted: Accept) -> str:
    """The coding that this browser takes; empty if none."""
    return next((name for name in WELL if accepted[name] > 0), "")


def thoroughly() -> None:
    """This answer is worth more time: it carries what later ones need not."""
    g.thoroughly = True


def pack(response: Response) -> Response:
    """Packs what was made for this request, if it may be."""
    if not _is_packable(response):
        return response
    response.vary.add("Accept-Encoding")
    chosen = coding(request.accept_encodings)
    if chosen and request.headers.get("Sec-Fetch-Site") in OWN:
        packs = THOROUGH if g.get("thoroughly") else QUICK
        response.set_data(packs[chosen](response.get_data()))
        response.headers["Content-Encoding"] = chosen
    return response


def _is_packable(response: Response) -> bool:
    """Pictures and papers are packed already; what has a tag of its own would need another."""
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return False
    if not (response.mimetype or "").startswith(PACKABLE) or "ETag" in response.headers:
        return False
    return len(response.get_data()) >= LEAST
