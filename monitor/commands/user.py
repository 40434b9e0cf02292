"""`monitor user`: people, and their way in."""

from collections.abc import Callable
from pathlib import Path

import click
from sqlmodel import Session, col, select

from branches import accounts, factors, people, sessions
from branches.database import reading, transaction
from branches.errors import NotFound
from branches.language import codes
from branches.people import PERSONS, Role, User
from branches.places import Branch, Region
from monitor.commands.asking import again
from monitor.config import Config, read_config
from monitor.opening import now, open_chain

ROLES = click.Choice([role.value for role in PERSONS])


@click.group("user")
def command() -> None:
    """Add people, change what they may do, and make sign-in links."""


@command.command("add")
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@click.option("--name", default="", help="As the pages show it.")
@click.option("--language", type=click.Choice(codes()), help="Default: the chain's.")
@click.option("--code", help="A shopper's code in the exchange form: joins the person to the audits imported under it.")
@click.option("--branch", "branch_code", help="Code of a staff member's branch.")
@click.option("--region", "region_code", help="Code of a manager's region.")
@click.pass_obj
def add(
    config_file: Path | None,
    email: str,
    role: str,
    name: str,
    language: str | None,
    code: str | None,
    branch_code: str | None,
    region_code: str | None,
) -> None:
    """Add a person with the address EMAIL."""
    config = read_config(config_file)
    language = language or config.chain.language
    with transaction(open_chain(config)) as session:
        known = _known_shopper(session, code) if role == Role.SHOPPER.value else None
        if known is not None:
            user = people.give_address(session, known, email, name=name, language=language, by=None, at=now())
        else:
            user = people.add_user(
                session,
                Role(role),
                at=now(),
                email=email,
                name=name,
                language=language,
                code=code,
                branch=_branch(session, branch_code),
                region=_region(session, region_code),
                by=None,
            )
        click.echo(f"Added {user.email}. A way in: monitor user link {user.email}")


@command.command("list")
@click.option("--role", type=ROLES, help="Only these.")
@click.pass_obj
def list_people(config_file: Path | None, role: str | None) -> None:
    """Print everybody who has an address: role, address, name, place, and who signs in no more."""
    with reading(open_chain(read_config(config_file))) as session:
        query = select(User).where(col(User.email).is_not(None)).order_by(User.role, col(User.email))
        for user in session.exec(query.where(User.role == role) if role else query):
            click.echo("  ".join([f"{user.role:<8}", str(user.email), *_notes(user)]))


def _notes(user: User) -> list[str]:
    place = user.branch or user.region
    notes = [user.name, place.code if place is not None else "", "" if user.active else "signs in no more"]
    return [note for note in notes if note]


@command.command("link")
@click.argument("email")
@click.pass_obj
def link(config_file: Path | None, email: str) -> None:
    """Print a sign-in link: it works once, for 15 minutes."""
    config = read_config(config_file)
    with transaction(open_chain(config)) as session:
        address = way_in(config, session, people.user_by_email(session, email))
    click.echo(address)  # a link that could not be kept leads nowhere


def way_in(config: Config, session: Session, user: User) -> str:
    """The address of a new sign-in link."""
    return f"{config.address}/sign-in/{sessions.make_link(session, user, at=now())}"


@command.command("password")
@click.argument("email")
@click.option("--remove", is_flag=True, help="Only the mailed link signs in from now on.")
@click.pass_obj
def password(config_file: Path | None, email: str, remove: bool) -> None:
    """Ask for a new password of a person, twice, and sign their devices out; the person can choose one too."""
    from monitor import passwords  # noqa: PLC0415 - the library takes a second to load, and the other commands need none

    engine = open_chain(read_config(config_file))
    with reading(engine) as session:
        known = people.user_by_email(session, email)
    hashed = None if remove else _new_password(lambda typed: passwords.hashed(known, typed))
    with transaction(engine) as session:
        accounts.set_password(session, people.user_by_email(session, email), hashed, by=None, at=now())
    click.echo(f"{email} signs in by mail alone." if remove else f"{email} has a new password.")


def _new_password(hashed: Callable[[str], str]) -> str:
    """Asked for while nobody's writing waits; a weak one is asked for again."""
    typed = click.prompt("New password", hide_input=True, confirmation_prompt=True, value_proc=again(hashed), err=True)
    return str(typed)


@command.command("take-second-step")
@click.argument("email")
@click.pass_obj
def take_second_step(config_file: Path | None, email: str) -> None:
    """Let a person whose phone is lost sign in without its codes, and sign their devices out."""
    with transaction(open_chain(read_config(config_file))) as session:
        factors.take_away(session, people.user_by_email(session, email), by=None, at=now())
    click.echo(f"{email} signs in without a second step. A way in: monitor user link {email}")


@command.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--branch", "branch_code", help="Code of a staff member's branch.")
@click.option("--region", "region_code", help="Code of a manager's region.")
@click.pass_obj
def role_(config_file: Path | None, email: str, role: str, branch_code: str | None, region_code: str | None) -> None:
    """Give the person with the address EMAIL the role ROLE, and sign their devices out."""
    with transaction(open_chain(read_config(config_file))) as session:
        user = people.user_by_email(session, email)
        branch, region = _branch(session, branch_code), _region(session, region_code)
        accounts.change_role(session, user, Role(role), branch=branch, region=region, by=None, at=now())
    click.echo(f"{email} is {role} now.")


@command.command("deactivate")
@click.argument("email")
@click.pass_obj
def deactivate(config_file: Path | None, email: str) -> None:
    """Let a person sign in no more; what they did stays."""
    with transaction(open_chain(read_config(config_file))) as session:
        accounts.deactivate(session, people.user_by_email(session, email), by=None, at=now())
    click.echo(f"{email} signs in no more.")


@command.command("reactivate")
@click.argument("email")
@click.pass_obj
def reactivate(config_file: Path | None, email: str) -> None:
    """Let a person sign in again, by mail; a password from before does not count."""
    with transaction(open_chain(read_config(config_file))) as session:
        accounts.reactivate(session, people.user_by_email(session, email), by=None, at=now())
    click.echo(f"{email} may sign in again. A way in: monitor user link {email}")


def _known_shopper(session: Session, code: str | None) -> User | None:
    """A shopper whose audits were imported before anybody gave them an address."""
    return session.exec(select(User).where(User.code == code)).first() if code is not None else None


def _branch(session: Session, code: str | None) -> Branch | None:
    if code is None:
        return None
    found = session.exec(select(Branch).where(Branch.code == code)).first()
    if found is None:
        raise NotFound("There is no branch {code}.", code=code[:60])
    return found


def _region(session: Session, code: str | None) -> Region | None:
    if code is None:
        return None
    found = session.exec(select(Region).where(Region.code == code)).first()
    if found is None:
        raise NotFound("There is no region {code}.", code=code[:60])
    return found
