"""The scheduler beside the pages: one that ends is started again, and none outlives the program."""

import sys
import time
from pathlib import Path

import pytest

from monitor import beside

BEGUN = "open('begun', 'a').write('x'); "
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('deaf', 'w'); time.sleep(60)"


def wait_for(file: Path, letters: int = 0) -> None:
    give_up = time.monotonic() + 30
    while not file.exists() or len(file.read_text()) < letters:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_one_that_ends_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with beside.scheduler(pause=0, command=(sys.executable, "-c", BEGUN)):
        wait_for(tmp_path / "begun", 3)
    begun = (tmp_path / "begun").read_text()
    time.sleep(0.2)
    assert (tmp_path / "begun").read_text() == begun


def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with beside.scheduler(longest_stop=0.1, command=(sys.executable, "-c", DEAF)):
        wait_for(tmp_path / "deaf")
        begun = time.monotonic()
    assert time.monotonic() - begun < 30


def test_none_is_started_once_it_is_to_end() -> None:
    kept = beside._Kept((sys.executable, "-c", ""))
    kept.end(30)
    assert kept._start_again(0) is False
