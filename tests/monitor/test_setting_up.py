"""`monitor init` and `monitor user`, as the person does who sets the program up."""

import io
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from sqlmodel import select

from branches import database, history, sessions
from branches.database import reading, transaction
from branches.people import User, user_by_email
from monitor import cli, passwords, written
from monitor.config import read_config
from monitor.opening import now
from tests.monitor.test_config import SHIPPED


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


Monitor = Callable[..., Said]
ANNA = ("init", "--yes", "--email", "Anna@example.com")
CHAIN = ("--name", "Salon & Co", "--timezone", "Europe/Budapest", "--language", "hu")
PASSWORD = "Nine green bottles"


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Monitor:
    """Runs `monitor` in an empty folder; `typed` is what is typed at it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)

    def run(*words: str, typed: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["monitor", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        monkeypatch.setattr("getpass.getpass", lambda _: sys.stdin.readline().rstrip("\n"))  # there is no terminal
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return run


def mails(folder: Path) -> list[EmailMessage]:
    found = [
        BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in sorted(folder.glob("mail/*.eml"))
    ]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


def test_the_file_that_ships_is_the_one_that_is_written_with_every_default() -> None:
    assert written.text({}) == SHIPPED.read_text(encoding="utf-8")


def test_one_command_sets_a_chain_up(monitor: Monitor, tmp_path: Path) -> None:
    said = monitor(*ANNA, *CHAIN, "--person", "Anna", "--address", "https://audits.example.com")
    assert (said.code, said.err.splitlines()[-1][:40]) == (0, "A test mail to anna@example.com has gone")
    config = read_config(Path("config.toml"))
    assert (config.chain.name, config.chain.timezone, config.chain.language) == ("Salon & Co", "Europe/Budapest", "hu")
    mail = mails(tmp_path / "data")[0]
    assert (str(mail["To"]), mail["Subject"]) == ("Anna <anna@example.com>", "Próbalevél")
    address, token = said.out.splitlines()[-1].rsplit("/", 1)
    assert address == "https://audits.example.com/sign-in"
    with transaction(database.create(config.database_url)) as session:
        user = sessions.redeem(session, token, at=now())
        assert (user.email, user.role, user.language, user.name) == ("anna@example.com", "office", "hu", "Anna")


def test_the_file_that_comes_with_the_program_is_filled_in(monitor: Monitor) -> None:
    file = Path("config.toml")
    file.write_bytes(SHIPPED.read_bytes())
    refused = monitor(*ANNA, "--mail-host", "mail.example.com", "--mail-security", "none")
    assert (refused.code, file.read_bytes()) == (2, SHIPPED.read_bytes())
    assert [one.name for one in Path.cwd().iterdir() if one.name.startswith(".")] == []
    assert monitor(*ANNA, *CHAIN).code == 0
    assert read_config(file).chain.name == "Salon & Co"


def test_the_same_command_again_changes_nothing(monitor: Monitor) -> None:
    monitor(*ANNA, *CHAIN)
    before = Path("config.toml").read_bytes()
    said = monitor(*ANNA, *CHAIN)
    assert (said.code, Path("config.toml").read_bytes()) == (0, before)
    assert said.out.splitlines()[:2] == [
        "config.toml is there already: its settings hold.",
        "anna@example.com is head office already.",
    ]
    with reading(database.create(read_config().database_url)) as session:
        assert len(session.exec(select(User)).all()) == 1


def test_settings_that_are_there_are_never_changed(monitor: Monitor) -> None:
    mine = '# mine\n[chain]\nname = "My Chain"\n'
    Path("config.toml").write_text(mine)
    said = monitor(*ANNA, "--name", "Another")
    sentence = "config.toml is there already and says otherwise: change name in [chain] there.\n"
    assert (said.code, said.err) == (2, sentence)
    assert (Path("config.toml").read_text(), Path("data").exists()) == (mine, False)
    assert monitor(*ANNA).code == 0
    assert Path("config.toml").read_text() == mine


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("init", "--yes"), "Name the first person of head office: --email."),
        (("init", "--yes", "--email", "anna"), "anna is not a mail address."),
        (
            (*ANNA, "--timezone", "Mars"),
            "timezone in [chain] must be an IANA time zone such as Europe/Budapest, not 'Mars'.",
        ),
        (("init", "--timezone", "Mars"), "must be an IANA time zone"),
        ((*ANNA, "--address", "ftp://x"), "address in [serve] must be"),
        ((*ANNA, "--mail-host", "mail.example.com"), "sender is empty"),
        ((*ANNA, "--mail-host", "mail.example.com", "--mail-user", "u"), "The mail server's password is missing"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(
    monitor: Monitor, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    said = monitor(*words)
    assert (said.code, sentence in said.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_given_is_asked_for_and_the_password_is_kept_apart(monitor: Monitor, tmp_path: Path) -> None:
    answers = [
        "anna@example.com",
        "Anna",
        "Salon",
        "UTC",
        "en",
        "",
        "127.0.0.1",
        "1",
        "none",
        "me",
        "from@example.com",
        "s3cret",
    ]
    said = monitor("init", typed="\n".join(answers) + "\n")
    assert said.code == 2
    assert "Everything else is set up, but the test mail was not taken" in said.err
    config = read_config()
    assert (config.mail.host, config.mail.port, config.mail.sender) == ("127.0.0.1", 1, "from@example.com")
    kept = config.mail.password_file
    assert kept is not None
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("s3cret", 0o600)
    assert "s3cret" not in Path("config.toml").read_text()


def test_a_slip_is_asked_for_again_and_costs_no_answer(monitor: Monitor) -> None:
    slips = {
        "anna": "anna is not a mail address.",
        "Europe/Budapset": "timezone in [chain] must be an IANA time zone",
        "german": "language in [chain] must be en, hu, hi, ta or te, not 'german'.",
        "audits.example.com": "address in [serve] must be",
        "many": "port in [mail] must be",
        "none": "security in [mail] may be none only for a mail server on this machine",
        "": "Say in [mail] which address mail comes from: sender is empty.",
    }
    mail, zone, code, address, port, security, sender = slips
    answers = [mail, "anna@example.com", "Anna", "Salon", zone, "Europe/Budapest", code, "hu", address]
    answers += ["https://audits.example.com", "mail.example.com", port, "587", security, "starttls", "", sender]
    said = monitor("init", "--no-test-mail", typed="\n".join([*answers, "from@example.com"]) + "\n")
    assert [words for words in slips.values() if f"Error: {words}" not in said.err] == []
    config = read_config()
    assert (said.code, config.chain.timezone, config.mail.sender) == (0, "Europe/Budapest", "from@example.com")
    with reading(database.create(config.database_url)) as session:
        assert user_by_email(session, "anna@example.com").name == "Anna"


def test_who_is_here_already_is_not_asked_for_again(monitor: Monitor) -> None:
    monitor(*ANNA, *CHAIN)
    for words in (("init", "--yes"), ("init",)):
        said = monitor(*words)
        assert (said.code, said.out.splitlines()[1]) == (0, "anna@example.com is head office already.")
    assert "config.toml is there already" in said.out
    said = monitor("init", "--email", "zoe@example.com", typed="Zoe\n")
    assert said.out.splitlines()[1] == "Added zoe@example.com as head office."
    assert monitor("user", "list").out.splitlines()[1] == "office    zoe@example.com  Zoe"


def test_the_same_defaults_again_need_no_address(monitor: Monitor) -> None:
    monitor(*ANNA)
    said = monitor("init", "--yes")
    assert (said.code, "anna@example.com is head office already." in said.out.splitlines()) == (0, True)


def test_somebody_of_another_role_does_not_become_head_office(monitor: Monitor) -> None:
    monitor("user", "add", "anna@example.com", "--role", "shopper")
    said = monitor(*ANNA)
    assert (said.code, said.err) == (2, "anna@example.com is here already, but not as head office: shopper.\n")


def test_people_are_listed_changed_and_sent_away(monitor: Monitor) -> None:
    monitor(*ANNA, "--person", "Anna")
    monitor("user", "add", "sam@example.com", "--role", "shopper", "--name", "Sam")
    assert monitor("user", "list").out == "office    anna@example.com  Anna\nshopper   sam@example.com  Sam\n"
    assert monitor("user", "list", "--role", "shopper").out == "shopper   sam@example.com  Sam\n"
    assert monitor("user", "role", "sam@example.com", "office").out == "sam@example.com is office now.\n"
    assert monitor("user", "deactivate", "anna@example.com").out == "anna@example.com signs in no more.\n"
    assert monitor("user", "list").out.splitlines()[0] == "office    anna@example.com  Anna  signs in no more"
    said = monitor("user", "deactivate", "sam@example.com")
    assert (said.code, said.err) == (2, "Sam is the last of head office; add another person first.\n")
    assert monitor("user", "reactivate", "anna@example.com").code == 0
    with reading(database.create(read_config().database_url)) as session:
        verbs = [event.verb for event in history.of(session, user_by_email(session, "anna@example.com"))]
    assert verbs == ["add", "deactivate", "reactivate"]


@pytest.mark.slow
def test_a_password_is_typed_twice_and_never_shown(monitor: Monitor) -> None:
    monitor(*ANNA)
    said = monitor("user", "password", "anna@example.com", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert (said.code, said.out, PASSWORD in said.err) == (0, "anna@example.com has a new password.\n", False)
    engine = database.create(read_config().database_url)
    with reading(engine) as session:
        assert passwords.fits(user_by_email(session, "anna@example.com"), PASSWORD) is True
    said = monitor("user", "password", "anna@example.com", typed=f"short\n{PASSWORD}\nother\n{PASSWORD}\n{PASSWORD}\n")
    assert (said.code, "A password needs at least 12 characters." in said.err, "do not match" in said.err) == (
        0,
        True,
        True,
    )
    assert monitor("user", "password", "anna@example.com", "--remove").code == 0
    with reading(engine) as session:
        assert user_by_email(session, "anna@example.com").password is None
