"""A scheduler process for tests: the weekly run over and over, by a clock that is a file.

Run as `python -m tests.monitor.clockwork DATABASE_URL CLOCK_FILE`; it ends when the clock file is gone.
"""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from branches import database
from branches.weeks import Week
from monitor import jobs
from monitor.jobs import Worker, holder_name
from reports.weekly import Settings

FIRST = Week(date(2026, 1, 5))
LEASE_SECONDS = 300


def settings() -> Settings:
    return Settings(reporting_from=FIRST, chain_zone="Europe/Budapest", weeks=8)


def read_clock(file: Path) -> datetime:
    return datetime.fromtimestamp(float(file.read_text()), UTC)


def set_clock(file: Path, at: datetime) -> None:
    """A reader sees the old time or the new one, never half of it."""
    written = file.with_suffix(".new")
    written.write_text(str(at.timestamp()))
    written.replace(file)


def main(url: str, file: Path) -> None:
    worker = Worker(
        database.create(url), settings(), lambda: read_clock(file), holder_name(), lease_seconds=LEASE_SECONDS
    )
    while file.exists():
        try:
            jobs.weekly_report(worker)
        except FileNotFoundError:
            return
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
