"""What every test may ask for: a database of either engine, a browser, real audits; and what none may do: reach the network."""

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, expect, sync_playwright
from sqlmodel import Session

from branches import database
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.postgres import UnavailableError, serve

PATIENCE = 30
"""Seconds for what a page is about to show: a busy machine is no fault of what is tested."""
MUST_ALL_RUN = os.environ.get("MONITOR_TESTS_MUST_ALL_RUN") == "1"
CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
    "--no-first-run",
]
INSPECTIONS = Path(__file__).parents[2] / "shared" / "data" / "inspections"

settings.register_profile("house", deadline=None, derandomize=True)  # a gate that tries the same every time
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("MONITOR_TESTS_LAWS", "house"))
expect.set_options(timeout=1000 * PATIENCE)


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name not in {"", "localhost", "::1"} and not name.startswith("127."):
        msg = f"tests reach no network, and this one asked for {name}"
        raise RuntimeError(msg)


sys.addaudithook(_refuse_network)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where all must run (CI), a browser or PostgreSQL test that was skipped has failed."""
    report = yield
    if MUST_ALL_RUN and report.skipped and not hasattr(report, "wasxfail") and _must_run(item):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if str(INSPECTIONS) not in reason:
            report.outcome = "failed"
            report.longrepr = f"MONITOR_TESTS_MUST_ALL_RUN is set, and this test did not run. {reason}"
    return report


def _must_run(item: pytest.Item) -> bool:
    asked = set(getattr(item, "fixturenames", ()))
    engine = (
        item.callspec.params.get("databases")
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else None
    )
    return (
        engine == "postgresql"
        or item.get_closest_marker("browser") is not None
        or bool(asked & {"browser", "disk", "postgresql"})
    )


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test has a Flask of its own; compiling its templates anew would be two fifths of the time of a page's test."""
    with pytest.MonkeyPatch.context() as patch:
        compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": compiled})
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes go first, so that the workers end together."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabases]:
    """SQLite files, each a copy of one that was migrated."""
    with SqliteDatabases(tmp_path_factory.mktemp("sqlite")) as databases:
        yield databases


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlDatabases]:
    """Databases of a PostgreSQL of our own, each a copy of one that was migrated."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(serve())
        except UnavailableError as why:
            pytest.skip(f"no PostgreSQL here: {why}")
        yield stack.enter_context(PostgresqlDatabases(server))


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> SqliteDatabases | PostgresqlDatabases:
    """Both engines in turn: a test that asks for one of the fixtures below runs twice."""
    engine: SqliteDatabases | PostgresqlDatabases = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def database_url(databases: SqliteDatabases | PostgresqlDatabases) -> Iterator[str]:
    """The URL of a migrated, empty database of the test's own: for several processes, commits and real edges."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on `database_url`."""
    engine = database.create(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(databases: SqliteDatabases | PostgresqlDatabases) -> Iterator[Session]:
    """A session in a transaction that is rolled back: quick, and never on the test's own `database_url`."""
    with databases.shared.connect() as connection, connection.begin() as whole:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        whole.rollback()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; a test makes its own context of it and closes it."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium here: install chromium to run the browser tests")
    root = os.geteuid() == 0  # Chromium's sandbox does not start as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS, chromium_sandbox=not root)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def inspections() -> Path:
    """The folder of real audits beside the checkout."""
    if not INSPECTIONS.is_dir():
        pytest.skip(f"the real audits are not here: {INSPECTIONS}")
    return INSPECTIONS
