"""The pages as a real process serves them: what its logs hold, and how it ends."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from branches.database import transaction
from branches.people import Role, add_user
from branches.sessions import make_link
from monitor import logs
from monitor.config import read_config
from monitor.opening import now, open_chain
from monitor.serving import THREADS

SECRET = "Sesame-open_0123456789"


def test_a_way_in_is_taken_out_of_what_is_logged() -> None:
    said = f'[t] 127.0.0.1 - "GET /sign-in/{SECRET}?x=1 HTTP/1.1" 200\nhttps://a.example/sign-in/{SECRET}'
    assert logs.redacted(said) == '[t] 127.0.0.1 - "GET /sign-in/…?x=1 HTTP/1.1" 200\nhttps://a.example/sign-in/…'
    kept = '"POST /sign-in/code HTTP/1.1" "GET /sign-in HTTP/1.1" "POST /sign-in/password HTTP/1.1"'
    assert logs.redacted(kept) == kept
    assert logs.redacted("/sign-in/code-breaker /sign-in/codebook") == "/sign-in/… /sign-in/…"
    assert logs.redacted("GET /%73ign-in/secret HTTP/1.1") == "GET /%73ign-in/… HTTP/1.1"


def test_the_address_at_which_one_chooses_ones_mails_is_taken_out_too() -> None:
    said = f'"POST /mails/{SECRET} HTTP/1.1" "GET /ma%69ls/{SECRET}?x=1 HTTP/1.1" "POST /account/mails HTTP/1.1"'
    assert logs.redacted(said) == (
        '"POST /mails/… HTTP/1.1" "GET /ma%69ls/…?x=1 HTTP/1.1" "POST /account/mails HTTP/1.1"'
    )
    assert logs.redacted(f'"POST /mails/{SECRET}/alerts HTTP/1.1"') == '"POST /mails/… HTTP/1.1"'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, Path]]:
    """`monitor serve` in a process of its own: its address, and the file it logs into."""
    port, log = free_port(), folder / "log"
    environment = {**os.environ, "MONITOR_SERVE__PORT": str(port), "MONITOR_SERVE__LOG_REQUESTS": "true"}
    with log.open("wb") as file:
        command = [sys.executable, "-m", "monitor", "serve", *words]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)
        try:
            wait_for(f"http://127.0.0.1:{port}/sign-in", process)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(timeout=60)
    assert ended in {0, -signal.SIGTERM}, log.read_text()


def wait_for(url: str, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            build_opener().open(url, timeout=5).close()
        except (URLError, ConnectionError):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.2)
        else:
            return


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a person of a new chain in the test's folder, where settings and data lie."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    engine = open_chain(read_config())
    with transaction(engine) as session:
        user = add_user(session, Role.OFFICE, email="office@example.com", by=None, at=now())
        made = make_link(session, user, at=now())
    engine.dispose()
    return made


def press(browser: OpenerDirector, url: str) -> int:
    """Opens the landing page and presses its button."""
    with closing(browser.open(url, timeout=20)) as page:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert found is not None
    try:
        with closing(browser.open(url, urlencode({"csrf_token": found[1]}).encode(), timeout=20)) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_no_log_of_the_served_pages_holds_a_way_in(tmp_path: Path, token: str) -> None:
    with served(tmp_path) as (address, log):
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        assert press(browser, f"{address}/sign-in/{token}") == 200
        assert browser.open(f"{address}/account").status == 200
        with closing(sqlite3.connect(tmp_path / "data" / "monitor.sqlite3")) as database:
            database.execute("ALTER TABLE sign_in_link RENAME TO lost")
        other = build_opener(HTTPCookieProcessor(CookieJar()))
        assert press(other, f"{address}/sign-in/{SECRET}") == 500
    said = log.read_text()
    assert ('"POST /sign-in/… HTTP/1.1" 302' in said, "no such table: sign_in_link" in said) == (True, True)
    assert "Exception on /sign-in/… [POST]" in said
    assert [secret for secret in (token, SECRET) if secret in said] == []


@pytest.mark.slow
def test_one_command_serves_and_makes_reports_and_ends_both(tmp_path: Path, token: str) -> None:
    with served(tmp_path, "--with-schedule"):
        scheduler = processes_of(tmp_path)
        assert len(scheduler) == 1
    assert processes_of(tmp_path) == []


def processes_of(folder: Path) -> list[int]:
    """Schedulers at work in that folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").resolve() == folder.resolve()
        except OSError:
            continue
        if here and b"schedule" in words:
            found.append(int(process.name))
    return found


def begun_post(address: str, path: str, cookie: str) -> socket.socket:
    """A connection that has sent half of a form."""
    port = int(address.rpartition(":")[2])
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: device={cookie}\r\nConnection: close\r\n"
    kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\n"
    connection.sendall((head + kind + "email=half").encode())
    return connection


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/password", "/sign-out", "/account/devices"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_form_that_stops_half_way_holds_up_no_writer(
    tmp_path: Path, token: str, path: str, *, signed_in: bool
) -> None:
    with served(tmp_path) as (address, _):
        jar = CookieJar()
        browser = build_opener(HTTPCookieProcessor(jar))
        if signed_in:
            press(browser, f"{address}/sign-in/{token}")
        cookie = next((one.value or "" for one in jar if one.name == "device"), "junk")
        with begun_post(address, path, cookie) as stopped:
            time.sleep(1)
            with closing(sqlite3.connect(tmp_path / "data" / "monitor.sqlite3", timeout=0)) as database:
                database.execute("BEGIN IMMEDIATE")
            stopped.sendall(b"=the=rest.")
            refused = signed_in or path != "/account/devices"  # else one is asked to sign in at once
            assert stopped.recv(100).partition(b"\r\n")[0].split(b" ")[1] == (b"400" if refused else b"302")


@pytest.mark.slow
def test_more_half_sent_forms_than_there_are_threads_stop_no_page(tmp_path: Path, token: str) -> None:
    assert token
    with served(tmp_path) as (address, _):
        halves = [begun_post(address, "/sign-in", "junk") for _ in range(THREADS + 2)]
        time.sleep(1)
        with closing(build_opener().open(f"{address}/sign-in", timeout=10)) as page:
            assert page.status == 200
        for half in halves:
            half.close()
