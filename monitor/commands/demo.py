"""`monitor demo`: an invented chain with known faults, its reports, its pages and its scheduler, in a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click
import sqlalchemy as sa
from sqlmodel import select

from branches import editions
from branches.database import reading, transaction
from branches.editions import Edition
from branches.errors import Refused
from branches.places import Branch
from branches.weeks import Week, local_date
from monitor import demo, jobs, serving
from monitor.config import Config, read_config
from monitor.demo import desk, promises
from monitor.jobs import Worker
from monitor.opening import make_folder, now, open_chain
from monitor.working import worker

SEED = 2026
ZONE = "Europe/Budapest"
REPORTED_WEEKS = 6
"""Past weeks that the demonstration has editions of."""
PORTS = range(8000, 8100)
KEPT = "MONITOR_SERVE__PORT"
"""The only setting that the demonstration takes from the environment: others are of a real chain."""
DATABASE = "monitor.sqlite3"
MARK = "# The demonstration's own settings."
"""How its settings begin: a folder without them is somebody else's."""
SETTINGS = """{mark} Everything in this folder is invented and may be deleted at any time.
[chain]
name = "Demo Salons (invented)"
timezone = "{zone}"

[data]
folder = "."

[reports]
reporting_from = {first}

[serve]
port = {port}
"""


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Where the invented chain lives.",
)
@click.option(
    "--branches", type=click.IntRange(10, 5000), default=60, show_default=True, help="How many branches it has."
)
@click.option(
    "--weeks",
    type=click.IntRange(1, 520),
    default=30,
    show_default=True,
    help="For how many weeks they have been audited.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="The same seed, the same chain.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), help="Where its pages are; else where they were, or a free one."
)
@click.option("--only-make", is_flag=True, help="Make the chain and its reports, and end.")
def command(folder: Path, branches: int, weeks: int, seed: int, port: int | None, only_make: bool) -> None:
    """Show the program at work on an invented chain of salons: made once, kept, and shown on this machine only."""
    config = _settled(folder, port)
    engine = open_chain(config)
    _make(engine, branches, weeks, seed)
    _issue(config, engine)
    engine.dispose()
    if only_make:
        return
    click.echo(_table(config))
    with _scheduler():
        serving.run(None, config, demo=True)


def _settled(folder: Path, port: int | None) -> Config:
    """The demonstration's settings: written once, but for the port, which must be free."""
    _set_aside()
    if port is not None:
        if not _free(port):
            raise Refused("The port {port} is in use already; name another with --port.", port=str(port))
        os.environ[KEPT] = str(port)
    make_folder(folder)
    file = folder.resolve() / "config.toml"
    _refuse_another_chain(file)
    os.environ["MONITOR_CONFIG"] = str(file)
    if not file.exists():
        first = Week.of(local_date(now(), ZONE)).plus(-REPORTED_WEEKS).monday
        written = SETTINGS.format(mark=MARK, zone=ZONE, first=f'"{first.isoformat()}"', port=_free_port())
        file.write_text(written, encoding="utf-8")
    config = read_config(file)
    if config.database_url != f"sqlite:///{file.parent / DATABASE}":
        raise Refused(
            "{file} leads the demonstration to another database; name another folder with --folder.", file=str(file)
        )
    if not _free(config.serve.port):
        os.environ[KEPT] = str(_free_port())
        config = read_config(file)
    return config


def _set_aside() -> None:
    """Takes a real chain's settings out of the environment, for this process and those that it begins."""
    found = sorted(name for name in os.environ if name.upper().startswith("MONITOR_") and name.upper() != KEPT)
    for name in found:
        del os.environ[name]
    if found:
        click.echo(f"The demonstration has settings of its own and leaves aside: {', '.join(found)}.")


def _refuse_another_chain(settings: Path) -> None:
    """A folder that holds something of a chain but not the demonstration's settings is a real one's."""
    ours = settings.exists() and settings.read_bytes().startswith(MARK.encode())
    if not ours and (settings.exists() or (settings.parent / DATABASE).exists()):
        raise Refused(
            "The folder {folder} holds a chain that is not the demonstration's; name another with --folder.",
            folder=str(settings.parent),
        )


def _free_port() -> int:
    return next((port for port in PORTS if _free(port)), PORTS[0])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _make(engine: sa.Engine, branches: int, weeks: int, seed: int) -> None:
    with reading(engine) as session:
        if session.exec(select(Branch.id)).first() is not None:
            return
    click.echo(f"Inventing a chain of {branches} salons and {weeks} weeks of audits …")
    today: date = local_date(now(), ZONE)
    with (
        click.progressbar(length=weeks, label="Weeks", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
        transaction(engine) as session,
    ):
        demo.build(
            session,
            seed=seed,
            today=today,
            branches=branches,
            weeks=weeks,
            progress=lambda at: bar.update(at.weeks - bar.pos),
        )
        desk.lay_out(session, seed=seed, now=now())


def _issue(config: Config, engine: sa.Engine) -> None:
    working = worker(config, engine)
    if jobs.due_editions(working):
        click.echo("Making the weekly reports that are due …")
        made = [*_begin(working), *jobs.weekly_report(working)]
        click.echo(f"{len(made)} reports made.")


def _begin(working: Worker) -> list[Edition]:
    """The first week's reports as of the day after they were due, and what was promised then; nothing of a chain that has any."""
    with reading(working.engine) as session:
        if editions.started(session) or working.settings.reporting_from is None:
            return []
    following = working.settings.reporting_from.plus(1).monday + timedelta(days=1)
    then = datetime.combine(following, time(12), tzinfo=UTC)
    made = jobs.weekly_report(replace(working, clock=lambda: then))
    with transaction(working.engine) as session:
        promises.promise(session, at=then)
    return made


def _table(config: Config) -> str:
    address = f"http://{config.serve.host}:{config.serve.port}"
    looks = [
        ("Head office: the whole chain's report", "office"),
        ("A region's manager: the region's report", "manager"),
        ("Staff of a branch: how we are doing", "staff"),
        ("A branch's shared tablet: how we are doing, to read", "tablet"),
        ("A shopper: the audits they made", "shopper"),
    ]
    width = max(len(words) for words, _ in looks)
    lines = [f"  {words:<{width}}  {address}/demo/{role}" for words, role in looks]
    return "\n".join(
        [
            "",
            "Look at it as",
            *lines,
            "",
            f"Its data lie in {config.folder}. Ctrl-C ends it; the next start keeps them.",
            "",
        ]
    )


@contextmanager
def _scheduler() -> Iterator[None]:
    """The scheduler beside the pages, in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "monitor", "schedule", "--beside"])
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
