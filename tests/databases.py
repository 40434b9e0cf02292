"""Databases for tests: one of each engine is migrated, the others are copies of it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from branches import database, migrations
from tests.postgres import Server


class _Databases:
    """What both kinds share: numbered copies, and one copy that every rolled-back test uses."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __enter__(self) -> Self:
        engine = database.create(self._url("template_of_tests"))
        migrations.upgrade(engine)
        engine.dispose()
        return self

    def __exit__(self, *_: object) -> None:
        if "shared" in self.__dict__:
            self.shared.dispose()

    @cached_property
    def shared(self) -> sa.Engine:
        self._copy("shared")
        return database.create(self._url("shared"))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        self._copy(name)
        yield self._url(name)
        self._remove(name)

    def _url(self, name: str) -> str:
        raise NotImplementedError

    def _copy(self, name: str) -> None:
        raise NotImplementedError

    def _remove(self, name: str) -> None:
        raise NotImplementedError


class SqliteDatabases(_Databases):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.sqlite3"

    def _copy(self, name: str) -> None:
        shutil.copyfile(self._folder / "template_of_tests.sqlite3", self._folder / f"{name}.sqlite3")

    def _remove(self, name: str) -> None:
        for path in self._folder.glob(f"{name}.sqlite3*"):
            path.unlink()


class PostgresqlDatabases(_Databases):
    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._run("CREATE DATABASE template_of_tests")

    def _url(self, name: str) -> str:
        return self._server.url(name)

    def _copy(self, name: str) -> None:
        self._run(f"CREATE DATABASE {name} TEMPLATE template_of_tests")

    def _remove(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = sa.create_engine(self._server.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
