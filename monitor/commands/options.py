"""Options that several commands share."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from branches.errors import Refused

FIRST_YEAR, LAST_YEAR = 1900, 2199


class Day(click.DateTime):
    """A calendar day such as 2025-06-30."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if isinstance(found, datetime) and not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.fail(f"{value} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.", param, ctx)
        return found.date() if isinstance(found, datetime) else found

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - the signature is click's
        return "YYYY-MM-DD"


DAY = Day()
JSON_FILE = click.Path(allow_dash=True, path_type=Path)


def check_days(first: date, last: date, *, today: date) -> None:
    if last < first:
        raise Refused("--to lies before --from.")
    if first > today:
        raise Refused("{day} has not come yet; --from must be a day that has.", day=first)


def write_json(file: Path, content: dict[str, Any]) -> None:
    """Writes to a file, or to standard output where the file is called -."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused("{file} cannot be written: {why}.", file=str(file), why=error.strerror or "") from error
