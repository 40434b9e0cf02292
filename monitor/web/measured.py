"""Figures of this process and of the chain, in the text that Prometheus reads. Nobody's name, address or path is among them.

Requests are counted by the process that answered them, which says so in `monitor_process_info`; what is read from the database is the
same in each. The library is loaded only where somebody has set a token.
"""

import os
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from branches import agenda, editions, outbox, runs
from branches.appeals import AppealPhoto
from branches.audits import Audit, Photo
from branches.database import reading
from branches.evidence import EvidencePhoto
from branches.outbox import Mail
from branches.states import AuditState
from monitor.web.gate import Site

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REFUSED = 400
SIGN_IN = ("login.", "second.enter")
PHOTOS = (Photo, EvidencePhoto, AppealPhoto)
SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


class Measured:
    """The figures of one process, for whoever has the token."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, site: Site, token: bytes) -> None:
        self.token = token
        self._registry = CollectorRegistry()
        labels = ("endpoint", "method")
        self._requests = Counter("monitor_requests", "Requests answered.", (*labels, "status"), registry=self._registry)
        self._seconds = Histogram(
            "monitor_request_seconds", "How long answers took.", labels, registry=self._registry, buckets=SECONDS
        )
        self._refused = Counter(
            "monitor_sign_in_refused", "Tries to sign in that were refused.", registry=self._registry
        )
        who = Gauge("monitor_process_info", "The process that answered.", ("process",), registry=self._registry)
        who.labels(str(os.getpid())).set(1)
        self._registry.register(Stored(site))

    def answered(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One more request; it is counted by the route's name, never by its address."""
        self._requests.labels(endpoint, method, str(status)).inc()
        self._seconds.labels(endpoint, method).observe(seconds)
        if method == "POST" and endpoint.startswith(SIGN_IN) and status >= REFUSED:
            self._refused.inc()

    def text(self) -> bytes:
        return generate_latest(self._registry)


class Stored(Collector):
    """What the database says, asked anew each time."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> list[GaugeMetricFamily]:
        """Asked when it is registered: the database is not to be asked then."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Where the database does not answer, that is the only figure."""
        try:
            with reading(self._site.engine) as session:
                found = dict(figures(session, self._site))
        except SQLAlchemyError:
            found = {}
        yield GaugeMetricFamily("monitor_database_up", "Whether the database answers.", value=float(bool(found)))
        for name, (meaning, value) in found.items():
            yield GaugeMetricFamily(name, meaning, value=value)


def figures(session: Session, site: Site) -> Iterator[tuple[str, tuple[str, float]]]:
    """By name: what it means, and how much it is."""
    now = site.clock()
    waiting, oldest = _mails(session, now)
    yield "monitor_mails_waiting", ("Mails that wait in the outbox.", waiting)
    yield "monitor_mail_oldest_seconds", ("How long the oldest of them has waited.", oldest)
    if looks := runs.looks(session):
        last = max(looks.values()).timestamp()
        yield "monitor_scheduler_looked_timestamp_seconds", ("When the scheduler last looked.", last)
    standings = agenda.standings(session, editions.scopes(session, site.chain_zone, site.due), now)
    missing = sum(len(one.missing) for one in standings)
    yield "monitor_editions_missing", ("Weekly reports that are due and not issued.", missing)
    yield "monitor_audits_waiting", ("Audits that wait for their review.", _to_review(session))
    yield "monitor_photo_bytes", ("Of all photos that rows name.", _photo_bytes(session))
    yield "monitor_database_bytes", ("Of the database.", _size(session))


def _mails(session: Session, now: datetime) -> tuple[int, float]:
    query = sa.select(sa.func.count(), sa.func.min(col(Mail.made_at))).where(outbox.waiting())
    n, first = session.execute(query).one()
    return n, (now - first).total_seconds() if first is not None else 0.0


def _to_review(session: Session) -> int:
    query = sa.select(sa.func.count()).where(col(Audit.state) == AuditState.SUBMITTED.value)
    return int(session.execute(query).scalar_one())


def _photo_bytes(session: Session) -> float:
    return float(sum(session.execute(sa.select(sa.func.sum(kind.bytes))).scalar_one() or 0 for kind in PHOTOS))


def _size(session: Session) -> float:
    return float(session.execute(sa.text(SIZES[session.get_bind().dialect.name])).scalar_one())
