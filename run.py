#!/usr/bin/env python3
"""Sets the program up in .venv beside this file, then runs it: needs Python 3.11 or newer and nothing else.

python3 run.py                      the demo: an invented chain, its reports and its pages
python3 run.py test [--fast] [...]  every check and every test; --fast leaves out the slow, the browser's and the second database
python3 run.py sbom                 what the program is made of, as CycloneDX JSON
python3 run.py COMMAND [...]        any command of the program; --help lists them
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - said here, before an older Python stumbles over what follows
    sys.exit(f"This program needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
if os.name != "posix":
    sys.exit("This program runs on Linux and macOS; on Windows, run it in WSL.")

import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / "bin"
PYTHON = str(PROGRAMS / "python")
LOCK = ROOT / "requirements.lock"
READY = VENV / "ready"  # says for which lock and folder .venv was made
NO_PIP = (
    "This Python has no pip, and uv is not installed. Install one of them (Debian, Ubuntu: apt install python3-pip)."
)
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("lint-imports",),
    ("mypy",),
)
FAST = ("-m", "not browser and not slow and not long", "-k", "not postgresql")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # the tests use the cores by themselves


def main(arguments: list[str]) -> int:
    try:
        set_up()
    except (OSError, subprocess.CalledProcessError, RuntimeError) as why:
        print(f"The set-up did not succeed: {why}", file=sys.stderr)
        return 1
    if arguments[:1] == ["test"]:
        return test(arguments[1:])
    if arguments == ["sbom"]:
        return subprocess.run([PYTHON, "-m", "supply"], cwd=ROOT, check=False).returncode
    return start(arguments or ["demo"])


def start(arguments: list[str]) -> NoReturn:
    os.execv(PYTHON, [PYTHON, "-m", "monitor", *arguments])  # noqa: S606 - in our place, so that signals reach it


def set_up() -> None:
    """Make .venv hold what the lock names; where it already does, nothing happens."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        take_turn(folder)
        runs = works(PYTHON, "-I", "-c", "import monitor")  # not after the system's Python was replaced by a newer one
        if not runs or not READY.exists() or READY.read_text() != wanted():
            install()
            READY.write_text(wanted())
    finally:
        os.close(folder)


def take_turn(folder: int) -> None:
    """Of two set-ups at once the second waits, and finds the work done."""
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another set-up of this folder is under way; waiting for it.", file=sys.stderr, flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)


def wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes() + str(ROOT).encode()).hexdigest()


def install() -> None:
    began = time.monotonic()
    print("Setting up in .venv. The first time takes a minute or two.", file=sys.stderr, flush=True)
    if not works(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        subprocess.run([base(), "-m", "venv", "--clear", "--without-pip", str(VENV)], check=True)
    if not install_with_uv():
        install_with_pip()
    install_ourselves()
    print(f"Set up in {time.monotonic() - began:.0f} s.", file=sys.stderr, flush=True)


def base() -> str:
    """This Python, or the one its environment was made of: a .venv cannot be made from within."""
    return getattr(sys, "_base_executable", None) or sys.executable


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_with_uv() -> bool:
    if not shutil.which("uv") or not works("uv", "--version"):
        return False
    print("  installing with uv ...", file=sys.stderr, flush=True)
    hashes = ("--require-hashes", "--requirement", str(LOCK))
    done = works("uv", "--quiet", "pip", "install", "--python", PYTHON, *hashes)
    if not done:
        print("  uv did not succeed; trying pip", file=sys.stderr, flush=True)
    return done


def install_with_pip() -> None:
    if works(base(), "-m", "pip", "--version"):
        pip = [base(), "-m", "pip", "--python", PYTHON]
    elif works(PYTHON, "-m", "ensurepip"):
        pip = [PYTHON, "-m", "pip"]
    else:
        raise RuntimeError(NO_PIP)
    quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
    command = [*pip, "install", *quiet, "--require-hashes", "--requirement", str(LOCK)]
    total = sum(line[:1].isalnum() for line in LOCK.read_text().splitlines())
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            lines.append(line)
            show_progress(lines, total)
    if running.returncode:
        raise RuntimeError("pip said:\n" + "".join(lines[-20:]))


def show_progress(lines: list[str], total: int) -> None:
    """Every ten packages a line: enough to see that it goes on."""
    fetched = sum(line.startswith("Collecting ") for line in lines)
    if lines[-1].startswith("Collecting ") and fetched % 10 == 1:
        print(f"  fetching packages: {fetched} of about {total} ...", file=sys.stderr, flush=True)
    elif lines[-1].startswith("Installing collected"):
        print("  unpacking them ...", file=sys.stderr, flush=True)


def install_ourselves() -> None:
    """Point .venv at this folder, as an editable installation does, but without a build: `monitor` runs from anywhere."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([PYTHON, "-c", ask], text=True).strip())
    (packages / "service_consistency_monitor.pth").write_text(f"{ROOT}\n")
    command = PROGRAMS / "monitor"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(PYTHON)} -m monitor "$@"\n')
    command.chmod(0o755)


def test(arguments: list[str]) -> int:
    """Run every check, then the tests; the coverage is measured, and has its floor, where all of them run."""
    failed = [" ".join(check) for check in CHECKS if not passes(check)]
    if failed:
        print(f"Not passed: {', '.join(failed)}. The tests run all the same.", flush=True)
    fast = list(FAST) if "--fast" in arguments else []
    chosen = [argument for argument in arguments if argument != "--fast"]
    measured = [] if fast or chosen else ["--cov=branches", "--cov=reports"]
    workers = str(min(4, max(2, os.cpu_count() or 2)))
    by_file = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder")  # in the order of tests/conftest.py
    command = [PYTHON, "-m", "pytest", *by_file, *fast, *measured, *chosen]
    tests = subprocess.run(command, cwd=ROOT, env=os.environ | ONE_THREAD, check=False)
    return tests.returncode or len(failed)


def passes(check: tuple[str, ...]) -> bool:
    print(f"{' '.join(check)} ... ", end="", flush=True)
    began = time.monotonic()
    command = [str(PROGRAMS / check[0]), *check[1:]]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    passed = done.returncode == 0
    print(f"{'ok' if passed else 'not passed'} ({time.monotonic() - began:.1f} s)", flush=True)
    if not passed:
        print(done.stdout, flush=True)
    return passed


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
