"""The way out: a folder or a mail server; every way in which a server can fail becomes one kind of refusal."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from branches.errors import Refused
from monitor import mailer
from monitor.config import Config
from monitor.mailer import Folder, NotDelivered, Server
from tests.monitor.sink import ACCEPT, DIE, HANG, Sink, config, free_port, mail_settings, sink

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Sink]:
    with sink() as made:
        yield made


def message(chain: Config, to: str = "kati@example.com", subject: str = "Hello") -> EmailMessage:
    return mailer.letter(chain, to, "Kati", subject, "Good morning", at=AT)


def refusal(chain: Config, *, to: str = "kati@example.com") -> NotDelivered:
    with pytest.raises(NotDelivered) as refused:
        mailer.transport(chain).send(message(chain, to))
    return refused.value


def test_without_a_server_mail_is_kept_in_a_folder_whole_and_once(tmp_path: Path) -> None:
    chain = Config.model_validate({"data": {"folder": str(tmp_path)}})
    sent = message(chain)
    for _ in range(2):
        mailer.transport(chain).send(sent)
    (file,) = (tmp_path / "mail").iterdir()
    kept = message_from_bytes(file.read_bytes(), policy=default)
    assert (kept["Message-ID"], kept["To"], kept["From"]) == (
        sent["Message-ID"],
        "Kati <kati@example.com>",
        "monitor@localhost",
    )
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_no_refusal_for_good(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    chain = Config.model_validate({"data": {"folder": str(tmp_path)}})
    refused = refusal(chain)
    assert (refused.for_good, refused.unreachable) == (False, True)


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    sent = EmailMessage()
    sent["Message-ID"] = "<../../escape@x>"
    Folder(tmp_path / "mail").send(sent)
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["escape.eml"]


def test_a_server_takes_a_message_as_it_is(tmp_path: Path, server: Sink) -> None:
    chain = config(tmp_path, server.port)
    sent = message(chain, subject="Őrült jó · மிக நன்று")
    mailer.transport(chain).send(sent)
    assert (server.ids, server.subjects) == ([sent["Message-ID"]], ["Őrült jó · மிக நன்று"])
    assert server.came[0].get_content() == "Good morning\r\n"


@pytest.mark.parametrize(("answer", "for_good"), [("450 full", False), ("550 no such user", True)])
def test_a_refused_recipient(tmp_path: Path, server: Sink, answer: str, for_good: bool) -> None:
    server.to["kati@example.com"] = answer
    refused = refusal(config(tmp_path, server.port))
    assert (refused.why, refused.for_good, refused.unreachable) == (answer, for_good, False)


@pytest.mark.parametrize(("answer", "for_good"), [("451 later", False), ("554 spam", True)])
def test_a_refused_message(tmp_path: Path, server: Sink, answer: str, for_good: bool) -> None:
    server.answers = [answer]
    refused = refusal(config(tmp_path, server.port))
    assert (refused.why, refused.for_good, refused.unreachable) == (answer, for_good, False)


def test_a_server_that_dies_after_the_message_has_not_answered(tmp_path: Path, server: Sink) -> None:
    server.answers = [DIE]
    refused = refusal(config(tmp_path, server.port))
    assert (len(server.came), refused.for_good, refused.unreachable) == (1, False, False)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["recipient", "message"])
def test_a_server_that_hangs_is_left(tmp_path: Path, server: Sink, where: str) -> None:
    server.answers, server.to = ([HANG], {}) if where == "message" else ([ACCEPT], {"kati@example.com": HANG})
    began = time.monotonic()
    refused = refusal(config(tmp_path, server.port))
    assert time.monotonic() - began < 5
    assert (refused.why, refused.for_good) == ("The mail server does not answer.", False)


def test_no_server_there(tmp_path: Path) -> None:
    refused = refusal(config(tmp_path, free_port()))
    assert (refused.for_good, refused.unreachable) == (False, True)


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """A server's port that sends a byte at a time and never ends what it says."""
    stop = threading.Event()

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(first)
            while not stop.wait(0.3):
                line.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        at_work = threading.Thread(target=drip, args=(listening,))
        at_work.start()
        yield listening.getsockname()[1]
        stop.set()
        at_work.join()


@pytest.mark.slow
@pytest.mark.parametrize("first", [b"220 slow\r\n", b"22"], ids=["answer", "greeting"])
def test_a_server_that_speaks_a_letter_at_a_time_is_cut_off(tmp_path: Path, first: bytes) -> None:
    with dripping(first, b"0") as port:
        began = time.monotonic()
        refused = refusal(config(tmp_path, port))
        assert 2 < time.monotonic() - began < 6
    assert (refused.for_good, refused.unreachable) == (False, True)


@pytest.mark.slow
def test_a_server_that_drips_its_part_of_tls_is_left(tmp_path: Path) -> None:
    with dripping(b"\x16\x03\x03\x40\x00", b"\x02") as port:
        began = time.monotonic()
        refused = refusal(settings(tmp_path, port=port, security="tls"))
        assert time.monotonic() - began < 6
    assert (refused.why, refused.unreachable) == ("The mail server does not answer.", True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate it signed for 127.0.0.1, in one file."""
    tool, file = shutil.which("openssl"), tmp_path_factory.mktemp("tls") / "both.pem"
    if tool is None:
        pytest.skip("no openssl here to make a certificate with")
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=here -addext subjectAltName=IP:127.0.0.1"
    run = [tool, *made.split(), "-keyout", "-", "-out", "-"]
    file.write_bytes(subprocess.run(run, check=True, capture_output=True).stdout)
    return file


@pytest.mark.slow
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_secret_line_goes_only_to_the_server_that_the_certificate_names(
    tmp_path: Path, certificate: Path, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)
    with sink(tls=theirs) if security == "tls" else sink(starttls=theirs) as able:
        chain = settings(tmp_path, port=able.port, security=security)
        assert "certificate verify failed" in refusal(chain).why
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mailer.transport(chain).send(message(chain))
        assert "localhost" in refusal(settings(tmp_path, port=able.port, security=security, host="localhost")).why
    assert able.subjects == ["Hello"]


def test_a_server_that_takes_no_mail_says_why(tmp_path: Path) -> None:
    with dripping(b"554 closed today\r\n", b"") as port:
        refused = refusal(config(tmp_path, port))
    assert (refused.why, refused.for_good, refused.unreachable) == ("554 closed today", False, True)


def test_an_address_in_letters_the_server_cannot_take_is_refused_for_good(tmp_path: Path, server: Sink) -> None:
    refused = refusal(config(tmp_path, server.port), to="jános@example.com")
    assert (refused.for_good, refused.unreachable) == (True, False)
    with sink(takes_any_letters=True) as able:
        mailer.transport(config(tmp_path, able.port)).send(message(config(tmp_path, able.port), "jános@example.com"))
        assert [str(came["To"]) for came in able.came] == ["Kati <jános@example.com>"]


@pytest.mark.parametrize("to", ["", "nobody", "a b@example.com", "a\nBcc: b@example.com", "x@" + "ő" * 80 + ".hu"])
def test_what_is_no_address_is_refused_for_good(tmp_path: Path, to: str) -> None:
    with pytest.raises(NotDelivered) as refused:
        message(Config.model_validate({"data": {"folder": str(tmp_path)}}), to)
    assert refused.value.for_good is True


def settings(tmp_path: Path, **more: object) -> Config:
    return Config.model_validate({"data": {"folder": str(tmp_path)}, "mail": {**mail_settings(25), **more}})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "[::1]"])
def test_without_secrecy_only_to_this_machine(tmp_path: Path, host: str) -> None:
    assert isinstance(mailer.transport(settings(tmp_path, host=host)), Server)


def test_without_secrecy_to_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"may be none only for a mail server on this machine, not for mail.example.com"):
        mailer.transport(settings(tmp_path, host="mail.example.com"))


def test_a_server_without_a_sender_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="sender is empty"):
        mailer.transport(settings(tmp_path, sender=""))


def test_the_password_comes_from_the_environment_or_a_closed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(mailer.PASSWORD, raising=False)
    with pytest.raises(Refused, match="password is missing: set MONITOR_SMTP_PASSWORD"):
        mailer.transport(settings(tmp_path, user="reports"))
    file = tmp_path / "password"
    file.write_text("open sesame\n")
    file.chmod(0o644)
    with pytest.raises(Refused, match="can be read by others"):
        mailer.transport(settings(tmp_path, user="reports", password_file=str(file)))
    file.chmod(0o600)
    given = mailer.transport(settings(tmp_path, user="reports", password_file=str(file)))
    assert isinstance(given, Server)
    assert (given.password, "sesame" in repr(given)) == ("open sesame", False)
    monkeypatch.setenv(mailer.PASSWORD, "from outside")
    given = mailer.transport(settings(tmp_path, user="reports", password_file=str(file)))
    assert isinstance(given, Server)
    assert given.password == "from outside"


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(mailer.PASSWORD, raising=False)
    with pytest.raises(Refused, match="cannot be read"):
        mailer.transport(settings(tmp_path, user="reports", password_file=str(tmp_path / "absent")))
