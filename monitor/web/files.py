"""The program's own files for browsers: each version has addresses of its own, so that they may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, request

FOLDER = Path(__file__).parent.parent / "static"
FOREVER = "public, max-age=31536000, immutable"


@cache
def version() -> str:
    """A digest of all files; modules name each other by relative addresses, so that none meets one of another version."""
    whole = hashlib.sha256()
    for name in names():
        whole.update(f"{name}\0".encode() + hashlib.sha256((FOLDER / name).read_bytes()).digest())
    return whole.hexdigest()[:16]


@cache
def names() -> tuple[str, ...]:
    """The names of all files in the folder and below."""
    return tuple(sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()))


def let_keep(response: Response) -> Response:
    """What has an address of its own for each version is never asked for again."""
    if request.endpoint == "static" and response.status_code == 200:  # noqa: PLR2004 - found
        response.headers["Cache-Control"] = FOREVER
    return response
