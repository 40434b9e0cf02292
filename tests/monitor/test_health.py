"""What programs that watch over this one are told: up, ready, and the figures."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from branches import database, runs
from branches.database import reading, transaction
from branches.people import Role
from monitor import ready
from monitor.app import Kept, create_app
from monitor.ready import Line, Readiness, Watched
from monitor.web.gate import Site
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor.rooms import NOW, Rooms, opened

TOKEN = b"0123456789abcdef0123456789abcdef"
FINE = ["folder", "space", "database", "tables"]


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


def watched(rooms: Rooms, folder: Path, minutes: int = 0) -> Watched:
    return Watched(rooms.engine, lambda: NOW, folder, minutes)


def wrong(rooms: Rooms, folder: Path, minutes: int = 0) -> dict[str, str]:
    return {line.name: line.wrong for line in ready.look(watched(rooms, folder, minutes)) if line.wrong}


def pages(rooms: Rooms, folder: Path, *, token: bytes = b"", minutes: int = 0) -> Flask:
    kept = Kept(token=token)
    site: Site = rooms.app.extensions["site"]
    return create_app(replace(site, folder=folder, scheduler_minutes=minutes), bytes(32), kept=kept)


def test_a_process_is_up_whatever_the_database_does(rooms: Rooms) -> None:
    with asked(rooms.engine) as statements:
        client = rooms.visitor(Role.OFFICE).client
        statements.clear()
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, statements) == (200, "up\n", [])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@contextmanager
def asked(engine: sa.Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    found: list[str] = []

    def note(*given: object) -> None:
        found.append(str(given[2]))

    sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_process_is_ready_when_everything_holds(rooms: Rooms, folder: Path) -> None:
    answer = pages(rooms, folder).test_client().get("/readyz")
    assert (answer.status_code, answer.text.splitlines()) == (200, ["ready", *(f"ok {name}" for name in FINE)])
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_database_that_was_taken_away_is_told(rooms: Rooms, folder: Path) -> None:
    file = Path(str(rooms.engine.url.database))
    file.rename(file.with_suffix(".away"))
    assert wrong(rooms, folder) == {"database": "its file is not there"}
    assert not file.exists()


def test_a_scheduler_that_is_expected_must_have_looked(rooms: Rooms, folder: Path) -> None:
    assert wrong(rooms, folder) == {}
    assert wrong(rooms, folder, 10) == {"scheduler": "it has not looked for 10 minutes"}
    with transaction(rooms.engine) as session:
        runs.looked(session, "mail", at=NOW - timedelta(minutes=10))
    assert wrong(rooms, folder, 10) == {}
    assert wrong(rooms, folder, 9) == {"scheduler": "it has not looked for 9 minutes"}
    with transaction(rooms.engine) as session:
        runs.looked(session, "mail", at=NOW + timedelta(hours=2))  # by a clock that has been set back since
    answer = pages(rooms, folder, minutes=9).test_client().get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[0]) == (503, "not ready")
    assert "no scheduler: it has not looked for 9 minutes" in answer.text


def test_a_folder_that_is_gone_is_told_without_its_name(rooms: Rooms, folder: Path) -> None:
    folder.rmdir()
    answer = pages(rooms, folder).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.text.splitlines()[1:3] == [
        "no folder: nothing can be written to the data folder",
        "no space: the data folder cannot be looked at",
    ]
    assert str(folder) not in answer.text


def test_little_free_space_is_told(rooms: Rooms, folder: Path) -> None:
    found = ready.look(replace(watched(rooms, folder), least_free=10**18))
    assert {line.name: line.wrong for line in found if line.wrong} == {
        "space": "less than 1000000000000 MB are free for the data folder"
    }


def test_tables_of_another_version_are_told(rooms: Rooms, folder: Path) -> None:
    with rooms.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert wrong(rooms, folder) == {"tables": "they are of another version: run monitor migrate"}


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "secret.sqlite3"
    file.write_text("no database, but as many words as a page of one has " * 100)
    engine = database.create(f"sqlite:///{file}")
    lines = list(ready.look(Watched(engine, lambda: NOW, folder)))
    assert lines == [Line("folder"), Line("space"), Line("database", "it does not answer as it should")]


def test_readiness_is_answered_in_time_whatever_hangs(rooms: Rooms, folder: Path) -> None:
    hangs = threading.Event()

    def clock() -> object:
        hangs.wait(30)
        return NOW

    with transaction(rooms.engine) as session:
        runs.looked(session, "mail", at=NOW)
    readiness = Readiness(Watched(rooms.engine, clock, folder, 10), longest=0.05)  # type: ignore[arg-type]
    late = [Line("answer", "the database or the disk takes longer than 0.05 seconds")]
    assert readiness.lines() == late
    assert readiness.lines() == late  # the look that hangs is the only one
    hangs.set()
    patient = Readiness(watched(rooms, folder, 10), longest=30)
    assert [str(line) for line in patient.lines()] == [f"ok {name}" for name in (*FINE, "scheduler")]
    with asked(rooms.engine) as statements:
        patient.lines()
    assert statements == []  # asked again at once, the answer stands


def figures(client: FlaskClient, token: bytes = TOKEN) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token.decode()}"})
    assert answer.status_code == 200
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_figures_are_there_for_the_token_alone(rooms: Rooms, folder: Path) -> None:
    closed = rooms.app.test_client()
    given = {"Authorization": f"Bearer {TOKEN.decode()}"}
    assert closed.get("/metrics", headers=given).status_code == 404
    open_ = pages(rooms, folder, token=TOKEN).test_client()
    wrong_ones: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN.decode()}x"},
        {"Authorization": f"Basic {TOKEN.decode()}"},
        {"Authorization": "Bearer \u00e9"},
    )
    assert [open_.get("/metrics", headers=one).status_code for one in wrong_ones] == [404] * len(wrong_ones)
    assert rooms.office().client.get("/metrics").status_code == 404
    answer = open_.get("/metrics", headers=given)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"


def test_requests_are_counted_by_the_routes_name(rooms: Rooms, folder: Path) -> None:
    client = pages(rooms, folder, token=TOKEN).test_client()
    for path in ("/sign-in", "/sign-in", "/nowhere/Anna", "/healthz", "/sign-in/secret-of-anna"):
        client.get(path)
    client.open("/sign-in", method="ANNA")
    found = figures(client)
    counted = {name: value for name, value in found.items() if name.startswith("monitor_requests_total")}
    assert counted == {
        'monitor_requests_total{endpoint="login.sign_in",method="GET",status="200"}': 2,
        'monitor_requests_total{endpoint="none",method="GET",status="404"}': 1,
        'monitor_requests_total{endpoint="login.landing",method="GET",status="200"}': 1,
        'monitor_requests_total{endpoint="none",method="other",status="405"}': 1,
    }
    assert found['monitor_request_seconds_count{endpoint="login.sign_in",method="GET"}'] == 2
    assert [name for name in found if "anna" in name.lower()] == []


def test_a_refused_sign_in_is_counted(rooms: Rooms, folder: Path) -> None:
    app = pages(rooms, folder, token=TOKEN)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in/password", data={"email": "anna@example.com", "password": "wrong"})
    assert figures(client)["monitor_sign_in_refused_total"] == 1


def test_figures_of_the_chain_are_those_of_the_database(
    databases: SqliteDatabases | PostgresqlDatabases, tmp_path: Path
) -> None:
    with opened(databases, tmp_path) as rooms:
        rooms.audit("submitted")
        with transaction(rooms.engine) as session:
            runs.looked(session, "mail", at=NOW)
        found = figures(pages(rooms, tmp_path, token=TOKEN).test_client())
        with reading(rooms.engine) as session:
            mails = session.execute(sa.text("SELECT count(*) FROM mail")).scalar_one()
    assert found["monitor_database_up"] == 1
    assert found["monitor_audits_waiting"] == 1
    assert found["monitor_mails_waiting"] == mails
    assert found["monitor_scheduler_looked_timestamp_seconds"] == NOW.timestamp()
    assert found["monitor_editions_missing"] == 0
    assert found["monitor_database_bytes"] > 10_000


def test_without_a_database_that_is_the_figure(rooms: Rooms, folder: Path, tmp_path: Path) -> None:
    site: Site = rooms.app.extensions["site"]
    gone = replace(site, engine=database.create(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite3'}"), folder=folder)
    found = figures(create_app(gone, bytes(32), kept=Kept(token=TOKEN)).test_client())
    assert (found["monitor_database_up"], "monitor_mails_waiting" in found) == (0, False)
