"""`monitor mail`: what waits and why, and a second try by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from branches import outbox
from branches.database import transaction
from branches.outbox import MailKind
from monitor.cli import monitor
from monitor.config import read_config
from monitor.opening import open_chain
from tests import make

pytestmark = pytest.mark.slow
NOW = datetime.now(UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A chain with a mail that was sent and one that was refused."""
    file = tmp_path / "config.toml"
    file.write_text("")
    engine = open_chain(read_config(file))
    with transaction(engine) as session:
        reader = make.user(session)
        reader.email = "kati@example.com"
        for key in ("sent", "refused"):
            mail = outbox.write(
                session, MailKind.EDITION, reader, {"scope": key, "week": "", "revision": 0}, key=key, at=NOW
            )
            outbox.claim(session, mail, holder="one", clock=lambda: NOW, seconds=60, domain="example.com")
            if key == "sent":
                outbox.mark_sent(session, mail, at=NOW)
            else:
                outbox.mark_failed(session, mail, "550 no such user", for_good=True, now=NOW)
    engine.dispose()
    return file


def said(file: Path, *words: str) -> str:
    result = CliRunner().invoke(monitor, ["--config", str(file), "mail", *words])
    assert result.exit_code == 0
    return result.output


def test_the_list_says_what_the_mail_server_said(file: Path) -> None:
    counts, line = said(file, "list").splitlines()
    assert counts == "1 waiting, 1 of them not taken · 1 sent · 0 told of by a later one · 0 given up"
    again = NOW + timedelta(days=1)
    assert line == (
        f"{NOW:%Y-%m-%d %H:%M} edition for kati@example.com: 1 try, again at {again:%Y-%m-%d %H:%M} UTC. 550 no such user"
    )


def test_a_retry_makes_it_due_at_once(file: Path) -> None:
    assert said(file, "retry") == "1 will be tried at the scheduler's next look.\n"
    assert f"again at {datetime.now(UTC):%Y-%m-%d}" in said(file, "list")
