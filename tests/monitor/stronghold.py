"""The pages under attack: after each request the database is looked at, and put back as it was."""

import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from branches import audits
from branches.audits import Audit
from branches.database import transaction
from branches.people import Role
from tests.monitor.pages import Page, Visitor
from tests.monitor.test_access_walk import Door, doors, enter
from tests.monitor.walked import Opened, World

REFUSED = 400
KEPT_WHATEVER_IS_ANSWERED = {"knock", "device_session"}
"""Who knocked how often and when a device was last seen: that is the purpose of noting it."""
FILE_FIELD = re.compile(r'<input[^>]*\btype="file"[^>]*>')
NAME = re.compile(r'\bname="([^"]+)"')
NO_PAGE = re.compile(r"Traceback \(most recent|werkzeug|sqlalchemy|sqlite3\.|psycopg|jinja2", re.IGNORECASE)
"""What an answer says that tells how the program is made."""


@dataclass(frozen=True)
class Fault:
    """What was wrong with one answer."""

    what: str
    where: str
    why: str


@dataclass
class Stronghold:
    """One copy of the world, somebody or nobody at its doors, and what was seen so far."""

    opened: Opened
    role: Role | None
    visitor: Visitor
    database: Path
    faults: list[Fault] = field(default_factory=list)
    asked: int = 0
    refused: int = 0
    """How many of the answers were refusals."""
    slowest: tuple[float, str] = (0.0, "")
    """Seconds of this process's own work, and on what."""

    def __post_init__(self) -> None:
        self.opened.app.config["PROPAGATE_EXCEPTIONS"] = False
        with closing(sqlite3.connect(self.database)) as now:
            self._before = sqlite3.connect(":memory:", check_same_thread=False)
            now.backup(self._before)
        self._watch = sqlite3.connect(self.database)
        self._version = self._seen()
        self._rows = self._digests()

    def close(self) -> None:
        self._watch.close()
        self._before.close()
        self.opened.engine.dispose()

    @property
    def client(self) -> FlaskClient:
        return self.visitor.client

    @property
    def token(self) -> str:
        """What forms of this visitor carry."""
        return self.visitor.get("/sign-in").forms[-1].fields["csrf_token"]

    def honest(self) -> float:
        """Seconds of work that a page takes which is asked for as it is meant; the median of a few."""

        def once() -> float:
            began = time.process_time()
            self.client.get("/sign-in")
            return time.process_time() - began

        return sorted(once() for _ in range(9))[4]

    def ask(self, what: str, path: str, method: str = "GET", **more: Any) -> int:
        """Sends one input, notes what is wrong with the answer, and puts everything back; the status."""
        cookies = dict(self.client._cookies or {})
        began = time.process_time()
        answer = self.client.open(path, method=method, **more)
        said = answer.get_data()
        took = time.process_time() - began
        answer.close()
        answer.request.environ["wsgi.input"].close()
        self.client._cookies = cookies
        self.asked += 1
        self.slowest = max(self.slowest, (took, f"{what}: {method} {path[:80]}"))
        for why in (*wrong_with(answer, said, method), *self._changed(answer.status_code)):
            self.faults.append(Fault(what, f"{method} {path[:120]}", why))
        self.refused += answer.status_code >= REFUSED
        return answer.status_code

    def _changed(self, status: int) -> list[str]:
        """The tables that a refused request changed; whatever was changed is put back."""
        if (version := self._seen()) == self._version:
            return []
        now = self._digests()
        changed = {name for name in now if now[name] != self._rows[name]} - KEPT_WHATEVER_IS_ANSWERED
        with closing(sqlite3.connect(self.database)) as there:
            self._before.backup(there)
        self._version = self._seen()
        assert version != self._version
        return [f"refused with {status}, and kept in {sorted(changed)}"] if status >= REFUSED and changed else []

    def _seen(self) -> int:
        """Another number after each transaction that changed something."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _digests(self) -> dict[str, str]:
        """By table: all that is in it."""
        tables = [name for (name,) in self._watch.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _digest(self._watch, name) for name in tables}


def _digest(connection: sqlite3.Connection, table: str) -> str:
    found = hashlib.sha256()
    for row in connection.execute(f'SELECT * FROM "{table}"'):
        found.update(repr(row).encode(errors="surrogatepass"))
    return found.hexdigest()


def raised(world: World, folder: Path, role: Role | None) -> Stronghold:
    """A copy of the world with that role's browser before it; None for somebody who is not signed in."""
    opened = world.opened(folder)
    visitor = enter(opened, role) if role is not None else Visitor(opened.app)
    if role is Role.SHOPPER:
        _begin(opened)
    return Stronghold(opened, role, visitor, folder / "walked.sqlite3")


def _begin(opened: Opened) -> None:
    """The shopper's audit is under way, so that its form can be filled in."""
    with transaction(opened.engine) as session:
        audit = session.exec(select(Audit).where(Audit.public_id == opened.world.mine.things["open"])).one()
        audits.start(session, audit, by=opened.person(session, Role.SHOPPER), at=opened.clock[0])


def wrong_with(answer: TestResponse, said: bytes, method: str) -> Iterator[str]:
    """Why an answer is none that a person or a script could read."""
    if answer.status_code >= 500:
        yield f"answered with {answer.status_code}"
    place = answer.headers.get("Location", "")
    if not place.isprintable() or (urlsplit(place).netloc not in ("", "localhost")):
        yield f"leads to {place!r}"
    if len(answer.headers.getlist("Set-Cookie")) and "stolen" in str(answer.headers.getlist("Set-Cookie")):
        yield "set a cookie that was typed"
    if answer.status_code < REFUSED or method == "HEAD":
        return
    text = said.decode()
    if NO_PAGE.search(text):
        yield f"tells how it is made: {text[:200]}"
    if answer.is_json:
        sentence = answer.get_json().get("sentence")
        if not isinstance(sentence, str) or not sentence.strip():
            yield "refused without a sentence"
    elif answer.mimetype == "text/html":
        yield from _faults_of(answer)
    else:
        yield f"refused as {answer.mimetype}"


def _faults_of(answer: TestResponse) -> Iterator[str]:
    try:
        Page(answer).check()
    except AssertionError as found:
        yield f"no page: {str(found)[:200]}"


@dataclass(frozen=True)
class Post:
    """A form that sends something: its address, what it holds, and which of its fields take files."""

    action: str
    fields: dict[str, str]
    files: tuple[str, ...] = ()

    @property
    def typed(self) -> list[str]:
        return [name for name in self.fields if name != "csrf_token"]


def posts(hold: Stronghold) -> list[Post]:
    """Every form of this visitor's pages, once, with all fields that it has on any of them."""
    fields, takers = dict[str, dict[str, str]](), set[str]()
    for path in pages(hold):
        answer = hold.client.get(path, follow_redirects=True)
        if answer.mimetype == "text/html":
            page = Page(answer)
            takers |= {NAME.findall(one)[0] for one in FILE_FIELD.findall(page.html)}
            for form in (one for one in page.forms if one.method == "post"):
                fields[form.action] = {**form.fields, **fields.get(form.action, {})}
        answer.close()
    return [Post(action, held, tuple(sorted(takers & held.keys()))) for action, held in fields.items()]


def pages(hold: Stronghold) -> list[str]:
    """Addresses that are this visitor's to look at."""
    if hold.role is None:
        return ["/sign-in", "/sign-in/code", f"/sign-in/{'0' * 43}", "/tablet"]
    mine = hold.opened.world.mine
    return [door.path(mine) for door in doors_of(hold) if door.method == "GET" and _is_page(door)]


def doors_of(hold: Stronghold) -> list[Door]:
    """The routes that this visitor may ask for; of nobody, all."""
    return [door for door in doors(hold.opened.app) if hold.role is None or hold.role in door.audience]


def _is_page(door: Door) -> bool:
    return not door.rule.rule.endswith((".pdf", ".xlsx", ".csv", ".json", ".svg"))
