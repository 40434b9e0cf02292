"""Where the chain lies: the settings, the data folder, room on the disk, backups."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from monitor import mailer, webhooks
from monitor.copying import finishing
from monitor.copying.making import NOTE
from monitor.copying.parts import LIST, MEGABYTE, SECRETS
from monitor.doctor.patient import Finding, Patient

OTHERS = 0o077
LEAST_ROOM = 500 * MEGABYTE
"""Beside as much as the database takes: it is copied before an upgrade."""
STALE = timedelta(days=2)
"""A nightly backup has failed once by then."""


def settings(patient: Patient) -> Finding:
    """Whether they can be read, and what they say can be."""
    mailer.transport(patient.read.config)
    webhooks.check(patient.read.config)
    return Finding(f"read from {patient.read.file or 'no file: every setting has its default'}")


def folder(patient: Patient) -> Finding:
    """Whether the program can write there, and nobody else can read."""
    place = patient.folder
    if not place.is_dir():
        return Finding(
            f"{place} is not there", "Name it in [data], start the command where config.toml is, or restore."
        )
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Finding(f"{place} cannot be written to", "Run the program under the account that owns it.")
    if _is_open(place):
        return Finding(f"{place} can be read by other accounts", f"chmod 700 {place}")
    return Finding(f"{place}, for this account alone")


def secrets(patient: Patient) -> Finding:
    """Whether only this account can read them."""
    place = patient.folder / SECRETS
    there = sorted(place.iterdir()) if place.is_dir() else []
    for file in there:
        if _is_open(file):
            return Finding(f"{file} can be read by other accounts", f"chmod 600 {file}")
    return Finding(f"files for this account alone: {len(there)}")


def _is_open(place: Path) -> bool:
    return bool(place.stat().st_mode & OTHERS)


def room(patient: Patient) -> Finding:
    """Whether the disk has room for a while, and for the copy before an upgrade."""
    free = shutil.disk_usage(patient.folder).free
    file = patient.database
    needed = LEAST_ROOM + (file.stat().st_size if file is not None and file.exists() else 0)
    said = f"{free // MEGABYTE:,} MB are free"
    if free < needed:
        return Finding(
            f"{said}, and {needed // MEGABYTE:,} MB should be", "Make room on that disk, or take a larger one."
        )
    return Finding(said)


def restore(patient: Patient) -> Finding:
    """Whether one was ended in the middle."""
    if finishing.is_waiting(patient.folder):
        return Finding("one was ended in the middle", "Run monitor migrate: it takes the last step.")
    return Finding("none is left in the middle")


def backup(patient: Patient) -> Finding:
    """How old the newest is, and whether it is still there."""
    if patient.database is None:
        return Finding("PostgreSQL is copied by its own tools; that is not looked at here")
    file = patient.folder / NOTE
    if not file.exists():
        return Finding("none has been made", "Run monitor backup FOLDER, and have it run each night.")
    told = json.loads(file.read_text(encoding="utf-8"))
    made_at, made = datetime.fromisoformat(told["made_at"]), Path(told["folder"])
    said = f"the newest is of {made_at:%Y-%m-%d %H:%M} UTC, {made}"
    if patient.at - made_at > STALE:
        return Finding(said, "Run monitor backup FOLDER, and see why it did not run each night.")
    if not (made / LIST).exists():
        return Finding(f"{said}, and it is not there any more", "Bring that disk back, or make a new one.")
    return Finding(said)
