"""Pages served to a real browser by threads of the test's own process."""

from threading import Event, Thread
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

PATIENCE = 5
"""Seconds in which a thread begins."""


class PagesServer(ThreadedWSGIServer):
    """One thread a request; each begins before the next is made: Python 3.11 refuses to measure two that begin at the same moment."""

    def __init__(
        self, app: Flask, port: int = 0, handler: type[WSGIRequestHandler] | None = None, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(host, port, app, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        begun = Event()

        def run() -> None:
            begun.set()
            self.process_request_thread(request, client_address)

        Thread(target=run, daemon=True).start()
        begun.wait(PATIENCE)
