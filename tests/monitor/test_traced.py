"""What is written of requests: a line each with an id, and nothing of whoever asked."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from branches.people import Role
from monitor import logs
from monitor.app import Kept, create_app
from tests.databases import SqliteDatabases
from tests.monitor.addresses import FOR_EVERYBODY
from tests.monitor.pages import Page, Visitor
from tests.monitor.rooms import Rooms, form, opened

GIVEN = "proxy-0123456789.abc"


@pytest.fixture
def rooms(sqlite: SqliteDatabases, tmp_path: Path) -> Iterator[Rooms]:
    with opened(sqlite, tmp_path) as rooms:
        yield rooms


@dataclass
class Log:
    """What the program has written."""

    lines: list[str]

    def of_requests(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if line["logger"] == "monitor.requests"]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that is logged, as JSON."""
    kept = Log([])

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.lines.append(self.format(record))

    handler, root, ours = Keeping(), logging.getLogger(), logging.getLogger("monitor")
    handler.setFormatter(logs.Lines())
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.INFO)
    yield kept
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


def said(rooms: Rooms) -> Flask:
    return create_app(rooms.app.extensions["site"], bytes(range(32)), kept=Kept(say_each=True))


def test_a_request_leaves_one_line_with_what_it_was(rooms: Rooms, log: Log) -> None:
    rooms.app = said(rooms)
    client = rooms.office().client
    log.lines.clear()
    client.get("/office/?who=anna", headers={"X-Request-ID": GIVEN})
    (line,) = log.of_requests()
    assert set(line) == {
        *("time", "level", "logger", "message", "request", "endpoint", "method", "status", "milliseconds", "role"),
    }
    found = {name: line[name] for name in ("level", "request", "endpoint", "method", "status", "role")}
    assert found == {
        "level": "info",
        "request": GIVEN,
        "endpoint": "office.desk",
        "method": "GET",
        "status": 200,
        "role": "office",
    }


def test_watching_programs_leave_no_line(rooms: Rooms, log: Log) -> None:
    client = said(rooms).test_client()
    for path in ("/healthz", "/readyz", "/metrics"):
        client.get(path)
    assert log.of_requests() == []


def test_without_the_setting_there_is_no_line(rooms: Rooms, log: Log) -> None:
    rooms.app.test_client().get("/sign-in")
    assert log.of_requests() == []


def named(client: FlaskClient, given: str) -> str:
    return client.get("/sign-in", headers={"X-Request-ID": given}).headers["X-Request-ID"]


def test_an_id_from_the_server_in_front_is_kept_and_one_that_is_no_name_is_not(rooms: Rooms) -> None:
    client = rooms.app.test_client()
    assert named(client, GIVEN) == GIVEN
    for other in ("", "short", "x" * 65, "<b>anna</b>", "anna@example.com", "\u0661" * 8, "1234567 8"):
        made = named(client, other)
        assert (len(made), made == other) == (12, False)
    assert named(client, "") != named(client, "")


def broken(app: Flask) -> Flask:
    """Its sign-in page fails."""

    def fail() -> str:
        raise RuntimeError

    fail.audience = "everybody"  # type: ignore[attr-defined]
    app.view_functions["login.sign_in"] = fail
    return app


def test_a_page_that_says_it_was_our_fault_names_the_request(rooms: Rooms, log: Log) -> None:
    client = broken(said(rooms)).test_client()
    page = Page(client.get("/sign-in", headers={"X-Request-ID": GIVEN}))
    assert (page.status, page.headings) == (500, ["That did not work"])
    assert f"Whoever looks after the program finds it under {GIVEN}." in page.text
    page.check()
    answer = client.get("/sign-in", headers={"X-Request-ID": GIVEN, "Accept": "application/json"})
    assert answer.get_json()["request"] == GIVEN
    faults = [line for line in map(json.loads, log.lines) if "traceback" in line]
    assert {line["request"] for line in faults} == {GIVEN}
    assert "RuntimeError" in faults[0]["traceback"]


def test_a_fault_is_found_by_its_id_in_a_log_of_text_as_well() -> None:
    fault = logging.LogRecord("monitor.app", logging.ERROR, __file__, 1, "went wrong", None, None)
    word = logging.LogRecord("monitor.app", logging.INFO, __file__, 1, "all is well", None, None)
    held = logs.request_id.set(GIVEN)
    said, plain = (logs.Redacting(logs.WORDS).format(one) for one in (fault, word))
    logs.request_id.reset(held)
    assert said.endswith(f"ERROR went wrong [request {GIVEN}]")
    assert plain.endswith("INFO all is well")


def test_a_page_that_was_not_our_fault_names_none(rooms: Rooms) -> None:
    answer = rooms.app.test_client().get("/nowhere", headers={"X-Request-ID": GIVEN})
    assert (answer.status_code, GIVEN in answer.text) == (404, False)


def test_a_line_of_text_has_no_way_in_either(log: Log) -> None:
    logging.getLogger("monitor.somewhere").warning("tried %s", "/sign-in/Sesame-open")
    (line,) = map(json.loads, log.lines)
    assert line["message"] == "tried /sign-in/…"


@pytest.mark.slow
def test_no_line_tells_of_a_person_whatever_was_asked(rooms: Rooms, log: Log) -> None:
    rooms.app = said(rooms)
    people = rooms.people.values()
    secrets = {text for one in people for text in (one.name, one.email, one.public_id) if text}
    visitors = [rooms.visitor(role) for role in rooms.people]
    log.lines.clear()
    for visitor in visitors:
        for rule in rooms.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in FOR_EVERYBODY | {"static"}:
                public_id = rooms.people[Role.SHOPPER].public_id
                path = rule.rule.replace("<public_id>", public_id)
                visitor.client.get(f"{path}?q=anna-canary&email=anna-canary@example.com")
    stranger = Visitor(rooms.app)
    by_password, by_mail = (form(stranger.get("/sign-in"), end) for end in ("/sign-in/password", "/sign-in"))
    stranger.submit(by_password, status=422, email="anna-canary@example.com", password="anna-canary")
    stranger.submit(by_mail, email=next(one.email for one in people if one.email))
    tried = [line["status"] for line in log.of_requests() if line["method"] == "POST"]
    assert tried == [422, 302]
    assert len(log.of_requests()) > 100
    assert [line for line in log.lines for secret in {*secrets, "anna-canary"} if secret in line] == []
