"""Settings → a Worker: this process, ready to make the chain's reports; it loads all that fits models."""

from collections.abc import Collection

import sqlalchemy as sa

from branches import standards
from branches.database import reading
from branches.editions import Edition
from branches.language import language
from branches.weeks import Week
from monitor import cache, mailer, webhooks
from monitor.config import Config
from monitor.jobs import Worker, holder_name
from monitor.opening import caches, due_times, now, photos_folder, privacy, rules, terms
from reports import stored
from reports.compose import compose
from reports.weekly import Settings


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
