"""How long an import takes beside the least it could take: the same rows given to the driver by a bare executemany.

python benchmarks/imports.py --audits 100000 --items 60
"""

import argparse
import csv
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from branches import database, migrations
from branches.exchange import import_folder

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = ("audit", "answer", "score_row")
BATCH = 20_000


def invent(folder: Path, audits: int, items: int, seed: int) -> None:
    """A form: five in six items yes/no, the others ratings; 200 branches and 50 shoppers."""
    draw = random.Random(seed)
    folder.mkdir()
    with (folder / "branches.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [("branch", "name", "region")] + [(f"b{n}", f"Branch {n}", f"r{n % 8}") for n in range(200)]
        )
    rated = [n % 6 == 5 for n in range(items)]
    with (folder / "items.csv").open("w", newline="") as file:
        rows = [
            (f"i{n}", f"s{n * 5 // items}", f"Item {n}", *(("rating", 1, 5) if r else ("yes_no", "", "")))
            for n, r in enumerate(rated)
        ]
        csv.writer(file).writerows([("item", "section", "text", "type", "from", "to"), *rows])
    with (folder / "audits.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["audit", "branch", "date", "shopper", *(f"i{n}" for n in range(items))])
        for number in range(audits):
            day = date(2024, 1, 1) + timedelta(days=draw.randrange(700))
            marks = [draw.choice("12345") if r else draw.choices(("yes", "no", "na"), (80, 15, 5))[0] for r in rated]
            writer.writerow([f"a{number}", f"b{draw.randrange(200)}", day, f"shopper{draw.randrange(50)}", *marks])


def import_once(folder: Path, file: Path) -> None:
    """In a process of its own, so that its peak of memory is the import's."""
    engine = database.create(f"sqlite:///{file}")
    migrations.upgrade(engine)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with database.transaction(engine) as session:
        import_folder(session, folder, at=NOW, default_timezone="Europe/Budapest")
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": took, "peak": peak / 1024, "before": before / 1024}))


def insert_bare(source: Path, file: Path) -> float:
    """Seconds in executemany and commit for the rows of an imported database, into tables and indexes like its own."""
    engine = database.create(f"sqlite:///{file}")
    migrations.upgrade(engine)
    engine.dispose()
    seconds = 0.0
    with closing(sqlite3.connect(file, isolation_level=None)) as target, closing(sqlite3.connect(source)) as rows:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            target.execute(f"PRAGMA {pragma}")
        target.execute("BEGIN IMMEDIATE")
        for table in ("region", "branch", "person", "standard", "section", "item", *TABLES):
            seconds += _copy(rows, target, table)
        began = time.perf_counter()
        target.execute("COMMIT")
        return seconds + time.perf_counter() - began


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> float:
    cursor = source.execute(f"SELECT * FROM {table} ORDER BY rowid")
    places = ", ".join("?" * len(cursor.description))
    seconds = 0.0
    while batch := cursor.fetchmany(BATCH):
        began = time.perf_counter()
        target.executemany(f"INSERT INTO {table} VALUES ({places})", batch)
        seconds += time.perf_counter() - began
    return seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--audits", type=int, default=100_000)
    options.add_argument("--items", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--import-only", nargs=2, type=Path, metavar=("FOLDER", "FILE"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.import_only:
        import_once(*asked.import_only)
        return
    with tempfile.TemporaryDirectory() as held:
        folder, imported, bare = Path(held, "form"), Path(held, "imported.sqlite3"), Path(held, "bare.sqlite3")
        invent(folder, asked.audits, asked.items, asked.seed)
        child = [sys.executable, __file__, "--import-only", str(folder), str(imported)]
        run = json.loads(subprocess.run(child, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
        least = insert_bare(imported, bare)
        print(f"{asked.audits} audits of {asked.items} answers, {(folder / 'audits.csv').stat().st_size / 1e6:.0f} MB")
        print(f"import            {run['seconds']:8.1f} s")
        print(f"bare executemany  {least:8.1f} s")
        print(f"ratio             {run['seconds'] / least:8.2f}")
        print(f"peak memory       {run['peak']:8.0f} MiB, of which {run['before']:.0f} MiB before the import")


if __name__ == "__main__":
    main()
