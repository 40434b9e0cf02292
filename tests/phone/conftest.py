"""One audit to be made, and the phone it is made on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from branches import database
from tests.databases import SqliteDatabases
from tests.monitor.desk import Desk, form, open_desk
from tests.phone.handset import Handset, handset, served


@pytest.fixture
def desk(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Desk]:
    with sqlite.fresh() as url:
        engine = database.create(url)
        found = open_desk(engine, tmp_path)
        found.visitor.submit(form(found.visitor.get(found.at()), "/start"))
        yield found
        engine.dispose()


@pytest.fixture
def phone(desk: Desk, browser: Browser) -> Iterator[Handset]:
    with served(desk) as server, handset(desk, browser, f"http://127.0.0.1:{server.port}") as found:
        yield found
