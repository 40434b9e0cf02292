"""`monitor init`: the first minutes of a chain: its settings, the first person of head office, a test mail, a way in."""

import os
import secrets
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from sqlmodel import Session, col, select

from branches import people
from branches.database import reading, transaction
from branches.errors import Conflict, Refused
from branches.language import codes, language
from branches.people import Role, User
from monitor import mailer, written
from monitor.commands.asking import QUESTIONS, Chosen, again, answers, checked
from monitor.commands.user import way_in
from monitor.config import Config, read_config
from monitor.mailer import PASSWORD, NotDelivered
from monitor.opening import make_folder, now, open_chain

FILE = Path("config.toml")


@dataclass(frozen=True)
class Person:
    """The first of head office."""

    email: str
    name: str


@click.command("init")
@click.option("--email", help="Mail address of the first person of head office.")
@click.option("--person", default="", help="That person's name.")
@click.option("--name", help="The chain's name.")
@click.option("--timezone", help="Of head office, such as Europe/Budapest.")
@click.option("--language", "code", type=click.Choice(codes()), help="Of the chain's reports.")
@click.option("--address", help="Where people reach the pages, such as https://audits.example.com.")
@click.option("--mail-host", help="The mail server; empty: mail is kept as files.")
@click.option("--mail-port", type=int)
@click.option("--mail-security", type=click.Choice(["starttls", "tls", "none"]))
@click.option("--mail-user", help=f"Its password comes from {PASSWORD}, or is asked for.")
@click.option("--mail-sender", help="Address mail comes from.")
@click.option("--yes", is_flag=True, help="Ask nothing: what is not given has its default.")
@click.option("--no-test-mail", is_flag=True, help="Send no mail.")
@click.pass_obj
def command(
    config_file: Path | None,
    email: str | None,
    person: str,
    name: str | None,
    timezone: str | None,
    code: str | None,
    address: str | None,
    mail_host: str | None,
    mail_port: int | None,
    mail_security: str | None,
    mail_user: str | None,
    mail_sender: str | None,
    yes: bool,
    no_test_mail: bool,
) -> None:
    """Set a chain up: settings, the first person of head office, a test mail, and a way in.

    A settings file in which something has been chosen already is never changed. The same command again does no harm.
    """
    values = (name, timezone, code, address, mail_host, mail_port, mail_security, mail_user, mail_sender)
    given = checked(
        {one.place: value for one, value in zip(QUESTIONS, values, strict=True) if value is not None},
    )
    file = config_file or Path(os.environ.get("MONITOR_CONFIG", FILE))
    there = file.exists() and not _untouched(file)
    if there:
        _refuse_to_change(file, given)
    first = _first(read_config(file) if file.exists() else None, email, person, yes=yes)
    if there:
        click.echo(f"{file} is there already: its settings hold.")
    else:
        _write(file, answers(given, yes=yes), yes)
    config = read_config(file)
    with transaction(open_chain(config)) as session:
        user = _office(session, config, first)
        link = way_in(config, session, user)
    trouble = None if no_test_mail else _test_mail(config, user)
    click.echo(
        f"Start the program with: {_program(config_file)} serve --with-schedule\nThen sign in, within 15 minutes, at\n{link}"
    )
    if trouble:
        raise Refused("Everything else is set up, but the test mail was not taken: {why}", why=trouble)


def _program(config_file: Path | None) -> str:
    """How the program is called here, so that the line can be copied."""
    beside = Path(__file__).parents[2] / "run.py"
    called = "python3 run.py" if beside.exists() else "monitor"
    return f"{called} --config {shlex.quote(str(config_file))}" if config_file is not None else called


def _first(config: Config | None, email: str | None, name: str, *, yes: bool) -> Person:
    """Whoever is named, else who is here already, else who is asked for."""
    email = people.mail_address(email) if email is not None else None
    known = _known(config, email) if config is not None else None
    if known is not None:
        return Person(str(known.email), known.name)
    if email is None and yes:
        raise Refused("Name the first person of head office: --email.")
    words, reads = "Mail address of the first person of head office", again(people.mail_address)
    email = email or str(click.prompt(words, value_proc=reads, err=True))
    if not name and not yes:
        name = click.prompt("That person's name; empty: none", default="", show_default=False, err=True)
    return Person(email, name)


def _known(config: Config, email: str | None) -> User | None:
    """Somebody of head office who is here already, with that address if it is given; nothing is set up for the look."""
    if not config.folder.is_dir():
        return None
    query = select(User).where(User.role == Role.OFFICE.value, User.active, col(User.email).is_not(None))
    with reading(open_chain(config)) as session:
        return session.exec((query.where(User.email == email) if email else query).order_by(col(User.id))).first()


def _untouched(file: Path) -> bool:
    """Whether it is the file that comes with the program, in which nobody has chosen anything yet."""
    try:
        return file.read_bytes() == written.text({}).encode()
    except OSError:
        return False


def _write(file: Path, chosen: Chosen, yes: bool) -> None:
    """Writes the settings; where they cannot be, the file is as it was before."""
    make_folder(file.absolute().parent)
    chosen |= _password(file, chosen, yes)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _put(draft, written.text(chosen))
        mailer.transport(read_config(draft))
        draft.replace(file)
    except OSError as error:
        raise Refused("{file} cannot be written: {why}.", file=file, why=error.strerror or "") from None
    except Refused as refused:
        told = {name: str(value).replace(str(draft), str(file)) for name, value in refused.values.items()}
        raise type(refused)(refused.message, **told) from None
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"The settings are in {file}.")


def _put(file: Path, text: str) -> None:
    with file.open("x", encoding="utf-8") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())


def _password(file: Path, chosen: Chosen, yes: bool) -> Chosen:
    """The mail server's password goes into a file that only its owner can read, never into the settings."""
    if not chosen.get(("mail", "user")) or PASSWORD in os.environ:
        return {}
    if yes:
        raise Refused("The mail server's password is missing: set {name}.", name=PASSWORD)
    secret = click.prompt("Password at the mail server", hide_input=True, err=True)
    folder = file.absolute().parent / "data" / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / "mail-password"
    kept.unlink(missing_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
        new.write(secret)
    return {("mail", "password_file"): "data/secrets/mail-password"}


def _refuse_to_change(file: Path, given: Chosen) -> None:
    config = read_config(file)
    for (section, key), value in given.items():
        if getattr(getattr(config, section), key) != value:
            sentence = "{file} is there already and says otherwise: change {key} in [{section}] there."
            raise Conflict(sentence, file=file, key=key, section=section)


def _office(session: Session, config: Config, first: Person) -> User:
    """The first person of head office, added where they are not there yet."""
    known = people.known(session, first.email)
    if known is None:
        user = people.add_user(
            session,
            Role.OFFICE,
            at=now(),
            email=first.email,
            name=first.name,
            language=config.chain.language,
            by=None,
        )
        click.echo(f"Added {first.email} as head office.")
        return user
    if known.role != Role.OFFICE.value:
        raise Conflict("{email} is here already, but not as head office: {role}.", email=first.email, role=known.role)
    click.echo(f"{first.email} is head office already.")
    return known


def _test_mail(config: Config, user: User) -> str | None:
    """Sends a mail to the new person; gives what went wrong."""
    say = language(user.language).say
    subject, text = say("A test mail"), say("Mail from the service monitor reaches you: nothing more is to be done.")
    try:
        message = mailer.letter(config, str(user.email), user.name, subject, text + "\n", at=now())
        mailer.transport(config).send(message)
    except NotDelivered as error:
        return error.why
    place = config.mail.host or config.folder / "mail"
    click.echo(f"A test mail to {user.email} has gone to {place}.", file=sys.stderr)
    return None
