"""A chain whose audits come late and change afterwards: three regions of three branches, and head office at its desk."""

import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import appeals, audits, places
from branches.audits import Answer, Audit
from branches.database import reading, transaction
from branches.editions import CHAIN, Edition, region_key
from branches.people import Role, User
from tests import make
from tests.monitor.chains import ZONES
from tests.monitor.schedulers import WEEKS, YEAR_BEGINS

BRANCHES = 3
"""In each region."""
LANGUAGES = dict(zip((*ZONES, CHAIN), ("en", "hi", "hu", "ta"), strict=True))
SCORES = {"low": (20, 30, 40), "usual": (70, 80, 90)}
LATE = 0.12
"""Share of audits that are released one to three weeks after their week's report."""
CORRECTED = 0.25
"""After so many of the due times somebody corrects an audit."""
BACK = timedelta(days=110)
"""So far back: a window of eight weeks that ends with the oldest of the four that may be revised begins eleven weeks ago."""


@dataclass(frozen=True)
class Visit:
    """An audit that was made and released."""

    audit: int
    branch: str
    """Code."""
    scope: str
    """Its region's."""
    day: date
    released_at: datetime


@dataclass(frozen=True)
class Changed:
    """What somebody changed of a counted audit, and when."""

    visit: Visit
    at: datetime


def hard_chain(session: Session, chance: random.Random) -> list[Visit]:
    """Audited weekly for a year by three shoppers; one branch of each region is low. Managers and head office have mail."""
    standard = make.standard(session)
    shoppers = [make.shopper(session) for _ in range(3)]
    visits = []
    for zone in ZONES:
        region = places.open_region(session, zone.split("/")[1], name=zone, timezone=zone, by=None, at=make.NOON)
        for number in range(BRANCHES):
            name = f"{region.code} {number}"
            branch = places.open_branch(session, region, name, name=name, by=None, at=make.NOON)
            usual = SCORES["usual" if number else "low"]
            for week in range(WEEKS):
                wednesday = YEAR_BEGINS.date() + timedelta(weeks=week, days=2)
                visited = datetime.combine(wednesday, time(12), UTC)
                waits = chance.randrange(9, 20) if chance.random() < LATE else 1
                released = visited + timedelta(days=waits)
                by = shoppers[(week + number) % len(shoppers)]
                score = chance.choice(usual)
                made = make.audit(
                    session, branch, by=by, under=standard, score=score, visited_at=visited, released_at=released
                )
                visits.append(Visit(made.id, branch.code, region_key(region), wednesday, released))
    for releaser in session.exec(select(User)):
        releaser.email = None
    for region in places.regions(session):
        make.user(session, Role.MANAGER, region=region, language=LANGUAGES[region.name])
    make.user(session, Role.OFFICE, language=LANGUAGES[CHAIN])
    return visits


@dataclass
class Desk:
    """Head office through the year: excludes audits, upholds appeals, and looks whether an edition changes silently."""

    engine: sa.Engine
    visits: list[Visit]
    chance: random.Random
    changed: list[Changed] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    """Of each edition as it was first seen, by its public id: what it said, as a hash."""

    def __call__(self, at: datetime) -> None:
        if self.chance.random() < CORRECTED:
            self._change(at)
        self._look()

    def _change(self, at: datetime) -> None:
        gone = {one.visit.audit for one in self.changed}
        counted = [
            visit
            for visit in self.visits
            if at - BACK < visit.released_at < at - timedelta(days=8) and visit.audit not in gone
        ]
        if not counted:
            return
        visit = self.chance.choice(counted)
        with transaction(self.engine) as session:
            audit = session.get_one(Audit, visit.audit)
            change = self.chance.choice((_exclude, _uphold))
            change(session, audit, make.user(session, email=None), at)
        self.changed.append(Changed(visit, at))

    def _look(self) -> None:
        with reading(self.engine) as session:
            for edition in session.exec(select(Edition).where(col(Edition.public_id).not_in(self.seen))):
                self.seen[edition.public_id] = said(edition)


def said(edition: Edition) -> str:
    """A hash of everything that an edition says."""
    words = json.dumps([edition.content, edition.changes, edition.states, edition.due_at.isoformat()], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _exclude(session: Session, audit: Audit, office: User, at: datetime) -> None:
    audits.exclude(session, audit, reason="The shopper knows somebody there.", by=office, at=at)


def _uphold(session: Session, audit: Audit, office: User, at: datetime) -> None:
    """What was marked no, was yes."""
    marked_no = select(Answer).where(Answer.audit_id == audit.id, Answer.mark == "no")
    item = session.exec(marked_no.order_by(col(Answer.item_id))).first()
    assert item is not None
    appeal = appeals.open_appeal(session, audit, item.item.code, reason="We did.", until=at, by=office, at=at)
    appeals.decide(session, appeal, upheld_as="yes", decision="The photo shows it.", by=office, at=at)
