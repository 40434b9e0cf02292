"""One audit to be made, and the phone it is made on."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from branches import database
from tests.databases import SqliteDatabases
from tests.monitor.desk import Desk, form, open_desk
from tests.phone.handset import Handset, handset, served
from tests.phone.relay import Relay, relay_to


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """Threads that begin together would set coverage's trace function together, which Python refuses now and then; then one does not begin."""
    hook = threading.gettrace()
    threading.settrace(None)
    yield
    threading.settrace(hook)


@pytest.fixture
def desk(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Desk]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        found = open_desk(engine, tmp_path)
        found.visitor.submit(form(found.visitor.get(found.at()), "/start"))
        yield found
        engine.dispose()


@pytest.fixture
def line(desk: Desk) -> Iterator[Relay]:
    """From the phone to the server; it can be cut."""
    with served(desk) as server, relay_to(server.port) as found:
        yield found


@pytest.fixture
def phone(desk: Desk, browser: Browser, line: Relay) -> Iterator[Handset]:
    with handset(desk, browser, line.address) as found:
        yield found
