"""The copy before an upgrade: of an older database, beside it, before its tables are changed."""

import os
import re
from datetime import datetime
from pathlib import Path

from branches.errors import Refused
from monitor.config import Config
from monitor.copying import parts, snapshot

FOLDER = "before-upgrade"
KEPT = 3
_OURS = re.compile(r"\d{8}T\d{6}Z-at-\w+\.sqlite3")


def copy_before(config: Config, revision: str, *, at: datetime) -> Path | None:
    """Where the copy of the database at that older revision lies now; None where another process upgraded it first."""
    source = snapshot.database_file(config)
    if source is None:
        raise Refused(
            "The database has to be upgraded from revision {revision}: copy it with {copy} first, then run {upgrade}.",
            revision=revision,
            copy="pg_dump",
            upgrade="monitor migrate --without-copy",
        )
    folder = source.parent / FOLDER
    try:
        return _copy(source, revision, folder / f"{at:%Y%m%dT%H%M%SZ}-at-{revision}.sqlite3")
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused("Nothing can be written to the folder {folder}: {why}.", folder=str(folder), why=why) from error


def _copy(source: Path, revision: str, copy: Path) -> Path | None:
    folder = copy.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    parts.check_room(folder, source.stat().st_size)
    draft = folder / f".{copy.name}.{os.getpid()}"
    try:
        snapshot.copy(source, draft)
        with snapshot.looking(draft, still=True) as connection:
            if snapshot.revision(connection) != revision:
                return None
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)
    _keep_the_last(folder)
    parts.sync(folder)
    return copy


def _keep_the_last(folder: Path) -> None:
    for old in sorted(one for one in folder.iterdir() if _OURS.fullmatch(one.name))[:-KEPT]:
        old.unlink()
