"""A SQLite database copied while others write, and what can be told of such a copy without changing it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import select

from branches import photos
from branches.database import BUSY_SECONDS
from branches.errors import Refused
from monitor.config import Config
from monitor.copying import parts


def database_file(config: Config) -> Path | None:
    """The file that holds the chain's database; None where it is no file of ours to copy."""
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database).absolute()


def copy(source: Path, target: Path) -> None:
    """The database as it is at one moment; whoever writes meanwhile waits for nobody, and the copy for no writer."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        # All pages in one step: between two steps another process may write, and the copy would begin anew each time.
        with looking(source) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
    except sqlite3.DatabaseError as error:
        place = str(source)
        raise Refused("The database {place} cannot be opened: {why}.", place=place, why=str(error)) from error
    with target.open("rb") as file:
        os.fsync(file.fileno())
    parts.sync(target.parent)


@contextmanager
def looking(file: Path, *, still: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write; `still` where nobody else can either, as with a copy."""
    address = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if still else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether its pages and indexes hold together, and nothing refers to what is not there."""
    try:
        pages = connection.execute("PRAGMA integrity_check(1)").fetchone()
        lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError:
        return False
    return pages == ("ok",) and lost is None


def revision(connection: sqlite3.Connection) -> str:
    """Of its tables; empty where there are none yet."""
    if "alembic_version" not in _tables(connection):
        return ""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def photos_named(connection: sqlite3.Connection) -> set[str]:
    """The hashes of all photos that something in it names."""
    there = _tables(connection)
    queries = [select(table.sha256).distinct() for table in photos.NAMING if str(table.__tablename__) in there]
    return {name for query in queries for (name,) in connection.execute(str(query))}


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
