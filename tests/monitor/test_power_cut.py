"""The power goes: what was acknowledged is on the disk, whole; and a disk that lies about it is found out."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from branches import database
from branches.reconciled import Gaps
from tests.databases import SqliteDatabases
from tests.monitor import forgetful, senders
from tests.monitor.forgetful import Disk
from tests.monitor.senders import NoAnswerError, Phone, Work
from tests.phone.living import Server

PHONES = 4
EACH = 8
TAKEN = 16
"""So many audits are acknowledged before the power goes, while others are on their way."""
WRITER = """
import os, sqlite3, sys
chain = sqlite3.connect("chain.sqlite3", isolation_level=None)
chain.execute("PRAGMA journal_mode=WAL")
chain.execute(f"PRAGMA synchronous={sys.argv[1]}")
for n in range(20):
    chain.execute("INSERT INTO said VALUES (?)", (n,))
    print(n, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return forgetful.disk(tmp_path / "disk", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("synchronous", "kept"), [("FULL", 20), ("NORMAL", 0)])
def test_the_disk_keeps_what_sqlite_syncs_and_nothing_else(disk: Disk, synchronous: str, kept: int) -> None:
    """The way the program writes, and the one that SQLite's own manual calls fast and safe."""
    place = disk.folder / "chain.sqlite3"
    begun = database.create(f"sqlite:///{place}")
    with begun.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE said (n INTEGER)")
    begun.dispose()
    disk.sync_all()
    command = [sys.executable, "-c", WRITER, synchronous]
    said = subprocess.run(command, cwd=disk.folder, env=disk.around(), capture_output=True, text=True, check=False)
    assert said.stdout.split() == [str(n) for n in range(20)]
    disk.cut_power()
    found = database.create(f"sqlite:///{place}")
    with found.begin() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM said").scalar_one()
    found.dispose()
    assert rows == kept


@contextmanager
def served(disk: Disk, sqlite: SqliteDatabases, beside: Path, *lies: str) -> Iterator[tuple[Server, Work]]:
    place = disk.folder / "chain.sqlite3"
    with sqlite.fresh() as url:
        shutil.copyfile(url.removeprefix("sqlite:///"), place)
    engine = database.create(f"sqlite:///{place}")
    work = senders.ask_for(engine, shoppers=PHONES, each=EACH)
    engine.dispose()
    disk.sync_all()
    server = Server(beside, f"sqlite:///{place}", data="disk", around=disk.around(*lies))
    try:
        yield server, work
    finally:
        server.engine.dispose()
        with suppress(ProcessLookupError):  # it is dead where the power went last
            server.kill()


def send_until_cut(server: Server, work: Work) -> list[str]:
    """Phones send at once until the power goes: which audits were acknowledged by then."""
    taken, enough = list[str](), Event()

    def send(device: str, audits: tuple[str, ...]) -> None:
        with suppress(NoAnswerError), Phone(server.port, device) as phone:
            for audit in audits:
                if senders.send_whole(phone, audit, pictures_of(audit)).status == 200:
                    taken.append(audit)
                if len(taken) >= TAKEN:
                    enough.set()

    with ThreadPoolExecutor(PHONES) as pool:
        pool.map(send, work.devices, work.audits)
        assert enough.wait(60)
        server.kill()
    return taken


def pictures_of(audit: str) -> list[bytes]:
    number = int(audit, 16)
    return [senders.picture(number), senders.picture(number + 1)]


def lost(disk: Disk, taken: list[str]) -> dict[str, str]:
    """Of what was acknowledged, what is not there when the power is back."""
    disk.cut_power()
    engine = database.create(f"sqlite:///{disk.folder / 'chain.sqlite3'}")
    found = senders.not_whole(engine, disk.folder / "photos", taken, 2)
    engine.dispose()
    return found


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_power_cut_and_the_rest_can_be_sent_again(
    disk: Disk, sqlite: SqliteDatabases, tmp_path: Path
) -> None:
    with served(disk, sqlite, tmp_path) as (server, work):
        taken = send_until_cut(server, work)
        assert lost(disk, taken) == {}
        server.start()
        for device, audit in work.pairs:
            with Phone(server.port, device) as phone:
                senders.send_until_taken(phone, audit, pictures_of(audit))
        everything = [audit for _, audit in work.pairs]
        assert senders.not_whole(server.engine, disk.folder / "photos", everything, 2) == {}
        assert senders.gaps(server.engine, disk.folder / "photos") == Gaps()


@pytest.mark.slow
@pytest.mark.parametrize(("lie", "said"), [("-wal", "is "), ("/photos/", "photo ")])
def test_a_disk_that_lies_about_part_of_it_is_found_out(
    disk: Disk, sqlite: SqliteDatabases, tmp_path: Path, lie: str, said: str
) -> None:
    """The test above can fail: of a database or of photos that are not synced acknowledged ones are lost."""
    with served(disk, sqlite, tmp_path, lie) as (server, work):
        taken = send_until_cut(server, work)
        wrong = lost(disk, taken)
    assert Counter(one.startswith(said) for one in wrong.values())[True] > TAKEN / 2
