"""`monitor schedule`: the process that makes the weekly reports."""

import logging
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor import jobs, logs, mailer, orphaned, scheduler, webhooks
from monitor.config import read_config
from monitor.jobs import Due, Worker
from monitor.opening import open_chain
from monitor.working import worker

log = logging.getLogger(__name__)


@click.command("schedule")
@click.option("--once", is_flag=True, help="Make what is due now and end.")
@click.option("--dry-run", is_flag=True, help="Only say what is due now, and when each next report will be.")
@click.option("--beside", is_flag=True, hidden=True, help="End with the process that began this one.")
@click.pass_obj
def command(config_file: Path | None, once: bool, dry_run: bool, beside: bool) -> None:
    """Run the scheduler: every report that is due is made, once, also after days off."""
    if beside:
        orphaned.end_with_parent()
    config = read_config(config_file)
    logs.begin(config.logs.form)
    engine = open_chain(config, stays=not dry_run)
    working = worker(config, engine)
    if dry_run:
        _say_what_is_due(working)
        return
    for code in jobs.times_for_nobody(working):
        log.warning("there is no region %s, which has a time in [reports.regions]", code)
    webhooks.check(config)
    mailer.transport(config)  # settings that cannot be are refused now, not in the middle of the night
    if once:
        click.echo(f"{sum(scheduler.make_reports(working).values())} issued")
        scheduler.tell(working)
        scheduler.post(working)
        mails = 0
        while sent := scheduler.send_mail(working)["mails"]:
            mails += sent
        if mails:
            click.echo(f"{mails} sent")
        return
    scheduler.run(working, config.schedule.tick_seconds, scheduler.stop_on_signal())


def _say_what_is_due(working: Worker) -> None:
    due = jobs.due_editions(working)
    for one in due:
        click.echo(f"{one.week} {_name(one)}")
    click.echo(f"{len(due)} due")
    for one in jobs.coming_editions(working):
        local = one.scope.due_at(one.week).astimezone(ZoneInfo(one.scope.zone))
        click.echo(f"{one.week} {_name(one)} will be due on {local:%Y-%m-%d %H:%M} {one.scope.zone}")
    for code in jobs.times_for_nobody(working):
        click.echo(f"There is no region {code}, which has a time in [reports.regions].")


def _name(one: Due) -> str:
    return one.scope.region_code or "chain"
