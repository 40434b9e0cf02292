"""`monitor serve`: the web pages, and the scheduler beside them where one command is to do both."""

import os
from contextlib import nullcontext
from pathlib import Path

import click

from monitor import beside
from monitor.config import read_config
from monitor.opening import open_chain
from monitor.serving import run
from monitor.stopping import end_before_serving


@click.command("serve")
@click.option("--with-schedule", is_flag=True, help="Make the reports that are due as well.")
@click.pass_obj
def command(config_file: Path | None, with_schedule: bool) -> None:
    """Run the web pages until the process is asked to end."""
    end_before_serving()
    if config_file is not None:
        os.environ["MONITOR_CONFIG"] = str(config_file)  # for the processes beside this one
    config = read_config(config_file)
    open_chain(config).dispose()
    here = f"http://{config.serve.host}:{config.serve.port}"
    click.echo(f"Pages at {config.address}" + ("" if config.address == here else f", served at {here}"))
    if config.serve.trusted_proxies and not config.serve.address:
        click.echo("There is a proxy in front, but address in [serve] is empty: links in mails lead past it.", err=True)
    with beside.scheduler() if with_schedule else nullcontext():
        run(config_file, config)
