"""`monitor mail`: how the outbox stands, and a second try by hand."""

from pathlib import Path

import click

from branches import outbox
from branches.database import reading, transaction
from branches.outbox import Mail
from monitor.config import read_config
from monitor.opening import now, open_chain


@click.group("mail")
def command() -> None:
    """Show mail that waits, and send it again."""


@command.command("list")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Lines at most.")
@click.pass_obj
def list_(config_file: Path | None, most: int) -> None:
    """Print how many mails wait, and what the mail server said of those it did not take."""
    config = read_config(config_file)
    with reading(open_chain(config)) as session:
        counts, troubled = outbox.counts(session), outbox.troubled(session, most=most)
        click.echo(
            f"{counts.waiting} waiting, {counts.troubled} of them not taken · {counts.sent} sent · "
            f"{counts.folded} told of by a later one · {counts.dropped} given up"
        )
        for mail in troubled:
            click.echo(_line(mail))


def _line(mail: Mail) -> str:
    tries = "1 try" if mail.tries == 1 else f"{mail.tries} tries"
    return (
        f"{mail.made_at:%Y-%m-%d %H:%M} {mail.kind} for {mail.user.email or mail.user.public_id}: "
        f"{tries}, again at {mail.next_at:%Y-%m-%d %H:%M} UTC. {mail.trouble}"
    )


@command.command("retry")
@click.pass_obj
def retry(config_file: Path | None) -> None:
    """Have the scheduler try everything that waits at its next look."""
    config = read_config(config_file)
    with transaction(open_chain(config)) as session:
        click.echo(f"{outbox.retry(session, by=None, at=now())} will be tried at the scheduler's next look.")
