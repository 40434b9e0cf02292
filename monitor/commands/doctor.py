"""`monitor doctor`: one line for each thing that was looked at."""

import sys
from pathlib import Path

import click

from branches.errors import Refused
from monitor.config import read
from monitor.doctor.checks import examine
from monitor.doctor.patient import Finding, Patient
from monitor.opening import now

WRONG = 1
"""Exit code where something is wrong."""


@click.command("doctor")
@click.option("--all", "every_photo", is_flag=True, help="Read every photo through, not some of them.")
@click.pass_obj
def command(config_file: Path | None, every_photo: bool) -> None:
    """Look whether all is well and say what to do where it is not; it only reads, and works while everything runs."""
    try:
        found = read(config_file)
    except Refused as refused:
        _say("Settings", Finding(str(refused), "Put that right, then look again."))
        sys.exit(WRONG)
    ill = 0
    for name, finding in examine(Patient(found, now(), every_photo)):
        _say(name, finding)
        ill += not finding.well
    click.echo(f"Not well: {ill}. Begin with the first line that says WRONG." if ill else "All is well.")
    if ill:
        sys.exit(WRONG)


def _say(name: str, finding: Finding) -> None:
    word = "ok" if finding.well else "?" if finding.unseen else "WRONG"
    click.echo(f"{word:<6} {name}: {finding.said.removesuffix('.')}. {finding.do}".rstrip())
