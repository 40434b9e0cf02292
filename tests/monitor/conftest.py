"""The command line for the tests of this floor."""

import sys
from pathlib import Path

import pytest

from monitor import cli
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
