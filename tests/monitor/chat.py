"""A real web server on this machine that takes posts, refuses them, sends elsewhere, hangs, drips or cuts the line."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG, CUT, DRIP = "hang", "cut", "drip"
Answer = int | str


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Chat:
    """What came in, and how the next requests are answered; the last answer stays."""

    address: str
    answers: list[Answer] = field(default_factory=lambda: [200])
    came: list[Received] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def chat(tls: ssl.SSLContext | None = None) -> Iterator[Chat]:
    """Listens at a port of its own until the test is over."""
    found = Chat("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.came.append(Received(self.path, dict(self.headers), body))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            if isinstance(answer, int):
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", f"{found.address}/elsewhere")
                self.end_headers()
                return
            self.close_connection = True
            while answer == DRIP and not found.done.wait(0.02):
                try:
                    self.wfile.write(b"X")
                except OSError:
                    return
            if answer == HANG:
                found.done.wait(60)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that gives up, or trusts us not, is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    found.done.set()
    server.shutdown()
    server.server_close()
