"""The way out for posts to chat systems: signed, over TLS, to the very address that the settings name.

Signatures follow the Standard Webhooks specification 1.0 (https://www.standardwebhooks.com). Neither an address, which
is often a secret itself, nor a secret stands in any message, log or page.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Thread
from urllib.parse import urlsplit

from branches.errors import NotFound, Refused
from branches.webhooks import Wish
from monitor import mailer
from monitor.config import Config

TIMEOUT_SECONDS = 10.0
"""For one step: a name, a connection, a part of the answer."""
WHOLE = 2
"""A conversation lasts at most so many times what one step may take."""
LONGEST_SECONDS = 30
"""So long sending one post may take, the name of its address looked up."""
PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
"""Of a secret, as the specification has it."""
GONE = 410


class NotTaken(Exception):  # noqa: N818 - the post waits, nothing is lost
    """The post was not taken; `why` names neither address nor secret; `gone`: the address wants no more."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.gone = gone


@dataclass(frozen=True)
class Target:
    """Where posts of one name go, and what they are signed with."""

    name: str
    address: str = field(repr=False)
    secret: bytes = field(repr=False)


def wishes(config: Config) -> tuple[Wish, ...]:
    """What the settings ask for, without where it goes."""
    return tuple(
        Wish(name, said.region, said.language or config.chain.language) for name, said in config.webhooks.to.items()
    )


def check(config: Config) -> None:
    """Refuses what cannot be, before a post is lost to it."""
    for name in config.webhooks.to:
        target(config, name)


def target(config: Config, name: str) -> Target:
    """Where posts of that name go; its secret is read anew each time."""
    said = config.webhooks.to.get(name)
    if said is None:
        raise NotFound("There is no webhook {name}.", name=name[:30])
    parts = urlsplit(said.address)
    if parts.scheme != "https" and not mailer.is_this_machine(parts.hostname or ""):
        raise Refused("The address of the webhook {name} must begin with https, except on this machine.", name=name)
    return Target(name, said.address, _key(name, _secret(config, name)))


def variable(name: str) -> str:
    """The environment variable that may hold the secret."""
    return f"MONITOR_WEBHOOK_SECRET_{name.upper().replace('-', '_')}"


def _secret(config: Config, name: str) -> str:
    given = os.environ.get(variable(name))
    if given is not None:
        return given
    file = config.webhooks.to[name].secret_file
    if file is None:
        raise Refused(
            "The secret of the webhook {name} is missing: set {variable}, or its secret_file.",
            name=name,
            variable=variable(name),
        )
    try:
        if file.stat().st_mode & 0o077:
            raise Refused("{file} can be read by others: run chmod 600 on it.", file=file)
        return file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise _no_secret(name) from None
    except OSError as error:
        raise Refused("The secret file {file} cannot be read: {why}.", file=file, why=error.strerror) from None


def _key(name: str, secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise _no_secret(name) from None
    if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise _no_secret(name)
    return key


def _no_secret(name: str) -> Refused:
    return Refused(
        "The secret of the webhook {name} must be whsec_ and then {least} to {most} bytes in base64.",
        name=name,
        least=LEAST_BYTES,
        most=MOST_BYTES,
    )


def signature(secret: bytes, number: str, timestamp: int, body: bytes) -> str:
    """Symmetric signature of the specification: HMAC-SHA256 over "id.timestamp.body" in base64, behind "v1,"."""
    signed = hmac.digest(secret, f"{number}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"


def headers(secret: bytes, number: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """What a receiver checks: the same id for ever, the time of this attempt, the signature over both and the body."""
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "service-consistency-monitor",
        "webhook-id": number,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, number, timestamp, body),
    }


def send(to: Target, number: str, body: bytes, *, at: datetime, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Hands the post over: to that address alone, past no proxy of the environment, and wherever it is redirected to not.

    Raises:
        NotTaken: it was not taken, or nobody knows whether it was.
    """
    parts = urlsplit(to.address)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    with _explained(), _conversation(_line(to.address, timeout_seconds), WHOLE * timeout_seconds) as line:
        line.request("POST", path, body, dict(headers(to.secret, number, at, body)))
        status = line.getresponse().status  # what stands below its head is not read, however long it is
    if not 200 <= status < 300:  # noqa: PLR2004 - what RFC 9110 calls successful
        raise NotTaken(_refused(status), gone=status == GONE)


def _line(address: str, timeout_seconds: float) -> HTTPConnection:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=timeout_seconds, context=ssl.create_default_context())
    return HTTPConnection(host, parts.port, timeout=timeout_seconds)


@contextlib.contextmanager
def _conversation(line: HTTPConnection, seconds: float) -> Iterator[HTTPConnection]:
    """An address that answers a letter at a time would hold up all others: the line is cut in the end."""
    ended = Event()
    Thread(target=_cut, args=(line, ended, seconds), daemon=True).start()
    try:
        yield line
    finally:
        ended.set()
        line.close()


def _cut(line: HTTPConnection, ended: Event, seconds: float) -> None:
    """Once the time is over, and again where the line came up only then."""
    wait = seconds
    while not ended.wait(wait):
        wait = mailer.AGAIN_SECONDS
        if line.sock is not None:
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)


def _refused(status: int) -> str:
    if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110: redirection
        return f"It answered {status}: it wants the post elsewhere, and posts go to no other address."
    return f"It answered {status}."


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Whatever goes wrong on the way, in words of our own: those of a library may name the address."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise NotTaken("Its certificate is not to be trusted.") from None
    except TimeoutError:
        raise NotTaken("It does not answer in time.") from None
    except socket.gaierror:
        raise NotTaken("Its name is not known.") from None
    except ConnectionRefusedError:
        raise NotTaken("It takes no connection.") from None
    except (HTTPException, OSError, ValueError):
        raise NotTaken("The line was cut, or what came was no answer.") from None
