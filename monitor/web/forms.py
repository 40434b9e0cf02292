"""What a page may send: fields read with their bounds; what is too long or not plain is said, never cut."""

import re

from flask import abort, request
from werkzeug.datastructures import MultiDict

from branches.errors import Refused

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def take_in(most_bytes: int) -> None:
    """Receives the whole form; a part without a name is on no page of ours, and what reads forms counts on names."""
    request.max_content_length = most_bytes
    request.get_data(parse_form_data=True)
    if None in request.form or None in request.files:
        abort(400)


def text(form: MultiDict[str, str], name: str, most: int) -> str:
    """A field's text without the signs that nobody types; the last one where it was sent twice."""
    found = plain(form.getlist(name)[-1] if name in form else "").strip()
    if len(found) > most:
        raise Refused("That is longer than {most} characters.", most=most)
    return found


def plain(typed: str) -> str:
    """Line ends as one sign; no control characters, and no half of a sign, which nothing can write down."""
    whole = typed.encode(errors="replace").decode()
    return _CONTROLS.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def whole(form: MultiDict[str, str], name: str) -> int:
    """A number that the page itself put into the form; 0 for anything else."""
    return number(form.get(name, ""))


def number(found: str) -> int:
    """The same of a part of a field."""
    return int(found) if _WHOLE.fullmatch(found) else 0
