"""The porch before real sockets: requests that come in slowly, by halves, too long, or not at all."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Thread

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from branches import sessions
from branches.database import transaction
from branches.people import Role
from monitor.porch import Patience, Porch, environment
from monitor.web.capture.filling import MOST_UPLOAD
from tests.databases import SqliteDatabases
from tests.monitor import house
from tests.monitor.house import House
from tests.monitor.test_serving import free_port

THREADS = 2
PATIENCE = Patience(seconds=2.0, rate=20.0)
FORM = "application/x-www-form-urlencoded"
UPLOAD = "/audits/0123456789abcdef/form/1"


@dataclass(frozen=True)
class Served:
    """The pages of a house behind a porch, on a port of this machine."""

    house: House
    port: int

    def connect(self, method: str, path: str, *headers: str, body: bytes = b"") -> socket.socket:
        """A connection that has sent a head, and of the body so much."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)
        return connection

    def half(self, path: str = "/sign-in") -> socket.socket:
        return self.connect("POST", path, f"Content-Type: {FORM}", "Content-Length: 20", body=b"email=half")


def read(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def ask(served: Served, method: str, path: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
    with closing(served.connect(method, path, "Connection: close", *headers, body=body)) as connection:
        said = read(connection)
    return status(said), said


@contextmanager
def serving(porch: Porch) -> Iterator[int]:
    port, started = free_port(), []

    async def serve() -> None:
        server = Server(porch, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, websockets=False)
        started.append((server, asyncio.get_running_loop()))
        await server.serve()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except ConnectionError:
            time.sleep(0.02)
    try:
        yield port
    finally:
        server, loop = started[0]
        loop.call_soon_threadsafe(server.stop)
        thread.join(20)


@pytest.fixture(scope="module")
def served(sqlite: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with house.opened(sqlite, tmp_path_factory.mktemp("porch")) as found:
        porch = Porch(found.app, THREADS, PATIENCE, most_waiting=2_000_000)
        with serving(porch) as port:
            yield Served(found, port)


@pytest.mark.slow
def test_half_sent_forms_hold_up_no_page_and_are_answered_when_their_time_is_over(served: Served) -> None:
    halves = [served.half() for _ in range(THREADS + 2)]
    begun = time.monotonic()
    assert ask(served, "GET", "/sign-in")[0] == 200
    assert time.monotonic() - begun < PATIENCE.seconds
    for connection in halves:
        with closing(connection):
            said = read(connection)
        assert (status(said), b"\r\nconnection: close\r\n" in said.lower()) == (408, True)
        assert b"came in too slowly" in said
    assert time.monotonic() - begun >= PATIENCE.seconds


@pytest.mark.slow
def test_a_form_has_more_time_the_more_of_it_has_come(served: Served) -> None:
    with closing(served.connect("POST", "/sign-in", "Content-Length: 80", "Connection: close")) as connection:
        for _ in range(4):
            connection.sendall(b"x" * 20)
            time.sleep(0.8)
        assert (
            status(read(connection)) == 400
        )  # there is no token in it; it took longer than it would have had at first


def test_a_whole_form_is_read_and_one_that_is_too_long_is_refused(served: Served) -> None:
    whole = ("POST", "/sign-in", f"Content-Type: {FORM}")
    assert ask(served, *whole, "Content-Length: 12", body=b"email=a@b.co")[0] == 400
    assert ask(served, *whole, "Content-Length: 1000001")[0] == 413
    piece = b"%x\r\n" % 500_000 + b"x" * 500_000 + b"\r\n"
    assert ask(served, *whole, "Transfer-Encoding: chunked", body=piece * 3 + b"0\r\n\r\n")[0] == 413


def test_nothing_is_received_for_an_address_that_does_not_exist(served: Served) -> None:
    assert ask(served, "POST", "/nowhere", "Content-Length: 900000")[0] == 404
    assert ask(served, "PUT", "/sign-in", "Content-Length: 900000")[0] == 405


@pytest.mark.slow
def test_much_is_received_from_those_alone_who_are_signed_in(served: Served) -> None:
    long = f"Content-Length: {MOST_UPLOAD}"
    code, said = ask(served, "POST", UPLOAD, long)
    assert (code, b"/sign-in" in said) == (302, True)
    with transaction(served.house.engine) as session:
        shopper = session.merge(served.house.people[Role.SHOPPER], load=True)
        token = sessions.begin(session, shopper, at=served.house.clock())
    with closing(served.connect("POST", UPLOAD, long, f"Cookie: device={token}")) as connection:
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)  # it waits for the rest


@pytest.mark.slow
def test_more_than_there_is_room_for_is_refused_and_is_free_again_when_somebody_hangs_up(served: Served) -> None:
    half = [
        served.connect("POST", "/sign-in", "Content-Length: 950000", "Connection: close", body=b"x" * 900_000)
        for _ in range(2)
    ]
    time.sleep(0.5)
    with closing(served.connect("POST", "/sign-in", "Content-Length: 900000", "Connection: close")) as third:
        third.sendall(b"x" * 300_000)
        assert status(third.recv(1000)) == 503
    for connection in half:
        connection.close()
    time.sleep(0.5)
    assert ask(served, "POST", "/sign-in", "Content-Length: 900000", body=b"x" * 900_000)[0] == 400  # no token in it


def test_a_head_is_told_as_a_wsgi_program_reads_it() -> None:
    scope = {
        "method": "GET",
        "raw_path": b"/sz%C3%A9p%20hely",
        "path": "/szép hely",
        "query_string": b"a=%20",
        "client": ("192.0.2.1", "4"),
        "server": ("127.0.0.1", "8000"),
        "http_version": "1.1",
        "scheme": "http",
        "headers": [
            (b"host", b"x.example"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"x-forwarded-for", b"192.0.2.9"),
            (b"x_forwarded_for", b"203.0.113.1"),
            (b"accept", b"a"),
            (b"accept", b"b"),
            (b"content-length", b"7"),
        ],
    }
    told = environment(scope)
    assert told["PATH_INFO"].encode("latin-1").decode() == "/szép hely"
    assert {key: value for key, value in told.items() if key.startswith(("HTTP_", "CONTENT_"))} == {
        "HTTP_HOST": "x.example",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_X_FORWARDED_FOR": "192.0.2.9",
        "HTTP_ACCEPT": "a,b",
        "CONTENT_LENGTH": "7",
    }
