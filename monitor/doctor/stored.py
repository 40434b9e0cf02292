"""What is stored: the database and its tables, how it is written, the photos that it names."""

import hashlib
import sqlite3

import sqlalchemy as sa
from sqlmodel import Session, select

from branches import database, migrations, photos
from branches.database import reading
from monitor.copying import snapshot
from monitor.copying.parts import PHOTOS
from monitor.doctor.patient import LONGEST, Finding, Patient

SAMPLE = 500
"""Photos that are read through unless all are asked for."""
FULL = 2
"""Of SQLite's `synchronous`: each commit is on the disk before it is acknowledged."""
BRING_BACK = "Stop the program and restore the newest backup; keep what is there: it is moved aside."


def whole(patient: Patient) -> Finding:
    """Whether the database's pages hold together, and nothing refers to what is not there."""
    file = patient.database
    if file is None:
        with patient.rows() as session:
            session.execute(sa.text("SELECT 1"))
        return Finding("PostgreSQL answers")
    if not file.exists():
        return Finding(f"{file} is not there", "Start the command where config.toml is, or restore the newest backup.")
    try:
        with snapshot.looking(file) as connection:
            sound = snapshot.is_sound(connection)
    except sqlite3.DatabaseError as error:
        return Finding(f"{file} cannot be read: {str(error)[:LONGEST]}", BRING_BACK)
    return Finding(f"{file} is whole") if sound else Finding(f"{file} is damaged", BRING_BACK)


def tables(patient: Patient) -> Finding:
    """Whether they are this version's."""
    with patient.rows() as session:
        at = migrations.revision(session.connection())
    newest = migrations.head()
    if at == newest:
        return Finding(f"at revision {at}, this version's")
    if at is None or at in migrations.known():
        return Finding(f"at revision {at or 'none'}, older than this version's {newest}", "Run monitor migrate.")
    return Finding(f"at revision {at}, which this version does not know", "Install the version that wrote it.")


def safe(patient: Patient) -> Finding:
    """Whether what is acknowledged is on the disk."""
    file = patient.database
    if file is None:
        return Finding("PostgreSQL sees to that")
    with snapshot.looking(file) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        return Finding(f"the database is in {mode} mode, not WAL", "Run monitor migrate: opening it sets that.")
    engine = database.create(patient.read.config.database_url)
    try:
        with reading(engine) as session:
            full = session.execute(sa.text("PRAGMA synchronous")).scalar_one() == FULL
    finally:
        engine.dispose()
    return Finding("WAL, synchronous FULL") if full else Finding("commits are not synced", "Report this fault.")


def photos_there(patient: Patient) -> Finding:
    """Whether the photos that the database names are there, with the bytes that their names say."""
    with patient.rows() as session:
        names = _names(session, None if patient.every_photo else SAMPLE)
    missing, damaged = [], []
    for name in names:
        file = photos.path(patient.folder / PHOTOS, name)
        if not file.is_file():
            missing.append(name)
        elif hashlib.sha256(file.read_bytes()).hexdigest() != name:
            damaged.append(name)
    said = f"{len(names)} read through{'' if patient.every_photo else ' (--all for all)'}"
    if not missing and not damaged:
        return Finding(said)
    first = (missing + damaged)[0]
    wrong = f"{said}, {len(missing)} missing, {len(damaged)} damaged, such as {first}"
    return Finding(wrong, f"Take them out of a backup, where they lie under {PHOTOS} by the same name.")


def _names(session: Session, most: int | None) -> list[str]:
    """Hashes of photos that something names, all or drawn at random."""
    every = sa.union(*(select(table.sha256) for table in photos.NAMING)).subquery()
    query = sa.select(every.c.sha256)
    if most is not None:
        query = query.order_by(sa.func.random()).limit(most)
    return sorted(session.execute(query).scalars())
