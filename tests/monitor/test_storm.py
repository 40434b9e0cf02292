"""Phones by the dozen send at once while the server is killed again and again: each audit arrives once and whole."""

import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from branches.reconciled import Gaps
from tests.monitor import senders
from tests.monitor.senders import Phone, Work
from tests.phone.living import Server

PHONES = 8
LONGEST_CALM = 0.8
"""Seconds at most from the moment a kill is due until it comes, so that it comes at any step."""


class Storm:
    """What was acknowledged so far, and when the server is to be killed."""

    def __init__(self, server: Server, work: Work, kills: int, chance: random.Random) -> None:
        self._server, self._work, self._chance = server, work, chance
        self.taken: list[str] = []
        self._over = Event()
        self._due = sorted(chance.randrange(len(work.pairs) * 9 // 10) for _ in range(kills))
        self.kills = 0

    def live_through(self) -> None:
        """Each phone sends its audits one after another, trying until each is taken."""
        with ThreadPoolExecutor(PHONES) as pool:
            at_work = [pool.submit(self._send, *one) for one in zip(self._work.devices, self._work.audits, strict=True)]
            try:
                while self._due:
                    self._kill(at_work)
            finally:
                for one in at_work:
                    one.result()

    def _kill(self, at_work: list[Future[None]]) -> None:
        """Once so many are taken, and a moment later."""
        while len(self.taken) < self._due[0] and not all(one.done() for one in at_work):
            self._over.wait(0.01)
        self._over.wait(self._chance.uniform(0, LONGEST_CALM))
        self._due.pop(0)
        self._server.kill()
        self.kills += 1
        self._server.start()

    def _send(self, device: str, audits: tuple[str, ...]) -> None:
        with Phone(self._server.port, device) as phone:
            for audit in audits:
                senders.send_until_taken(phone, audit, [senders.picture(int(audit, 16))])
                self.taken.append(audit)


@contextmanager
def server_of(url: str, folder: Path) -> Iterator[Server]:
    server = Server(folder, url, around={"OMP_NUM_THREADS": "1"})
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize(
    ("audits", "kills"),
    [pytest.param(104, 3, marks=pytest.mark.slow), pytest.param(2000, 20, marks=pytest.mark.long)],
)
def test_each_audit_arrives_once_and_whole_however_often_the_server_is_killed(
    database_url: str, tmp_path: Path, audits: int, kills: int
) -> None:
    with server_of(database_url, tmp_path) as server:
        work = senders.ask_for(server.engine, shoppers=PHONES, each=audits // PHONES)
        storm = Storm(server, work, kills, random.Random(audits))
        storm.live_through()
        wanted = sorted(audit for _, audit in work.pairs)
        assert (storm.kills, sorted(storm.taken)) == (kills, wanted)
        assert senders.not_whole(server.engine, tmp_path / "photos", wanted, 1) == {}
        assert senders.gaps(server.engine, tmp_path / "photos") == Gaps()
