"""`monitor import`: a folder of branches, items and audits goes in, all or nothing."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import func
from sqlmodel import col, select

from branches import exchange
from branches.audits import Audit
from branches.database import transaction
from branches.exchange import FormRefused, Imported
from branches.weeks import Week
from monitor.config import read_config
from monitor.opening import now, open_chain


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def command(config_file: Path | None, folder: Path) -> None:
    """Read branches.csv, items.csv and audits.csv from FOLDER; docs/exchange.md describes them.

    Everything is checked before anything is written. The same folder twice changes nothing.
    """
    config = read_config(config_file)
    engine = open_chain(config, stays=True)
    try:
        with _progress() as progress, transaction(engine) as session:
            done = exchange.import_folder(
                session, folder, at=now(), default_timezone=config.chain.timezone, progress=progress
            )
            last = session.exec(select(func.max(col(Audit.visited_on)))).one()
    except FormRefused as refused:
        for fault in refused.faults:
            click.echo(str(fault), err=True)
        raise
    click.echo(_sentence(done))
    if done.audits and last is not None:
        week = Week.of(last)
        click.echo(
            f"The report of the last week audited: monitor report --week {week}. The scheduler begins with the next."
        )


def _sentence(done: Imported) -> str:
    """What the import changed."""
    if not (done.branches or done.changed_branches or done.audits or done.version):
        return f"Nothing new: {done.unchanged} audits are stored already."
    parts = [f"{done.branches} new branches", f"{done.audits} new audits"]
    parts += [f"{done.changed_branches} branches changed"] if done.changed_branches else []
    parts += [f"{done.unchanged} audits stored already"] if done.unchanged else []
    parts += [f"version {done.version} of the standard published"] if done.version else []
    return f"Imported: {', '.join(parts)}."


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar that grows as rows are checked and stored."""
    with click.progressbar(length=1, label="Audits", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield show
