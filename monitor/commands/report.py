"""`monitor report`: one week's report by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import sqlalchemy as sa

from branches import editions, standards
from branches.database import reading
from branches.editions import Scope
from branches.errors import Refused
from branches.language import language
from branches.places import regions
from branches.weeks import Week, local_date
from monitor import jobs
from monitor.commands.options import DAY, JSON_FILE, check_days, write_json
from monitor.config import Config, read_config
from monitor.opening import now, open_chain
from monitor.working import settings, worker
from reports import weekly
from reports.collect import Window
from reports.compose import compose
from reports.exported import as_json
from reports.figures import Figures
from reports.plain import plain
from reports.weekly import Settings


@click.command("report")
@click.option(
    "--week", "week_text", metavar="2025-W27", help="The reported week; default: the last one that has ended."
)
@click.option("--region", metavar="CODE", help="One region; default: the whole chain.")
@click.option("--from", "first", type=DAY, help="First day counted, instead of the window of the settings.")
@click.option("--to", "last", type=DAY, help="Last day counted.")
@click.option(
    "--json",
    "json_file",
    type=JSON_FILE,
    help="Also write the figures here; - for standard output.",
)
@click.option("--issue", is_flag=True, help="Store it as the week's edition; otherwise nothing is stored.")
@click.pass_obj
def command(
    config_file: Path | None,
    week_text: str | None,
    region: str | None,
    first: date | None,
    last: date | None,
    json_file: Path | None,
    issue: bool,
) -> None:
    """Make one week's report by hand and print it."""
    config = read_config(config_file)
    engine = open_chain(config)
    wanted = settings(config)
    scope = scope_of(engine, wanted, region)
    today = local_date(now(), scope.zone)
    days = _days(first, last, today)
    week = week_of(week_text, days, today)
    if issue:
        if days is not None:
            raise Refused("An edition has the window of the settings; leave --from and --to out, or --issue.")
        figures, standard_id = jobs.issue_by_hand(worker(config, engine), scope, week)
    else:
        figures, standard_id = prepared(engine, wanted, scope, week, days or Window.ending(week, wanted.weeks))
        if days is not None:
            figures = replace(figures, by_days=True, new=())
    if json_file is not None:
        write_json(json_file, as_json(figures))
    if json_file is None or str(json_file) != "-":
        click.echo(_words(engine, config, figures, standard_id))


def scope_of(engine: sa.Engine, wanted: Settings, region: str | None) -> Scope:
    """The chain, or the region of that code."""
    with reading(engine) as session:
        held = editions.scopes(session, wanted.chain_zone, wanted.due)
        left = {known.code for known in regions(session)} - {scope.region_code for scope in held}
    place = engine.url.render_as_string(hide_password=True)
    if not held:
        raise Refused("The database {place} holds no branches yet; read some with: monitor import FOLDER", place=place)
    for scope in held:
        if scope.region_code == region:
            return scope
    known = ", ".join(str(scope.region_code) for scope in held[1:11])
    if region in left:
        raise Refused("The region {region} has no branches; those that have are {known}.", region=region, known=known)
    raise Refused("There is no region {region}; the regions are {known}.", region=str(region)[:60], known=known)


def _days(first: date | None, last: date | None, today: date) -> Window | None:
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise Refused("Give both --from and --to, or neither.")
    check_days(first, last, today=today)
    return Window(first, last)


def week_of(text: str | None, days: Window | None, today: date) -> Week:
    """The reported week; one that has not ended yet shows what is there so far."""
    if text is None:
        return Week.of(today).plus(-1) if days is None else Week.of(min(days.last, today))
    week = Week.parse(text)
    if week.monday > today:
        raise Refused("The week {week} has not begun yet.", week=str(week))
    return week


def prepared(engine: sa.Engine, wanted: Settings, scope: Scope, week: Week, days: Window) -> tuple[Figures, int | None]:
    """One scope's figures as they would be issued now, and which standard words them."""
    with reading(engine) as session:
        picture = weekly.look(session, days, now(), wanted.rules)
        reported = editions.started(session).get(scope.key, week)
        since = scope.due_at(week.plus(-1))
        due_at = scope.due_at(week)
        found = weekly.prepare(session, picture, scope, week, due_at=due_at, since=since, reported=reported)
    return found.figures, found.standard_id


def _words(engine: sa.Engine, config: Config, figures: Figures, standard_id: int | None) -> str:
    with reading(engine) as session:
        titles, items = standards.wordings(session, standard_id, config.chain.language)
    return plain(compose(figures, language(config.chain.language), titles, items))
