"""The porch: a request waits there until it is whole, and only then takes one of few threads; who sends slowly holds up nobody."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, NoReturn, Self, TypeVar
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.exceptions import HTTPException, RequestTimeout, ServiceUnavailable
from werkzeug.routing import RoutingException

from monitor.full import NoRoom
from monitor.web import gate

IN_MEMORY = 100_000
"""Bytes of one request; what is more waits in a file."""
MOST_WAITING = 500_000_000
"""Bytes of all requests that wait in one process."""

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Environ = dict[str, Any]
Done = TypeVar("Done")


@dataclass(frozen=True)
class Patience:
    """How long a request may take to come in: a while, and longer for each byte that has come."""

    seconds: float = 30.0
    rate: float = 4_000.0
    """Bytes a second with which it may go on for as long as it is."""

    def lasts(self, received: int) -> float:
        return self.seconds + received / self.rate


@dataclass(frozen=True)
class Answer:
    """What the program says to one request."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes


class Gone(Exception):  # noqa: N818 - nothing went wrong here
    """Whoever was sending has hung up."""


@dataclass
class Room:
    """What may wait in all, in bytes; counted in the one thread that receives."""

    left: int


class Parcel:
    """What has come of one request so far."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.size = 0
        self.content = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed on leaving

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.left += self.size
        self.content.close()

    def put(self, piece: bytes) -> None:
        self.size += len(piece)
        self._room.left -= len(piece)
        if self._room.left < 0:
            raise ServiceUnavailable
        try:
            self.content.write(piece)
        except OSError:
            raise NoRoom from None


class Unread:
    """In the place of a request's content that did not come in: says so to the program when it begins to read."""

    def __init__(self, error: HTTPException) -> None:
        self._error = error

    def read(self, _size: int = -1) -> NoReturn:
        raise self._error

    readline = readlines = __next__ = read


class Porch:
    """The pages as an ASGI program: receiving costs no thread, answering does."""

    def __init__(
        self, app: Flask, threads: int, patience: Patience | None = None, most_waiting: int = MOST_WAITING
    ) -> None:
        self._app = app
        self._hands = ThreadPoolExecutor(threads, thread_name_prefix="hand")
        self._patience = patience or Patience()
        self._room = Room(most_waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environment(scope)
        with Parcel(self._room) as parcel:
            try:
                environ["wsgi.input"] = await self._input(environ, receive, parcel)
                answer = await self._in_hand(lambda: self._answered(environ))
            except Gone:
                answer = Answer(400, [], b"")  # for the log alone
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})

    async def _input(self, environ: Environ, receive: Receive, parcel: Parcel) -> object:
        try:
            await self._take_in(environ, receive, parcel)
        except HTTPException as error:
            return Unread(error)
        parcel.content.seek(0)
        return parcel.content

    async def _take_in(self, environ: Environ, receive: Receive, parcel: Parcel) -> None:
        """Receives what the program will read; of what it will refuse as too long, no more than shows that it is."""
        most = await self._most(environ)
        if int(environ.get("CONTENT_LENGTH") or 0) > most:
            return
        begun, more = asyncio.get_running_loop().time(), most > 0
        while more and parcel.size <= most:
            try:
                async with asyncio.timeout_at(begun + self._patience.lasts(parcel.size)):
                    message = await receive()
            except TimeoutError:
                raise RequestTimeout from None
            if message["type"] == "http.disconnect":
                raise Gone
            parcel.put(message.get("body", b""))
            more = message.get("more_body", False)

    async def _most(self, environ: Environ) -> int:
        """Bytes that this request may bring; more than a form's only from somebody who is signed in."""
        if environ["REQUEST_METHOD"] != "POST":
            return 0
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        try:
            endpoint, _ = self._app.url_map.bind("").match(path, method="POST")
        except (HTTPException, RoutingException):
            return 0
        usual = int(self._app.config["MAX_CONTENT_LENGTH"])
        most = gate.most_bytes(self._app.view_functions[endpoint], usual)
        if most <= usual or await self._in_hand(lambda: gate.knows(self._app, environ)):
            return most
        return usual

    async def _in_hand(self, work: Callable[[], Done]) -> Done:
        return await asyncio.get_running_loop().run_in_executor(self._hands, work)

    def _answered(self, environ: Environ) -> Answer:
        """Asks the program, in a thread of its own."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            said.append((status, headers))
            return lambda _: None

        found: Iterable[bytes] = self._app(environ, start)
        try:
            content = b"".join(found)
        finally:
            getattr(found, "close", lambda: None)()
        status, headers = said[-1]
        closing = [("Connection", "close")] if isinstance(environ["wsgi.input"], Unread) else []
        return Answer(int(status[:3]), headers + closing, content)


def environment(scope: Scope) -> Environ:
    """A request's head as a WSGI program reads it (PEP 3333)."""
    address, server = scope["client"], scope["server"]
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": address[0],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope["headers"]:
        _add(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add(environ: Environ, name: str, value: str) -> None:
    """One header; a name with an underscore could pass for another's, so it is left out."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
    between = "; " if key == "HTTP_COOKIE" else ","
    environ[key] = f"{environ[key]}{between}{value}" if key in environ else value
