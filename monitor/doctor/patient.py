"""What the checks look at, and what they find."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from branches import database
from branches.database import BUSY_SECONDS, reading
from branches.errors import Refused
from monitor.config import Read
from monitor.copying import snapshot

LONGEST = 300
"""Letters of somebody else's words in a line."""


@dataclass(frozen=True)
class Finding:
    """What a check saw; where something is wrong, what to do."""

    said: str
    do: str = ""
    unseen: bool = False
    """Something else that is wrong kept the check from looking."""

    @property
    def well(self) -> bool:
        return not self.do and not self.unseen


@dataclass(frozen=True)
class Patient:
    """A chain as its settings say, at one moment."""

    read: Read
    at: datetime
    every_photo: bool = False

    @property
    def folder(self) -> Path:
        return self.read.config.folder

    @property
    def database(self) -> Path | None:
        """The file; None with PostgreSQL."""
        return snapshot.database_file(self.read.config)

    @contextmanager
    def rows(self) -> Iterator[Session]:
        """A look at the rows that cannot write: not even the file of a database that is not there."""
        engine = _engine(self.read.config.database_url, self.database)
        try:
            with reading(engine) as session:
                yield session
        finally:
            engine.dispose()


Check = Callable[[Patient], Finding]


def _engine(url: str, file: Path | None) -> sa.Engine:
    if file is None:
        return database.create(url)
    address = f"{file.as_uri()}?mode=ro"
    return sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS),
        poolclass=sa.NullPool,
        hide_parameters=True,
    )


def looked(check: Check, patient: Patient) -> Finding:
    """What the check found; that it could not look is a finding too."""
    try:
        return check(patient)
    except Refused as refused:
        return Finding(str(refused), "Put that right, then look again.")
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks go on
        return Finding(f"could not be looked at: {_words(error)}", unseen=True)


def _words(error: Exception) -> str:
    """The first line of it: an engine adds its query below."""
    why = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    return next(iter(str(why).strip().splitlines()), type(error).__name__)[:LONGEST]
