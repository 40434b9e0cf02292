"""Opens a chain as its settings say: its data folder, its database, its settings for the reports."""

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from branches import database, migrations, standards
from branches.database import reading
from branches.editions import Edition
from branches.errors import Refused
from branches.held import Privacy
from branches.keeping import Terms
from branches.language import language
from branches.timetable import DueTimes
from branches.weeks import DueTime, Week
from monitor import cache, mailer, webhooks
from monitor.config import Config
from monitor.jobs import Worker, holder_name
from reports import stored
from reports.compose import compose
from reports.figures import Rules
from reports.weekly import Settings

_TO_MONDAY = 14
"""Days that may lie between a release and the Monday on which staff first see the audit, besides the delay."""


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def open_chain(config: Config) -> sa.Engine:
    """The chain's database, brought to this version's tables."""
    make_folder(config.folder)
    engine = database.create(config.database_url)
    try:
        migrations.upgrade(engine)
    except sa.exc.DatabaseError as error:
        place = engine.url.render_as_string(hide_password=True)
        why = str(error.orig).strip().splitlines()[0] if error.orig else ""
        raise Refused("The database {place} cannot be opened: {why}.", place=place, why=why) from error
    return engine


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


def settings(config: Config) -> Settings:
    """What the chain has decided about its reports."""
    first = config.reports.reporting_from
    return Settings(
        rules=rules(config),
        weeks=config.window.weeks,
        due=due_times(config),
        chain_zone=config.chain.timezone,
        reporting_from=Week(first) if first is not None else None,
        revised_weeks=config.reports.revised_weeks,
        privacy=privacy(config),
    )


def worker(config: Config, engine: sa.Engine) -> Worker:
    """This process, ready to make the chain's reports."""
    return Worker(
        engine,
        settings(config),
        now,
        holder_name(),
        config.schedule.lease_seconds,
        draw=lambda e: _draw(config, engine, e),
        post=lambda being_made: _send(config, engine, being_made),
        hooks=webhooks.wishes(config),
        target=lambda name: webhooks.target(config, name),
        photos=photos_folder(config),
        terms=terms(config),
    )


def _send(config: Config, engine: sa.Engine, being_made: Collection[str]) -> int:
    """One round of mail; the password is read anew for each, so that a changed one needs no restart."""
    # The drawing library takes a second to import; a page must not wait for it.
    from reports import deliver  # noqa: PLC0415

    longest = mailer.longest_seconds(config)
    lease = config.schedule.lease_seconds + longest
    post = deliver.Post(mailer.sender(config), config.address, holder_name(), lease, privacy=privacy(config))
    return deliver.send_due(engine, mailer.transport(config), post, now, being_made=being_made).sent


def _draw(config: Config, engine: sa.Engine, edition: Edition) -> None:
    """Puts the edition's pictures in the chain's own language into the cache; a reader of another draws their own."""
    tongue = language(config.chain.language)
    with reading(engine) as session:
        titles, items = standards.wordings(session, edition.standard_id, tongue.code)
    report = compose(stored.load(edition.content), tongue, titles, items)
    cache.drawings(caches(config), edition.public_id, report, tongue)


def photos_folder(config: Config) -> Path:
    """Where the photos of audits lie."""
    return config.folder / "photos"


def caches(config: Config) -> Path:
    """Where drawings and fonts are kept that can be made again."""
    folder = config.folder / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
