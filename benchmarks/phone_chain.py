"""A chain of one branch with the salon standard, audits waiting for shoppers of each language, and its pages as they are served."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from branches import assignments, audits, database, migrations, places, sessions
from branches.exchange.publishing import publish_standard
from branches.exchange.shipped import SHIPPED, read_standard
from branches.language import codes
from branches.people import Role, add_user

PATIENCE = 60
"""Seconds until the pages answer."""
AUDITS = 40
"""Waiting for each shopper, so that each measurement has one that nobody has opened."""


@dataclass(frozen=True)
class Chain:
    """Where its pages are, and by language a device that is signed in and the audits that wait."""

    address: str
    devices: Mapping[str, str]
    audits: Mapping[str, list[str]]


def make(folder: Path, port: int) -> Chain:
    """Writes the chain and its settings into a folder."""
    url = f"sqlite:///{folder / 'monitor.sqlite3'}"
    (folder / "config.toml").write_text(
        f'[chain]\nname = "Salons"\n[data]\nfolder = "."\n[serve]\nport = {port}\n[database]\nurl = "{url}"\n',
        encoding="utf-8",
    )
    engine = database.create(url)
    migrations.upgrade(engine)
    with database.transaction(engine) as session:
        found = _fill(session, datetime.now(UTC))
    engine.dispose()
    return Chain(
        f"http://127.0.0.1:{port}",
        {code: device for code, (device, _) in found.items()},
        {code: ids for code, (_, ids) in found.items()},
    )


def _fill(session: Session, now: datetime) -> dict[str, tuple[str, list[str]]]:
    standard, _ = publish_standard(session, read_standard(SHIPPED), at=now)
    region = places.open_region(session, "north", name="North", timezone="Europe/Budapest", by=None, at=now)
    branch = places.open_branch(session, region, "b1", name="Kossuth tér", by=None, at=now)
    found = {}
    for code in codes():
        shopper = add_user(session, Role.SHOPPER, at=now, code=f"shopper {code}", language=code, by=None)
        today = date.today()
        asked = [
            assignments.assign(
                session, standard, branch, shopper,
                opens_on=today - timedelta(days=1), closes_on=today + timedelta(days=7), anyway=True, by=None, at=now - timedelta(days=2),
            ).audit
            for _ in range(AUDITS)
        ]  # fmt: skip
        for audit in asked:
            audits.start(session, audit, by=shopper, at=now - timedelta(days=1))
        found[code] = (sessions.begin(session, shopper, at=now), [audit.public_id for audit in asked])
    return found


@contextmanager
def serving(command: list[str], port: int) -> Iterator[None]:
    """A server in a process of its own, until this is over."""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    with subprocess.Popen([sys.executable, "-m", *command], env=quiet) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the pages did not start")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
