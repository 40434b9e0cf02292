"""Head office's rooms for tests: a chain with audits at each state, and its people's browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask
from sqlmodel import Session, SQLModel, col, select

from branches import (
    appeals,
    assignments,
    audits,
    calibration,
    checked,
    database,
    notices,
    photos,
    review,
    rotas,
    sessions,
)
from branches.audits import Audit
from branches.calibration import ReferenceCase, Told
from branches.database import reading, transaction
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark
from branches.rotas import Rota, Wish
from branches.standards import Standard
from monitor import rota
from monitor.app import create_app
from monitor.web.gate import Site
from tests import make
from tests.branches.test_photos import jpeg
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.monitor.mailbox import Mailbox
from tests.monitor.pages import Form, Page, Visitor, sign_in

NOW = datetime(2025, 7, 10, 9, 0, tzinfo=UTC)
"""11:00 in Budapest, a Thursday."""
VISIT = datetime(2025, 7, 8, 12, 30, tzinfo=UTC)
HARMFUL = "Kossuth <b>tér</b> & $x$"
Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Rooms:
    """A chain with one branch that was told and one that was not."""

    engine: sa.Engine
    app: Flask
    mail: Mailbox
    people: dict[Role, User] = field(default_factory=dict)
    branch: str = ""
    other: str = ""
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    def office(self) -> Visitor:
        return self.visitor(Role.OFFICE)

    def visitor(self, role: Role) -> Visitor:
        with transaction(self.engine) as session:
            token = sessions.make_link(session, session.get_one(User, self.people[role].id), at=self.clock[0])
        return sign_in(self.app, token)

    def one(self, kind: type[Row], public_id: str) -> Row:
        with reading(self.engine) as session:
            return session.exec(select(kind).where(kind.public_id == public_id)).one()  # type: ignore[attr-defined]

    def all(self, kind: type[Row]) -> list[Row]:
        with reading(self.engine) as session:
            return list(session.exec(select(kind).order_by(col(kind.id))))  # type: ignore[attr-defined]

    def one_by_audit(self, audit_id: int) -> assignments.Assignment:
        with reading(self.engine) as session:
            return session.get_one(assignments.Assignment, audit_id)

    def audit(self, state: str = "submitted", *, branch: str = "", comment: str = "", at: datetime = NOW) -> str:
        """An audit brought as far as that state; its public id."""
        with transaction(self.engine) as session:
            return _audit(session, self, state, branch or self.branch, comment=comment, at=at).public_id

    def appeal(self) -> str:
        """An open appeal of a released audit's first answer; its public id."""
        audit = self.audit("released")
        with transaction(self.engine) as session:
            found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
            staff = session.get_one(User, self.people[Role.STAFF].id)
            made = appeals.open_appeal(
                session, found, "greeting1", reason="We <i>did</i> greet.", until=NOW, by=staff, at=NOW
            )
            return made.public_id

    def rota(self) -> Rota:
        """One that is proposed for the month after."""
        with transaction(self.engine) as session:
            office = session.get_one(User, self.people[Role.OFFICE].id)
            standard = session.exec(select(Standard)).one()
            wish = Wish(date(2025, 8, 1), date(2025, 8, 31), each=1, most_audits=8, most_km=80)
            asked = rotas.ask(session, standard, wish, by=office, at=NOW)
        rota.work_out(self.engine, asked.id, lambda: NOW)
        return self.one(Rota, asked.public_id)

    def case(self) -> ReferenceCase:
        """One that is still being written."""
        with transaction(self.engine) as session:
            office = session.get_one(User, self.people[Role.OFFICE].id)
            words = Told("Tuesday", "10:02 Nobody looks up.", date(2025, 7, 20))
            standard = session.exec(select(Standard)).one()
            return calibration.write_case(session, standard, words, channel="visit", by=office, at=NOW)

    def add_photo(self, audit: str, folder: Path, item: str) -> str:
        with transaction(self.engine) as session:
            found = session.exec(select(Audit).where(Audit.public_id == audit)).one()
            where = next(i for s in found.standard.sections for i in s.items if i.code == item)
            kept = photos.keep(folder, BytesIO(jpeg()))
            photo = audits.Photo(audit_id=found.id, item_id=where.id, kept_at=NOW, **vars(kept))
            session.add(photo)
            session.flush()
            return photo.public_id


def _audit(session: Session, rooms: Rooms, state: str, branch: str, *, comment: str, at: datetime) -> Audit:
    where = session.exec(select(Branch).where(Branch.public_id == branch)).one()
    shopper, office = (session.get_one(User, rooms.people[role].id) for role in (Role.SHOPPER, Role.OFFICE))
    standard = session.exec(select(Standard)).one()
    if session.exec(select(Audit).where(Audit.branch_id == where.id, Audit.shopper_id == shopper.id)).first():
        shopper = make.shopper(session)  # nobody goes twice within a month
    made = assignments.assign(
        session,
        standard,
        where,
        shopper,
        opens_on=date(2025, 7, 7),
        closes_on=date(2025, 7, 14),
        brief="Ask for\nthe price.",
        fee="6 000 Ft",
        by=office,
        at=min(at, NOW) - timedelta(days=5),
    ).audit
    if state == "assigned":
        return made
    audits.start(session, made, by=shopper, at=VISIT)
    items = [item for section in standard.sections for item in section.items]
    marks = {item.code: Mark("no" if n % 4 == 0 else "yes", comment if n == 0 else "") for n, item in enumerate(items)}
    audits.submit(session, made, marks, visited_at=VISIT, by=shopper, at=at - timedelta(hours=30))
    checked.note(session, made, "Test & Sons", at=at - timedelta(hours=30))
    steps = {"submitted": 0, "returned": 1, "approved": 2, "released": 3}[state]
    if steps == 1:
        review.send_back(session, made, reason="Look again.", by=office, at=at - timedelta(hours=26))
    if steps > 1:
        review.approve(session, made, by=office, at=at)
    if steps > 2:
        review.release(session, made, by=office, at=at)
    return made


@contextmanager
def opened(databases: SqliteDatabases | PostgresqlDatabases, folder: Path) -> Iterator[Rooms]:
    with databases.fresh() as url:
        engine, mail = database.create(url), Mailbox()
        clock = [NOW]
        site = Site(
            engine,
            lambda: clock[0],
            "en",
            folder / "cache",
            "Europe/Budapest",
            name="Test & Sons",
            photos=folder / "photos",
            address="http://localhost:8000",
            mail=mail,
        )
        rooms = Rooms(engine, create_app(site, bytes(range(32))), mail, clock=clock)
        with transaction(engine) as session:
            _fill(session, rooms)
        yield rooms
        engine.dispose()


def _fill(session: Session, rooms: Rooms) -> None:
    branch = make.branch(session, name=HARMFUL)
    other = make.branch(session, branch.region, name="Station Road")
    make.standard(session)
    rooms.people = {
        Role.OFFICE: make.user(session, name="Olga Office"),
        Role.MANAGER: make.user(session, Role.MANAGER, region=branch.region),
        Role.STAFF: make.user(session, Role.STAFF, branch=branch),
        Role.SHOPPER: make.user(session, Role.SHOPPER, code="shopper 1", name="Sam <i>Shopper</i>"),
    }
    told = {"informed_on": date(2025, 7, 1), "how": "By letter", "by": rooms.people[Role.OFFICE]}
    notices.note(session, branch, at=NOW, **told)  # type: ignore[arg-type]
    rooms.branch, rooms.other = branch.public_id, other.public_id


def form(page: Page, ends: str) -> Form:
    """The form whose address ends so."""
    return next(one for one in page.forms if one.action.endswith(ends))
