"""The program as it is served and scheduled, with a clock of its own and a mail server beside it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import sqlalchemy as sa
from sqlmodel import col, func, select

from branches import drafts, sending
from branches.audits import Audit
from branches.database import reading
from branches.editions import Edition
from branches.people import User
from monitor import mailer, scheduler
from monitor.app import create_app
from monitor.jobs import Worker
from monitor.later import Later
from monitor.web.gate import Site
from reports import deliver
from reports.deliver import Post
from reports.envelope import Sender
from reports.weekly import Settings
from tests.journey.chain import WEEK, ZONE, Chain
from tests.monitor.sink import Sink, config, free_port, sink
from tests.served import PagesServer

BEGIN = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""A Tuesday."""
DUE = datetime(2026, 3, 9, 5, tzinfo=UTC)
"""The Monday after, at six in the branches' zone."""
PATIENCE = 30
"""Seconds that a busy machine may take to send a mail."""
SENDER = Sender("reports@salons.example", "Salons")


@dataclass
class Clock:
    at: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.at


@dataclass
class House:
    """The served chain: its pages, its timetable, its mail, its clock."""

    engine: sa.Engine
    chain: Chain
    site: Site
    server: Sink
    clock: Clock

    def forward(self, **by: int) -> None:
        self.clock.at += timedelta(**by)

    def tick(self) -> None:
        """Everything that runs by itself, once."""
        for job in scheduler.timetable(self._worker(), 60):
            job.run()

    def mails(self, user: User) -> list[EmailMessage]:
        """What has come for that person, in order."""
        return [one for one in self.server.came if str(user.email) in str(one["To"])]

    def next_mail(self, user: User, known: int) -> EmailMessage:
        """The mail to that person after so many, once it has come."""
        until = monotonic() + PATIENCE
        while len(self.mails(user)) <= known and monotonic() < until:
            sleep(0.02)
        return self.mails(user)[known]

    def editions(self) -> int:
        with reading(self.engine) as session:
            return session.exec(select(func.count()).select_from(Edition)).one()

    def newest_audit(self) -> str:
        with reading(self.engine) as session:
            return session.exec(select(Audit.public_id).order_by(col(Audit.id).desc())).first() or ""

    def state(self, public_id: str) -> str:
        with reading(self.engine) as session:
            return session.exec(select(Audit.state).where(Audit.public_id == public_id)).one()

    def filled(self, public_id: str) -> tuple[int, str]:
        """How often the form has been saved, and the digest of what is in it."""
        with reading(self.engine) as session:
            audit = session.exec(select(Audit).where(Audit.public_id == public_id)).one()
            held = drafts.read(session, audit)
            return held.saves, sending.content(session, audit, held)

    def _worker(self) -> Worker:
        settings = Settings(reporting_from=WEEK, chain_zone=ZONE)
        return Worker(self.engine, settings, self.clock, "one", post=self._send)

    def _send(self, being_made: Collection[str]) -> int:
        assert self.site.mail is not None
        post = Post(SENDER, self.site.address, "one", 300)
        return deliver.send_due(self.engine, self.site.mail, post, self.clock, being_made=being_made).sent


@contextmanager
def opened(engine: sa.Engine, chain: Chain, folder: Path) -> Iterator[House]:
    """Serves the chain on loopback, its mail going to a server of its own."""
    port, clock = free_port(), Clock()
    with sink() as server:
        site = Site(
            engine=engine,
            clock=clock,
            language="en",
            cache=folder / "cache",
            chain_zone=ZONE,
            name="Salons",
            photos=folder / "photos",
            address=f"http://127.0.0.1:{port}",
            mail=mailer.transport(config(folder, server.port, timeout=PATIENCE)),
            sender=SENDER,
            later=Later(),
        )
        pages = PagesServer(create_app(site, bytes(range(32))), port)
        thread = Thread(target=pages.serve_forever)
        thread.start()
        try:
            yield House(engine, chain, site, server, clock)
        finally:
            pages.shutdown()
            thread.join()
            pages.server_close()
