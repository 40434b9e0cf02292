"""Photos that come with a form: made anew one by one; where something is refused, the good ones need not be chosen again."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import current_app, request

from branches import photos
from branches.errors import Refused
from branches.language import message
from branches.photos import Kept
from branches.showing import MOST_PHOTOS
from monitor.web import forms, gate
from monitor.web.lent import LOST
from reports import wording

MOST_UPLOAD = 50_000_000
"""Bytes of a form with its photos, each of which may be as large as one of an audit."""
LONGEST_NAME = 60
TOO_MANY = message("Show at most {n} photos.")
GONE = message("The photo was not kept; choose it again.")
WHILE_LOCKED = message("The photos could not be kept while the tablet was locked; choose them again.")


@dataclass
class Sent:
    """What came along: the photos that are kept, each with what the sender calls it, and what is wrong with the others."""

    named: list[tuple[str, Kept]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def kept(self) -> list[Kept]:
        return [one for _, one in self.named]

    def tokens(self) -> list[tuple[str, str]]:
        """By which the photos go along when the form is sent again, and what each is called."""
        return [(_token(name, one), name) for name, one in self.named]


def photos_sent() -> Sent:
    """Nobody's writing waits while photos are made anew."""
    found = Sent()
    _again(found, request.form.getlist("held")[:MOST_PHOTOS])
    files = [file for file in request.files.getlist("photos") if file.filename]
    if not files and LOST in request.form:
        found.errors.append(_said(Refused(WHILE_LOCKED)))
    if len(files) + len(found.named) > MOST_PHOTOS:
        found.errors.append(_said(Refused(TOO_MANY, n=MOST_PHOTOS)))
        return found
    if files:
        gate.keep()
    for file in files:
        name = _called(file.filename or "")
        try:
            found.named.append((name, photos.keep(gate.site().photos, file.stream)))
        except Refused as refused:
            found.errors.append(f"{wording.isolated(name)}: {_said(refused)}")
    return found


def _again(found: Sent, tokens: Iterable[str]) -> None:
    """Those that came with the form before; one that was swept away meanwhile, or that another person sent, is to be chosen again."""
    for token in tokens:
        known = _read(token)
        if known is None:
            continue
        name, one, own = known
        if own and one.file.is_file():
            found.named.append((name, one))
        else:
            found.errors.append(f"{wording.isolated(name)}: {gate.tongue().say(GONE)}")


def _called(name: str) -> str:
    """A file's own name, short and on one line: the sender's browser may have put a path before it."""
    plain = " ".join(forms.plain(name).replace("\\", "/").rpartition("/")[2].split())
    return plain[:LONGEST_NAME] or "?"


def _said(refused: Refused) -> str:
    return gate.tongue().say(refused.message, **refused.values)


def _token(name: str, kept: Kept) -> str:
    """Signed, and worth something to its sender alone: no other form can name a photo that somebody else has sent."""
    facts = {key: value for key, value in vars(kept).items() if key != "file"}
    plain = json.dumps({"by": gate.person().public_id, "name": name, **facts}).encode()
    return f"{urlsafe_b64encode(plain).decode()}.{_signature(plain)}"


def _read(token: str) -> tuple[str, Kept, bool] | None:
    """What a form calls it, the photo, and whether it came from this person; None of what no form of ours has signed."""
    coded, _, signature = token.rpartition(".")
    try:
        plain = urlsafe_b64decode(coded.encode())
    except ValueError:
        return None
    if not hmac.compare_digest(_signature(plain).encode(), signature.encode()):
        return None
    facts: dict[str, Any] = json.loads(plain)
    own, name = facts.pop("by") == gate.person().public_id, facts.pop("name")
    return name, Kept(**facts, file=photos.path(gate.site().photos, facts["sha256"])), own


def _signature(plain: bytes) -> str:
    key = current_app.secret_key
    assert isinstance(key, bytes)
    return hmac.new(sha256(b"photos sent" + key).digest(), plain, sha256).hexdigest()
