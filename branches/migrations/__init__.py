"""Brings a database to the tables of this version."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from branches.errors import Refused
from branches.tables import metadata

FOLDER = Path(__file__).parent
LOCK = 7_220_131
"""Of PostgreSQL: two programs that start at once must not both migrate."""


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def head() -> str:
    """The newest revision that this version knows."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    if newest is None:
        raise Refused("There are no migrations; the installation is incomplete.")
    return newest


def known() -> set[str]:
    """Every revision that this version can bring up to the newest, and that one."""
    return {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


def pending(engine: sa.Engine) -> str | None:
    """The older revision of a database that has to be upgraded; None where there is nothing to upgrade, or nothing yet."""
    with engine.execution_options(reading=True).connect() as connection:
        at = revision(connection)
    return at if at in known() - {head()} else None


def revision(connection: sa.Connection) -> str | None:
    """The revision a database is at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: sa.Engine) -> None:
    """Brings the database to the newest revision; where it is already there, nothing is written."""
    with engine.execution_options(reading=True).connect() as connection:
        if revision(connection) == head():
            return
    with _opened(engine) as connection, connection.begin():
        if engine.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        at = revision(connection)
        if at is not None and at not in known():
            raise Refused("The database was written by a newer version of the program; install that one.")
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _check(connection)


@contextmanager
def _opened(engine: sa.Engine) -> Iterator[sa.Connection]:
    """SQLite changes a table by copying it and dropping the old one, which others may refer to: it minds them afterwards."""
    with engine.connect() as connection:
        if engine.name != "sqlite":
            yield connection
            return
        driver = connection.connection.driver_connection  # a pragma has no effect once a transaction has begun
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _check(connection: sa.Connection) -> None:
    """Nothing refers to what is not there."""
    if connection.dialect.name != "sqlite":
        return
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise Refused("The database cannot be upgraded: a row of {table} refers to one that is missing.", table=lost[0])


def differences(engine: sa.Engine) -> list[object]:
    """What the tables in the code have and the database has not, or the other way round."""
    with engine.execution_options(reading=True).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))
