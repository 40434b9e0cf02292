"""`monitor migrate`: the database is brought to this version's tables."""

from pathlib import Path

import click

from branches import migrations
from monitor.config import read_config
from monitor.opening import open_chain


@click.command("migrate")
@click.option("--without-copy", is_flag=True, help="Keep no copy of the database as it was.")
@click.pass_obj
def command(config_file: Path | None, without_copy: bool) -> None:
    """Bring the database to this version's tables; with SQLite other commands do so by themselves when they start."""
    open_chain(read_config(config_file), copies=not without_copy)
    click.echo(f"The database is at revision {migrations.head()}.")
