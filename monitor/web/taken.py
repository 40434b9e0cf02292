"""What is kept of a person, taken home: a page to read, the same as data, and their photos, as one file."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask import render_template
from werkzeug.wrappers import Response

from branches import knocking, known, photos
from branches.errors import NotFound, Refused
from branches.known import Lines, Picture
from branches.language import message
from branches.people import User
from branches.weeks import local_date
from monitor.web import gate, told

MOST = 10
"""How often within an hour one person may have such files made."""
IN_MEMORY = 8_000_000
PART = 65_536
MOST_PHOTO_BYTES = 1_000_000_000
"""Of photos in one file: the oldest are in it, and it says how many are left out."""
SUBJECTS: Mapping[str, str] = {
    "person": message("Person"),
    "devices": message("My devices"),
    "mails_chosen": message("Mails chosen"),
    "mails": message("Mail"),
    "stand_ins": message("Stand-ins"),
    "audits": message("Audits"),
    "answers": message("Answers"),
    "photos": message("Photos"),
    "forms": message("Forms"),
    "agreed": message("What was agreed"),
    "conflicts_of_interest": message("Conflicts of interest"),
    "reference_cases": message("Reference cases"),
    "actions": message("Actions"),
    "shown": message("What this person showed of actions"),
    "appeals": message("Appeals"),
    "flags": message("Flags"),
    "did": message("What this person did"),
    "noted": message("What was noted of this person"),
}


def home(user: User) -> Response:
    """The file, for whoever asks; it is noted in history."""
    by, at = gate.person(), gate.site().clock()
    if not knocking.knock(gate.session(), f"taken home by {by.id}", most=MOST, at=at):
        raise Refused("This was taken home several times within the hour; try again later.")
    known.note(gate.session(), user, by=by, at=at)
    packed = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed once it has been sent
    _pack(packed, user, at)
    size = packed.tell()
    packed.seek(0)
    answer = Response(_parts(packed), mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="what-is-kept.zip")
    answer.content_length = size
    return answer


def _parts(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        while part := packed.read(PART):
            yield part


def _pack(into: IO[bytes], user: User, at: datetime) -> None:
    lines, found = known.of(gate.session(), user, told.look()), known.pictures(gate.session(), user)
    chosen = list(_fitting(found))
    data = {**lines, "photos_left_out": [{"n": len(found) - len(chosen)}]} if len(chosen) < len(found) else lines
    page = _page(user, lines, at).encode()
    gate.keep()  # nothing more is asked of the database: nobody waits while photos are packed
    with ZipFile(into, "w") as out:
        _add(out, "index.html", page, at)
        _add(out, "data.json", json.dumps(data, ensure_ascii=False, indent=2).encode(), at)
        for one in chosen:
            try:
                content = photos.read(gate.site().photos, one.sha256)
            except NotFound:
                continue  # the desk tells head office of photos that cannot be found
            _add(out, f"photos/{one.name}.jpg", content, at, packed=False)


def _fitting(found: list[Picture]) -> Iterator[Picture]:
    total = 0
    for one in found:
        total += one.bytes
        if total > MOST_PHOTO_BYTES:
            return
        yield one


def _add(out: ZipFile, name: str, content: bytes, at: datetime, *, packed: bool = True) -> None:
    entry = ZipInfo(name, date_time=(at.year, at.month, at.day, 0, 0, 0))
    out.writestr(entry, content, ZIP_DEFLATED if packed else ZIP_STORED)


def _page(user: User, lines: Lines, at: datetime) -> str:
    tongue = gate.tongue()
    return render_template(
        "taken.html",
        name=user.name or user.email or user.code or user.public_id,
        made=tongue.date(local_date(at, gate.site().chain_zone)),
        subjects=[(tongue.say(SUBJECTS[subject]), _rows(rows)) for subject, rows in lines.items()],
    )


def _rows(rows: list[dict[str, object]]) -> list[list[tuple[str, str]]]:
    return [[(key.replace("_", " "), _said(value)) for key, value in row.items()] for row in rows]


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
