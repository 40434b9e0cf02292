"""`monitor forget`: what has been kept for as long as the settings say goes for good; or only what that would be."""

from datetime import datetime
from pathlib import Path

import click

from branches.keeping import KINDS, Kind, Terms, back
from branches.runs import FORGETTING
from monitor import forgetting
from monitor.config import read_config
from monitor.noting import Did, noted
from monitor.opening import open_chain
from monitor.working import worker

NAMES = {
    "photos": "photos of audits",
    "comments": "audits with comments and answers in words",
    "evidence": "showings of verified actions",
    "backing": "photos of ended appeals",
    "drafts": "forms of ended audits",
    "reasons": "reasons why a shopper could not go",
    "links": "ended sign-in links",
    "devices": "ended sign-ins of devices",
    "troubles": "mails with what a mail server said",
    "people": "people whose access has ended",
}


@click.command("forget")
@click.option("--dry-run", is_flag=True, help="Only say what would go now, and keep it.")
@click.pass_obj
def command(config_file: Path | None, dry_run: bool) -> None:
    """Forget what has been kept for as long as [privacy] says; it cannot be undone. The scheduler does so each night."""
    config = read_config(config_file)
    working = worker(config, open_chain(config, stays=True))
    found = forgetting.due(working) if dry_run else noted(working, FORGETTING, forgetting.forget)
    at = working.clock()
    for kind in KINDS:
        click.echo(f"{NAMES[kind.name]}: {_said(kind, working.terms, at, found, dry_run=dry_run)}")


def _said(kind: Kind, terms: Terms, at: datetime, found: Did, *, dry_run: bool) -> str:
    months, n = kind.months(terms), found.get(kind.name, 0)
    if months == 0:
        return "kept without end"
    return f"{n} {'would go' if dry_run else 'gone'}, from before {back(at, months):%Y-%m-%d}"
