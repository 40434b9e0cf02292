"""The command line: one command a job; a command's own module is imported only when it is called."""

import importlib
import sys
from pathlib import Path

import click

from branches.errors import Refused
from monitor import __version__

COMMANDS = {
    "init": ("monitor.commands.init", "Set a chain up: settings, the first person, a way in."),
    "demo": ("monitor.commands.demo", "Show the program at work on an invented chain."),
    "serve": ("monitor.commands.serve", "Run the web pages."),
    "schedule": ("monitor.commands.schedule", "Run the scheduler that makes the weekly reports."),
    "report": ("monitor.commands.report", "Make one week's report by hand."),
    "plan": ("monitor.commands.plan", "Say what the audits are worth and how many more are needed."),
    "components": ("monitor.commands.components", "Print how much branches, shoppers and regions differ."),
    "import": ("monitor.commands.import_", "Read branches, items and audits from a folder."),
    "export": ("monitor.commands.export", "Write branches, items and audits to a folder."),
    "standard": ("monitor.commands.standard", "Show, publish and write out the standard."),
    "user": ("monitor.commands.user", "Add people, change what they may do, make sign-in links."),
    "mail": ("monitor.commands.mail", "Show mail that waits, and send it again."),
    "webhook": ("monitor.commands.webhook", "Try the addresses of chat systems that alerts are posted to."),
    "backup": ("monitor.commands.backup", "Copy the chain, while everything runs."),
    "restore": ("monitor.commands.restore", "Bring a backup back."),
    "doctor": ("monitor.commands.doctor", "Say what is wrong, and what to do."),
    "forget": ("monitor.commands.forget", "Forget what has been kept for long enough."),
    "migrate": ("monitor.commands.migrate", "Bring the database to this version's tables."),
}
REFUSED = 2
"""Exit code of a refusal."""


class Commands(click.Group):
    """Knows every command by name and imports the one that is asked for: `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="monitor")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings; else MONITOR_CONFIG, else ./config.toml.",
)
@click.pass_context
def monitor(ctx: click.Context, config_file: Path | None) -> None:
    """Shows where a chain's branches fall short of its own standard, how sure that is, and what to do."""
    ctx.obj = config_file


def main() -> None:
    """Runs a command; a refusal is a sentence on the error stream and exit code 2."""
    try:
        code = monitor.main(prog_name="monitor", standalone_mode=False)
    except Refused as refused:
        _end(str(refused), REFUSED)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end("Stopped.", 130)
    except click.exceptions.Exit as asked:
        sys.exit(asked.exit_code)
    except Exception as error:
        said = _of_the_database(error)
        if said is None:
            raise
        _end(said, REFUSED)
    sys.exit(code if isinstance(code, int) else 0)


def _of_the_database(error: Exception) -> str | None:
    """What a database says that cannot be read or written just now; None of any other fault."""
    kinds = sys.modules.get("sqlalchemy.exc")  # a command that asks none has not loaded it
    if kinds is None or not isinstance(error, kinds.OperationalError):
        return None
    why = next(iter(str(error.orig).strip().splitlines()), "it does not answer")
    return f"The database did not take it: {why}. Nothing was changed; monitor doctor says more."


def _end(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)
