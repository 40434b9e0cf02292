"""A backup while shoppers send: everything acknowledged before it began is in it, whole, and can be brought back."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

import pytest

from branches import database
from branches.database import reading
from monitor.copying import restoring, snapshot
from monitor.opening import open_chain
from tests.monitor.backed import AT, Chain, send, sent

pytestmark = pytest.mark.slow
SHOPPERS = 3


class Acknowledged:
    """What shoppers were told is kept: each audit with its photo."""

    def __init__(self) -> None:
        self._told = Condition()
        self._all: dict[str, bytes] = {}
        self.over = False

    def add(self, audit: str, photo: bytes) -> None:
        with self._told:
            self._all[audit] = photo
            self._told.notify_all()

    def so_far(self) -> dict[str, bytes]:
        with self._told:
            return dict(self._all)

    def wait_for(self, n: int) -> None:
        with self._told:
            assert self._told.wait_for(lambda: len(self._all) >= n, timeout=60)


@contextmanager
def shoppers(chain: Chain) -> Iterator[Acknowledged]:
    """Several who send one audit with its photo after the other, each with connections of their own."""
    told = Acknowledged()

    def sends() -> None:
        engine = database.create(chain.config.database_url)
        while not told.over:
            told.add(*send(Chain(chain.read, engine)))
        engine.dispose()

    with ThreadPoolExecutor(SHOPPERS) as pool:
        running = [pool.submit(sends) for _ in range(SHOPPERS)]
        try:
            yield told
        finally:
            told.over = True
    for one in running:
        one.result()


def test_what_was_acknowledged_before_the_backup_began_comes_back_whole(chain: Chain, tmp_path: Path) -> None:
    earlier = sent(chain.engine, chain.folder)
    with shoppers(chain) as told:
        told.wait_for(40)
        before = earlier | told.so_far()
        backup = chain.back_up(tmp_path / "kept").folder
        told.wait_for(len(told.so_far()) + 5)  # nobody was held up for good
    chain.engine.dispose()
    shutil.rmtree(chain.folder)
    restoring.restore(backup, chain.config, replace=False, at=AT)
    engine = open_chain(chain.config)
    there = sent(engine, chain.folder)  # reads the photo of every audit
    engine.dispose()
    every = earlier | told.so_far()
    assert before.items() <= there.items() <= every.items()
    assert len(before) < len(every)


def test_several_backups_under_load_are_each_one_moment(chain: Chain, tmp_path: Path) -> None:
    """Of each audit all of it or nothing: no receipt without its answers, no name without its photo."""
    with shoppers(chain) as told:
        told.wait_for(3)
        backups = [chain.back_up(tmp_path / f"kept{n}") for n in range(4)]
    for made in backups:
        assert made.manifest.missing == made.manifest.damaged == []
        with snapshot.looking(made.folder / "database.sqlite3", still=True) as copy:
            query = "SELECT count(*) FROM audit WHERE state = 'submitted' AND (SELECT count(*) FROM answer WHERE audit_id = audit.id) != 2"
            assert copy.execute(query).fetchone() == (0,)
    with reading(chain.engine) as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
