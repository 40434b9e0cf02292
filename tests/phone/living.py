"""A real server and a real phone, both of which can be killed: `monitor serve` on its data, Chromium on its profile."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Error, Page
from sqlmodel import Session, col, select

from branches import assignments, database, history, photos, sessions
from branches.audits import Answer, Audit, Photo
from branches.database import transaction
from branches.people import User
from branches.standards import Item, Standard
from branches.weeks import local_date
from monitor.opening import now
from monitor.web.gate import DEVICE_COOKIE
from tests import make
from tests.browser.conftest import free_port
from tests.conftest import CHROMIUM_FLAGS
from tests.monitor.desk import form_of_each_kind
from tests.phone.handset import PHONE
from tests.phone.relay import Relay, relay_to

PATIENCE = 60.0
ZONE = "Europe/Budapest"
YEAR_SECONDS = 365 * 86_400


@dataclass
class Server:
    """`monitor serve` in processes of its own, on one port and one folder, however often it is killed."""

    folder: Path
    url: str
    port: int = field(default_factory=free_port)
    data: str = "."
    """The data folder, seen from where its settings and its log lie."""
    around: dict[str, str] = field(default_factory=dict)
    """What it finds in its environment beside what is there."""

    def __post_init__(self) -> None:
        self._config = self.folder / "config.toml"
        text = f'[chain]\nname = "Test"\n[data]\nfolder = "{self.data}"\n[serve]\nport = {self.port}\n[database]\nurl = "{self.url}"\n'
        self._config.write_text(text, encoding="utf-8")
        self.engine = database.create(self.url)
        self.start()

    def start(self) -> None:
        quiet = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")} | self.around
        command = [sys.executable, "-m", "monitor", "--config", str(self._config), "serve"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=quiet, start_new_session=True)
        until = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < until, (self.folder / "log").read_text(encoding="utf-8")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether it is there: a whole answer, since its port is open before its pages are made."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
            probe.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return probe.recv(12) == b"HTTP/1.1 200"
        return False

    def kill(self) -> None:
        """SIGKILL, to all of its processes."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self.engine.dispose()


@dataclass
class Asked:
    """One audit that a shopper is to make, and what the server has of it."""

    server: Server
    audit: str
    shopper: User

    @property
    def path(self) -> str:
        return f"/audits/{self.audit}"

    def stored(self) -> Audit:
        with Session(self.server.engine, expire_on_commit=False) as session:
            return session.exec(select(Audit).where(Audit.public_id == self.audit)).one()

    def answers(self) -> dict[str, str]:
        with Session(self.server.engine) as session:
            query = select(Item.code, Answer.mark).join(Answer).join(Audit).where(Audit.public_id == self.audit)
            return {code: mark for code, mark in session.exec(query).all() if mark}

    def comments(self) -> dict[str, str]:
        with Session(self.server.engine) as session:
            query = select(Item.code, Answer.comment).join(Answer).join(Audit).where(Audit.public_id == self.audit)
            return {code: comment for code, comment in session.exec(query).all() if comment}

    def photos(self) -> list[str]:
        """The items that have one, once for each photo that lies whole on disk."""
        with Session(self.server.engine) as session:
            query = select(Photo, Item.code).join(Item, isouter=True).join(Audit).where(Audit.public_id == self.audit)
            rows = session.exec(query.order_by(col(Photo.id))).all()
            folder = self.server.folder / "photos"
            return [
                code or "" for photo, code in rows if photos.path(folder, photo.sha256).stat().st_size == photo.bytes
            ]

    def sendings(self) -> int:
        with Session(self.server.engine) as session:
            audit = session.exec(select(Audit).where(Audit.public_id == self.audit)).one()
            return [event.verb for event in history.of(session, audit)].count("submitted")

    def device(self) -> str:
        """A sign-in, as a cookie keeps it."""
        with transaction(self.server.engine) as session:
            return sessions.begin(session, session.get_one(User, self.shopper.id), at=now(), label="phone")

    def sign_out_everywhere(self) -> None:
        with transaction(self.server.engine) as session:
            sessions.end_all(session, session.get_one(User, self.shopper.id))


def ask(server: Server) -> Asked:
    """One more audit, of a shopper of its own."""
    at = now() - timedelta(days=1)
    with transaction(server.engine) as session:
        standard = session.exec(select(Standard)).first() or form_of_each_kind(session)
        branch, shopper = make.branch(session), make.shopper(session)
        day = local_date(at, ZONE)
        last = day + timedelta(days=8)
        asked = assignments.assign(session, standard, branch, shopper, opens_on=day, closes_on=last, by=None, at=at)
        return Asked(server, asked.audit.public_id, shopper)


@dataclass
class Living:
    """One phone: Chromium with a profile that outlives it, on a line that can be cut."""

    kind: BrowserType
    profile: Path
    line: Relay
    program: str
    faults: list[str] = field(default_factory=list)
    """What the pages' scripts did not catch."""

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.context: BrowserContext = self.kind.launch_persistent_context(
            self.profile,
            executable_path=self.program,
            args=CHROMIUM_FLAGS,
            chromium_sandbox=os.geteuid() != 0,
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.pages[0]
        self._listen()

    def sign_in(self, asked: Asked) -> None:
        """Its shopper's sign-in, which a browser that is killed at once may not have written down yet."""
        until = time.time() + YEAR_SECONDS
        cookie = {"name": DEVICE_COOKIE, "value": asked.device(), "url": self.line.address, "expires": until}
        self.context.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, path: str) -> Page:
        self.page.goto(self.line.address + path)
        return self.page

    def crash(self) -> None:
        """The tab's process dies."""
        old = self.page
        with suppress(Error):
            old.goto("chrome://crash", timeout=5_000)
        self._new_page()
        with suppress(Error):
            old.close()

    def close_tab(self) -> None:
        """The tab goes without being asked."""
        with suppress(Error):
            self.page.close(run_before_unload=False)
        self._new_page()

    def kill(self) -> None:
        """SIGKILL to the whole browser, which is then opened again on what it had."""
        for process in _processes(str(self.profile)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with suppress(Error):
            self.context.close()
        until = time.monotonic() + PATIENCE
        while left := _processes(str(self.profile)):
            assert time.monotonic() < until, f"still there after SIGKILL: {left}"
            time.sleep(0.02)
        self.start()

    def close(self) -> None:
        self.context.close()

    def _new_page(self) -> None:
        self.page = self.context.new_page()
        self._listen()

    def _listen(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))


def _processes(profile: str) -> list[int]:
    """Of the browser with that profile."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and f"--user-data-dir={profile}" in (entry / "cmdline").read_bytes().decode():
                found.append(int(entry.name))
    return found


@contextmanager
def living_server(url: str, folder: Path) -> Iterator[tuple[Server, Relay]]:
    server = Server(folder, url)
    with relay_to(server.port) as line:
        try:
            yield server, line
        finally:
            server.close()


def chromium() -> str:
    """The program that `browser` starts as well."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
