"""A backup is made: beside its final name, read back, and only then named; it replaces nothing."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from branches import photos
from branches.errors import Conflict, NotFound, Refused
from monitor import __version__, running
from monitor.config import Read
from monitor.copying import finishing, looked_through, parts, snapshot
from monitor.copying.looked_through import photo_path
from monitor.copying.parts import DATABASE, FORMAT, LIST, PHOTOS, SEAL, SECRETS, SETTINGS, Manifest, Part

NAMED = "monitor-backup-%Y%m%dT%H%M%SZ"
_OURS = re.compile(r"monitor-backup-\d{8}T\d{6}Z")
_LEFT = re.compile(r"\.monitor-backup-(\d{8}T\d{6}Z)\.part")
ABANDONED = timedelta(days=1)
"""So old a backup that never got its name was left behind by a process that was ended."""
NOTE = "last-backup.json"
"""In the data folder: where the newest backup went and when, for `monitor doctor`."""
TURNS = 2
"""A photo that was taken away and swept while the backup was made is looked for once more, in a new copy."""


@dataclass(frozen=True)
class Made:
    """A backup that stands."""

    folder: Path
    manifest: Manifest


def make(read: Read, into: Path, *, at: datetime) -> Made:
    """Copies the chain into a new folder of `into`, and reads it back before it gets its name."""
    config = read.config
    source = snapshot.database_file(config)
    if source is None:
        raise Refused(
            "The database is on PostgreSQL: copy it with {command}, and the folder {folder} after it.",
            command="pg_dump",
            folder=str(config.folder / PHOTOS),
        )
    if not source.exists():
        raise NotFound("There is no database {file} to copy.", file=str(source))
    finishing.finish_after_a_kill(config.folder)
    into, name = into.resolve(), at.strftime(NAMED)
    with running.beside_others(config.folder), _draft(into, name) as draft:
        parts.check_room(into, _size(source) + _size(config.folder / PHOTOS))
        manifest = _fill(draft, read, source, at)
        content = manifest.model_dump_json(indent=1).encode()
        parts.write(draft / LIST, content)
        parts.write(draft / SEAL, looked_through.seal(content))
        parts.sync_folders(draft)
        manifest = looked_through.whole(draft)
    note(config.folder, into / name, at)
    return Made(into / name, manifest)


@contextmanager
def _draft(into: Path, name: str) -> Iterator[Path]:
    """A folder to fill, which has its name at the end of the block, or is gone."""
    final, draft = into / name, into / f".{name}.part"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(final) or os.path.lexists(draft):
            raise Conflict("The backup {folder} exists already.", folder=str(final))
        draft.mkdir(mode=0o700)
        try:
            yield draft
            draft.rename(final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        parts.sync(into)
    except OSError as error:
        raise _unable(into, error) from error


def _unable(into: Path, error: OSError) -> Refused:
    """Either something of the chain cannot be read, or the copy cannot be written."""
    why, file = error.strerror or str(error), str(error.filename or into)
    if not file.startswith(str(into)):
        return Refused("{file} cannot be read: {why}.", file=file, why=why)
    return Refused("Nothing can be written to the folder {folder}: {why}.", folder=str(into), why=why)


def _fill(draft: Path, read: Read, source: Path, at: datetime) -> Manifest:
    kept, missing = _photos(draft, source, read.config.folder / PHOTOS)
    with snapshot.looking(draft / DATABASE, still=True) as connection:
        revision = snapshot.revision(connection)
    around = [parts.part_of(draft, DATABASE), *_settings(draft, read), *_secrets(draft, read.config.folder / SECRETS)]
    return Manifest(
        format=FORMAT,
        program=__version__,
        revision=revision,
        made_at=at.isoformat(),
        chain=read.config.chain.name,
        missing=missing,
        damaged=[Path(part.path).stem for part in kept if Path(part.path).stem != part.sha256],
        parts=[*around, *kept],
    )


def _photos(draft: Path, source: Path, folder: Path) -> tuple[list[Part], list[str]]:
    """The database first, then the photos that the copy names: those are never changed, and there before they are named."""
    kept: dict[str, Part] = {}
    missing: list[str] = []
    for _ in range(TURNS):
        (draft / DATABASE).unlink(missing_ok=True)
        snapshot.copy(source, draft / DATABASE)
        named = sorted(_named(draft / DATABASE))
        kept |= {name: part for name in named if name not in kept and (part := _photo(draft, folder, name))}
        missing = [name for name in named if name not in kept]
        if not missing:
            break
    return [kept[name] for name in sorted(kept)], missing


def _named(file: Path) -> set[str]:
    try:
        with snapshot.looking(file, still=True) as connection:
            return snapshot.photos_named(connection)
    except sqlite3.DatabaseError as error:
        place, why = str(file), str(error)
        raise Refused("The database {place} cannot be opened: {why}.", place=place, why=why) from error


def _photo(draft: Path, folder: Path, name: str) -> Part | None:
    """None where it is not there, or was swept away this moment."""
    try:
        return parts.carry(photos.path(folder, name), draft, photo_path(name))
    except FileNotFoundError:
        return None


def _settings(draft: Path, read: Read) -> list[Part]:
    """The settings as they were read; they are kept for reading, and never put back by themselves."""
    if read.file is None:
        return []
    parts.write(draft / SETTINGS, read.text.encode())
    return [parts.part_of(draft, SETTINGS)]


def _secrets(draft: Path, folder: Path) -> list[Part]:
    """The secret that signs forms, and what else lies there: with them nobody has to sign in anew after a restore."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [parts.carry(file, draft, f"{SECRETS}/{file.name}") for file in files if _is_secret(file)]


def _is_secret(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".")


def _size(place: Path) -> int:
    """Of a file, or of all files below a folder; those that went meanwhile count nothing."""
    files = [place, *(Path(below) / name for below, _, names in os.walk(place) for name in names)]
    return sum(file.stat().st_size for file in files if file.is_file())


def note(folder: Path, made: Path, at: datetime) -> None:
    """Where the newest backup is; that it cannot be noted harms no backup."""
    draft = folder / f".{NOTE}.{os.getpid()}"
    try:
        draft.unlink(missing_ok=True)
        parts.write(draft, json.dumps({"folder": str(made), "made_at": at.isoformat()}).encode())
        draft.replace(folder / NOTE)
    except OSError:
        draft.unlink(missing_ok=True)


def keep(into: Path, most: int, *, at: datetime) -> list[str]:
    """Removes all but the newest backups of our own naming, and what was left of any that was never finished."""
    names = sorted(one.name for one in into.iterdir())
    ours = [name for name in names if _OURS.fullmatch(name) and (into / name / LIST).is_file()]
    left = [name for name in names if (found := _LEFT.fullmatch(name)) and _is_old(found[1], at)]
    gone = ours[:-most]
    try:
        for name in [*gone, *left]:
            _remove(into / name)
    except OSError as error:
        raise _unable(into, error) from error
    return gone


def _is_old(moment: str, at: datetime) -> bool:
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=at.tzinfo) < at - ABANDONED


def _remove(folder: Path) -> None:
    """Its list goes first: half removed it is no backup any more."""
    (folder / LIST).unlink(missing_ok=True)
    shutil.rmtree(folder)
