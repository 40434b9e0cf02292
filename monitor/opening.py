"""Opens a chain as its settings say: its data folder, its database, its settings for the reports."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa

from branches import database, migrations
from branches.errors import Refused
from branches.held import Privacy
from branches.keeping import Terms
from branches.timetable import DueTimes
from branches.weeks import DueTime
from monitor import running
from monitor.config import Config
from monitor.copying import finishing, upgrading
from monitor.copying.making import NOTE
from monitor.copying.parts import PHOTOS
from monitor.copying.snapshot import database_file
from reports.figures import Rules

_TO_MONDAY = 14
"""Days that may lie between a release and the Monday on which staff first see the audit, besides the delay."""


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def open_chain(config: Config, *, stays: bool = False, copies: bool = True) -> sa.Engine:
    """The chain's database, brought to this version's tables; `stays` for a process that goes on working with it."""
    make_folder(config.folder)
    finishing.finish_after_a_kill(config.folder)
    if stays:
        running.stay(config.folder)
    _refuse_a_lost_one(config)
    engine = database.create(config.database_url)
    try:
        _bring_up(config, engine, copies=copies)
    except Refused:
        engine.dispose()
        raise
    return engine


def _refuse_a_lost_one(config: Config) -> None:
    """A folder that has backups or photos of a chain, but no database, has lost it: an empty one in its place would pass for it."""
    file = database_file(config)
    left = [name for name in (NOTE, PHOTOS) if (config.folder / name).exists()]
    if file is not None and not file.exists() and left:
        raise Refused(
            "The database {file} is not there, and {left} beside it is of a chain that had one. Bring the newest backup back (monitor restore), or name an empty folder in [data].",
            file=str(file),
            left=left[0],
        )


def _bring_up(config: Config, engine: sa.Engine, *, copies: bool) -> None:
    """To this version's tables; of older ones there is a copy then, unless somebody wants none."""
    try:
        older = migrations.pending(engine)
        if older is not None and copies:
            _copy_before(config, older)
        migrations.upgrade(engine)
    except sa.exc.DatabaseError as error:
        place = engine.url.render_as_string(hide_password=True)
        why = str(error.orig).strip().splitlines()[0] if error.orig else ""
        raise Refused("The database {place} cannot be opened: {why}.", place=place, why=why) from error


def _copy_before(config: Config, older: str) -> None:
    """An older version goes on with the copy, should this one disappoint."""
    copy = upgrading.copy_before(config, older, at=now())
    if copy is not None:
        click.echo(
            f"The database is upgraded from {older} to {migrations.head()}; as it was it is kept in {copy}.", err=True
        )


def make_folder(folder: Path) -> None:
    """Makes a folder that can be written to, or says why there is none."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # who audited where is nobody else's business
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or "it is no folder"
        raise Refused("Nothing can be written to the folder {folder}: {why}.", folder=str(folder), why=why) from error


def rules(config: Config) -> Rules:
    """What the business has decided about flags."""
    return Rules(
        margin=config.flags.margin,
        false_share=config.flags.false_share,
        least_audits=config.flags.least_audits,
        half_life_weeks=config.window.half_life_weeks,
    )


def due_times(config: Config) -> DueTimes:
    """When reports are due as config.toml has it."""
    said = config.reports
    return DueTimes(DueTime(said.weekday, said.time), said.chain, said.regions)


def privacy(config: Config) -> Privacy:
    """What the chain has decided about what staff see, and from when on."""
    said = config.privacy
    return Privacy(said.staff_delay_days, said.comments_after_audits, said.comments_after_shoppers, config.window.weeks)


def terms(config: Config) -> Terms:
    """How long the chain keeps what; an audit stays whole while reports look back on it or its branch may appeal."""
    said, looked_back = config.privacy, 7 * (config.window.weeks + config.reports.revised_weeks + 1)
    return Terms(
        photos=said.keep_photos_months,
        comments=said.keep_comments_months,
        evidence=said.keep_evidence_months,
        drafts=said.keep_drafts_months,
        reasons=said.keep_reasons_months,
        traces=said.keep_traces_months,
        people=said.keep_people_months,
        least_days=max(looked_back, said.staff_delay_days + _TO_MONDAY + config.audits.appeal_days),
    )


def photos_folder(config: Config) -> Path:
    """Where the photos of audits lie."""
    return config.folder / "photos"


def caches(config: Config) -> Path:
    """Where drawings and fonts are kept that can be made again."""
    folder = config.folder / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
