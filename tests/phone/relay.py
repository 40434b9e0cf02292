"""The line between a phone and the server: it can be cut, and a request or its reply held or lost at a chosen place."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

PIECE = 65_536
PATIENCE = 30.0
"""Seconds that anything may be held."""


@dataclass
class Place:
    """Where one request is stopped: `before` the server has it, or `after` it has answered."""

    path: str
    side: str
    drop: bool
    """Whether the line breaks there; else it goes on when released."""
    times: int = 1
    reached: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)

    def wait(self) -> None:
        assert self.reached.wait(PATIENCE), f"nothing came to {self.path}"


@dataclass
class Relay:
    """Passes requests on, one connection of its own for each; what comes in over one kept connection is told apart."""

    upstream: int
    whole: bool = True
    """Whether the line holds."""
    asked: list[str] = field(default_factory=list)
    """Method and path of each request that reached it."""
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        Thread(target=self._listen, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """From now on nothing passes, and what was on its way is gone."""
        self.whole = False
        self._free()
        with self._lock:
            for one in list(self._open):
                _close(one)

    def mend(self) -> None:
        self.whole = True

    def hold(self, path: str, side: str) -> Place:
        """Stops the next request whose address contains that path."""
        return self._put(Place(path, side, drop=False))

    def lose(self, path: str, side: str = "after", times: int = 1) -> Place:
        """Breaks the line at the next such requests; `after`: the server has done its work and nobody hears of it."""
        return self._put(Place(path, side, drop=True, times=times))

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _put(self, place: Place) -> Place:
        self.places.append(place)
        return place

    def _free(self) -> None:
        for place in self.places:
            place.released.set()
        self.places.clear()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        try:
            while self.whole and self._pass_one(client):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            _close(client)

    def _pass_one(self, client: socket.socket) -> bool:
        """Whether the connection may bring another request."""
        request = _message(client)
        if not request:
            return False
        method, path, _ = request.split(b" ", 2)
        name = f"{method.decode()} {path.decode()}"
        self.asked.append(name)
        if self._stopped(name, "before"):
            return False
        reply = self._answer(request)
        if not reply or self._stopped(name, "after") or not self.whole:
            return False
        client.sendall(reply)
        return True

    def _answer(self, request: bytes) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.upstream), timeout=PATIENCE) as server:
                server.sendall(request)
                return _message(server)
        except OSError:
            return b""

    def _stopped(self, name: str, side: str) -> bool:
        """Holds a request where it is to be held; whether the line breaks there."""
        if not name.startswith("POST"):
            return False
        with self._lock:
            place = next((one for one in self.places if one.side == side and one.path in name), None)
            if place is not None:
                place.times -= 1
                if place.times <= 0:
                    self.places.remove(place)
        if place is None:
            return False
        place.reached.set()
        return place.drop or not place.released.wait(PATIENCE) or not self.whole


def _message(of: socket.socket) -> bytes:
    """One request or reply, whole; nothing where the other end has hung up."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = of.recv(PIECE)
        if not piece:
            return b""
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    left = int(lengths[0]) - len(body) if lengths else 0
    while left > 0:
        piece = of.recv(PIECE)
        if not piece:
            return b""
        got, left = got + piece, left - len(piece)
    return got


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """A line to that port."""
    found = Relay(port)
    try:
        yield found
    finally:
        found.close()
