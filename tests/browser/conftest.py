"""The pages as they are served, once for all browser tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from branches import database
from monitor.app import create_app
from monitor.opening import now
from monitor.web.gate import Site
from tests.browser.blocks import add_blocks
from tests.browser.chain import Served, fill
from tests.browser.houses import House, opened
from tests.databases import SqliteDatabases
from tests.served import PagesServer

PATIENCE = 60
"""Seconds that a busy machine may take to start the pages."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def prepared(sqlite: SqliteDatabases) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        devices, found = fill(engine, now())
        engine.dispose()
        yield url, devices, found


@pytest.fixture(scope="session")
def served(
    prepared: tuple[str, dict[str, str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """`monitor serve` in a process of its own, on a port of its own."""
    url, devices, found = prepared
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    config = folder / "config.toml"
    config.write_text(
        f'[chain]\nname = "Tom & Jerry\'s <salons>"\n[data]\nfolder = "."\n[serve]\nport = {port}\n'
        f'[database]\nurl = "{url}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "monitor", "--config", str(config), "serve"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=_quiet()) as process:
        _wait_for(port, process, folder / "log")
        paths = {name: f"/editions/{public_id}" for name, public_id in found.items()}
        yield Served(f"http://127.0.0.1:{port}", devices, **paths)
        process.terminate()


def _quiet() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the pages did not start: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def demo_address(
    prepared: tuple[str, dict[str, str], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same chain as the demonstration shows it: anybody may look as anybody."""
    engine = database.create(prepared[0])
    site = Site(engine, now, "en", tmp_path_factory.mktemp("demo"), "Europe/Budapest", demo=True)
    app = create_app(site, bytes(range(32)))
    add_blocks(app)
    server = PagesServer(app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    engine.dispose()


@pytest.fixture(scope="session")
def house(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with sqlite.fresh() as url, opened(url, tmp_path_factory.mktemp("house")) as found:
        yield found
