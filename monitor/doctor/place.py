"""Where the chain lies: the settings, the data folder, room on the disk, backups."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, select

from branches.factors import SecondFactor
from branches.people import User
from monitor import authenticator, mailer, webhooks
from monitor.config import metrics_token, secret
from monitor.copying import finishing
from monitor.copying.making import NOTE
from monitor.copying.parts import LIST, MEGABYTE, PHOTOS, SECRETS
from monitor.doctor.patient import Finding, Patient
from monitor.origins import SECRET_FILE

OTHERS = 0o077
LEAST_ROOM = 500 * MEGABYTE
"""Beside as much as the database takes: it is copied before an upgrade."""
OWN = "Nothing need be restored: give it back to the account of the program (chown -R ACCOUNT: {place})."
PAGES = "pages"
"""The secret of that name signs the pages' forms and seals second steps."""
SAMPLE = 50
"""Second steps that are tried."""
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
    owner = place.stat().st_uid
    for one in _ours(patient):
        if one.stat().st_uid != owner or not os.access(one, os.R_OK | os.W_OK):
            return Finding(f"{one} belongs to another account, or cannot be written to", OWN.format(place=place))
    return Finding(f"{place}, for this account alone")


def _ours(patient: Patient) -> list[Path]:
    """The files that the program writes to."""
    file = patient.database
    beside = [file, *(file.with_name(file.name + more) for more in ("-wal", "-shm"))] if file is not None else []
    return [one for one in (*beside, patient.folder / SECRETS, patient.folder / PHOTOS) if one.exists()]


def secrets(patient: Patient) -> Finding:
    """Whether only this account can read them."""
    place = patient.folder / SECRETS
    there = sorted(place.iterdir()) if place.is_dir() else []
    for file in there:
        if _is_open(file):
            return Finding(f"{file} can be read by other accounts", f"chmod 600 {file}")
    metrics_token(patient.read.config)
    _of_the_pages(patient)
    return Finding(f"files for this account alone: {len(there)}")


def second_steps(patient: Patient) -> Finding:
    """Whether the secret is the one with which people's phones were set up."""
    with patient.rows() as session:
        query = (
            select(SecondFactor.sealed, User.public_id).join(User).where(col(SecondFactor.confirmed_at).is_not(None))
        )
        held = session.exec(query.order_by(col(SecondFactor.id).desc()).limit(SAMPLE)).all()
    if not held:
        return Finding("nobody has one")
    key = _of_the_pages(patient)
    if key is None or not any(authenticator.unsealed(sealed, key, whose) for sealed, whose in held):
        return Finding(
            "the codes of people's phones cannot be checked: the secret is another one",
            "Bring back the file of secrets from a backup; until then recovery codes open.",
        )
    return Finding(f"looked at: {len(held)}")


def _of_the_pages(patient: Patient) -> bytes | None:
    """None where there is none yet: looking makes none."""
    there = (patient.folder / SECRETS / PAGES).exists() or os.environ.get(SECRET_FILE)
    return secret(patient.read.config, PAGES) if there else None


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
    if not patient.folder.is_dir():
        return Finding("nobody can say without the data folder: look where yours are kept", unseen=True)
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
