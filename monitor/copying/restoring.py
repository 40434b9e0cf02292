"""A backup is brought back: looked through, copied beside the old, upgraded there, and put in its place all at once."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from branches import database, migrations
from branches.errors import Conflict, Refused
from monitor import running
from monitor.config import Config
from monitor.copying import finishing, looked_through, making, parts, snapshot
from monitor.copying.finishing import ASIDE, DECIDED
from monitor.copying.looked_through import CHANGED
from monitor.copying.parts import DATABASE, PHOTOS, SECRETS, SETTINGS, Manifest


@dataclass(frozen=True)
class Restored:
    """What a restore has done."""

    manifest: Manifest
    aside: Path | None
    """Where the old chain lies now; None where there was none."""


def restore(backup: Path, config: Config, *, replace: bool, at: datetime) -> Restored:
    """Puts the chain of a backup into the data folder; until the last step nothing that lies there is touched."""
    name, moment = _database_name(config), at.strftime("%Y%m%dT%H%M%SZ")
    manifest, folder = looked_through.whole(backup), config.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with running.alone(folder):
            finishing.finish(folder)  # of an earlier one that was killed
            _check_place(folder, name, moment, replace=replace)
            parts.check_room(folder, manifest.bytes)
            with _draft(folder) as draft:
                _stage(backup, draft, manifest, name)
                _upgrade(draft / name)
                parts.sync_folders(draft)
                draft.rename(folder / f"{DECIDED}{moment}")  # from here on it is the new one, whoever ends us
                parts.sync(folder)
            finishing.finish(folder)
            making.note(folder, backup.resolve(), datetime.fromisoformat(manifest.made_at))
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused("Nothing can be written to the folder {folder}: {why}.", folder=str(folder), why=why) from error
    aside = folder / f"{ASIDE}{moment}"
    return Restored(manifest, aside if aside.exists() else None)


def _database_name(config: Config) -> str:
    file = snapshot.database_file(config)
    if file is None or file.parent != config.folder.absolute():
        raise Refused(
            "A backup is restored only where the database is a file in the data folder; the settings name {place}.",
            place=database.create(config.database_url).url.render_as_string(hide_password=True),
        )
    return file.name


def _check_place(folder: Path, name: str, moment: str, *, replace: bool) -> None:
    """Nothing is replaced unless that was asked for."""
    holds = (folder / name).exists() or any((folder / PHOTOS).glob("*/*"))
    if holds and not replace:
        raise Conflict(
            "The folder {folder} holds a chain already; with {option} it is moved aside and kept.",
            folder=str(folder),
            option="--replace",
        )
    if (folder / f"{ASIDE}{moment}").exists():
        raise Conflict("The folder {folder} is being restored; try again in a moment.", folder=str(folder))


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder to fill on the same disk; drafts of restores that were killed go too."""
    for left in folder.glob(".restore-*"):
        shutil.rmtree(left)
    draft = folder / f".restore-{secrets.token_hex(8)}"
    draft.mkdir(mode=0o700)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _stage(backup: Path, draft: Path, manifest: Manifest, name: str) -> None:
    """Copies what becomes the chain, and looks at each byte once more on its way; the settings stay where they are."""
    (draft / PHOTOS).mkdir(mode=0o700)
    for part in manifest.parts:
        if part.path == SETTINGS:
            continue
        if parts.carry(backup / part.path, draft, part.path) != part:
            raise looked_through.damage(backup, part.path, CHANGED)
    (draft / DATABASE).rename(draft / name)
    if (draft / SECRETS).exists():
        (draft / SECRETS).chmod(0o700)


def _upgrade(file: Path) -> None:
    """To this version's tables, while it is still a draft."""
    engine = database.create(f"sqlite:///{file}")
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
