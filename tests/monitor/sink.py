"""A real mail server on this machine that takes mail, refuses it, hangs, or dies at the worst moment."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.config import Config

ACCEPT, HANG, DIE = "250 OK", "hang", "die"


def free_port() -> int:
    """A port nobody listens at; the controller cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Sink:
    """What came in, and how the next mails are answered; the last answer stays."""

    port: int
    answers: list[str] = field(default_factory=lambda: [ACCEPT])
    to: dict[str, str] = field(default_factory=dict)
    """Answers to single recipients."""
    open: Event = field(default_factory=Event)
    """Until it is set, whoever has sent a message waits for the answer."""
    came: list[EmailMessage] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    """Those of them to which it said so."""

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.came]

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.came]

    async def handle_RCPT(  # noqa: N802 - the library's name and signature
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.to.get(address, ACCEPT)
        if answer == HANG:
            await asyncio.sleep(60)
        if answer == ACCEPT:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer in {ACCEPT, DIE, HANG}:
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.came.append(message)
            self.taken += [message] if answer == ACCEPT else []
        await asyncio.to_thread(self.open.wait, 60)
        if answer == HANG:
            await asyncio.sleep(60)
        if answer == DIE:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer


@contextmanager
def sink(
    *, takes_any_letters: bool = False, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[Sink]:
    made, where = Sink(free_port()), "127.0.0.1"
    controller = Controller(
        made, where, made.port, ssl_context=tls, tls_context=starttls, enable_SMTPUTF8=takes_any_letters
    )
    made.open.set()
    controller.start()
    try:
        yield made
    finally:
        made.open.set()
        controller.stop()


def mail_settings(port: int, timeout: int = 1) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "reports@chain.example",
        "timeout_seconds": timeout,
    }


def config(folder: object, port: int, timeout: int = 1) -> Config:
    """Settings of a chain whose mail goes into the sink."""
    return Config.model_validate({"data": {"folder": str(folder)}, "mail": mail_settings(port, timeout)})
