"""The program's own files for browsers: each version has addresses of its own, so that they may be kept for ever."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from flask import Response, abort, request

from monitor.web import joined, packed

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"
POLICY = "default-src 'none'; frame-ancestors 'none'"
"""What a file may load: nothing, and no page may frame it; it holds for a script that works beside a page."""
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
PACKED_ALREADY = ("image/png",)

_PLAIN = ("tokens", "house", "forms", "lists", "opening")
_PAGES = ("tokens", "house", "desk", "forms", "lists", "opening", "report", "pages", "print")
SHEETS: Mapping[str, tuple[str, ...]] = {
    "pages.css": _PAGES,
    "results.css": (*_PAGES, "results"),
    "office.css": (*_PAGES, "office"),
    "second.css": (*_PAGES, "second"),
    "searched.css": (*_PAGES, "results", "office"),
    "preview.css": (*_PAGES, "capture"),
    "phone.css": (*_PLAIN, "capture"),
    "notes.css": ("tokens", "notes"),
    "print.css": ("print",),
}
"""One style sheet for each kind of page, by the sources it is joined of, in the order in which they hold."""
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "phone/pages.js": ("theme.js", "phone/waiting.js"),
    "phone/list.js": ("theme.js", "phone/waiting.js", "phone/install.js"),
    "phone/sending.js": ("theme.js", "phone/waiting.js", "phone/look.js"),
    "phone/filling.js": ("theme.js", "phone/form.js"),
}
"""One script for each kind of page; every other script is there under its own name, with all that it imports."""
PHONE = ("phone.css", "icon.svg", "theme.js", *SCRIPTS, "notes.css", "notes.svg", "phone/notes.js")
"""What the shopper's pages begin with; what they ask for later is found in there."""
SERVED_ELSEWHERE = ("phone/worker.js",)


@dataclass(frozen=True)
class File:
    """One file as browsers get it."""

    plain: bytes
    kind: str
    packed: Mapping[str, bytes]
    digest: str


@cache
def version() -> str:
    """A digest of all files; they name each other by relative addresses, so that none meets one of another version."""
    whole = hashlib.sha256()
    for name in names():
        whole.update(f"{name}\0".encode() + hashlib.sha256(_content(name)).digest())
    return whole.hexdigest()[:16]


@cache
def names() -> tuple[str, ...]:
    """The names of all that is served."""
    sources = (file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file())
    as_they_are = {name for name in sources if not name.endswith(".css") and name not in SERVED_ELSEWHERE}
    return tuple(sorted({*as_they_are, *SHEETS, *SCRIPTS}))


@cache
def of_phone() -> tuple[str, ...]:
    """The names of all that the shopper's pages load, at first or later."""
    found: list[str] = []
    waiting = list(PHONE)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += sorted(f"phone/{one}" for one in joined.later(text(name)) if name.endswith(".js"))
    return tuple(sorted(found))


def text(name: str) -> str:
    """A file as it is served, as text."""
    return _content(name).decode()


def serve(filename: str) -> Response:
    """A file, packed as the browser takes it."""
    if filename not in names():
        abort(404)
    file = _file(filename)
    coding = packed.coding(request.accept_encodings) if file.packed else ""
    response = Response(file.packed.get(coding, file.plain), mimetype=file.kind)
    if coding:
        response.headers["Content-Encoding"] = coding
    if file.packed:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(f"{file.digest}{coding}")
    response.make_conditional(request)
    return response


@cache
def _file(name: str) -> File:
    plain, kind = _content(name), KINDS[PurePosixPath(name).suffix]
    small = {} if kind in PACKED_ALREADY else {coding: pack(plain) for coding, pack in packed.WELL.items()}
    return File(plain, kind, small, hashlib.sha256(plain).hexdigest()[:12])


@cache
def _content(name: str) -> bytes:
    if name in SHEETS:
        return joined.sheet(_sheet(one) for one in SHEETS[name]).encode()
    if name.endswith(".js"):
        return joined.script(SCRIPTS.get(name, (name,)), _text).encode()
    return (FOLDER / name).read_bytes()


def _sheet(name: str) -> str:
    text = _text(f"{name}.css")
    return f"@media print {{{text}}}" if name == "print" else text


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
