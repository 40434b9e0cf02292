"""`monitor restore`: a backup takes the place of the data folder's chain, all of it or nothing."""

from pathlib import Path

import click

from monitor.commands.backup import told
from monitor.config import read_config
from monitor.copying import looked_through, parts, restoring
from monitor.opening import now


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path, file_okay=False))
@click.option("--replace", is_flag=True, help="Move the chain that lies in the data folder aside; it is kept.")
@click.option("--check", is_flag=True, help="Only look whether the backup is whole.")
@click.pass_obj
def command(config_file: Path | None, backup: Path, replace: bool, check: bool) -> None:
    """Bring the backup in the folder BACKUP back; the pages and the scheduler must not be at work."""
    if check:
        click.echo(f"{backup} is whole: {told(looked_through.whole(backup))}.")
        return
    config = read_config(config_file)
    done = restoring.restore(backup, config, replace=replace, at=now())
    click.echo(f"Restored into {config.folder}: {told(done.manifest)}, as it was on {done.manifest.made_at}.")
    if done.aside is not None:
        click.echo(f"What was there before is kept in {done.aside}.")
    if (backup / parts.SETTINGS).exists():
        click.echo(f"The settings of that day stand in {backup / parts.SETTINGS}; they were not put in place.")
