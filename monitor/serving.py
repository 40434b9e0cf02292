"""The web server around the pages."""

import errno
import os
import socket
from pathlib import Path

from granian.constants import Interfaces
from granian.log import LogLevels

from branches.errors import Refused
from monitor import logs, mailer, origins, orphaned, running
from monitor.app import Kept, create_app
from monitor.config import Config, metrics_token, read, secret
from monitor.later import Later
from monitor.opening import caches, due_times, now, open_chain, photos_folder, privacy, rules, terms
from monitor.porch import Porch
from monitor.stopping import Server
from monitor.web.gate import Site

THREADS = min(2 * (os.cpu_count() or 1), 8)
"""Requests answered at once in a worker; more wait their turn, and those that are still coming in take none."""

LONGEST_STOP = 20
"""Seconds that requests at work have to be finished once the process is to end."""


def run(config_file: Path | None, config: Config, *, demo: bool = False) -> None:
    """Serves until the process is asked to end; a request at work is let finish."""
    if config_file is not None:
        os.environ["MONITOR_CONFIG"] = str(config_file)  # The workers are processes of their own.
    _check_port(config)
    running.stay(config.folder)
    secret(config, "pages")
    metrics_token(config)
    mailer.transport(config)  # settings that cannot be are refused before anybody waits for a mail
    server = Server(
        "monitor.serving:demo_pages" if demo else "monitor.serving:pages",
        factory=True,
        address=config.serve.host,
        port=config.serve.port,
        interface=Interfaces.ASGINL,
        workers=config.serve.workers,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.of_the_server(config.logs.form),
        log_access=config.serve.log_requests and config.logs.form == "text",  # as JSON the pages say it themselves
        respawn_failed_workers=True,
        workers_kill_timeout=LONGEST_STOP,
    )
    server.serve()


def _check_port(config: Config) -> None:
    """Refuses a port that somebody serves at: the library would share it, and half the answers would be another program's."""
    host, port = config.serve.host, config.serve.port
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused("Something is served at port {port} of {host} already.", port=str(port), host=host) from None


def pages() -> Porch:
    """One worker's pages."""
    return _pages(demo=False)


def demo_pages() -> Porch:
    """One worker's pages of an invented chain, which anybody on this machine may look at in any role."""
    return _pages(demo=True)


def _pages(*, demo: bool) -> Porch:
    orphaned.end_with_parent(LONGEST_STOP)
    found = read()
    config = found.config
    logs.begin(config.logs.form)
    site = Site(
        engine=open_chain(config, stays=True),
        clock=now,
        language=config.chain.language,
        cache=caches(config),
        chain_zone=config.chain.timezone,
        due=due_times(config),
        name=config.chain.name,
        demo=demo,
        photos=photos_folder(config),
        address=config.address,
        mail=mailer.transport(config),
        sender=mailer.sender(config),
        later=Later(),
        appeal_days=config.audits.appeal_days,
        two_people=config.review.two_people,
        second_step=config.sign_in.second_step == "must",
        managers_know_shoppers=config.privacy.managers_know_shoppers,
        privacy=privacy(config),
        rules=rules(config),
        folder=config.folder,
        scheduler_minutes=config.serve.ready_minutes,
    )
    key, proxies = secret(config, "pages"), config.serve.trusted_proxies
    kept = Kept(config.serve.log_requests and config.logs.form == "json", metrics_token(config))
    app = create_app(site, key, trusted_proxies=proxies, said=origins.of(found), kept=kept, terms=terms(config))
    return Porch(app, THREADS)
