"""The scheduler's own command with a witness beside it: it tells when it has read what is due, and waits for a word.

Run as `python -m tests.monitor.witness TOLD_FILE WORD_FILE`, followed by the command's own words.
"""

import os
import sys
import time
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from branches import outbox
from branches.outbox import Mail
from monitor.cli import main

PATIENCE_SECONDS = 60


def witnessed(told: Path, word: Path) -> None:
    due = outbox.due

    def read(session: Session, now: datetime) -> list[Mail]:
        found = due(session, now)
        with told.open("a") as file:
            file.write(f"{os.getpid()} {len(found)}\n")
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not word.exists() and time.monotonic() < give_up:
            time.sleep(0.02)
        return found

    outbox.due = read


if __name__ == "__main__":
    witnessed(Path(sys.argv.pop(1)), Path(sys.argv.pop(1)))
    main()
