"""A backup looked through before it is trusted: each part as it was written, none missing, none added, the database whole."""

import hashlib
import os
import sqlite3
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from branches import migrations
from branches.errors import NotFound, Refused
from branches.language import message
from monitor.copying import parts, snapshot
from monitor.copying.parts import DATABASE, FORMAT, LIST, SEAL, Manifest

MISSING = message("it is missing")
CHANGED = message("it is not as it was written")
ADDED = message("it does not belong to the backup")
UNREADABLE = message("it cannot be read")
NOT_WHOLE = message("it is not whole")


def whole(folder: Path) -> Manifest:
    """What the backup says of itself, once all of it has been found true; else a refusal that names the part."""
    try:
        found = _listed(folder)
        _check_parts(folder, found)
        _check_database(folder, found)
    except OSError as error:
        _damaged(folder, str(error.filename or LIST), UNREADABLE, error)
    return found


def _listed(folder: Path) -> Manifest:
    """The list, which carries its own hash."""
    file = folder / LIST
    if not file.is_file():
        raise NotFound("{folder} is no backup of this program.", folder=str(folder))
    if _is_odd(folder / SEAL):
        _damaged(folder, SEAL, MISSING)
    if _is_odd(file) or file.stat().st_size > parts.LONGEST_LIST:
        _damaged(folder, LIST, CHANGED)
    content = file.read_bytes()
    if (folder / SEAL).read_bytes()[:1000] != seal(content):
        _damaged(folder, LIST, CHANGED)
    try:
        found = Manifest.model_validate_json(content)
    except ValidationError as error:
        _damaged(folder, LIST, UNREADABLE, error)
    if found.format != FORMAT:
        raise _newer()
    return found


def seal(content: bytes) -> bytes:
    """The line beside the list: `sha256sum -c` understands it too."""
    return f"{hashlib.sha256(content).hexdigest()}  {LIST}\n".encode()


def _check_parts(folder: Path, found: Manifest) -> None:
    there, listed = _files(folder), {part.path for part in found.parts}
    for path in sorted(there - listed - {LIST, SEAL}):
        _damaged(folder, path, ADDED)
    for path in sorted((listed | {DATABASE}) - there):
        _damaged(folder, path, MISSING)
    if len(listed) != len(found.parts):
        _damaged(folder, LIST, UNREADABLE)
    for part in found.parts:
        if _is_odd(folder / part.path) or parts.part_of(folder, part.path) != part:
            _damaged(folder, part.path, CHANGED)


def _files(folder: Path) -> set[str]:
    """Everything that is no folder, by its path in the backup."""
    return {
        (Path(below) / name).relative_to(folder).as_posix()
        for below, folders, files in os.walk(folder)
        for name in [*files, *(one for one in folders if (Path(below) / one).is_symlink())]
    }


def _is_odd(file: Path) -> bool:
    """A link, which may lead anywhere, or what can be read without end."""
    return file.is_symlink() or not file.is_file()


def _check_database(folder: Path, found: Manifest) -> None:
    """Its pages hold together, its tables are ones we know, and the photos that it names are there."""
    kept = {Path(part.path).stem for part in found.photos} | set(found.missing)
    try:
        with snapshot.looking(folder / DATABASE, still=True) as connection:
            sound, at = snapshot.is_sound(connection), snapshot.revision(connection)
            lost = sorted(snapshot.photos_named(connection) - kept)
    except sqlite3.DatabaseError as error:
        _damaged(folder, DATABASE, NOT_WHOLE, error)
    if not sound or at != found.revision:
        _damaged(folder, DATABASE, NOT_WHOLE)
    if at and at not in migrations.known():
        raise _newer()
    if lost:
        _damaged(folder, photo_path(lost[0]), MISSING)


def photo_path(sha256: str) -> str:
    """Where a photo lies in a backup."""
    return f"{parts.PHOTOS}/{sha256[:2]}/{sha256}.jpg"


def _newer() -> Refused:
    return Refused("The database was written by a newer version of the program; install that one.")


def damage(folder: Path, part: str, why: str) -> Refused:
    """The refusal of a backup that is not what it was."""
    return Refused(
        "The backup {folder} is damaged and was not used. {part}: {why}.", folder=str(folder), part=part, why=why
    )


def _damaged(folder: Path, part: str, why: str, cause: Exception | None = None) -> NoReturn:
    raise damage(folder, part, why) from cause
