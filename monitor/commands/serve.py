"""`monitor serve`: the web pages."""

from pathlib import Path

import click

from monitor.config import read_config
from monitor.opening import open_chain
from monitor.serving import run


@click.command("serve")
@click.pass_obj
def command(config_file: Path | None) -> None:
    """Run the web pages until the process is asked to end."""
    config = read_config(config_file)
    open_chain(config).dispose()
    click.echo(f"Pages at http://{config.serve.host}:{config.serve.port}")
    run(config_file, config)
