"""Tries are counted in the database: together, whichever worker, process or machine they come to."""

import multiprocessing
from dataclasses import replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from branches import database, factors, knocking
from branches.database import transaction
from branches.knocking import Visitor
from monitor.app import create_app
from monitor.web import login, way_in
from tests import make
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor.house import PASSWORD, SECRET, House, ask, by_password, entered, follow, give_password, is_in, opened
from tests.monitor.mailbox import link
from tests.monitor.test_second_step import at_the_door, pass_door, set_up, shown, wrong

MOST = 10
PROCESSES, EACH = 2, 15


def two(house: House) -> list[House]:
    """The same chain served by two workers, each with a way into the database of its own."""
    site = house.app.extensions["site"]
    engines = [database.create(str(house.engine.url)) for _ in range(2)]
    return [replace(house, app=create_app(replace(site, engine=engine), SECRET), engine=engine) for engine in engines]


@pytest.mark.slow
def test_wrong_passwords_add_up_over_workers(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as house:
        give_password(house)
        workers = two(house)
        for number in range(login.MOST_PASSWORDS):
            by_password(workers[number % 2].visitor(), house.email(), "", status=422)
        for worker in workers:
            by_password(worker.visitor(), house.email(), PASSWORD, status=422)
            worker.engine.dispose()


def test_mails_and_second_steps_add_up_over_workers(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as house:
        set_up(house, entered(house))
        workers = two(house)
        doors = [at_the_door(worker) for worker in workers]
        for number in range(factors.MOST_WRONG):
            pass_door(doors[number % 2], wrong(house), status=422)
        for door in doors:
            pass_door(door, shown(house), status=422)
        for number in range(2 * way_in.MOST_MAILS):
            ask(workers[number % 2].visitor(), house.email())
        assert len(house.mail.sent) == way_in.MOST_MAILS
        for worker in workers:
            worker.engine.dispose()


def test_a_link_from_one_worker_opens_at_another_once(sqlite: SqliteDatabases, tmp_path: Path) -> None:
    with opened(sqlite, tmp_path) as house:
        one, other = two(house)
        ask(one.visitor(), house.email())
        path, visitor = link(house.mail.sent[-1]), other.visitor()
        follow(visitor, path)
        assert is_in(visitor)
        follow(one.visitor(), path, status=403)
        for worker in (one, other):
            worker.engine.dispose()


def knock(url: str, begun: Barrier, allowed: "Queue[int]") -> None:
    """Tries as fast as it can, each try in a transaction of its own, as requests do."""
    engine, n = database.create(url), 0
    begun.wait()
    for place in range(EACH):
        with transaction(engine) as session:
            visitor = Visitor("anna@example.com", f"192.0.2.{place}")
            n += knocking.may_try(session, "password", visitor, most=MOST, at=make.NOON)
    allowed.put(n)
    engine.dispose()


@pytest.mark.slow
def test_of_two_processes_at_once_no_try_slips_past_the_count(
    databases: SqliteDatabases | PostgresqlDatabases,
) -> None:
    start = multiprocessing.get_context("spawn")
    begun, allowed = start.Barrier(PROCESSES), start.Queue()
    with databases.fresh() as url:
        tries = [start.Process(target=knock, args=(url, begun, allowed)) for _ in range(PROCESSES)]
        for one in tries:
            one.start()
        found = [allowed.get(timeout=120) for _ in tries]
        for one in tries:
            one.join()
    assert sum(found) == MOST
