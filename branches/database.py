"""The engine, its transactions, and how columns of ours are stored; SQLite in WAL mode or PostgreSQL by its URL."""

import json
import secrets
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import Mapper
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from branches.errors import Refused
from branches.language import message

BUSY_SECONDS = 30
"""How long a SQLite writer waits for the one before it."""

T = TypeVar("T")
FIELDS = {
    "address": message("Address"),
    "brief": message("What to do there"),
    "code": message("Code"),
    "comment": message("Comment"),
    "decision": message("Decision"),
    "email": message("Mail address"),
    "fee": message("Fee"),
    "how": message("How, and by whom?"),
    "mark": message("Answer"),
    "name": message("Name"),
    "plan": message("What will the branch do?"),
    "reason": message("Why?"),
    "title": message("Title"),
}
"""What people call the columns that hold what they wrote."""

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment, always aware and always UTC; SQLite keeps it as sortable text, PostgreSQL as timestamptz."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a time zone cannot be stored"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[Any]):
    """JSON, compressed: an edition of thousands of branches is read whole or not at all."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return zlib.compress(text.encode(), level=6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(zlib.decompress(value))


def public_id() -> str:
    """A random name for addresses and files; it says nothing of order or number."""
    return secrets.token_hex(8)


def create(url: str) -> sa.Engine:
    """Opens the chain's database; nothing is read or written yet."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The address may hold a password: neither it nor the driver's words about it are repeated.
        raise Refused("The database address cannot be read; write it like sqlite:///chain.sqlite3.") from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        # what people wrote belongs in no log, also not beside a fault
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
    raise Refused("A database of the kind {kind} is not supported; use SQLite or PostgreSQL.", kind=parsed.drivername)


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Two programs may open a new file at once; this step waits for nobody by itself, so it is tried again."""
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        # The driver would begin late and deferred, and a transaction that reads first and then writes fails at once
        # whatever the busy timeout: we begin ourselves, see `begin`.
        connection.isolation_level = None
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")  # NORMAL loses acknowledged audits at a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


@event.listens_for(Session, "before_flush")
def _fit(session: Session, _context: object, _instances: object) -> None:
    """Refuses a text that one engine would store and the other would not: SQLite minds neither length nor NUL."""
    for row in (*session.new, *session.dirty):
        for name, most in _texts(sa.inspect(row).mapper):
            value = getattr(row, name) if name in row.__dict__ else None
            if isinstance(value, str) and (len(value) > most or "\0" in value):
                raise Refused(
                    "“{field}” is too long or not plain text; {most} characters are the most.",
                    field=FIELDS.get(name, message("This text")),
                    most=most,
                )


@lru_cache(maxsize=200)
def _texts(table: Mapper[Any]) -> tuple[tuple[str, int], ...]:
    """Names and longest lengths of a table's texts."""
    lengths = ((column.key, getattr(column.type, "length", None)) for column in table.columns)
    return tuple((name, most) for name, most in lengths if isinstance(most, int))


def in_parts(values: Iterable[T], most: int = 500) -> Iterator[list[T]]:
    """Lists that fit into one query's IN: both engines bound how many values a query may name."""
    left = iter(values)
    while part := list(islice(left, most)):
        yield part


def hold(session: Session, row: SQLModel) -> None:
    """Reads a row anew and keeps it until the transaction ends: of two who change it the second sees the first."""
    session.flush()  # reading anew would throw away what has not been written yet
    session.refresh(row, with_for_update=True)


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """One unit of work: kept whole at the end, or not at all."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def for_reading(engine: sa.Engine) -> sa.Engine:
    """The same database, seen as it was when the look began; a look waits for no writer."""
    if engine.name == "postgresql":
        return engine.execution_options(reading=True, isolation_level="REPEATABLE READ")
    return engine.execution_options(reading=True)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """A consistent look that waits for no writer; nothing written in it is kept."""
    with Session(for_reading(engine), expire_on_commit=False, autoflush=False) as session:
        yield session
        session.expunge_all()  # what was read stays readable
        session.rollback()
