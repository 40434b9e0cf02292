"""`monitor plan`: what the audits are worth, what more would bring, and where the next ones tell most."""

from pathlib import Path

import click

from branches import standards
from branches.database import reading
from branches.language import language
from branches.weeks import local_date
from monitor.commands.options import JSON_FILE, write_json
from monitor.commands.report import prepared, scope_of, week_of
from monitor.config import read_config
from monitor.opening import now, open_chain
from monitor.working import settings
from reports.collect import Window
from reports.outlook import SHORTFALLS, as_json, outlook
from reports.plan_plain import plain
from reports.plan_words import plan_report
from reports.planning import MOST_AUDITS
from reports.voice import Voice


@click.command("plan")
@click.option(
    "--week", "week_text", metavar="2025-W27", help="The last week counted; default: the last one that has ended."
)
@click.option("--region", metavar="CODE", help="One region; default: the whole chain.")
@click.option(
    "--points",
    "points",
    type=click.FloatRange(0, 100, min_open=True),
    multiple=True,
    default=SHORTFALLS,
    show_default=True,
    help="Points below the norm that should be noticed; give it once for each.",
)
@click.option(
    "--audits", "supposed", type=click.IntRange(1, MOST_AUDITS), help="Suppose so many audits of each branch."
)
@click.option("--json", "json_file", type=JSON_FILE, help="Also write the plan here; - for standard output.")
@click.pass_obj
def command(
    config_file: Path | None,
    week_text: str | None,
    region: str | None,
    points: tuple[float, ...],
    supposed: int | None,
    json_file: Path | None,
) -> None:
    """Say what the audits are worth, what more would bring, and which branches need them most."""
    config = read_config(config_file)
    engine, wanted = open_chain(config), settings(config)
    scope = scope_of(engine, wanted, region)
    week = week_of(week_text, None, local_date(now(), scope.zone))
    figures, standard_id = prepared(engine, wanted, scope, week, Window.ending(week, wanted.weeks))
    found = outlook(figures, sorted(set(points)), supposed)
    if json_file is not None:
        write_json(json_file, as_json(found))
    if json_file is None or str(json_file) != "-":
        with reading(engine) as session:
            titles, _ = standards.wordings(session, standard_id, config.chain.language)
        click.echo(plain(plan_report(Voice(figures, language(config.chain.language), titles), found)))
