"""`monitor components`: each section's variances, fitted alone."""

from datetime import date
from pathlib import Path

import click

from branches.database import reading
from branches.errors import Refused
from branches.weeks import local_date
from monitor.commands.options import DAY, JSON_FILE, check_days, write_json
from monitor.config import read_config
from monitor.opening import now, open_chain
from reports import collect
from reports.collect import Window
from reports.exported import components_json
from reports.observed import EFFECTS


@click.command("components")
@click.option("--from", "first", type=DAY, required=True, help="First day counted.")
@click.option("--to", "last", type=DAY, required=True, help="Last day counted.")
@click.option("--no-decay", is_flag=True, help="Count every audit the same, whatever the settings say.")
@click.option("--model", default=",".join(EFFECTS), show_default=True, help="What may differ, separated by commas.")
@click.option("--known-shoppers", is_flag=True, help="Leave out audits whose shopper is not known.")
@click.option(
    "--json",
    "json_file",
    type=JSON_FILE,
    default="-",
    show_default=True,
    help="Where to write; - for standard output.",
)
@click.pass_obj
def command(
    config_file: Path | None,
    first: date,
    last: date,
    no_decay: bool,
    model: str,
    known_shoppers: bool,
    json_file: Path,
) -> None:
    """Print how much branches, shoppers and regions differ in each section, in points², with 90 % intervals."""
    config = read_config(config_file)
    effects = tuple(dict.fromkeys(name.strip() for name in model.split(",")))
    unknown = [name for name in effects if name not in EFFECTS]
    if unknown:
        raise Refused(
            "{name} cannot differ in the model; choose from {known}.",
            name=unknown[0][:40] or "(nothing)",
            known=", ".join(EFFECTS),
        )
    check_days(first, last, today=local_date(now(), config.chain.timezone))
    with reading(open_chain(config)) as session:
        sheet = collect.window(session, Window(first, last), now()).sheet
    half_life = 0.0 if no_decay else config.window.half_life_weeks
    found = components_json(sheet, effects, known_shoppers=known_shoppers, half_life_weeks=half_life)
    write_json(json_file, found)
