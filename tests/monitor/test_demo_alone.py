"""`monitor demo` beside a real chain: whatever the environment and the folder hold, it keeps to a chain of its own."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from monitor import cli

ROOT = Path(__file__).parents[2]
SMALL = ("demo", "--only-make", "--branches", "10", "--weeks", "1")


def demo(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a person with these settings starts it."""
    settings = {name: value for name, value in os.environ.items() if not name.upper().startswith("MONITOR_")}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *SMALL, *words],
        cwd=folder,
        env={**settings, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def count(file: Path, table: str) -> int:
    with sqlite3.connect(file) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.slow
def test_settings_of_a_real_chain_are_left_aside(tmp_path: Path) -> None:
    """Those of the folder we are in, of the environment, also in small letters, and those that could not be read."""
    real = f"sqlite:///{tmp_path / 'real.sqlite3'}"
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "{real}"\n')
    environment = {
        "MONITOR_CONFIG": str(tmp_path / "missing.toml"),
        "MONITOR_DATABASE__URL": real,
        "MONITOR_DATA__FOLDER": str(tmp_path / "real"),
        "MONITOR_REPORTS__REPORTING_FROM": "2031-01-06",
        "MONITOR_REPORTS__TIME": "soon",
        "MONITOR_SECRET_FILE": str(tmp_path / "no secret"),
        "MONITOR_SERVE__HOST": "0.0.0.0",
        "MONITOR_SERVE__PORT": "8099",
        "monitor_chain__name": "Real Salons",
    }
    said = demo(tmp_path, **environment)
    assert (said.returncode, said.stderr) == (0, "")
    named = ", ".join(sorted(environment.keys() - {"MONITOR_SERVE__PORT"}))
    assert said.stdout.splitlines()[0] == (f"The demonstration has settings of its own and leaves aside: {named}.")
    assert {path.name for path in tmp_path.iterdir()} == {"config.toml", "demo-data"}
    made = tmp_path / "demo-data" / "monitor.sqlite3"
    assert (count(made, "branch"), count(made, "edition") > 0) == (10, True)


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """The folder of a real chain."""
    for name in [name for name in os.environ if name.upper().startswith("MONITOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MONITOR_CONFIG", "")  # so that what the command puts there is taken out again
    monkeypatch.setattr(sys, "argv", ["monitor", *SMALL, "--folder", str(tmp_path)])
    return tmp_path


ANOTHER = "holds a chain that is not the demonstration's; name another with --folder."


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("monitor.sqlite3", "", ANOTHER),
        ("config.toml", "[flags]\nmargin = 4.0\n", ANOTHER),
        (
            "config.toml",
            '# The demonstration\'s own settings.\n[database]\nurl = "sqlite:///real.sqlite3"\n',
            "leads the demonstration to another database; name another folder with --folder.",
        ),
        (
            "config.toml",
            '# The demonstration\'s own settings.\n[data]\nfolder = "elsewhere"\n',
            "leads the demonstration to another database; name another folder with --folder.",
        ),
    ],
)
def test_the_folder_of_a_real_chain_is_refused(
    refused: Path, capsys: pytest.CaptureFixture[str], file: str, content: str, sentence: str
) -> None:
    (refused / file).write_text(content)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, sentence in capsys.readouterr().err) == (2, True)
    assert {path.name: path.read_text() for path in refused.iterdir()} == {file: content}


def test_a_port_that_is_taken_is_refused_before_anything_is_made(
    refused: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(sys, "argv", [*sys.argv, "--port", str(port)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    said = f"The port {port} is in use already; name another with --port."
    assert (ended.value.code, said in capsys.readouterr().err) == (2, True)
    assert list(refused.iterdir()) == []


@pytest.mark.slow
def test_a_port_that_is_named_is_taken_and_pages_stay_on_this_machine(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served(tmp_path, "--port", str(port)) as process:
        assert process.stdout is not None
        try:
            assert any(f"http://127.0.0.1:{port}/demo/office" in line for line in process.stdout)
            _wait_for(port)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()  # whatever came before, no test is held up


def _wait_for(port: int) -> None:
    """Until a page answers: what is asked to end while it still starts may take longer."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=10)) as asked:
            asked.request("GET", "/sign-in")
            assert asked.getresponse().status == 200
            return
        time.sleep(0.1)
    pytest.fail("the pages did not start")


def served(folder: Path, *words: str) -> subprocess.Popen[str]:
    settings = {name: value for name, value in os.environ.items() if not name.upper().startswith("MONITOR_")}
    command = [sys.executable, "-um", "monitor", "demo", "--branches", "10", "--weeks", "1", *words]
    return subprocess.Popen(
        command, cwd=folder, env={**settings, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )
