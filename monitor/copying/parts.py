"""What a backup is made of: its parts, and the list that tells each one's length and hash."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from branches.errors import Refused

FORMAT = 1
"""Of the folder's layout; another one is another version's."""
LIST = "manifest.json"
SEAL = "manifest.sha256"
"""The list's own hash, as sha256sum writes it."""
DATABASE = "database.sqlite3"
SETTINGS = "config.toml"
PHOTOS = "photos"
SECRETS = "secrets"
MEGABYTE = 1_000_000
SPARE = 20 * MEGABYTE
"""Room that is left over when a copy has been written."""
LONGEST_LIST = 256 * MEGABYTE
_CHUNK = 1 << 20

PartPath = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(database\.sqlite3|config\.toml|{PHOTOS}/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.jpg|{SECRETS}/[^/.\x00][^/\x00]*)$"
    ),
]
"""The only places there are: a list that names another one leads nowhere."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Part(_Said):
    """One file of a backup."""

    path: PartPath
    bytes: int = Field(ge=0)
    sha256: Sha256


class Manifest(_Said):
    """What a backup says of itself."""

    format: int
    program: str
    revision: str
    """Of the tables."""
    made_at: str
    chain: str
    missing: list[Sha256]
    """Photos that the database names and that were not there when the backup was made."""
    damaged: list[Sha256]
    """Photos that were there with other bytes than their name says; they are kept as they were."""
    parts: list[Part]

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def photos(self) -> list[Part]:
        return [part for part in self.parts if part.path.startswith(f"{PHOTOS}/")]


def carry(source: Path, folder: Path, path: str) -> Part:
    """Copies one file into a folder, on disk when this returns; it replaces none."""
    target = folder / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found, size = hashlib.sha256(), 0
    with (
        source.open("rb") as file,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return Part(path=path, bytes=size, sha256=found.hexdigest())


def part_of(folder: Path, path: str) -> Part:
    """A file that lies in a backup already, read through."""
    found, size = hashlib.sha256(), 0
    with (folder / path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            size += len(chunk)
    return Part(path=path, bytes=size, sha256=found.hexdigest())


def write(file: Path, content: bytes) -> None:
    """A new file of ours, on disk when this returns."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync_folders(folder: Path) -> None:
    """The names in a folder and in all below it are on disk when this returns."""
    for below, _, _ in os.walk(folder, topdown=False):
        sync(Path(below))


def sync(folder: Path) -> None:
    """The names in a folder are on disk when this returns."""
    there = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


def check_room(folder: Path, needed: int) -> None:
    """Refuses to begin what would fill the disk."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise Refused(
            "There is not enough room in {folder}: {needed} MB are needed, {free} MB are free.",
            folder=str(folder),
            needed=(needed + SPARE) // MEGABYTE + 1,
            free=free // MEGABYTE,
        )
