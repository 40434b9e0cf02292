"""The way out for mail: the mail server that the settings name, else a folder of .eml files."""

import contextlib
import hashlib
import ipaddress
import os
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from threading import Event, Thread

from branches.errors import Refused
from monitor.config import Config
from reports import envelope
from reports.envelope import Letter, NotDelivered, Sender, Transport

__all__ = [
    "Folder",
    "Letter",
    "NotDelivered",
    "Sender",
    "Server",
    "Transport",
    "letter",
    "longest_seconds",
    "sender",
    "transport",
]

PASSWORD = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - the variable's name
"""The environment variable that holds the mail server's password."""
NOBODY = "monitor@localhost"
"""Whom mail is from where it only goes into a folder and the settings name nobody."""
WHOLE = 3
"""A conversation lasts at most so many times what one answer may take."""
AGAIN_SECONDS = 0.2
READY = 220
"""RFC 5321: the greeting of a server that takes mail."""
LONGEST_ANSWER = 300
LONGEST_NAME = 100


def transport(config: Config) -> Transport:
    """The way out that the settings name; what cannot be is refused before a mail is lost to it."""
    mail = config.mail
    if not mail.host:
        return Folder(config.folder / "mail")
    if not mail.sender:
        raise Refused("Say in [mail] which address mail comes from: sender is empty.")
    if mail.security == "none":
        refuse_open_way(mail.host)
    password = _password(config) if mail.user else ""
    return Server(mail.host, mail.port, mail.security, mail.user, password, mail.timeout_seconds)


def refuse_open_way(host: str) -> None:
    """Nothing is sent in the clear but to this very machine."""
    if not is_this_machine(host):
        raise Refused(
            "security in [mail] may be none only for a mail server on this machine, not for {host}.", host=host
        )


def longest_seconds(config: Config) -> int:
    """So long sending one mail may take."""
    return (WHOLE + 2) * config.mail.timeout_seconds


def sender(config: Config) -> Sender:
    """Whom the chain's mail is from."""
    return Sender(config.mail.sender or NOBODY, config.mail.sender_name or config.chain.name)


def letter(config: Config, to: str, name: str, subject: str, text: str, *, at: datetime) -> EmailMessage:
    """A short mail in plain text, such as a way to sign in, ready to be sent."""
    whom = sender(config)
    message_id = make_msgid(domain=whom.domain)
    return envelope.enclose(Letter(subject, text), whom, envelope.address(to, name), message_id=message_id, at=at)


def is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host.lower() == "localhost"


def _password(config: Config) -> str:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    file = config.mail.password_file
    if file is None:
        raise Refused("The mail server's password is missing: set {name}, or password_file in [mail].", name=PASSWORD)
    try:
        if file.stat().st_mode & 0o077:
            raise Refused("{file} can be read by others: run chmod 600 on it.", file=file)
        return file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise Refused("The password file {file} is not text in UTF-8.", file=file) from None
    except OSError as error:
        raise Refused("The password file {file} cannot be read: {why}.", file=file, why=error.strerror) from None


@dataclass(frozen=True)
class Folder:
    """Keeps each message as a file, for a trial without a mail server."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """A message that is sent again takes the place of the first: its name is its Message-ID's."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep(self.folder, _file_name(message), _written(message))
        except OSError as error:
            why = f"{self.folder}: {error.strerror or error}"
            raise NotDelivered(why, for_good=False, unreachable=True) from error


def _written(message: EmailMessage) -> bytes:
    """Headers in plain letters, except where an address has others."""
    plain = all(one.isascii() for one in envelope.addresses(message))
    return message.as_bytes(policy=envelope.POLICY.clone(utf8=not plain))


def _file_name(message: EmailMessage) -> str:
    known = str(message["Message-ID"] or make_msgid())
    local = re.sub(r"[^\w.-]", "", known.partition("@")[0], flags=re.ASCII).strip(".")
    if len(local) > LONGEST_NAME or not local:
        local = hashlib.sha256(known.encode()).hexdigest()[:32]
    return f"{local}.eml"


def _keep(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all, and on the disk when this returns."""
    draft = folder / f".{name}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    there = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


@dataclass(frozen=True)
class Server:
    """A mail server (SMTP); one conversation a message."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20

    def send(self, message: EmailMessage) -> None:
        with _explained(), self._conversation() as server:
            with _explained(unreachable=True):
                self._introduce(server)
            refused = server.send_message(message)
            if refused:
                code, said = next(iter(refused.values()))
                raise smtplib.SMTPResponseException(code, said)

    @contextlib.contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A server that answers a letter at a time would hold up all others: the line is cut in the end."""
        server, ended = self._telephone(), Event()
        Thread(target=_cut, args=(server, ended, WHOLE * self.timeout_seconds), daemon=True).start()
        try:
            with _explained(unreachable=True):
                self._connect(server)
            yield server
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # the message is theirs already: how they part does not matter
        finally:
            ended.set()
            server.close()

    def _telephone(self) -> smtplib.SMTP:
        """Not connected yet: its greeting is part of the conversation."""
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self.timeout_seconds, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(timeout=self.timeout_seconds)
        # Certificates are held against this name, and connect() does not set it.
        server._host = self.host  # type: ignore[attr-defined]  # noqa: SLF001
        return server

    def _connect(self, server: smtplib.SMTP) -> None:
        code, said = server.connect(self.host, self.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, said)

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        server.ehlo_or_helo_if_needed()


def _cut(server: smtplib.SMTP, ended: Event, seconds: float) -> None:
    """Ends the line once the time is over, and once more where it came up or changed to TLS only then."""
    wait = seconds
    while not ended.wait(wait):
        wait = AGAIN_SECONDS
        line = server.sock
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _explained(*, unreachable: bool = False) -> Iterator[None]:
    """Whatever goes wrong on the way becomes one kind of refusal, in the mail server's own words."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered(_said(error.smtp_code, error.smtp_error), for_good=False, unreachable=True) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise NotDelivered(_said(code, said), for_good=_is_final(code)) from error
    except smtplib.SMTPSenderRefused as error:  # the settings are wrong, not this mail
        raise NotDelivered(_said(error.smtp_code, error.smtp_error), for_good=False, unreachable=True) from error
    except smtplib.SMTPResponseException as error:
        for_good = _is_final(error.smtp_code) and not unreachable
        raise NotDelivered(_said(error.smtp_code, error.smtp_error), for_good, unreachable=unreachable) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotDelivered(str(error)[:LONGEST_ANSWER], for_good=not unreachable, unreachable=unreachable) from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        waited = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        why = "The mail server does not answer." if waited else (str(error) or type(error).__name__)[:LONGEST_ANSWER]
        raise NotDelivered(why, for_good=False, unreachable=unreachable) from error


def _is_final(code: int) -> bool:
    """RFC 5321: 5yz is a refusal for good."""
    return code // 100 == 5  # noqa: PLR2004 - the RFC's own number


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return envelope.one_line(f"{code} {text}")[:LONGEST_ANSWER]
