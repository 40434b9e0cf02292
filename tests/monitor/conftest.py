"""What the tests of commands and pages may ask for beside what every test may."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from branches import database
from monitor import cli
from tests.databases import SqliteDatabases
from tests.monitor.backed import Chain, begin
from tests.monitor.desk import Desk, open_desk
from tests.monitor.typed import Monitor, Said


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Monitor:
    """Runs `monitor` in a data folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONITOR_DATA__FOLDER", str(tmp_path / "data"))

    def run(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["monitor", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return run


@pytest.fixture
def desk(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Desk]:
    """An audit to be made, and its shopper's browser."""
    with sqlite.fresh() as url:
        engine = database.create(url)
        yield open_desk(engine, tmp_path)
        engine.dispose()


@pytest.fixture
def chain(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Chain]:
    """A chain with an audit and its photo, in a data folder of the test's own."""
    with sqlite.fresh() as url:
        chain = begin(Path(str(sa.make_url(url).database)), tmp_path)
    yield chain
    chain.engine.dispose()
