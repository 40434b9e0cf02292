"""Who is at work on a data folder: locks of the system's, which end with their process and are never removed by hand."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from branches.errors import Conflict

NAME = "running"
"""The file in the data folder that is locked; it holds nothing."""
_KEPT: dict[Path, int] = {}
"""Folders that this process is at work on until it ends."""


def stay(folder: Path) -> None:
    """The pages or the scheduler are at work here, until this process ends."""
    if folder in _KEPT:
        return
    file = _opened(folder)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise Conflict("The folder {folder} is being restored; try again in a moment.", folder=str(folder)) from None
    except OSError:
        pass  # a file system without locks: who is at work cannot be told there
    _KEPT[folder] = file


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else is at work here meanwhile, and nobody begins."""
    file = _opened(folder)
    try:
        _take(file, folder)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(
            "The program is at work on the folder {folder}: stop the pages and the scheduler first.", folder=str(folder)
        ) from None
    except OSError:
        pass  # as above


def _opened(folder: Path) -> int:
    return os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
