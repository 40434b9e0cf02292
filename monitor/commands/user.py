"""`monitor user`: people, and their way in."""

from pathlib import Path

import click
from sqlmodel import Session, select

from branches import people, sessions
from branches.database import transaction
from branches.errors import NotFound
from branches.language import codes
from branches.people import Role, User
from branches.places import Branch, Region
from monitor.config import Config, read_config
from monitor.opening import now, open_chain


@click.group("user")
def command() -> None:
    """Add people and make sign-in links."""


@command.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
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


@command.command("link")
@click.argument("email")
@click.pass_obj
def link(config_file: Path | None, email: str) -> None:
    """Print a sign-in link: it works once, for 15 minutes."""
    config = read_config(config_file)
    with transaction(open_chain(config)) as session:
        token = sessions.make_link(session, people.user_by_email(session, email), at=now())
    click.echo(f"{address(config)}/sign-in/{token}")


def address(config: Config) -> str:
    """Where the pages are."""
    return config.address


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
