"""`monitor export`: the exchange form is written back."""

from pathlib import Path

import click

from branches import exchange
from branches.database import reading
from monitor.config import read_config
from monitor.opening import now, open_chain


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def command(config_file: Path | None, folder: Path) -> None:
    """Write branches.csv, items.csv and audits.csv to FOLDER, cell for cell as they came in."""
    config = read_config(config_file)
    with reading(open_chain(config)) as session:
        exchange.export_folder(session, folder, at=now())
    click.echo(f"Written to {folder}.")
