"""`monitor schedule`: the process that makes the weekly reports."""

import logging
from pathlib import Path

import click

from monitor import jobs, mailer, scheduler
from monitor.config import read_config
from monitor.opening import open_chain, worker


@click.command("schedule")
@click.option("--once", is_flag=True, help="Make what is due now and end.")
@click.option("--dry-run", is_flag=True, help="Only say what is due now.")
@click.pass_obj
def command(config_file: Path | None, once: bool, dry_run: bool) -> None:
    """Run the scheduler: every report that is due is made, once, also after days off."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("monitor").setLevel(logging.INFO)  # our own words; the libraries' only when something is wrong
    config = read_config(config_file)
    engine = open_chain(config)
    working = worker(config, engine)
    if dry_run:
        due = jobs.due_editions(working)
        for one in due:
            click.echo(f"{one.week} {one.scope.region_code or 'chain'}")
        click.echo(f"{len(due)} due")
        return
    mailer.transport(config)  # settings that cannot be are refused now, not in the middle of the night
    if once:
        click.echo(f"{len(jobs.weekly_report(working))} issued")
        mails = 0
        while sent := jobs.send_mail(working):
            mails += sent
        if mails:
            click.echo(f"{mails} sent")
        return
    scheduler.run(working, config.schedule.tick_seconds, scheduler.stop_on_signal())
