"""Windows of the readers' own choice: worked out beside the pages, one at a time on this machine, and kept as files."""

import fcntl
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from branches.database import reading
from branches.editions import Scope
from branches.places import Branch, Region
from monitor import cache
from monitor.pencil import pencil
from reports import collect, explored
from reports.collect import Window
from reports.explored import Explored
from reports.figures import Rules

log = logging.getLogger(__name__)

MOST_KEPT = 60
"""Windows, and drawings of them, that are kept; beyond that the oldest go."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to look at, and by which rules."""

    days: Window
    scope: Scope
    rules: Rules
    known_at: datetime


@dataclass(frozen=True)
class Place:
    """Where what is found for a wish is kept."""

    folder: Path
    name: str

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def failed(self) -> Path:
        """Stands where it could not be worked out, until that has been told."""
        return self.folder / f"{self.name}.failed"


def place(session: Session, folder: Path, wish: Wish) -> Place:
    """One for each scope, and another once anything has changed that bears on the figures: audits, places, rules, code.

    A scope's own: what one reader may see is never kept where another looks.
    """
    kept = folder / "explored"
    kept.mkdir(parents=True, exist_ok=True)
    told = (wish.days, wish.scope.key, wish.scope.zone, wish.rules, collect.seen(session, wish.known_at))
    mark = repr((*told, _places(session), pencil()))
    return Place(kept, hashlib.sha256(mark.encode()).hexdigest()[:32])


def _places(session: Session) -> list[tuple[object, ...]]:
    """Every branch with its name, its days and its region: a cell is of where the branch is now."""
    columns = (Branch.code, Branch.name, Branch.opened, Branch.closed, Region.code, Region.name)
    query = sa.select(*(col(one) for one in columns)).join(Region, col(Region.id) == Branch.region_id)
    return [tuple(row) for row in session.execute(query.order_by(col(Branch.code)))]


def kept(at: Place) -> Explored | None:
    """What was found before; None where it has yet to be."""
    try:
        return explored.load(cache.read(at.file))
    except ValueError:
        return None


def work_out(engine: sa.Engine, at: Place, wish: Wish) -> None:
    """Finds and keeps it; nothing is done while another is worked out, or where somebody was quicker."""
    with _turn(at.folder) as mine:
        if not mine or kept(at) is not None:
            return
        try:
            with reading(engine) as session:
                found = explored.explore(session, wish.days, wish.scope, wish.rules, wish.known_at)
            cache.write(at.file, explored.dump(found))
        except Exception:
            log.exception("A window could not be worked out.")
            at.failed.touch()
        _thin(at.folder, "*.json", "*.failed", "drawings/*.json")


def told_failed(at: Place) -> bool:
    """Whether it could not be worked out; asked once, for who asks again has it tried again."""
    try:
        at.failed.unlink()
    except OSError:
        return False
    return True


@contextmanager
def _turn(folder: Path) -> Iterator[bool]:
    """Whether it is the caller's turn; the lock is the machine's, and ends with whoever holds it."""
    with (folder / "turn").open("wb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = True
        except OSError:
            mine = False
        yield mine


def _thin(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        files = sorted(((file.stat().st_mtime, file) for file in folder.glob(pattern)), reverse=True)
        for _, file in files[MOST_KEPT:]:
            file.unlink(missing_ok=True)
