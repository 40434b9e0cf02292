"""`monitor webhook`: which addresses chat systems are posted at, and a post to try one."""

from pathlib import Path

import click

from branches.database import public_id
from branches.errors import Refused
from branches.language import language
from monitor import webhooks
from monitor.config import read_config
from monitor.opening import now


@click.group("webhook")
def command() -> None:
    """Try the addresses of chat systems that alerts are posted to."""


@command.command("list")
@click.pass_obj
def list_(config_file: Path | None) -> None:
    """Print the names of all webhooks and what they are told about, never their addresses."""
    for wish in webhooks.wishes(read_config(config_file)):
        click.echo(f"{wish.name}: {wish.region or 'the whole chain'}, {wish.language}")


@command.command("test")
@click.argument("name")
@click.pass_obj
def test(config_file: Path | None, name: str) -> None:
    """Send a signed post that says it is only a test."""
    # Words of reports bring the drawing library with them: the other commands do not wait for it.
    from reports import posted  # noqa: PLC0415

    config = read_config(config_file)
    to, at, number = webhooks.target(config, name), now(), public_id()
    wish = next(wish for wish in webhooks.wishes(config) if wish.name == name)
    said = language(wish.language).say("This is a test of the service consistency monitor.")
    try:
        webhooks.send(to, number, posted.written("test", number, at, said), at=at)
    except webhooks.NotTaken as refused:
        raise Refused("The post to {name} was not taken: {why}", name=name, why=refused.why) from None
    click.echo(f"{name} has taken the post.")
