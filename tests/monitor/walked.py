"""A chain of two regions in which everything exists twice: what is within reach of the people asked, and what is beyond it."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from branches import (
    actions,
    appeals,
    assignments,
    audits,
    backing,
    calibration,
    database,
    editions,
    evidence,
    notices,
    photos,
    rotas,
    showing,
    standards,
)
from branches.actions import CorrectiveAction
from branches.appeals import Appeal, AppealPhoto
from branches.audits import Answer, Audit, Photo
from branches.calibration import ReferenceCase, Told
from branches.database import transaction
from branches.editing import drafted, steps
from branches.editing.content import content_of
from branches.editing.reading import stored_form
from branches.editions import Edition
from branches.exchange.shipped import SHIPPED, read_standard
from branches.flags import Flag
from branches.notices import Notice
from branches.people import Role, User
from branches.places import Branch
from branches.questions import Mark
from branches.rotas import Planned, Rota, Wish
from monitor import jobs, rota
from monitor.app import create_app
from monitor.jobs import Worker
from monitor.web.gate import Site
from reports.weekly import Settings
from tests import make
from tests.branches.test_photos import jpeg
from tests.databases import SqliteDatabases
from tests.monitor.test_jobs import FIRST

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=6)
"""A Monday: what was released by now is seen by staff."""
SECRET = b"0123456789abcdef0123456789abcdef"
OFFICE_ZONE = "Europe/Budapest"
OTHERS = 2
"""Audits of each branch by shoppers who made no other: were there fewer, staff would be shown no comments."""


@dataclass(frozen=True)
class Side:
    """Everything of one branch, by kind of thing: its name in addresses."""

    things: dict[str, str]


@dataclass(frozen=True)
class World:
    """A database to copy, its photos, and what is where."""

    file: Path
    photos: Path
    people: dict[Role, int]
    """Row of the person of each role: the manager's region and the staff's branch are those of `mine`."""
    mine: Side
    theirs: Side

    def opened(self, folder: Path, **more: object) -> "Opened":
        """A copy of its own for each test."""
        copy = folder / "walked.sqlite3"
        shutil.copyfile(self.file, copy)
        engine = database.create(f"sqlite:///{copy}")
        clock = [NOW]
        site = Site(
            engine,
            lambda: clock[0],
            "en",
            folder / "cache",
            OFFICE_ZONE,
            name="Test",
            photos=self.photos,
            **more,  # type: ignore[arg-type]
        )
        return Opened(self, engine, site, clock)


@dataclass
class Opened:
    """The pages over one copy."""

    world: World
    engine: sa.Engine
    site: Site
    clock: list[datetime]
    """What it shows; tests turn it."""

    def __post_init__(self) -> None:
        self.app = create_app(self.site, SECRET)

    def person(self, session: Session, role: Role) -> User:
        return session.get_one(User, self.world.people[role])


@dataclass
class Names:
    """What the world is built with: the canaries of another test stand here."""

    north: str = "North Street"
    south: str = "South Street"
    comments: dict[str, str] = field(default_factory=dict)
    shopper: dict[str, str] = field(default_factory=dict)
    minute: timedelta = timedelta()
    picture: bytes = b""


def build(sqlite: SqliteDatabases, folder: Path, names: Names | None = None) -> World:
    """Two regions with a branch each: audits released and open, editions, flags, actions, appeals, notices."""
    known = names or Names()
    file, kept = folder / "walked.sqlite3", folder / "photos"
    with sqlite.fresh() as url:
        engine = database.create(url)
        with transaction(engine) as session:
            people, branches = _people(session, known)
            for number, branch in enumerate(branches):
                _audits(session, branch, people[Role.SHOPPER] if number == 0 else make.shopper(session), kept, known)
                _told(session, branch, people[Role.OFFICE])
            begin_draft(session, people[Role.OFFICE])
        settings = Settings(reporting_from=FIRST, chain_zone=OFFICE_ZONE, weeks=8)
        jobs.weekly_report(Worker(engine, settings, lambda: NOW, "tests"))
        with transaction(engine) as session:
            for branch in branches:
                _follow(
                    session, session.get_one(Branch, branch.id), session.get_one(User, people[Role.OFFICE].id), kept
                )
        _plan(engine, people[Role.OFFICE].id)
        with transaction(engine) as session:
            practise(session, session.get_one(User, people[Role.OFFICE].id))
        with transaction(engine) as session:
            sides = [_side(session, session.get_one(Branch, branch.id)) for branch in branches]
        engine.dispose()
        shutil.copyfile(url.removeprefix("sqlite:///"), file)
    return World(file, kept, {role: person.id for role, person in people.items()}, *sides)


def begin_draft(session: Session, office: User) -> None:
    """A draft of the standard that could be published, and one text that is not translated."""
    content = content_of(stored_form(read_standard(SHIPPED)))
    first = content.sections[0].items[0]
    lacking = steps.set_item(content, first.key, wording={k: v for k, v in first.wording.items() if k != "te"})
    drafted.begin(session, lacking, origin="salon", by=office, at=NOW)


def furnish(session: Session, branches: list[Branch], office: User, kept: Path) -> None:
    """Gives branches all that those of the world have."""
    for branch in branches:
        _audits(session, branch, make.shopper(session), kept, Names())
        _told(session, branch, office)
        _follow(session, branch, office, kept)


def _people(session: Session, known: Names) -> tuple[dict[Role, User], list[Branch]]:
    standard = make.standard(session, {"greeting": 10})
    assert standard.published_at
    north, south = make.region(session, "North"), make.region(session, "South")
    branches = [make.branch(session, north, known.north), make.branch(session, south, known.south)]
    shopper = {"code": "shopper of North", "email": "north@example.com", "name": "Someone", **known.shopper}
    return {
        Role.OFFICE: make.user(session),
        Role.MANAGER: make.user(session, Role.MANAGER, region=north),
        Role.STAFF: make.user(session, Role.STAFF, branch=branches[0]),
        Role.SHOPPER: make.user(session, Role.SHOPPER, **shopper),
        Role.TABLET: make.user(session, Role.TABLET, branch=branches[0], email=None, name=""),
    }, branches


def _audits(session: Session, branch: Branch, shopper: User, kept: Path, known: Names) -> None:
    """Five released ones, the first two by others, the last with a photo and a comment; one to be filled in; one to be reviewed."""
    first = datetime.combine(FIRST.plus(-4).monday, datetime.min.time(), UTC) + timedelta(days=2, hours=12)
    for week in range(5):
        at = first + timedelta(weeks=week) + known.minute
        by = shopper if week >= OTHERS else make.shopper(session)
        made = make.audit(session, branch, by=by, score=60 + 10 * (week % 3), visited_at=at)
    _picture(session, made, kept, known)
    standard = standards.newest(session)
    assert standard is not None
    first_day, last = NOW.date() + timedelta(days=10), NOW.date() + timedelta(days=17)
    assignments.assign(
        session,
        standard,
        branch,
        shopper,
        opens_on=first_day,
        closes_on=last,
        lockout_days=0,
        by=None,
        at=NOW - timedelta(days=7),
    )
    waiting = audits.assign(session, standard, branch, shopper, by=None, at=NOW - timedelta(days=2))
    audits.start(session, waiting, by=shopper, at=NOW)
    marks = {item.code: Mark("yes") for section in standard.sections for item in section.items}
    audits.submit(session, waiting, marks, visited_at=NOW - timedelta(days=1), by=shopper, at=NOW)
    _picture(session, waiting, kept, known)


def _picture(session: Session, audit: Audit, kept: Path, known: Names) -> None:
    item = audit.standard.sections[0].items[-1]
    answer = session.get_one(Answer, (audit.id, item.id))
    answer.comment = "Nobody looked up."
    kept_as = photos.keep(kept, BytesIO(known.picture or jpeg()))
    for number in (item.id, None):
        session.add(Photo(audit_id=audit.id, item_id=number, kept_at=NOW, **vars(kept_as)))
    session.flush()


def _told(session: Session, branch: Branch, office: User) -> None:
    notices.note(session, branch, informed_on=NOW.date(), how="At a meeting.", by=office, at=NOW)


def _follow(session: Session, branch: Branch, office: User, kept: Path) -> None:
    flag = Flag(branch_id=branch.id, section="greeting", raised_week=FIRST.monday, last_week=FIRST.monday)
    session.add(flag)
    session.flush()
    audit = _released(session, branch)
    item = audit.standard.sections[0].items[-1]
    day = NOW.date() + timedelta(days=7)
    actions.open_action(session, branch, plan="Look up.", due_on=day, audit=audit, item=item, by=office, at=NOW)
    done = actions.open_action(session, branch, plan="Greet.", due_on=day, flag=flag, by=office, at=NOW)
    actions.complete(session, done, by=office, at=NOW)
    picture = photos.keep(kept, BytesIO(jpeg(width=64)))
    showing.show(session, kept, done, note="A sign at the door.", kept=[picture], by=office, at=NOW)
    disputed = appeals.open_appeal(session, audit, item.code, reason="Not so.", until=NOW, by=office, at=NOW)
    receipt = photos.keep(kept, BytesIO(jpeg(width=72)))
    backing.back(session, kept, disputed, note="The receipt.", kept=[receipt], by=office, at=NOW)


def _plan(engine: sa.Engine, office_id: int) -> None:
    """A rota for the month after, proposed and not sent: nobody but head office may learn of it."""
    with transaction(engine) as session:
        standard = standards.newest(session)
        assert standard is not None
        wish = Wish(LATER.date(), LATER.date() + timedelta(days=30), each=2, most_audits=4, most_km=80)
        asked = rotas.ask(session, standard, wish, by=session.get_one(User, office_id), at=NOW)
    rota.work_out(engine, asked.id, lambda: NOW)


def practise(session: Session, office: User) -> None:
    """A reference case that is open, and one that is still being written: of that no shopper may learn."""
    standard = standards.newest(session)
    assert standard is not None
    for title in ("Shown", "Hidden"):
        words = Told(title, "Nobody looked up.", NOW.date() + timedelta(days=7))
        case = calibration.write_case(session, standard, words, channel="visit", by=office, at=NOW)
        marks = {code: Mark("yes", "As promised.") for code in calibration.asked(case).by_code}
        calibration.mark(session, case, marks, by=office, at=NOW)
        if title == "Shown":
            calibration.open_case(session, case, day=NOW.date(), by=office, at=NOW)


def _released(session: Session, branch: Branch) -> Audit:
    """The last one that is released."""
    query = select(Audit).where(Audit.branch_id == branch.id, col(Audit.released_at).is_not(None))
    return session.exec(query.order_by(col(Audit.id).desc())).all()[0]


def _side(session: Session, branch: Branch) -> Side:
    def first(kind: Any, *where: Any) -> Any:
        return session.exec(select(kind).where(*where).order_by(kind.id.desc())).first()

    released = _released(session, branch)
    number = branch.id
    shown = first(Photo, Photo.audit_id == released.id, col(Photo.item_id).is_not(None))
    waiting = first(Audit, Audit.branch_id == number, Audit.state == "submitted")
    is_open = CorrectiveAction.state == "open"
    done = first(CorrectiveAction, CorrectiveAction.branch_id == number, CorrectiveAction.state == "completed")
    shown_of = evidence.of_action(session, done)
    disputed = first(Appeal, Appeal.audit_id == released.id)
    scope = editions.region_key(branch.region)
    is_shown, is_mine = col(ReferenceCase.opened_at).is_not(None), branch.region.name == "North"
    return Side(
        {
            "branch": branch.public_id,
            "region": branch.region.public_id,
            "scope": scope,
            "edition": first(Edition, Edition.scope == scope).public_id,
            "released": released.public_id,
            "photo": shown.public_id,
            "waiting": waiting.public_id,
            "waiting photo": first(Photo, Photo.audit_id == waiting.id).public_id,
            "open": first(Audit, Audit.branch_id == number, Audit.state == "assigned").public_id,
            "flag": first(Flag, Flag.branch_id == number).public_id,
            "action": first(CorrectiveAction, CorrectiveAction.branch_id == number, is_open).public_id,
            "completed": done.public_id,
            "shown photo": evidence.pictures(session, shown_of)[shown_of[0].id][0].public_id,
            "appeal": disputed.public_id,
            "appeal photo": first(AppealPhoto, AppealPhoto.appeal_id == disputed.id).public_id,
            "notice": first(Notice, Notice.branch_id == number).public_id,
            "person": released.shopper.public_id if released.shopper else "",
            "rota": first(Rota).public_id,
            "planned": first(Planned, Planned.branch_id == number).public_id,
            "case": first(ReferenceCase, is_shown if is_mine else ~is_shown).public_id,
            "place": str(len(released.standard.sections[0].items)),
        }
    )
