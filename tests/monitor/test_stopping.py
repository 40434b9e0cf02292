"""The served pages end when they are asked to, at whatever moment, and what is under way is finished."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, build_opener

import pytest

from branches.errors import Refused
from monitor.config import read_config
from monitor.opening import open_chain
from tests.monitor.test_serving import free_port, wait_for

PATIENCE = 60
UNFIT = 422
"""What whoever gives a wrong password is answered with."""
SOON = 15.0
"""Seconds; the server's own patience with a worker that does not end is 20."""


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new chain in the test's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    open_chain(read_config()).dispose()
    return tmp_path


@contextmanager
def serving(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`monitor serve` in a process of its own; it is not left over, whatever the test finds."""
    environment = {**os.environ, "MONITOR_SERVE__PORT": str(port)}
    command = [sys.executable, "-m", "monitor", "serve"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_it_ends_also_in_the_first_moments_of_its_start(chain: Path, after: float) -> None:
    with serving(chain, free_port()) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it says where the pages will be, and begins to serve
        time.sleep(after)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in said) == (0, False), said
    assert time.monotonic() - begun < SOON


@pytest.mark.slow
def test_a_request_that_is_under_way_is_finished_before_it_ends(chain: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (
        serving(chain, port) as process,
        closing(sqlite3.connect(chain / "data" / "monitor.sqlite3")) as other,
        ThreadPoolExecutor(1) as hand,
    ):
        wait_for(f"{address}/healthz", process)
        other.execute("BEGIN IMMEDIATE")  # whoever writes now waits
        asked = hand.submit(trying_a_password, address)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert (asked.done(), process.poll()) == (False, None)
        other.rollback()
        assert asked.result(timeout=PATIENCE) == UNFIT
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def trying_a_password(address: str) -> int:
    """Tries to sign in, which is counted in the database before anything else."""
    opener = build_opener()
    with closing(opener.open(f"{address}/sign-in")) as page:
        text, cookie = page.read().decode(), page.headers["Set-Cookie"].partition(";")[0]
    token = text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = f"csrf_token={token}&email=anna%40example.com&password=not-hers"
    wanted = Request(f"{address}/sign-in/password", form.encode(), {"Cookie": cookie})
    try:
        with closing(opener.open(wanted, timeout=PATIENCE)) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_whoever_serves_ends_with_the_process_that_began_it_and_nobody_serves_beside_it(chain: Path) -> None:
    """Killed, it can tell nobody; what it began would answer with the settings of before."""
    port = free_port()
    with serving(chain, port) as process:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        with serving(chain, port) as another:
            said, _ = another.communicate(timeout=PATIENCE)
        assert another.returncode == 2
        assert said.splitlines()[-1] == f"Something is served at port {port} of 127.0.0.1 already."
        process.kill()
        process.wait()
        begun = time.monotonic()
        while answers(port):
            assert time.monotonic() - begun < PATIENCE
            time.sleep(0.1)


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_database_that_was_lost_is_not_replaced_by_an_empty_one(chain: Path) -> None:
    config = read_config()
    (config.folder / "photos").mkdir()
    (config.folder / "monitor.sqlite3").rename(chain / "elsewhere")
    with pytest.raises(Refused, match="monitor restore"):
        open_chain(config)
    assert not (config.folder / "monitor.sqlite3").exists()
