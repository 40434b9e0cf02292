"""The last step of a restore, which may be taken again after a kill: the old parts go aside, the new ones take their places."""

from pathlib import Path

from monitor import running
from monitor.copying import parts

DECIDED = "restoring-"
"""A folder so named in the data folder holds all that is to be there, whole: from now on it is the chain."""
LEFT = "restored-"
"""The same when everything old has gone aside."""
ASIDE = "replaced-"
_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database belongs to it alone."""
_MADE_AGAIN = ("cache",)


def is_waiting(folder: Path) -> bool:
    """Whether a restore was decided here and has not come to its end."""
    return any(folder.glob(f"{DECIDED}*")) or any(folder.glob(f"{LEFT}*"))


def finish_after_a_kill(folder: Path) -> None:
    """Ends such a restore before anybody opens the chain; while another process is at it that is refused."""
    if is_waiting(folder):
        with running.alone(folder):
            finish(folder)


def finish(folder: Path) -> None:
    """Each step is one renaming, and none that was taken is taken twice; to be called where nobody else is at work."""
    for decided in sorted(folder.glob(f"{DECIDED}*")):
        moment = decided.name.removeprefix(DECIDED)
        _set_aside(folder, decided, folder / f"{ASIDE}{moment}")
        decided.rename(folder / f"{LEFT}{moment}")
        parts.sync(folder)
    for left in sorted(folder.glob(f"{LEFT}*")):
        for part in sorted(left.iterdir()):
            part.rename(folder / part.name)
        parts.sync(folder)
        left.rmdir()
        parts.sync(folder)


def _set_aside(folder: Path, decided: Path, aside: Path) -> None:
    """What stands in the way of a new part, and what was made from old ones."""
    names = [f"{part.name}{end}" for part in decided.iterdir() for end in _BESIDE]
    there = [name for name in [*names, *_MADE_AGAIN] if (folder / name).exists()]
    if there:
        aside.mkdir(mode=0o700, exist_ok=True)
        for name in there:
            (folder / name).rename(aside / name)
        parts.sync(aside)
    parts.sync(folder)
