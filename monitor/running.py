"""Who is at work on a data folder: locks of the system's, which end with their process and are never removed by hand."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from branches.errors import Conflict, Refused
from branches.language import message

NAME = "running"
"""The file in the data folder that is locked; it holds nothing."""
AT_WORK = message("The program is at work on the folder {folder}: stop the pages and the scheduler first.")
BEING_RESTORED = message("The folder {folder} is being restored; try again in a moment.")
_KEPT: dict[Path, int] = {}
"""Folders that this process is at work on until it ends."""


def stay(folder: Path) -> None:
    """The pages or the scheduler are at work here, until this process ends."""
    if folder not in _KEPT:
        _KEPT[folder] = _taken(folder, fcntl.LOCK_SH, BEING_RESTORED)


@contextmanager
def beside_others(folder: Path) -> Iterator[None]:
    """Somebody looks at all of it, and nothing is restored meanwhile."""
    with _held(folder, fcntl.LOCK_SH, BEING_RESTORED):
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else is at work here meanwhile, and nobody begins."""
    with _held(folder, fcntl.LOCK_EX, AT_WORK):
        yield


@contextmanager
def _held(folder: Path, kind: int, busy: str) -> Iterator[None]:
    file = _taken(folder, kind, busy)
    try:
        yield
    finally:
        os.close(file)


def _taken(folder: Path, kind: int, busy: str) -> int:
    """The open file that holds the lock; a file system without locks cannot tell who is at work."""
    try:
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        place, why = str(folder / NAME), error.strerror or str(error)
        raise Refused("Nothing can be written to the folder {folder}: {why}.", folder=place, why=why) from error
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise Conflict(busy, folder=str(folder)) from None
    except OSError:
        pass
    return file
