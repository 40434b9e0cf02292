"""`monitor backup`: the chain in a folder of its own, while everything runs."""

import sys
import time
from pathlib import Path

import click

from monitor.config import read
from monitor.copying import making, parts
from monitor.copying.parts import Manifest
from monitor.opening import now

INCOMPLETE = 1
"""Exit code of a backup that stands, of a chain that had lost photos before."""


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(1, 10_000), help="Remove all but the newest so many backups in FOLDER.")
@click.pass_obj
def command(config_file: Path | None, folder: Path, keep: int | None) -> None:
    """Copy the chain into a new folder in FOLDER, while everything runs, and read the copy back."""
    began, at = time.monotonic(), now()
    made = making.make(read(config_file), folder, at=at)
    click.echo(f"{made.folder}: {told(made.manifest)}. Read back and whole, in {time.monotonic() - began:.1f} s.")
    if made.manifest.missing or made.manifest.damaged:
        lost, changed = len(made.manifest.missing), len(made.manifest.damaged)
        click.echo(f"The chain itself lacks photos: {lost} missing, {changed} damaged; see: monitor doctor", err=True)
        sys.exit(INCOMPLETE)  # and older backups stay: they may have them
    for name in making.keep(folder, keep, at=at) if keep else []:
        click.echo(f"Removed {name}.")


def told(manifest: Manifest) -> str:
    """What is in it, in a line."""
    size = manifest.bytes / parts.MEGABYTE
    return f"the database at revision {manifest.revision or 'none'}, photos: {len(manifest.photos)}, {size:,.1f} MB"
