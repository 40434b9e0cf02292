"""Mail through real processes: two at once send one, and one that is killed at the worst moment loses none."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from branches import outbox
from branches.database import reading, transaction
from branches.outbox import Counts
from branches.people import Role, User
from branches.weeks import Week
from monitor import jobs, mailer, opening, working
from monitor.config import Config, read_config
from reports import deliver
from reports.deliver import Post, Sent
from tests import make
from tests.monitor.chains import audit_weekly, small_chain
from tests.monitor.sink import ACCEPT, HANG, Sink, sink

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DUE_IN_KOLKATA = timedelta(minutes=30)
"""So long after the week has ended by UTC its report is due there, at six on Monday."""
SETTINGS = """
[reports]
reporting_from = "{first}"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "reports@chain.example"
timeout_seconds = 60
"""


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink() as made:
        yield made


@pytest.fixture
def chain(tmp_path: Path, server: Sink) -> Config:
    """A chain with last week's edition issued, and one mail of it waiting: the manager's."""
    first = Week.of((datetime.now(UTC) - DUE_IN_KOLKATA).date()).plus(-1)
    file = tmp_path / "config.toml"
    file.write_text(SETTINGS.format(first=first.monday, port=server.port))
    config = read_config(file)
    engine = opening.open_chain(config)
    with transaction(engine) as session:
        made = small_chain(session)
        audit_weekly(session, made, first.plus(-2).monday, weeks=3)
        for releaser in session.exec(select(User)):
            releaser.email = None
        make.user(session, Role.MANAGER, region=made.branches["Asia/Kolkata"].region)
    jobs.weekly_report(working.worker(config, engine))
    engine.dispose()
    return config


def scheduler(config: Config, *module: str) -> "subprocess.Popen[str]":
    file = config.folder.parent / "config.toml"
    command = [sys.executable, "-m", *(module or ("monitor",)), "--config", str(file), "schedule", "--once"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def counts(config: Config) -> Counts:
    engine = opening.open_chain(config)
    with reading(engine) as session:
        found = outbox.counts(session)
    engine.dispose()
    return found


def until(so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_two_processes_at_once_send_one_mail(chain: Config, server: Sink, tmp_path: Path) -> None:
    """Both have read what is due before either claims it; the mail server answers once one of them has gone."""
    assert counts(chain) == Counts(waiting=1, troubled=0, sent=0, folded=0, dropped=0)
    told, word = tmp_path / "told", tmp_path / "word"
    told.touch()
    server.open.clear()
    both = [scheduler(chain, "tests.monitor.witness", str(told), str(word)) for _ in range(2)]
    until(lambda: len(told.read_text().splitlines()) == len(both))
    assert sorted(told.read_text().split()) == sorted(part for one in both for part in (str(one.pid), "1"))
    word.touch()
    until(lambda: any(process.poll() is not None for process in both))
    server.open.set()
    ended = [process.communicate(timeout=120) for process in both]
    assert sorted(out.splitlines() for out, _ in ended) == [["0 issued"], ["0 issued", "1 sent"]]
    assert (len(server.came), counts(chain).sent) == (1, 1)


def test_a_process_killed_before_the_answer_sends_it_again_with_the_same_id(chain: Config, server: Sink) -> None:
    server.answers = [HANG, ACCEPT]
    process = scheduler(chain)
    while not server.came:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    engine = opening.open_chain(chain)
    post = Post(mailer.sender(chain), chain.address, "another", 60)
    now = datetime.now(UTC)
    way = mailer.transport(chain)
    assert deliver.send_due(engine, way, post, lambda: now) == Sent()  # the dead one's lease still holds
    later = now + timedelta(seconds=chain.schedule.lease_seconds + mailer.longest_seconds(chain) + 1)
    assert deliver.send_due(engine, way, post, lambda: later) == Sent(sent=1)
    engine.dispose()
    assert len(server.ids) == 2
    assert len(set(server.ids)) == 1
    assert counts(chain) == Counts(waiting=0, troubled=0, sent=1, folded=0, dropped=0)
