"""Phones by the hundred: each sends audits with photos over HTTP as the script does, and keeps trying until it is answered."""

import hashlib
import http.client
import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from PIL import Image
from sqlmodel import Session, col, select

from branches import assignments, editions, history, photos, reconciled, sessions
from branches.audits import Answer, Audit, Photo
from branches.database import transaction
from branches.reconciled import Gaps
from branches.standards import Item, Standard
from branches.states import AuditState
from branches.timetable import DueTimes
from branches.weeks import local_date
from monitor.opening import now
from monitor.web.gate import DEVICE_COOKIE
from tests import make
from tests.monitor.desk import form_of_each_kind

PATIENCE = 60.0
ZONE = "Europe/Budapest"
MARKS = {"greeted": "no", "drink": "tea"}
JSON = {"Accept": "application/json"}


class NoAnswerError(Exception):
    """The line broke, or nobody was there."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    path: str
    status: int
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def sentence(self) -> str:
        return str(self.data.get("sentence", ""))


@dataclass
class Phone:
    """One shopper's phone: signed in, on a line that breaks when the server dies."""

    port: int
    device: str
    heard: Callable[[Reply], None] = lambda _: None
    _cookies: dict[str, str] = field(default_factory=dict)
    _token: str = ""
    _line: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request on a kept connection; no answer is told from any answer."""
        self._line = self._line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookies = {DEVICE_COOKIE: self.device, **self._cookies}
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), **(headers or {})}
        try:
            self._line.request(method, path, body, sent)
            answer = self._line.getresponse()
            reply = Reply(path, answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise NoAnswerError from error
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.heard(reply)
        return reply

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes, kind: str, *, accept: str = "application/json") -> Reply:
        """As the script does: with this session's token."""
        if not self._token:
            self._token = self.ask("GET", "/audits/fresh", headers=JSON).data["token"]
        headers = {"Accept": accept, "Content-Type": kind, "X-CSRFToken": self._token}
        return self.ask("POST", path, body, headers)

    def push(self, audit: str, typed: Mapping[str, str], visited: str | None) -> Reply:
        """What was typed; nothing, to hear what is kept now."""
        sent = {"seen": 0, "typed": {code: [mark, ""] for code, mark in typed.items()}, "visited": visited}
        sent |= {"key": f"phone-{self.device}"[:40], "edits": dict.fromkeys([*typed, "@visited"], 1), "away": []}
        return self.post(f"/audits/{audit}/draft", json.dumps(sent).encode(), "application/json")

    def photo(self, audit: str, picture: bytes) -> Reply:
        name = hashlib.sha256(picture).hexdigest()
        return self.post(f"/audits/{audit}/photos/{name}?item=mirror", picture, "application/octet-stream")

    def send(self, audit: str, key: str, content: str, named: Sequence[str]) -> Reply:
        fields = [("key", key), ("content", content), *(("photo", name) for name in named)]
        return self.post(f"/audits/{audit}/send", urlencode(fields).encode(), "application/x-www-form-urlencoded")


def visit() -> str:
    """An hour ago, by the clock at the branch."""
    return (now() - timedelta(hours=1)).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def send_whole(phone: Phone, audit: str, pictures: Sequence[bytes]) -> Reply:
    """One try at a whole audit: the last answer, a success only where all was taken."""
    reply = phone.push(audit, MARKS, visit())
    if reply.status == 409 and "receipt" in reply.data and reply.data["receipt"]:
        return Reply(reply.path, 200, reply.body)  # sent before, and the answer was lost
    if reply.status != 200:
        return reply
    named = []
    for picture in pictures:
        reply = phone.photo(audit, picture)
        if reply.status != 200:
            return reply
        named.append(reply.data["photo"])
    reply = phone.push(audit, {}, None)
    return phone.send(audit, key_of(audit), reply.data["content"], named) if reply.status == 200 else reply


def key_of(audit: str) -> str:
    return f"{audit}-{audit}"


def send_until_taken(phone: Phone, audit: str, pictures: Sequence[bytes], *, seconds: float = PATIENCE) -> Reply:
    """Tries until somebody answers that it was taken."""
    until = time.monotonic() + seconds
    while True:
        with suppress(NoAnswerError):
            reply = send_whole(phone, audit, pictures)
            if reply.status == 200:
                return reply
            assert reply.status >= 500 or reply.status == 409, (reply.path, reply.status, reply.body[:300])
        assert time.monotonic() < until, "no audit was taken for a minute"
        time.sleep(0.1)


def picture(number: int, width: int = 48) -> bytes:
    """No two are the same, and none packs well."""
    made = Image.frombytes("RGB", (width, width), random.Random(number).randbytes(width * width * 3))
    out = BytesIO()
    made.save(out, "JPEG", quality=90)
    return out.getvalue()


@dataclass(frozen=True)
class Work:
    """Audits to be made, by shopper: each shopper's sign-in, and the public ids of theirs."""

    devices: tuple[str, ...]
    audits: tuple[tuple[str, ...], ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each audit beside its shopper's sign-in, one shopper after another."""
        rounds = zip(*self.audits, strict=True)
        return [pair for one in rounds for pair in zip(self.devices, one, strict=True)]


def ask_for(engine: sa.Engine, *, shoppers: int, each: int) -> Work:
    """So many shoppers with so many audits each."""
    at = now() - timedelta(days=1)
    day = local_date(at, ZONE)
    last = day + timedelta(days=8)
    with transaction(engine) as session:
        standard = session.exec(select(Standard)).first() or form_of_each_kind(session)
        region = make.region(session)
        places = [make.branch(session, region) for _ in range(each)]
        people = [make.shopper(session) for _ in range(shoppers)]
        made = partial(assignments.assign, session, standard, opens_on=day, closes_on=last, by=None, at=at, anyway=True)
        asked = [[made(place, one) for place in places] for one in people]
        devices = tuple(sessions.begin(session, one, at=now(), label="phone") for one in people)
        return Work(devices, tuple(tuple(one.audit.public_id for one in some) for some in asked))


def not_whole(engine: sa.Engine, folder: Path, audits: Sequence[str], pictures: int) -> dict[str, str]:
    """Of audits that were acknowledged those that are not there once and whole, and what is wrong with each."""
    with Session(engine) as session:
        return {audit: wrong for audit in audits if (wrong := _wrong(session, folder, audit, pictures))}


def _wrong(session: Session, folder: Path, public_id: str, pictures: int) -> str:
    audit = session.exec(select(Audit).where(Audit.public_id == public_id)).one()
    if audit.state != AuditState.SUBMITTED.value:
        return f"is {audit.state}"
    answers = select(Item.code, Answer.mark).join(Answer).where(Answer.audit_id == audit.id)
    if {code: mark for code, mark in session.exec(answers).all() if mark} != {**MARKS, "mirror": str(pictures)}:
        return "other answers"
    if [event.verb for event in history.of(session, audit)].count(AuditState.SUBMITTED.value) != 1:
        return "not submitted once"
    rows = session.exec(select(Photo).where(Photo.audit_id == audit.id).order_by(col(Photo.id))).all()
    if len(rows) != pictures:
        return f"{len(rows)} photos"
    return "".join(f"photo {row.public_id} broken " for row in rows if not _is_there(folder, row))


def _is_there(folder: Path, row: Photo) -> bool:
    file = photos.path(folder, row.sha256)
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == row.sha256


def gaps(engine: sa.Engine, folder: Path) -> Gaps:
    """What the hourly look would miss."""
    with Session(engine) as session:
        scopes = editions.scopes(session, ZONE, DueTimes())
        return reconciled.look(session, folder, scopes, since=None, at=now())


def tracebacks(log: Path) -> list[str]:
    """What a server wrote of faults."""
    return re.findall(r"^.*Traceback.*$", log.read_text(encoding="utf-8"), re.MULTILINE)
