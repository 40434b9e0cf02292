"""Posts as a web server on this machine receives them: signed as the specification says, to that address alone."""

import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from branches.errors import NotFound, Refused
from monitor import webhooks
from monitor.cli import monitor
from monitor.config import Config
from monitor.webhooks import NotTaken, Target
from tests.monitor import test_mailer
from tests.monitor.chat import CUT, DRIP, HANG, Chat, chat
from tests.monitor.sink import free_port

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"

certificate = test_mailer.certificate


@pytest.fixture
def server() -> Iterator[Chat]:
    with chat() as made:
        yield made


def send(to: str, body: bytes = b"{}", *, seconds: float = 30) -> None:
    webhooks.send(Target("team", to, KEY), "0123456789abcdef", body, at=AT, timeout_seconds=seconds)


def trouble(to: str, *, seconds: float = 30) -> NotTaken:
    with pytest.raises(NotTaken) as refused:
        send(to, seconds=seconds)
    return refused.value


def typed(*words: str) -> str:
    """What a command says: its words, or the sentence with which it refuses."""
    result = CliRunner().invoke(monitor, words)
    if result.exception is not None:
        assert isinstance(result.exception, Refused)
        return f"refused: {result.exception}"
    return result.output


def settings(**hook: object) -> Config:
    return Config.model_validate({"webhooks": {"to": {"team": hook}}})


def test_the_signature_is_that_of_the_specifications_own_example() -> None:
    """The example of the reference libraries; `openssl dgst -sha256 -mac HMAC` gives the same."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = webhooks.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_check_what_it_gets(server: Chat) -> None:
    body = '{"text":"Kossuth tér"}'.encode()
    send(f"{server.address}/services/T0/B0?thread=1&x=%20", body)
    (came,) = server.came
    assert (came.path, came.body) == ("/services/T0/B0?thread=1&x=%20", body)
    assert came.headers["Content-Type"] == "application/json; charset=utf-8"
    number, timestamp = came.headers["webhook-id"], came.headers["webhook-timestamp"]
    assert (number, timestamp) == ("0123456789abcdef", str(int(AT.timestamp())))
    signed = hmac.new(KEY, f"{number}.{timestamp}.".encode() + came.body, hashlib.sha256).digest()
    assert came.headers["webhook-signature"] == f"v1,{base64.b64encode(signed).decode()}"


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_success_is_one(server: Chat, status: int) -> None:
    server.answers = [status]
    send(server.address)


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_what_is_refused_is_told_by_its_number(server: Chat, status: int) -> None:
    server.answers = [status]
    refused = trouble(server.address)
    assert (refused.why, refused.gone) == (f"It answered {status}.", False)


def test_an_address_that_wants_no_more_says_so(server: Chat) -> None:
    server.answers = [410]
    assert trouble(server.address).gone is True


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed(server: Chat, status: int) -> None:
    server.answers = [status, 200]
    assert "posts go to no other address" in trouble(f"{server.address}/here").why
    assert [came.path for came in server.came] == ["/here"]


def test_a_line_that_is_cut_is_told(server: Chat) -> None:
    server.answers = [CUT]
    assert trouble(server.address).why == "The line was cut, or what came was no answer."


def test_an_address_that_hangs_is_left(server: Chat) -> None:
    server.answers = [HANG]
    assert trouble(server.address, seconds=0.2).why == "It does not answer in time."


def test_an_answer_that_comes_a_letter_at_a_time_is_cut_off(server: Chat) -> None:
    server.answers = [DRIP]
    began = time.monotonic()
    trouble(server.address, seconds=0.1)
    assert time.monotonic() - began < 20


def test_nobody_there_is_told(server: Chat) -> None:
    assert trouble(f"http://127.0.0.1:{free_port()}/secret").why == "It takes no connection."


def test_no_proxy_of_the_environment_is_asked(server: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    send(server.address)
    assert len(server.came) == 1


@pytest.mark.slow
def test_a_secret_line_goes_only_to_the_server_that_the_certificate_names(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)
    with chat(theirs) as server:
        assert trouble(server.address).why == "Its certificate is not to be trusted."
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(server.address)
        elsewhere = server.address.replace("127.0.0.1", "localhost")
        assert trouble(elsewhere).why == "Its certificate is not to be trusted."
    assert len(server.came) == 1


@pytest.mark.parametrize(
    "address", ["http://chat.example.com/x", "http://10.0.0.1/x", "http://127.0.0.1.example.com/x"]
)
def test_nothing_goes_in_the_clear_but_to_this_machine(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MONITOR_WEBHOOK_SECRET_TEAM", SECRET)
    with pytest.raises(Refused, match="must begin with https"):
        webhooks.check(settings(address=address))
    for fine in ("http://127.0.0.1:8065/x", "http://localhost/x", "http://[::1]/x", "https://chat.example.com/x"):
        webhooks.check(settings(address=fine))


def test_the_secret_comes_from_the_environment_else_from_a_file_that_others_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o644)
    chain = settings(address="https://chat.example.com/x", secret_file=str(file))
    with pytest.raises(Refused, match="can be read by others"):
        webhooks.target(chain, "team")
    file.chmod(0o600)
    assert webhooks.target(chain, "team").secret == KEY
    monkeypatch.setenv("MONITOR_WEBHOOK_SECRET_TEAM", f"whsec_{base64.b64encode(KEY[::-1]).decode()}")
    assert webhooks.target(chain, "team").secret == KEY[::-1]
    monkeypatch.delenv("MONITOR_WEBHOOK_SECRET_TEAM")
    with pytest.raises(Refused, match="is missing: set MONITOR_WEBHOOK_SECRET_TEAM"):
        webhooks.target(settings(address="https://chat.example.com/x"), "team")
    with pytest.raises(Refused, match="cannot be read"):
        webhooks.target(settings(address="https://chat.example.com/x", secret_file=str(tmp_path / "none")), "team")
    with pytest.raises(NotFound):
        webhooks.target(chain, "nobody")


@pytest.mark.parametrize("secret", ["", "whsec_", SECRET[6:], "whsec_c2hvcnQ=", "whsec_!!!", "whsec_" + "A" * 400])
def test_what_is_no_secret_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("MONITOR_WEBHOOK_SECRET_TEAM", secret)
    with pytest.raises(Refused) as refused:
        webhooks.target(settings(address="https://chat.example.com/x"), "team")
    assert str(refused.value) == ("The secret of the webhook team must be whsec_ and then 24 to 64 bytes in base64.")


def test_neither_address_nor_secret_is_shown_where_things_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_WEBHOOK_SECRET_TEAM", SECRET)
    chain = settings(address="https://chat.example.com/services/hidden")
    shown = f"{webhooks.target(chain, 'team')!r} {webhooks.wishes(chain)!r} {chain.webhooks!r}"
    assert "hidden" not in shown
    assert SECRET[6:] not in shown
    assert str(KEY) not in shown


def test_a_post_to_try_an_address(server: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_WEBHOOK_SECRET_TEAM", SECRET)
    file = tmp_path / "config.toml"
    file.write_text(f'[webhooks.to.team]\naddress = "{server.address}/hidden"\nlanguage = "hu"\n')
    assert typed("--config", str(file), "webhook", "test", "team") == "team has taken the post.\n"
    assert b'"type":"test"' in server.came[0].body
    assert typed("--config", str(file), "webhook", "list") == "team: the whole chain, hu\n"
    server.answers = [500]
    refused = typed("--config", str(file), "webhook", "test", "team")
    assert refused == "refused: The post to team was not taken: It answered 500."
    assert typed("--config", str(file), "webhook", "test", "nobody") == "refused: There is no webhook nobody."


@pytest.mark.parametrize(
    "written",
    [
        '[webhooks.to.team]\naddress = "ftp://hidden"\n',
        '[webhooks.to.team]\naddress = "https://user:hidden@chat.example.com/x"\n',
        '[webhooks.to.team]\naddress = "https://chat.example.com/hid den"\n',
        '[webhooks.to.team]\naddress = "https://[::1/hidden"\n',
        '[webhooks.to.team]\naddress = "https://[abc]/hidden"\n',
        '[webhooks.to.team]\naddress = "https://[::1]x/hidden"\n',
        '[webhooks.to.team]\naddress = "https://chat.example.com:99999/hidden"\n',
        '[webhooks.to.team]\naddress = "https://chat.example.com:https/hidden"\n',
        '[webhooks.to.team]\naddress = "https://chat.example.com:0/hidden"\n',
        '[webhooks.to.team]\naddress = "https://:443/hidden"\n',
        '[webhooks.to.team]\naddress = "https://chat..example.com/hidden"\n',
        '[webhooks.to.team]\nadress = "https://hidden"\n',
        '[webhooks.to.Team]\naddress = "https://hidden"\n',
        '[webhooks.to]\nteam = "https://hidden"\n',
        '[webhooks]\nto = "https://hidden"\n',
        '[webhooks.to.team]\naddress = "https://chat.example.com/hidden"\nlanguage = "xx"\n',
    ],
)
def test_settings_that_cannot_be_are_refused_without_repeating_an_address(tmp_path: Path, written: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(written)
    refused = typed("--config", str(file), "webhook", "list")
    assert refused.startswith("refused: ")
    assert "[webhooks" in refused
    assert "hid" not in refused


def test_a_variable_that_cannot_be_read_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_WEBHOOKS__TO", '{"team": {"address": "https://hidden"')
    assert (
        typed("webhook", "list")
        == "refused: MONITOR_WEBHOOKS__TO: to in [webhooks] must be JSON, not what stands there."
    )
